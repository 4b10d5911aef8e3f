"""Tortoise ORM: query sets that run when they are awaited, rows, relations that are fetched on request, transactions."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.model.finding import Remedy, RemedyKind
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import BEFORE, ON, Scope
from archwright.source.flow.values import NO, NONE, UNKNOWN_ORIGIN, Query, Row, Val, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite, Iteration
from archwright.source.frameworks.django.predicates import listed_words
from archwright.source.frameworks.shared.names import assigns
from archwright.source.frameworks.shared.queries import (
    emit_read,
    emit_write,
    identity,
    kept_origins,
    loaded_along,
    path_of,
)
from archwright.source.frameworks.shared.record_rows import (
    RecordFramework,
    element,
    emit_load,
    is_there,
    through,
)
from archwright.source.frameworks.shared.records import Related, Words
from archwright.source.frameworks.tortoise.database import (
    BLOCK,
    CONNECTION,
    EXECUTES,
    atomic,
    ending,
    execute,
    raw_sql,
)
from archwright.source.frameworks.tortoise.evaluation import evaluated, load
from archwright.source.frameworks.tortoise.queries import ORM, query_method, relation_paths
from archwright.source.link.project import ClassInfo

_WORDS: Final = Words(
    bases=frozenset({"tortoise.models.Model", "tortoise.Model", "tortoise.contrib.pydantic.Model"}),
    references=frozenset({"ForeignKeyField", "OneToOneField"}),
    collections=frozenset({"ManyToManyField"}),
    back="related_name",
    back_default="{}s",
    table=("table",),
    key=("pk", "primary_key"),
)


class Tortoise(RecordFramework):
    """Models, query sets, connections."""

    name = ORM
    title = "Tortoise ORM"
    packages = ("tortoise",)
    returns: ClassVar[dict[str, str]] = {
        "tortoise.transactions.in_transaction": BLOCK,
        f"{BLOCK}.__enter__": CONNECTION,
        "tortoise.Tortoise.get_connection": CONNECTION,
        "tortoise.connections.get": CONNECTION,
        "tortoise.connection.connections.get": CONNECTION,
    }
    scopes: ClassVar[dict[str, Scope]] = {
        BLOCK: Scope(ON, BEFORE),
        "tortoise.transactions.atomic": Scope(ON, BEFORE),
        "tortoise.transactions.Atomic": Scope(ON, BEFORE),
    }

    words = _WORDS
    key_names = frozenset({"pk"})

    def __init__(self) -> None:
        super().__init__()
        self.calls.update({f"{CONNECTION}.{verb}": execute for verb in EXECUTES})
        self.calls.update(
            {
                "tortoise.transactions.atomic": atomic,
                f"{CONNECTION}.commit": ending("Commit"),
                f"{CONNECTION}.rollback": ending("Rollback"),
                "tortoise.expressions.RawSQL": raw_sql,
            }
        )

    # --- attributes ------------------------------------------------------------------------------------------------
    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        if info.name not in self.models or info.lookup(name) is not None:
            return None
        query = Query(ORM, info.name, frame.unit, position)
        return Val(("member", Val(("query", query)), name))

    def related(self, frame: Frame, value: Val, name: str, relation: Related, position: int) -> Val:
        """The row that came along, or a query that runs when it is awaited."""
        row: Row = value.type[1]  # type: ignore[index]
        path, target = path_of(row, name), relation.target
        if target is None:
            return Val(None, join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))
        if not relation.many and (is_there(row, path) or row.query is None):
            return Val(("row", through(row, target, path)), kept_origins(value))
        flags = frozenset({"related"} if relation.many else {"related", "one"})
        return Val(("query", Query(ORM, target, frame.unit, position, flags=flags, via=(row, name))), value.origins)

    # --- calls -----------------------------------------------------------------------------------------------------
    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None:
            return None
        if receiver.type[0] == "row":
            return self._row_method(call, receiver, receiver.type[1])
        return query_method(call, receiver, receiver.type[1]) if receiver.type[0] == "query" else None

    def _row_method(self, call: CallSite, value: Val, row: Row) -> Val | None:
        frame, position = call.frame, call.position
        if call.name in ("save", "delete"):
            fields = listed_words(call.argument(1, "update_fields")) if call.name == "save" else ()
            emit_write(frame, position, row.entity, call.name, deep_origins(value), fields=fields, row=row)
            return NONE
        if call.name == "refresh_from_db":
            query = Query(ORM, row.entity, frame.unit, position)
            emit_read(frame, position, query, kept_origins(value), "one")
            return NONE
        if call.name == "fetch_related":
            for path in sorted(relation_paths(call) - {"?"}):
                emit_load(frame, value, row, path, position, "many")
            if row.query is not None:  # from here on they are there
                value.type = (
                    "row",
                    row._replace(query=row.query._replace(loaded=row.query.loaded | relation_paths(call))),
                )
            return NONE
        if call.name == "update_from_dict":
            assigns(call, row.entity, "update_from_dict(…)", call.args)
            return value
        record = self.models.get(row.entity)
        if record is not None and record.info.lookup(call.name) is None:
            return query_method(
                call,
                Val(("query", Query(ORM, row.entity, frame.unit, position))),
                Query(ORM, row.entity, frame.unit, position),
            )
        return None

    # --- evaluation ------------------------------------------------------------------------------------------------
    def awaited(self, frame: Frame, value: Val, position: int) -> Val | None:
        """`await query`: now it runs."""
        if value.type is None or value.type[0] != "query" or value.type[1].orm != ORM:
            return None
        query: Query = value.type[1]
        if "one" in query.flags:
            if query.via is None:
                emit_read(frame, position, query, value.origins, "one", value.asked)
                query = query._replace(unit=frame.unit, position=position)
            else:
                load(frame, value, query, position, "one")
            return element(query, value)
        evaluated(frame, value, query, position)
        return Val(("list",), (), NO, {"*": element(query, value)})

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        if value.type is None or value.type[0] != "query":
            return None
        query: Query = value.type[1]
        if query.via is not None and "changed" not in query.flags and query.via[1] in loaded_along(query.via[0]):
            row, name = query.via
            found = Val(("row", through(row, query.entity or "", path_of(row, name))), kept_origins(value))
            return Iteration(found, "rows", query.entity, identity(row.query))
        evaluated(frame, value, query, position)
        return Iteration(element(query, value), "rows", query.entity, identity(query))

    def remedy(self, remedy: Remedy) -> str | None:
        if remedy.kind is not RemedyKind.LOAD:
            return None
        return f'.prefetch_related("{remedy.subject.replace(".", "__")}")'
