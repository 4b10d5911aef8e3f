"""Peewee: models, queries that run when they are iterated or executed, rows, relations that load when touched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.entity import Entity
from archwright.model.finding import Remedy, RemedyKind
from archwright.source.flow import attributes, transactions
from archwright.source.flow.frame import Frame
from archwright.source.flow.transactions import BEFORE, OFF, ON, Scope
from archwright.source.flow.values import (
    ALL_USES,
    NO,
    NONE,
    NUMBER,
    UNKNOWN,
    UNKNOWN_ORIGIN,
    Query,
    Row,
    Val,
    clean,
    deep_origins,
    join_origins,
)
from archwright.source.frameworks.base import CallSite, Framework, Handler, Iteration
from archwright.source.frameworks.shared.queries import (
    LIMIT,
    UNREAD,
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

ORM = "peewee"
_DATABASE = "peewee.Database"
_BLOCK = "peewee.Atomic"
_SAVEPOINT = "peewee.Savepoint"
_MANUAL = "peewee.ManualCommit"
_WORDS: Final = Words(
    bases=frozenset({"peewee.Model", "playhouse.flask_utils.FlaskDB.Model", "playhouse.signals.Model"}),
    references=frozenset({"ForeignKeyField", "DeferredForeignKey"}),
    collections=frozenset({"ManyToManyField"}),
    back="backref",
    back_default="{}_set",
    table=("table_name", "db_table"),
    key=("primary_key",),
)
_DATABASES = (
    *(f"peewee.{name}" for name in ("SqliteDatabase", "PostgresqlDatabase", "MySQLDatabase", "DatabaseProxy", "Proxy")),
    *(
        f"playhouse.pool.Pooled{name}"
        for name in ("SqliteDatabase", "PostgresqlDatabase", "MySQLDatabase", "PostgresqlExtDatabase")
    ),
    "playhouse.sqlite_ext.SqliteExtDatabase",
    "playhouse.postgres_ext.PostgresqlExtDatabase",
    "playhouse.sqliteq.SqliteQueueDatabase",
    "playhouse.cockroachdb.CockroachDatabase",
    "playhouse.apsw_ext.APSWDatabase",
    "playhouse.mysql_ext.MySQLConnectorDatabase",
)
_SAME = frozenset(
    [
        "join",
        "join_from",
        "left_outer_join",
        "switch",
        "offset",
        "group_by",
        "having",
        "distinct",
        "from_",
        "alias",
        "dicts",
        "tuples",
        "namedtuples",
        "objects",
        "returning",
        "window",
        "with_cte",
        "ctes",
        "union",
        "union_all",
        "intersect",
        "except_",
        "on_conflict_ignore",
        "iterator",
        "bind",
        "lateral",
        "columns",
        "execute_sql",
    ]
)
_STARTS: Final = {
    "select": "select",
    "update": "update",
    "delete": "delete",
    "insert": "insert",
    "insert_many": "insert",
    "insert_from": "insert",
    "replace": "upsert",
    "replace_many": "upsert",
}
_OPERATORS: Final = {
    "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "<<": "in", "%": "like", "**": "ilike", ">>": "is",
}  # fmt: skip
_COMPARES: Final = {
    "in_": "in", "not_in": "not in", "is_null": "is null", "contains": "icontains", "startswith": "istartswith",
    "endswith": "iendswith", "between": "between", "regexp": "regex", "like": "like", "ilike": "ilike",
}  # fmt: skip


class Peewee(Framework):
    """Models, queries and the database."""

    name = ORM
    title = "Peewee"
    packages = ("peewee", "playhouse")
    aliases: ClassVar[dict[str, str]] = dict.fromkeys(_DATABASES, _DATABASE)
    returns: ClassVar[dict[str, str]] = {
        "playhouse.db_url.connect": _DATABASE,
        f"{_DATABASE}.atomic": _BLOCK,
        f"{_DATABASE}.transaction": _BLOCK,
        f"{_DATABASE}.savepoint": _SAVEPOINT,
        f"{_DATABASE}.manual_commit": _MANUAL,
        f"{_DATABASE}.connection_context": "peewee.ConnectionContext",
    }
    attributes: ClassVar[dict[str, str]] = {"playhouse.flask_utils.FlaskDB.database": _DATABASE}
    scopes: ClassVar[dict[str, Scope]] = {
        _BLOCK: Scope(ON, BEFORE),
        _SAVEPOINT: Scope(ON, ON),
        _DATABASE: Scope(ON, BEFORE),  # `with database:` opens a connection and a transaction
        _MANUAL: Scope(OFF, BEFORE, begins=False),
    }
    objects = (_DATABASE,)

    def __init__(self) -> None:
        super().__init__()
        self._records: Records | None = None
        self.calls.update(
            {
                f"{_DATABASE}.execute_sql": _execute_sql,
                f"{_DATABASE}.execute": self._execute,
                f"{_DATABASE}.begin": _begin,
                f"{_DATABASE}.commit": _ending("Commit", OFF),
                f"{_DATABASE}.rollback": _ending("Rollback", OFF),
                f"{_BLOCK}.commit": _ending("Commit", ON),  # the block goes on with a new one
                f"{_BLOCK}.rollback": _ending("Rollback", ON),
                "peewee.SQL": _sql,
                "peewee.prefetch": self._prefetch,
            }
        )

        self.methods.update({"atomic": _maybe_block, "execute_sql": _maybe_sql})

    def prepare(self, project: Project, engine: Engine) -> None:
        self._records = Records(project, engine, _WORDS)

    @property
    def models(self) -> dict[str, Record]:
        """The models by dotted name."""
        return dict(models_of(self._records))

    def claims(self, info: ClassInfo) -> bool:
        return info.name in models_of(self._records)

    def instance(self, info: ClassInfo) -> tuple[Any, ...] | None:
        return ("row", Row(ORM, info.name, None))

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        return Val(("row", Row(ORM, info.name, None, "new")), (), NO, dict(call.keywords))

    def entities(self, project: Project, engine: Engine) -> Iterable[Entity]:
        return self._records.entities() if self._records is not None else ()

    # --- attributes ------------------------------------------------------------------------------------------------
    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        record = models_of(self._records).get(info.name)
        if record is None:
            return None
        if name in record.columns or name in record.relations:
            return _expression(info.name, name)
        query = Query(ORM, info.name, frame.unit, position, flags=frozenset({"model"}))
        return Val(("member", Val(("query", query)), name)) if info.lookup(name) is None else None

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        type_ = value.type
        if type_ is None or type_[0] != "row":
            return None
        row: Row = type_[1]
        if value.items is not None and name in value.items:
            return value.items[name]
        record = models_of(self._records).get(row.entity)
        if record is None:
            return None
        relation = record.relations.get(name)
        if relation is not None and relation.many:
            query = Query(
                ORM, relation.target, frame.unit, position, flags=frozenset({"select", "related"}), via=(row, name)
            )
            return Val(("query", query), value.origins)
        if relation is not None:
            return self._touch(frame, value, row, name, relation.target, position)
        hit = record.info.lookup(name)
        if hit is not None and hit[1].kind == "unit":
            return attributes.method_value(frame, value, hit[0].module.index << UNIT_BITS | int(hit[1].value), position)
        if name in record.columns:
            return Val(None, join_origins(kept_origins(value), ((("field", row.entity, name), 0, None),)))
        return Val(("member", value, name), join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))

    def _touch(self, frame: Frame, value: Val, row: Row, name: str, target: str | None, position: int) -> Val:
        path = f"{row.path}.{name}" if row.path and row.path != "new" else name
        loaded = loaded_along(row)
        if row.path != "new" and path not in loaded and "?" not in loaded:
            frame.emit(
                "Load",
                position,
                entity=row.entity,
                relation=path,
                many="one",
                built=identity(row.query),
                loaded=tuple(sorted(loaded)),
                depends=value,
            )
        if target is None:
            return Val(None, join_origins(kept_origins(value), (UNKNOWN_ORIGIN,)))
        return Val(("row", Row(ORM, target, row.query, path if row.path != "new" else "new")), kept_origins(value))

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
            return _compared(receiver, call.values(), _COMPARES.get(call.name))
        if "model" in query.flags:
            return self._model_method(call, query)
        return self._query_method(call, receiver, query)

    def _model_method(self, call: CallSite, query: Query) -> Val | None:
        name = call.name
        query = query._replace(unit=call.frame.unit, position=call.position, flags=frozenset())
        value = Val(None, _sent(call))
        kind = _STARTS.get(name)
        if kind is not None:
            query = query._replace(flags=frozenset({kind}), loaded=self._joined(query, call.args))
            if kind == "select":
                query = query._replace(columns=_columns(query, call.args))
            else:
                query = query._replace(columns=_fields(call))
            return Val(("query", query), value.origins)
        if name in ("get", "get_or_none", "get_by_id", "filter"):
            query = query._replace(flags=frozenset({"select"}))
            found, asked = conditioned(query, None, _conditions(call, key=name == "get_by_id"))
            if name == "filter":
                return Val(("query", found), value.origins, asked=asked)
            return self._one(call, Val(None, value.origins, asked=asked), found)
        if name in ("create", "get_or_create"):
            upsert = name == "get_or_create"
            found, asked = conditioned(query, None, _conditions(call)) if upsert else (query, {})
            emit_write(
                call.frame,
                call.position,
                query.entity,
                "upsert" if upsert else "insert",
                value.origins,
                fields=_fields(call),
                row=Row(ORM, query.entity or "", None, "new"),
                query=found if upsert else None,
                asked=asked,
            )
            row = Val(("row", Row(ORM, query.entity or "", None, "new")), (), NO, dict(call.keywords))
            return Val(("tuple",), (), NO, {0: row, 1: NUMBER}) if upsert else row
        if name in ("bulk_create", "bulk_update"):
            kind = "insert" if name == "bulk_create" else "update"
            emit_write(
                call.frame, call.position, query.entity, kind, value.origins, row=Row(ORM, query.entity or "", None)
            )
            return NUMBER
        if name in ("delete_by_id", "set_by_id"):
            kind = "delete" if name == "delete_by_id" else "update"
            found, asked = conditioned(query, None, [(("id", "="), call.args[0] if call.args else None)])
            emit_write(call.frame, call.position, query.entity, kind, value.origins, query=found, asked=asked)
            return NUMBER
        if name == "raw":
            emit_sql(call, call.args[0] if call.args else None, "Model.raw", parameters=len(call.args) > 1)
            return Val(("query", query._replace(flags=frozenset({"select"}))), ())
        if name in ("create_table", "drop_table", "truncate_table"):
            change = name.partition("_")[0]
            call.emit("SchemaChange", table=(query.entity or "").rpartition(".")[2], change=change)
            return NONE
        return Val(None, ()) if name in ("alias", "noop", "table_exists", "bind", "bind_ctx") else None

    def _query_method(self, call: CallSite, value: Val, query: Query) -> Val | None:
        name = call.name
        origins = join_origins(value.origins, _sent(call))
        if name in ("where", "filter", "orwhere"):
            told = _conditions(call) if name != "orwhere" else [(UNREAD, None)]
            found, asked = conditioned(query._replace(flags=query.flags | {"changed"}), value.asked, told)
            return Val(("query", found), origins, asked=asked)
        if name in ("order_by", "order_by_extend"):
            order = tuple(_named(each) for each in call.args)
            return Val(("query", query._replace(order=order)), value.origins, asked=value.asked)
        if name in ("limit", "paginate"):
            limit = call.argument(0 if name == "limit" else 1, "value")
            asked = {**(value.asked or {}), **({LIMIT: limit} if limit is not None else {})}
            flags = query.flags | {"changed", "limited"}
            return Val(("query", query._replace(flags=flags)), origins, asked=asked)
        if name == "for_update":
            return Val(("query", query._replace(flags=query.flags | {"locked"})), value.origins, asked=value.asked)
        if name in ("select", "select_extend"):
            found = query._replace(columns=_columns(query, call.args), loaded=self._joined(query, call.args))
            return Val(("query", found), value.origins, asked=value.asked)
        if name in ("on_conflict", "on_conflict_replace", "on_conflict_ignore"):
            kind = {"upsert"} if name != "on_conflict_ignore" else query.flags
            return Val(("query", query._replace(flags=frozenset(kind))), origins, asked=value.asked)
        if name in _SAME:
            flags = query.flags | ({"values"} if name in ("dicts", "tuples", "namedtuples") else {"changed"})
            return Val(("query", query._replace(flags=flags)), origins, asked=value.asked)
        if name == "prefetch":
            return self._prefetched(value, query, call.args)
        if name in ("get", "first", "get_or_none", "peek"):
            return self._one(call, value, query)
        if name in ("count", "scalar", "exists"):
            many = "exists" if name == "exists" else "aggregate"
            emit_read(call.frame, call.position, query, origins, many, value.asked)
            return NUMBER
        if name == "execute":
            return self._run(call.frame, call.position, value, query)
        if name in ("add", "remove", "clear"):  # of a many-to-many relation
            emit_write(
                call.frame, call.position, query.entity, "update", origins, row=Row(ORM, query.entity or "", None)
            )
            return NONE
        if name in ("sql", "columns", "c"):
            return UNKNOWN
        return None

    def _row_method(self, call: CallSite, value: Val, row: Row) -> Val | None:
        if call.name in ("save", "delete_instance"):
            delete = call.name == "delete_instance"
            only = call.argument(1, "only")
            fields = [_named(each) for each in (only.items or {}).values()] if only is not None else []
            kind = "delete" if delete else "save"
            emit_write(call.frame, call.position, row.entity, kind, deep_origins(value), fields=fields, row=row)
            return NUMBER
        record = models_of(self._records).get(row.entity)
        if call.name in _STARTS and record is not None:
            return None
        return Val(None, kept_origins(value)) if call.name in ("is_dirty", "clone", "get_id", "dirty_fields") else None

    def _one(self, call: CallSite, value: Val, query: Query) -> Val:
        found, asked = conditioned(query, value.asked, _conditions(call) if call.name == "get" and call.args else ())
        if "related" not in query.flags or "changed" in query.flags:
            emit_read(call.frame, call.position, found if call.args else query, value.origins, "one", asked)
        else:
            self._evaluated(call.frame, value, query, call.position)
        return self._element(query, value)

    def _execute(self, call: CallSite) -> Val | None:
        first = call.args[0] if call.args else None
        if first is not None and first.type is not None and first.type[0] == "query" and first.type[1].orm == ORM:
            return self._run(call.frame, call.position, first, first.type[1])
        return UNKNOWN

    def _run(self, frame: Frame, position: int, value: Val, query: Query) -> Val:
        kind = next((each for each in ("insert", "update", "delete", "upsert") if each in query.flags), None)
        if kind is None:
            self._evaluated(frame, value, query, position)
            return Val(("list",), (), NO, {"*": self._element(query, value)})
        one = Row(ORM, query.entity or "", None, "new") if kind in ("insert", "upsert") else None
        emit_write(
            frame,
            position,
            query.entity,
            kind,
            value.origins,
            fields=query.columns,
            row=one,
            query=query if one is None else None,
            asked=value.asked,
        )
        return NUMBER

    def _prefetch(self, call: CallSite) -> Val | None:
        """`prefetch(query, Other, ...)` runs at once, with one query for each."""
        first = call.args[0] if call.args else None
        if first is None or first.type is None or first.type[0] != "query" or first.type[1].orm != ORM:
            return None
        return self._prefetched(first, first.type[1], call.args[1:])

    def _prefetched(self, value: Val, query: Query, others: list[Val]) -> Val:
        record = models_of(self._records).get(query.entity or "")
        loaded = set(query.loaded)
        for other in others:
            entity = _entity(other)
            names = [n for n, r in (record.relations if record is not None else {}).items() if r.target == entity]
            loaded.update(names if entity is not None and names else ("?",))
        return Val(("query", query._replace(loaded=frozenset(loaded))), value.origins, asked=value.asked)

    def _joined(self, query: Query, args: list[Val]) -> frozenset[str]:
        """Relations that come along because the other model's columns are selected, too."""
        record = models_of(self._records).get(query.entity or "")
        found = set(query.loaded)
        for value in args:
            entity = _entity(value)
            if record is None or entity == query.entity:
                continue
            names = [n for n, r in record.relations.items() if r.target == entity and not r.many]
            found.update(names or ({"?"} if entity is not None else set()))
        return frozenset(found)

    # --- evaluation ------------------------------------------------------------------------------------------------
    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        if value.type is None or value.type[0] != "query" or "expression" in value.type[1].flags:
            return None
        query: Query = value.type[1]
        self._evaluated(frame, value, query, position)
        known = identity(query)
        if query.via is not None and "changed" not in query.flags and query.via[1] in loaded_along(query.via[0]):
            known = identity(query.via[0].query)
        return Iteration(self._element(query, value), "rows", query.entity, known)

    def evaluate(self, frame: Frame, value: Val, position: int, how: str) -> None:
        if value.type is not None and value.type[0] == "query" and "expression" not in value.type[1].flags:
            self._evaluated(frame, value, value.type[1], position)

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        if base.type is None or base.type[0] != "query" or "expression" in base.type[1].flags:
            return None
        self._evaluated(frame, base, base.type[1], position)
        element = self._element(base.type[1], base)
        return Val(("list",), (), NO, {"*": element}) if is_slice else element

    def operate(self, frame: Frame, op: str, left: Val, right: Val, position: int) -> Val | None:
        if _is_expression(left) and op in _OPERATORS:
            return _compared(left, [right], _OPERATORS[op])
        if _is_expression(right) and op in _OPERATORS and not _is_expression(left):
            return _compared(right, [left], _OPERATORS[op])
        if op not in ("&", "|"):
            return _expression(None, "") if _is_expression(left) or _is_expression(right) else None
        sides = [side for side in (left, right) if _is_expression(side)]
        if not sides:
            return None
        filters = tuple(each for side in sides for each in (side.type[1].filters if side.type is not None else ()))
        whole = op == "&" and len(sides) == 2
        query = Query(ORM, None, -1, 0, flags=frozenset({"expression"}), filters=filters if whole else (UNREAD,))
        asked = {key: item for side in sides for key, item in (side.asked or {}).items()}
        return Val(("query", query), join_origins(left.origins, right.origins), asked=asked if whole else None)

    def _evaluated(self, frame: Frame, value: Val, query: Query, position: int) -> None:
        if query.via is not None and "changed" not in query.flags:
            row, name = query.via
            loaded = loaded_along(row)
            if row.path != "new" and name not in loaded and "?" not in loaded:
                frame.emit(
                    "Load",
                    position,
                    entity=row.entity,
                    relation=f"{row.path}.{name}" if row.path else name,
                    many="many",
                    built=identity(row.query),
                    loaded=tuple(sorted(loaded)),
                    depends=value,
                )
            return
        emit_read(frame, position, query, value.origins, "many", value.asked)

    def _element(self, query: Query, value: Val) -> Val:
        if query.entity is None or "values" in query.flags:
            return Val(None, (*kept_origins(value), (("field", query.entity or "", "*"), 0, None)))
        fetched = query._replace(via=None, filters=(), order=(), flags=frozenset())
        return Val(("row", Row(ORM, query.entity, fetched)), kept_origins(value))

    def remedy(self, remedy: Remedy) -> str | None:
        if remedy.kind is not RemedyKind.LOAD:
            return None
        name = remedy.subject.rpartition(".")[2]
        return f"prefetch(query, the model of {name})" if remedy.many else f"select and join the model of {name}"


