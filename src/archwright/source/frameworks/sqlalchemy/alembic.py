"""Alembic: the operations of migrations as changes of the schema; `upgrade` and `downgrade` are run by its command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from archwright.source.flow.values import NO, NONE, Row, Val, origins_of
from archwright.source.frameworks.base import CallSite, Entry, Framework, Handler
from archwright.source.frameworks.shared.queries import emit_write
from archwright.source.frameworks.sqlalchemy.values import ORM, query_of
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_OP = "alembic.op"
_BATCH = "alembic.Batch"
_TABLE = "<table>"
"""The item under which a batch keeps its table's name."""
_CHANGES: Final = {
    "create_table": "create table",
    "drop_table": "drop table",
    "rename_table": "rename table",
    "create_table_comment": "comment",
    "add_column": "add column",
    "drop_column": "drop column",
    "alter_column": "alter column",
    "create_index": "create index",
    "drop_index": "drop index",
    "create_unique_constraint": "create unique constraint",
    "create_check_constraint": "create check constraint",
    "create_exclude_constraint": "create exclude constraint",
    "create_foreign_key": "create foreign key",
    "create_primary_key": "create primary key",
    "drop_constraint": "drop constraint",
}
_SECOND: Final = frozenset(name for name in _CHANGES if name.startswith(("create_", "drop_c", "drop_i"))) - {
    "create_table",
    "drop_column",
    "create_table_comment",
}
"""Operations that name an index or a constraint first, and the table after it."""
_FLAGS: Final = {"postgresql_concurrently": "concurrently", "unique": "unique", "postgresql_not_valid": "not valid"}


class Alembic(Framework):
    """`alembic.op`, batches, and what runs migrations."""

    name = "alembic"
    packages = ("alembic",)
    returns: ClassVar[dict[str, str]] = {f"{_OP}.f": "alembic.Name"}

    def __init__(self) -> None:
        super().__init__()
        for name in _CHANGES:
            self.calls[f"{_OP}.{name}"] = _change(name, batch=False)
            self.calls[f"{_BATCH}.{name}"] = _change(name, batch=True)
        self.calls[f"{_OP}.batch_alter_table"] = _batch
        self.calls[f"{_OP}.bulk_insert"] = _bulk_insert
        self.calls[f"{_OP}.f"] = _same

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """`upgrade` and `downgrade` of every module that names its revision."""
        for module in project.modules:
            scope = module.scope() if "version" in module.path or "migration" in module.path else {}
            if "down_revision" not in scope:
                continue
            for name in ("upgrade", "downgrade"):
                binding = scope.get(name)
                if binding is not None and binding.kind == "unit":
                    yield Entry(module.index << UNIT_BITS | int(binding.value), {})


def _same(call: CallSite) -> Val:
    return call.args[0] if call.args else NONE


def _batch(call: CallSite) -> Val:
    """`with op.batch_alter_table("orders") as batch`."""
    table = call.argument(0, "table_name")
    return Val(("object", _BATCH), (), NO, {_TABLE: table} if table is not None else {})


def _change(name: str, *, batch: bool) -> Handler:
    """One operation; a batch's has no argument for the table."""

    def handler(call: CallSite) -> Val:
        table: Val | None
        if batch:
            table = (call.receiver.items or {}).get(_TABLE) if call.receiver is not None else None
            rest = call.args
        else:
            at = 1 if name in _SECOND else 0
            key = (
                "source_table"
                if name == "create_foreign_key"
                else "old_table_name"
                if name == "rename_table"
                else "table_name"
            )
            table = call.argument(at, key)
            rest = [value for index, value in enumerate(call.args) if index != at]
        words = [_CHANGES[name], *_details(call, name, rest)]
        call.emit("SchemaChange", table=_text(table) or "?", change=" ".join(words))
        return NONE

    return handler


def _details(call: CallSite, name: str, rest: list[Val]) -> Iterator[str]:
    if name in ("add_column", "drop_column", "alter_column"):
        column = rest[0] if rest else call.keywords.get("column") or call.keywords.get("column_name")
        yield _text(column) or _column(column) or "?"
        if name == "add_column" and column is not None and column.items is not None:
            yield from (word for word in ("not null", "default") if word in column.items)
        if name == "alter_column":
            yield from sorted(
                key for key in call.keywords if key in ("nullable", "type_", "new_column_name", "server_default")
            )
    elif name not in ("create_table", "drop_table"):
        given = rest[0] if rest else call.keywords.get("index_name") or call.keywords.get("constraint_name")
        yield _text(given) or "?"
        yield from (word for key, word in _FLAGS.items() if key in call.keywords and call.keywords[key].const is True)


def _text(value: Val | None) -> str:
    return value.const if value is not None and isinstance(value.const, str) else ""


def _column(value: Val | None) -> str:
    """The name of a `Column("name", ...)`."""
    return _text((value.items or {}).get("name")) if value is not None else ""


def column(call: CallSite) -> Val:
    """`Column("name", type, nullable=False, server_default=...)` where it is no part of a class: for a migration."""
    items = {"name": call.args[0]} if call.args else {}
    nullable = call.keywords.get("nullable")
    if nullable is not None and nullable.const is False:
        items["not null"] = nullable
    if "server_default" in call.keywords:
        items["default"] = call.keywords["server_default"]
    return Val(("object", "sqlalchemy.Column"), call.derived().origins, NO, items)


def _bulk_insert(call: CallSite) -> Val:
    table = query_of(call.argument(0, "table"))
    entity = table.entity if table is not None else None
    row = Row(ORM, entity or "", None, "new")
    emit_write(call.frame, call.position, entity, "insert", origins_of(call.values()), row=row)
    return NONE
