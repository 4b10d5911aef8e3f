"""Peewee: models, queries that run when they are iterated or executed, rows, relations that load when touched."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.model.finding import Remedy, RemedyKind
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import BEFORE, OFF, ON, Scope
from archwright.source.flow.values import (
    NO,
    NUMBER,
    UNKNOWN,
    UNKNOWN_ORIGIN,
    Query,
    Row,
    Val,
    deep_origins,
    join_origins,
)
from archwright.source.frameworks.base import CallSite, Iteration
from archwright.source.frameworks.peewee.columns import COMPARES, ORM, compared, expression, named, operated
from archwright.source.frameworks.peewee.database import (
    BLOCK,
    DATABASE,
    DATABASES,
    MANUAL,
    SAVEPOINT,
    begin,
    ending,
    execute_sql,
    maybe_block,
    maybe_sql,
    sql,
)
from archwright.source.frameworks.peewee.evaluation import evaluated, run
from archwright.source.frameworks.peewee.queries import query_method
from archwright.source.frameworks.peewee.relations import prefetched
from archwright.source.frameworks.peewee.starts import STARTS, model_method
from archwright.source.frameworks.shared.queries import emit_write, identity, kept_origins, loaded_along, path_of
from archwright.source.frameworks.shared.record_rows import (
    RecordFramework,
    element,
    emit_load,
    is_there,
    through,
)
from archwright.source.frameworks.shared.records import Related, Words
from archwright.source.link.project import ClassInfo

_WORDS: Final = Words(
    bases=frozenset({"peewee.Model", "playhouse.flask_utils.FlaskDB.Model", "playhouse.signals.Model"}),
    references=frozenset({"ForeignKeyField", "DeferredForeignKey"}),
    collections=frozenset({"ManyToManyField"}),
    back="backref",
    back_default="{}_set",
    table=("table_name", "db_table"),
    key=("primary_key",),
)


class Peewee(RecordFramework):
    """Models, queries and the database."""

    name = ORM
    title = "Peewee"
    packages = ("peewee", "playhouse")
    aliases: ClassVar[dict[str, str]] = dict.fromkeys(DATABASES, DATABASE)
    returns: ClassVar[dict[str, str]] = {
        "playhouse.db_url.connect": DATABASE,
        f"{DATABASE}.atomic": BLOCK,
        f"{DATABASE}.transaction": BLOCK,
        f"{DATABASE}.savepoint": SAVEPOINT,
        f"{DATABASE}.manual_commit": MANUAL,
        f"{DATABASE}.connection_context": "peewee.ConnectionContext",
    }
    attributes: ClassVar[dict[str, str]] = {"playhouse.flask_utils.FlaskDB.database": DATABASE}
    scopes: ClassVar[dict[str, Scope]] = {
        BLOCK: Scope(ON, BEFORE),
        SAVEPOINT: Scope(ON, ON),
        DATABASE: Scope(ON, BEFORE),  # `with database:` opens a connection and a transaction
        MANUAL: Scope(OFF, BEFORE, begins=False),
    }
    objects = (DATABASE,)
    words = _WORDS

    def __init__(self) -> None:
        super().__init__()
        self.calls.update(
            {
                f"{DATABASE}.execute_sql": execute_sql,
                f"{DATABASE}.execute": self._execute,
                f"{DATABASE}.begin": begin,
                f"{DATABASE}.commit": ending("Commit", OFF),
                f"{DATABASE}.rollback": ending("Rollback", OFF),
                f"{BLOCK}.commit": ending("Commit", ON),  # the block goes on with a new one
                f"{BLOCK}.rollback": ending("Rollback", ON),
                "peewee.SQL": sql,
                "peewee.prefetch": self._prefetch,
            }
        )

        self.methods.update({"atomic": maybe_block, "execute_sql": maybe_sql})

    # --- attributes ------------------------------------------------------------------------------------------------
    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        record = self.models.get(info.name)
        if record is None:
            return None
        if name in record.columns or name in record.relations:
            return expression(info.name, name)
        query = Query(ORM, info.name, frame.unit, position, flags=frozenset({"model"}))
        return Val(("member", Val(("query", query)), name)) if info.lookup(name) is None else None

    def related(self, frame: Frame, value: Val, name: str, relation: Related, position: int) -> Val:
        """A query of the other end's rows, or, touched, the one row."""
        row: Row = value.type[1]  # type: ignore[index]
        if relation.many:
            flags = frozenset({"select", "related"})
            query = Query(ORM, relation.target, frame.unit, position, flags=flags, via=(row, name))
            return Val(("query", query), value.origins)
        path = path_of(row, name)
        if not is_there(row, path):
            emit_load(frame, value, row, path, position, "one")
        if relation.target is None:
            return Val(None, join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))
        return Val(("row", through(row, relation.target, path)), kept_origins(value))

    # --- calls -----------------------------------------------------------------------------------------------------
    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None:
            return None
        if receiver.type[0] == "row":
            return self._row_method(call, receiver, receiver.type[1])
        if receiver.type[0] != "query":
            return None
        query: Query = receiver.type[1]
        if "expression" in query.flags:
            return compared(receiver, call.values(), COMPARES.get(call.name))
        if "model" in query.flags:
            return model_method(call, query, self.models)
        return query_method(call, receiver, query, self.models)

    def _row_method(self, call: CallSite, value: Val, row: Row) -> Val | None:
        if call.name in ("save", "delete_instance"):
            delete = call.name == "delete_instance"
            only = call.argument(1, "only")
            fields = [named(each) for each in (only.items or {}).values()] if only is not None else []
            kind = "delete" if delete else "save"
            emit_write(call.frame, call.position, row.entity, kind, deep_origins(value), fields=fields, row=row)
            return NUMBER
        record = self.models.get(row.entity)
        if call.name in STARTS and record is not None:
            return None
        return Val(None, kept_origins(value)) if call.name in ("is_dirty", "clone", "get_id", "dirty_fields") else None

    def _execute(self, call: CallSite) -> Val | None:
        first = call.args[0] if call.args else None
        if first is not None and first.type is not None and first.type[0] == "query" and first.type[1].orm == ORM:
            return run(call.frame, call.position, first, first.type[1])
        return UNKNOWN

    def _prefetch(self, call: CallSite) -> Val | None:
        """`prefetch(query, Other, ...)` runs at once, with one query for each."""
        first = call.args[0] if call.args else None
        if first is None or first.type is None or first.type[0] != "query" or first.type[1].orm != ORM:
            return None
        return prefetched(first, first.type[1], call.args[1:], self.models)

    # --- evaluation ------------------------------------------------------------------------------------------------
    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        if value.type is None or value.type[0] != "query" or "expression" in value.type[1].flags:
            return None
        query: Query = value.type[1]
        evaluated(frame, value, query, position)
        known = identity(query)
        if query.via is not None and "changed" not in query.flags and query.via[1] in loaded_along(query.via[0]):
            known = identity(query.via[0].query)
        return Iteration(element(query, value), "rows", query.entity, known)

    def evaluate(self, frame: Frame, value: Val, position: int, how: str) -> None:
        if value.type is not None and value.type[0] == "query" and "expression" not in value.type[1].flags:
            evaluated(frame, value, value.type[1], position)

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        if base.type is None or base.type[0] != "query" or "expression" in base.type[1].flags:
            return None
        evaluated(frame, base, base.type[1], position)
        found = element(base.type[1], base)
        return Val(("list",), (), NO, {"*": found}) if is_slice else found

    def operate(self, frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
        return operated(op, left, right)

    def remedy(self, remedy: Remedy) -> str | None:
        if remedy.kind is not RemedyKind.LOAD:
            return None
        name = remedy.subject.rpartition(".")[2]
        return f"prefetch(query, the model of {name})" if remedy.many else f"select and join the model of {name}"