def _expression(entity: str | None, name: str) -> Val:
    return Val(("query", Query(ORM, entity, -1, 0, flags=frozenset({"expression"}), via=("column", name))))


def _is_expression(value: Val) -> bool:
    return (
        value.type is not None
        and value.type[0] == "query"
        and value.type[1].orm == ORM
        and "expression" in value.type[1].flags
    )


def _named(value: Val) -> str:
    """The column that an expression is, as an order names it."""
    return str(value.type[1].via[1]) if _is_expression(value) and value.type is not None and value.type[1].via else "?"


def _entity(value: Val) -> str | None:
    if value.type is not None and value.type[0] == "class":
        return str(value.type[1].name)
    return value.type[1].entity if _is_expression(value) and value.type is not None else None


def _compared(column: Val, others: list[Val], operator: str | None) -> Val:
    """`Tweet.text == x`: a condition; any other call of a column is an expression."""
    query: Query = column.type[1]  # type: ignore[index]
    origins = join_origins(column.origins, clean(tuple(o for v in others for o in deep_origins(v)), ALL_USES))
    if operator is None or query.via is None:
        if query.via is not None and not others:  # `.desc()`, `.asc()`
            return column
        return Val(("query", query._replace(via=None, filters=())), origins)
    told, asked = conditioned(
        query._replace(filters=()), None, [((str(query.via[1]), operator), others[0] if others else None)]
    )
    return Val(("query", told._replace(via=None)), origins, asked=asked)


