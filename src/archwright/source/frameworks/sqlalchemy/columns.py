"""A column as its arguments declare it: type, default, nullability, reference; and the keys of an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.entity import Index, OnDelete, Relation
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import Constant, Declaration, aliased, constant, last_name, written
from archwright.source.frameworks.sqlalchemy.declarations import head_of
from archwright.source.frameworks.sqlalchemy.types import ColumnType, column_type
from archwright.source.link.module import Module

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

COLUMNS: Final = frozenset({"Column", "mapped_column", "Field", "deferred", "column_property"})
_ON_DELETE: Final = {"CASCADE": OnDelete.CASCADE, "SET NULL": OnDelete.SET_NULL}
_NOW: Final = frozenset({"now", "utcnow", "current_timestamp", "today", "get_utc_now", "CURRENT_TIMESTAMP"})


def declared_index(engine: Engine, given: Declaration, fields: tuple[str, ...]) -> Index:
    """The index that `Index(...)` declares over some fields."""
    where = next((value for name, value in given.keywords.items() if name.endswith("_where")), None)
    text = constant(engine, given.module, where)
    if isinstance(text, str):
        condition: str | None = text
    else:
        condition = written(where) if where is not None else None
    method = given.text("postgresql_using") or "btree"
    name = given.text("name", 0)
    return Index(fields=fields, unique=given.flag("unique"), where=condition, name=name, method=method)


def key_text(node: Any) -> str:
    """A key of an index or constraint: a column, `-` before a descending one, or an expression as written."""
    if node[0] == f.CONST and isinstance(node[2], str):
        return str(node[2])
    if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "desc":
        return f"-{key_text(node[2][2])}"
    if node[0] == f.CALL and last_name(node[2]) in ("desc", "text") and len(node[3]) == 1:
        inner = key_text(node[3][0])
        return f"-{inner}" if last_name(node[2]) == "desc" else inner
    return last_name(node) or written(node)


def declared_type(engine: Engine, given: Declaration) -> ColumnType | None:
    """The type among a column's arguments; None where none is given."""
    for name in ("type_", "sa_type"):
        if name in given.keywords:
            return column_type(engine, given.module, given.keywords[name])
    for node in given.args[:3]:
        found = column_type(engine, given.module, node)
        if found is not None:
            return found
    return None


def annotated_call(engine: Engine, module: Module, annotation: Any) -> Declaration | None:
    """`mapped_column(...)` in an `Annotated` that an annotation names: `intpk = Annotated[int, mapped_column(...)]`."""
    node = annotation
    if node is not None and node[0] == f.SUBSCRIPT and head_of(node) == "Mapped":
        node = node[3]
    module, node = aliased(engine, module, node)
    if node is None or node[0] != f.SUBSCRIPT or head_of(node) != "Annotated" or node[3][0] != f.TUPLE:
        return None
    call = next((part for part in node[3][2][1:] if part[0] == f.CALL and last_name(part[2]) in COLUMNS), None)
    return Declaration(engine, module, call) if call is not None else None


def is_nullable(given: Declaration, told: ColumnType, annotated: bool, *, primary: bool) -> bool:
    """Whether NULL is allowed: as said, or as the annotation says, or (SQLAlchemy's default) unless it is the key."""
    if primary:
        return False
    said = given.constant("nullable")
    if isinstance(said, bool):
        return said
    if annotated:
        return bool(told.nullable)
    return True


def declared_default(engine: Engine, given: Declaration) -> Constant:
    """The constant that a column holds where nothing is given, `now` for the time of the insert; None for anything else."""
    for name in ("server_default", "default", "default_factory"):
        node = given.keywords.get(name)
        if node is None:
            continue
        target = node[2] if node[0] == f.CALL else node
        if last_name(target) == "text" and node[0] == f.CALL and node[3]:
            text = constant(engine, given.module, node[3][0])
            return "now" if isinstance(text, str) and text.lower() in ("now()", "current_timestamp") else text
        if last_name(target) in _NOW:
            return "now"
        value = constant(engine, given.module, node)
        if value is not None:
            return value
    return None


def foreign_key(engine: Engine, given: Declaration, tables: dict[str, str]) -> Relation | None:
    """The reference that `ForeignKey("table.column", ondelete=...)` or SQLModel's `foreign_key=` declares."""
    text = given.text("foreign_key")
    on_delete = given.text("ondelete")
    if text is None:
        keys = [node for node in given.args if node[0] == f.CALL and last_name(node[2]) == "ForeignKey"]
        if not keys:
            return None
        key = Declaration(engine, given.module, keys[0])
        on_delete = key.text("ondelete")
        text = key.text("column", 0)
        if text is None:
            node = key.argument(0, "column")
            text = written(node) if node is not None else ""
    parts = text.split(".")
    table = parts[-2] if len(parts) > 1 else text
    return Relation(
        target=tables.get(table, table), on_delete=_ON_DELETE.get((on_delete or "").upper(), OnDelete.RESTRICT)
    )
