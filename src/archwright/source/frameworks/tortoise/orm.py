"""Tortoise ORM: query sets that run when they are awaited, rows, relations that are fetched on request, transactions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.entity import Entity
from archwright.model.finding import Remedy, RemedyKind
from archwright.source.flow import attributes, transactions
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import BEFORE, OFF, ON, Scope
from archwright.source.flow.values import (
    NO,
    NONE,
    NUMBER,
    UNKNOWN,
    UNKNOWN_ORIGIN,
    Query,
    Row,
    Val,
    deep_origins,
    join_origins,
    origins_of,
)
from archwright.source.frameworks.base import CallSite, Framework, Handler, Iteration
from archwright.source.frameworks.django.predicates import conditions, listed_words, words
from archwright.source.frameworks.shared.queries import (
    LIMIT,
    conditioned,
    emit_read,
    emit_sql,
    emit_write,
    identity,
    kept_origins,
    loaded_along,
)
from archwright.source.frameworks.shared.records import Record, Records, Words, models_of
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

ORM = "tortoise"
_CONNECTION = "tortoise.Connection"
_BLOCK = "tortoise.transactions.Transaction"
_WORDS: Final = Words(
    bases=frozenset({"tortoise.models.Model", "tortoise.Model", "tortoise.contrib.pydantic.Model"}),
    references=frozenset({"ForeignKeyField", "OneToOneField"}),
    collections=frozenset({"ManyToManyField"}),
    back="related_name",
    back_default="{}s",
    table=("table",),
    key=("pk", "primary_key"),
)
_SAME = frozenset(
    [
        "all",
        "distinct",
        "offset",
        "group_by",
        "using_db",
        "force_index",
        "use_index",
        "annotate",
        "resolve_ordering",
        "union",
    ]
)
_ONE = frozenset({"get", "get_or_none", "first", "last", "latest", "earliest"})
_EXECUTES: Final = {
    "execute_query": True,
    "execute_query_dict": True,
    "execute_insert": True,
    "execute_many": True,
    "execute_script": False,
}


class Tortoise(Framework):
    """Models, query sets, connections."""

    name = ORM
    title = "Tortoise ORM"
    packages = ("tortoise",)
    returns: ClassVar[dict[str, str]] = {
        "tortoise.transactions.in_transaction": _BLOCK,
        f"{_BLOCK}.__enter__": _CONNECTION,
        "tortoise.Tortoise.get_connection": _CONNECTION,
        "tortoise.connections.get": _CONNECTION,
        "tortoise.connection.connections.get": _CONNECTION,
    }
    scopes: ClassVar[dict[str, Scope]] = {
        _BLOCK: Scope(ON, BEFORE),
        "tortoise.transactions.atomic": Scope(ON, BEFORE),
        "tortoise.transactions.Atomic": Scope(ON, BEFORE),
    }

    def __init__(self) -> None:
        super().__init__()
        self._records: Records | None = None
        self.calls.update({f"{_CONNECTION}.{verb}": _execute for verb in _EXECUTES})
        self.calls.update(
            {
                "tortoise.transactions.atomic": _atomic,
                f"{_CONNECTION}.commit": _ending("Commit"),
                f"{_CONNECTION}.rollback": _ending("Rollback"),
                "tortoise.expressions.RawSQL": _raw_sql,
            }
        )

    def prepare(self, project: Project, engine: Engine) -> None:
        self._records = Records(project, engine, _WORDS)

    def claims(self, info: ClassInfo) -> bool:
        return info.name in models_of(self._records)

    def instance(self, info: ClassInfo) -> tuple[Any, ...] | None:
        return ("row", Row(ORM, info.name, None))

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        return Val(("row", Row(ORM, info.name, None, "new")), (), NO, dict(call.keywords))

    def entities(self, project: Project, engine: Engine) -> Iterable[Entity]:
        return self._records.entities() if self._records is not None else ()

    def _record(self, entity: str | None) -> Record | None:
        return models_of(self._records).get(entity or "")

    # --- attributes ------------------------------------------------------------------------------------------------
    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        if self._record(info.name) is None or info.lookup(name) is not None:
            return None
        query = Query(ORM, info.name, frame.unit, position)
        return Val(("member", Val(("query", query)), name))

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        type_ = value.type
        if type_ is None or type_[0] != "row":
            return None
        row: Row = type_[1]
        if value.items is not None and name in value.items:
            return value.items[name]
        record = self._record(row.entity)
        if record is None:
            return None
        relation = record.relations.get(name)
        if relation is not None:
            return self._related(value, row, name, relation.target, frame, position, many=relation.many)
        hit = record.info.lookup(name)
        if hit is not None and hit[1].kind == "unit":
            return attributes.method_value(frame, value, hit[0].module.index << UNIT_BITS | int(hit[1].value), position)
        if name in record.columns or name == "pk":
            return Val(None, join_origins(kept_origins(value), ((("field", row.entity, name), 0, None),)))
        return Val(("member", value, name), join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))

    def _related(
        self, value: Val, row: Row, name: str, target: str | None, frame: Frame, position: int, *, many: bool
    ) -> Val:
        """A relation: the rows that came along, or a query that runs when it is awaited."""
        path = f"{row.path}.{name}" if row.path and row.path != "new" else name
        if target is None:
            return Val(None, join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))
        if not many and (
            path in loaded_along(row) or "?" in loaded_along(row) or row.path == "new" or row.query is None
        ):
            return Val(("row", Row(ORM, target, row.query, path if row.path != "new" else "new")), kept_origins(value))
        flags = frozenset({"related"} if many else {"related", "one"})
        return Val(("query", Query(ORM, target, frame.unit, position, flags=flags, via=(row, name))), value.origins)

    # --- calls -----------------------------------------------------------------------------------------------------
    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None:
            return None
        if receiver.type[0] == "row":
            return self._row_method(call, receiver, receiver.type[1])
        return self._query_method(call, receiver, receiver.type[1]) if receiver.type[0] == "query" else None

    def _query_method(self, call: CallSite, value: Val, query: Query) -> Val | None:
        name = call.name
        frame, position = call.frame, call.position
        if query.via is None and not query.filters and not query.flags:
            query = query._replace(unit=frame.unit, position=position)
        origins = join_origins(value.origins, origins_of(call.values()))
        changed = query.flags | {"changed"}
        if name in ("filter", "exclude"):
            found, asked = conditioned(
                query._replace(flags=changed), value.asked, conditions(call, denied=name == "exclude")
            )
            return Val(("query", found), origins, asked=asked)
        if name in _ONE:
            found, asked = conditioned(query._replace(flags=changed | {"one"}), value.asked, conditions(call))
            return Val(("query", found), origins, asked=asked)
        if name in ("prefetch_related", "select_related"):
            loaded = query.loaded | relation_paths(call)
            return Val(("query", query._replace(loaded=loaded, flags=changed)), value.origins, asked=value.asked)
        if name == "order_by":
            return Val(("query", query._replace(order=words(call.args))), value.origins, asked=value.asked)
        if name == "limit":
            asked = {**(value.asked or {}), LIMIT: call.args[0] if call.args else UNKNOWN}
            return Val(("query", query._replace(flags=changed | {"limited"})), origins, asked=asked)
        if name == "select_for_update":
            return Val(("query", query._replace(flags=changed | {"locked"})), value.origins, asked=value.asked)
        if name in ("only", "values", "values_list"):
            flags = query.flags | ({"values"} if name != "only" else set())
            found = query._replace(flags=flags, columns=words(call.args) if not call.keywords else ())
            return Val(("query", found), value.origins, asked=value.asked)
        if name in _SAME:
            return Val(("query", query._replace(flags=query.flags)), origins, asked=value.asked)
        if name in ("count", "exists"):
            found, asked = conditioned(query, value.asked, conditions(call))
            emit_read(frame, position, found, origins, "exists" if name == "exists" else "aggregate", asked)
            return NUMBER
        if name == "in_bulk":
            emit_read(frame, position, query, origins, "many")
            return Val(("dict",), (), NO, {"*": self._element(query, value)})
        if name in ("create", "get_or_create", "update_or_create"):
            return self._created(call, query, origins)
        if name in ("update", "delete"):
            fields = tuple(call.keywords) if name == "update" else ()
            emit_write(frame, position, query.entity, name, origins, fields=fields, query=query, asked=value.asked)
            return NUMBER
        if name in ("bulk_create", "bulk_update"):
            fields = listed_words(call.argument(1, "fields")) if name == "bulk_update" else ()
            row = Row(ORM, query.entity or "", None)
            emit_write(
                frame,
                position,
                query.entity,
                name.removeprefix("bulk_").replace("create", "insert"),
                origins,
                fields=fields,
                row=row,
            )
            return NUMBER
        if name in ("add", "remove", "clear") and "related" in query.flags:
            emit_write(frame, position, query.entity, "update", origins, row=Row(ORM, query.entity or "", None))
            return NONE
        if name == "raw":
            emit_sql(call, call.argument(0, "sql"), "Model.raw", parameters=False)
            return Val(("query", query._replace(flags=frozenset({"raw"}))), ())
        return None

    def _created(self, call: CallSite, query: Query, origins: tuple[Any, ...]) -> Val:
        insert = call.name == "create"
        found, asked = (query, {}) if insert else conditioned(query, None, conditions(call))
        defaults = call.keywords.get("defaults")
        inner = [str(key) for key in (defaults.items or {}) if key != "*"] if defaults is not None else []
        names = [name for name in call.keywords if name not in ("defaults", "using_db")]
        emit_write(
            call.frame,
            call.position,
            query.entity,
            "insert" if insert else "upsert",
            origins,
            fields=dict.fromkeys([*names, *inner]),
            row=Row(ORM, query.entity or "", None, "new"),
            query=None if insert else found,
            asked=asked,
        )
        row = Val(("row", Row(ORM, query.entity or "", None, "new")), (), NO, dict(call.keywords) if insert else None)
        return row if insert else Val(("tuple",), (), NO, {0: row, 1: NUMBER})

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
                frame.emit(
                    "Load",
                    position,
                    entity=row.entity,
                    relation=path,
                    many="many",
                    built=identity(row.query),
                    loaded=tuple(sorted(loaded_along(row))),
                    depends=value,
                )
            if row.query is not None:  # from here on they are there
                value.type = (
                    "row",
                    row._replace(query=row.query._replace(loaded=row.query.loaded | relation_paths(call))),
                )
            return NONE
        if call.name == "update_from_dict":
            return value
        record = self._record(row.entity)
        if record is not None and record.info.lookup(call.name) is None:
            return self._query_method(
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
                self._load(frame, value, query, position, "one")
            return self._element(query, value)
        self._evaluated(frame, value, query, position)
        return Val(("list",), (), NO, {"*": self._element(query, value)})

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        if value.type is None or value.type[0] != "query":
            return None
        query: Query = value.type[1]
        if query.via is not None and "changed" not in query.flags and query.via[1] in loaded_along(query.via[0]):
            row, name = query.via
            element = Val(
                ("row", Row(ORM, query.entity or "", row.query, f"{row.path}.{name}" if row.path else name)),
                kept_origins(value),
            )
            return Iteration(element, "rows", query.entity, identity(row.query))
        self._evaluated(frame, value, query, position)
        return Iteration(self._element(query, value), "rows", query.entity, identity(query))

    def _evaluated(self, frame: Frame, value: Val, query: Query, position: int) -> None:
        if query.via is not None and "changed" not in query.flags:
            self._load(frame, value, query, position, "many")
        else:
            emit_read(frame, position, query, value.origins, "many", value.asked)

    def _load(self, frame: Frame, value: Val, query: Query, position: int, many: str) -> None:
        row, name = query.via  # type: ignore[misc]
        loaded = loaded_along(row)
        if row.path == "new" or name in loaded or "?" in loaded:
            return
        frame.emit(
            "Load",
            position,
            entity=row.entity,
            relation=f"{row.path}.{name}" if row.path else name,
            many=many,
            built=identity(row.query),
            loaded=tuple(sorted(loaded)),
            depends=value,
        )

    def _element(self, query: Query, value: Val) -> Val:
        if query.entity is None or "values" in query.flags:
            return Val(None, (*kept_origins(value), (("field", query.entity or "", "*"), 0, None)))
        fetched = query._replace(via=None, filters=(), order=(), flags=frozenset())
        return Val(("row", Row(ORM, query.entity, fetched)), kept_origins(value))

    def remedy(self, remedy: Remedy) -> str | None:
        if remedy.kind is not RemedyKind.LOAD:
            return None
        return f'.prefetch_related("{remedy.subject.replace(".", "__")}")'


def relation_paths(call: CallSite) -> frozenset[str]:
    """The relation paths that texts name, each prefix included; `?` where one can't be read."""
    found = {"?"} if call.spread else set()
    for value in call.args:
        if not isinstance(value.const, str) or value.origins:
            found.add("?")
            continue
        parts = value.const.split("__")
        found.update(".".join(parts[: end + 1]) for end in range(len(parts)))
    return frozenset(found)


# --- connections ---------------------------------------------------------------------------------------------------
def _execute(call: CallSite) -> Val:
    verb = call.name.rpartition(".")[2]
    parameters = _EXECUTES[verb] and (len(call.args) > 1 or "values" in call.keywords)
    emit_sql(call, call.argument(0, "query"), f"connection.{verb}", parameters=parameters)
    return Val(None, ((("result", "database row"), 0, None),))


def _raw_sql(call: CallSite) -> Val:
    emit_sql(call, call.argument(0, "sql"), "RawSQL", parameters=False)
    return UNKNOWN


def _atomic(call: CallSite) -> Val:
    return Val(("object", "tortoise.transactions.Atomic"))


def _ending(effect: str) -> Handler:
    def handler(call: CallSite) -> Val:
        transactions.end(call.frame, call.position, effect)
        transactions.set_state(call.frame, OFF)
        return NONE

    return handler