def _conditions(call: CallSite, *, key: bool = False) -> list[tuple[tuple[str, str], Val | None]]:
    told: list[tuple[tuple[str, str], Val | None]] = []
    if key:
        return [(("id", "="), call.args[0] if call.args else None)]
    for value in call.args:
        if _is_expression(value) and value.type is not None and value.type[1].filters:
            told += [(each, (value.asked or {}).get(each)) for each in value.type[1].filters]
        else:
            told.append((UNREAD, None))
    told += [((name.replace("__", "."), "="), each) for name, each in call.keywords.items() if name != "defaults"]
    return told + ([(UNREAD, None)] if call.spread else [])


def _columns(query: Query, args: list[Val]) -> tuple[str, ...]:
    names = [_named(value) for value in args]
    return (
        tuple(names) if all(_is_expression(v) and _entity(v) == query.entity for v in args) and "?" not in names else ()
    )


def _fields(call: CallSite) -> tuple[str, ...]:
    found = dict.fromkeys(name for name in call.keywords if name != "defaults")
    for value in call.args:
        rows = [value, *(value.items or {}).values()] if value.type == ("list",) else [value]
        found.update(
            dict.fromkeys(key for row in rows for key in row.items or {} if isinstance(key, str) and key != "*")
        )
    defaults = call.keywords.get("defaults")
    found.update(
        dict.fromkeys(str(key) for key in (defaults.items or {} if defaults is not None else {}) if key != "*")
    )
    return tuple(found)


def _sent(call: CallSite) -> tuple[Any, ...]:
    """What the arguments bring: a driver sends it apart from the text."""
    return tuple(clean(tuple(o for value in call.values() for o in deep_origins(value)), ALL_USES))


# --- the database --------------------------------------------------------------------------------------------------
def _execute_sql(call: CallSite) -> Val:
    emit_sql(
        call,
        call.argument(0, "sql"),
        "Database.execute_sql",
        parameters=len(call.args) > 1 or "params" in call.keywords,
    )
    return Val(("object", "peewee.Cursor"))


def _maybe_block(call: CallSite) -> Val | None:
    """`x.atomic()` on something unknown: nothing but a database of Peewee has such a method."""
    return Val(("object", _BLOCK)) if call.receiver is not None and call.receiver.type is None else None


def _maybe_sql(call: CallSite) -> Val | None:
    return _execute_sql(call) if call.receiver is not None and call.receiver.type is None else None


def _sql(call: CallSite) -> Val:
    """`SQL(text, params)`: a part of a query as it stands."""
    emit_sql(call, call.argument(0, "sql"), "SQL", parameters=len(call.args) > 1 or "params" in call.keywords)
    return _expression(None, "")


def _begin(call: CallSite) -> Val:
    transactions.begin(call.frame, call.position)
    return NONE


def _ending(effect: str, after: str) -> Handler:
    def handler(call: CallSite) -> Val:
        transactions.end(call.frame, call.position, effect)
        transactions.set_state(call.frame, after)
        return NONE

    return handler
