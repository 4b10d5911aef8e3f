"""SQLAlchemy sessions, connections and results: where statements run, rows come back and changes are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from archwright.source.flow import attributes, stores
from archwright.source.flow.calls import call_value
from archwright.source.flow.operators import shape
from archwright.source.flow.transactions import implied, set_state, state_of
from archwright.source.flow.values import NO, NONE, NUMBER, UNKNOWN, Origin, Query, Row, Val, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.databases.dbapi import SQL_START
from archwright.source.frameworks.shared.held import forget_all_relations, forget_relations
from archwright.source.frameworks.shared.queries import conditioned, counted, emit_write
from archwright.source.frameworks.sqlalchemy.cascades import Made, handed_over
from archwright.source.frameworks.sqlalchemy.collections import changed
from archwright.source.frameworks.sqlalchemy.options import paths_of
from archwright.source.frameworks.sqlalchemy.pages import page
from archwright.source.frameworks.sqlalchemy.statements import (
    build,
    changing,
    entity_of,
    keep_values,
    of_model,
    set_fields,
)
from archwright.source.frameworks.sqlalchemy.transactions import autocommits
from archwright.source.frameworks.sqlalchemy.values import (
    DATABASE_ROW,
    ORM,
    along,
    bound,
    cell_value,
    cells,
    element_of,
    interpret,
    kept,
    listed,
    query_of,
    raws,
    read,
    row_of,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_CHANGES = ("insert", "update", "delete")
_ONE = words(
    "first one one_or_none fetchone first_or_404 one_or_404 get get_or_404 scalar_one scalar_one_or_none scalar value"
)
_SAME_RESULT = words("unique columns tuples yield_per freeze execution_options")
_WRITES: Final = {
    "add": "insert",
    "add_all": "insert",
    "merge": "save",
    "delete": "delete",
    "bulk_save_objects": "save",
    "bulk_insert_mappings": "insert",
    "bulk_update_mappings": "update",
}


# --- running -----------------------------------------------------------------------------------------------------
def run(call: CallSite, flag: str, many: str = "many") -> Val | None:
    """`execute`, `scalars`, `stream`, `exec`, `scalar`: `flag` says what the result's elements are."""
    state = state_of(call.frame)
    if not autocommits(call.receiver):
        implied(call.frame)
    found = _run(call, flag, many)
    if autocommits(call.receiver):
        set_state(call.frame, state)
    return found


def _run(call: CallSite, flag: str, many: str) -> Val | None:
    statement = call.argument(0, "statement")
    if statement is None:
        statement = call.argument(0, "clause")
    if statement is None:
        return None
    query = query_of(statement)
    holder = _holder(call)
    verb = call.name.rpartition(".")[2]
    parameters = len(call.args) > 1 or "params" in call.keywords or "parameters" in call.keywords
    if query is None:
        return _unread(call, statement, f"{holder}.{verb}", parameters=parameters, flag=flag)
    if "text" in query.flags:
        raw = raws([statement])
        if raw is None:  # it came as an argument: all that is known of it is where it came from
            raw = Val(None, statement.origins)
        interpret(call.frame, call.position, raw, f"{holder}.{verb}(text)", parameters=parameters)
        return _result(Query(ORM, None, query.unit, query.position), flag)
    changes = next((kind for kind in _CHANGES if kind in query.flags), None)
    origins = join_origins(statement.origins, bound([*call.args[1:], *call.keywords.values()]))
    if changes is not None:
        _change(call, statement, query, changes, origins)
        query = query._replace(unit=call.frame.unit, position=call.position)
    else:
        read(call.frame, call.position, query, origins, many, statement.asked)
    found = _result(query, flag)
    return Val(found.type, kept(Val(None, origins)))


def _change(call: CallSite, statement: Val, query: Query, kind: str, origins: tuple[Origin, ...]) -> None:
    """An insert, update or delete runs; how many rows it changed is asked of its result, if at all."""
    fields = query.columns
    if not fields and len(call.args) > 1:
        rows = call.args[1]
        first = next(iter((rows.items or {}).values()), rows) if rows.type == ("list",) else rows
        fields = tuple(key for key in first.items or {} if isinstance(key, str) and key != "*")
    if "on conflict" in query.flags:
        kind = "upsert"
    emit_write(
        call.frame,
        call.position,
        query.entity,
        kind,
        origins,
        fields=fields,
        row=Row(ORM, query.entity or "", None, "new") if kind in ("insert", "upsert") else None,
        query=query,
        asked=statement.asked,
    )
    counted(call.frame, call.position, used=query.via is not None and query.via[0] == "columns")


def scalar(call: CallSite) -> Val | None:
    """`session.scalar(statement)`: the first column of the first row."""
    result = run(call, "rows", "one")
    query = query_of(result)
    if result is None or query is None:
        return result
    return _first_cell(query, result)


def exec_(call: CallSite) -> Val | None:
    """SQLModel's `session.exec`: scalars where one thing is selected, rows otherwise."""
    query = query_of(call.argument(0, "statement"))
    known = cells(query) if query is not None else None
    return run(call, "scalars" if known is not None and len(known) == 1 else "rows")


def fetch(many: str) -> Callable[[CallSite], Val | None]:
    """`database.fetch_all(statement)` and its like, on anything: only where a statement is handed over."""

    def handler(call: CallSite) -> Val | None:
        if query_of(call.argument(0, "query")) is None:
            return None
        state = state_of(call.frame)
        result = run(call, "rows", many)
        set_state(call.frame, state)  # such a library commits each statement, where nobody begins a transaction
        query = query_of(result)
        if result is None or query is None:
            return result
        if many == "many":
            return listed(query, result)
        return _first_cell(query, result) if call.name == "fetch_val" else element_of(query, result)

    return handler


def _unread(call: CallSite, statement: Val, api: str, *, parameters: bool, flag: str) -> Val | None:
    """What runs is no statement that was followed: a text, or something unknown."""
    attributes.touched(call.frame, statement)
    is_text = statement.type == ("text",) or isinstance(statement.const, str) or SQL_START.match(shape(statement))
    outside = any(key[0] in ("source", "parameter") for key, _, _ in statement.origins)
    if is_text or (statement.type is None and outside):
        interpret(call.frame, call.position, statement, api, parameters=parameters)
    return _result(Query(ORM, None, call.frame.unit, call.position), flag)


def _result(query: Query, flag: str) -> Val:
    flags = frozenset({"result", flag}) | (query.flags & {"aggregate", "exists"})
    return Val(("query", query._replace(flags=flags, filters=(), order=(), loaded=along(query))))


def _first_cell(query: Query, value: Val) -> Val:
    known = cells(query)
    if not known:
        return Val(None, (*kept(value), DATABASE_ROW))
    return cell_value(query, known[0], kept(value))


def _holder(call: CallSite) -> str:
    type_ = call.receiver.type if call.receiver is not None else None
    if type_ is not None and type_[0] == "object":
        return str(type_[1]).rpartition(".")[2]
    return "op" if call.name.startswith("alembic.") else "Session"


# --- rows by key, changes ----------------------------------------------------------------------------------------
def get(call: CallSite) -> Val | None:
    """`session.get(Model, key)`."""
    first = call.argument(0, "entity")
    if first is not None:
        attributes.touched(call.frame, first)
    if first is None or first.type is None or first.type[0] != "class":
        return None
    options = call.keywords.get("options")
    query = of_model(first.type[1].name, call.frame.unit, call.position, flag="result")
    if options is not None:
        query = query._replace(loaded=paths_of([options]))
    if "with_for_update" in call.keywords:
        query = query._replace(flags=query.flags | {"locked"})
    origins = bound([*call.args[1:], *call.keywords.values()])
    if not (_held(call, first.type[1].name) and "locked" not in query.flags and options is None):
        narrowed, asked = conditioned(query, None, [(("id", "="), call.argument(1, "ident"))])
        read(call.frame, call.position, narrowed, origins, "one", asked)
    return cell_value(query, ("row", first.type[1].name), kept(Val(None, origins)))


def _held(call: CallSite, entity: str) -> bool:
    """True where the key is that of a row of the same kind: the session that gave the row still holds it, and asks nobody."""
    key = call.argument(1, "ident")
    return key is not None and any(
        origin[0] == "field" and origin[1] == entity and origin[2] == "id" for origin, _, _ in key.origins
    )


def write(call: CallSite) -> Val | None:
    """`add`, `merge`, `delete` and the bulk methods."""
    name = call.name.rpartition(".")[2]
    if not call.args:
        return NONE
    given = call.args[0]
    attributes.touched(call.frame, given)
    implied(call.frame)
    for value in (given,) if row_of(given) is not None else (given.items or {}).values():
        handed_over(call.frame, value)
    for entity, value in _written(given).items():
        row = row_of(value)
        new = row is not None and row.path == "new" and value.items is not None
        kind = _WRITES[name]
        if new and name != "delete":
            stores.keep_all(call.frame, call.position, entity, value.items or {})
        if kind == "insert" and row is not None and row.path != "new":
            kind = "save"  # a row that a query fetched is in its session already; what is known of it is kept
        emit_write(
            call.frame,
            call.position,
            entity,
            kind,
            deep_origins(given),
            fields=[key for key in value.items or {} if isinstance(key, str)] if new else (),
            row=row if row is not None else Row(ORM, entity or "", None),
        )
    return given if name == "merge" else NONE


def _written(given: Val) -> dict[str | None, Val]:
    """The row handed over, or of a list of rows the first of each entity; None: rows of something unknown."""
    row = row_of(given)
    if row is not None:
        return {row.entity: given}
    found: dict[str | None, Val] = {}
    for item in (given.items or {}).values():
        held = row_of(item)
        if held is not None:
            found.setdefault(held.entity, item)
    return found or {entity_of(given): given}


def maybe_write(call: CallSite) -> Val | None:
    """The same on something unknown, where a row is handed over."""
    if call.receiver is not None and call.receiver.type in (("set",), ("list",), ("dict",)):
        return None
    first = call.argument(0, "instance")
    if row_of(first) is None:
        if first is not None and first.items and any(row_of(item) is not None for item in first.items.values()):
            return write(call) if call.name != "add" else None
        return None
    return write(call)


def refresh(call: CallSite) -> Val | None:
    """`session.refresh(row)`: one more read."""
    row = row_of(call.argument(0, "instance"))
    if row is None:
        return None
    expire(call)
    query = Query(ORM, row.entity, call.frame.unit, call.position)
    read(call.frame, call.position, query, bound(call.args[:1]), "one")
    return NONE


def expire(call: CallSite) -> Val:
    """`session.expire(row)`, of some attributes or of all: relations among them are fetched again."""
    value, names = call.argument(0, "instance"), call.argument(1, "attribute_names")
    if value is not None and (names is None or names.items is None):
        forget_relations(call.frame, value)
    elif value is not None and names is not None:
        for name in (names.items or {}).values():
            if isinstance(name.const, str):
                forget_relations(call.frame, value, name.const)
    return NONE


def expire_all(call: CallSite) -> Val:
    """`session.expire_all()`."""
    forget_all_relations(call.frame)
    return NONE


def run_sync(call: CallSite) -> Val:
    """`await session.run_sync(function, ...)` calls the function with the session."""
    if not call.args or call.receiver is None:
        return UNKNOWN
    return call_value(
        call.frame, call.args[0], [call.receiver, *call.args[1:]], call.keywords, call.spread, call.position
    )


def executed(call: CallSite, text: Val) -> Val | None:
    """`DDL(text).execute(connection)`: SQL text that is told where to run."""
    raw = raws([text])
    if raw is None or not call.args:
        return None
    implied(call.frame)
    interpret(call.frame, call.position, raw, "DDL.execute")
    return _result(Query(ORM, None, call.frame.unit, call.position), "rows")


def silent(call: CallSite) -> Val:
    """Nothing that is judged here."""
    return NONE


def exec_driver_sql(call: CallSite) -> Val:
    """`connection.exec_driver_sql(text)`, `op.execute(text)`."""
    statement = call.argument(0, "statement") or call.argument(0, "sqltext")
    if not autocommits(call.receiver):
        implied(call.frame)
    if statement is not None:
        if query_of(statement) is not None:
            return run(call, "rows") or UNKNOWN
        verb = call.name.rpartition(".")[2]
        interpret(call.frame, call.position, statement, f"{_holder(call)}.{verb}", parameters=len(call.args) > 1)
    return _result(Query(ORM, None, call.frame.unit, call.position), "rows")


# --- the legacy Query and results ---------------------------------------------------------------------------------
def query_method(call: CallSite, value: Val, query: Query) -> Val | None:
    """Methods of `session.query(...)`."""
    name = call.name
    if name == "all":
        read(call.frame, call.position, query, value.origins, "many", value.asked)
        return listed(query, value)
    if name in _ONE:
        origins = join_origins(value.origins, bound(call.values()))
        read(call.frame, call.position, query, origins, "one", value.asked)
        tied = Val(None, origins)
        if name in ("scalar", "value"):
            return _first_cell(query, tied)
        return element_of(query, tied)
    if name == "count":
        counting = query._replace(flags=query.flags | {"aggregate"})
        read(call.frame, call.position, counting, value.origins, "aggregate", value.asked)
        return NUMBER
    if name in ("delete", "update"):
        origins = join_origins(value.origins, bound(call.values()))
        implied(call.frame)
        fields = set_fields(call) if name == "update" else ()
        if name == "update":
            keep_values(call, query.entity)
        emit_write(
            call.frame, call.position, query.entity, name, origins, fields=fields, query=query, asked=value.asked
        )
        return NUMBER
    if name == "paginate":
        return page(call, value, query)
    if name == "select" or "write_only" in query.flags:
        return of_collection(call, value, query)
    if name in ("subquery", "exists", "cte", "as_scalar", "scalar_subquery", "label"):
        return build(call, value, query)
    if name in ("append", "add", "remove", "extend"):  # of a relation that loads on demand
        changed(call)
        return NONE
    return build(call, value, query)


def of_collection(call: CallSite, value: Val, query: Query) -> Val | None:
    """Methods of a relation that is only written: statements about its rows, and changes of what it holds."""
    if call.name == "select" and query.entity is not None:
        made = of_model(query.entity, call.frame.unit, call.position, flag="statement")
        return Val(("query", made), join_origins(value.origins, bound(call.values())))
    if call.name in ("insert", "update", "delete"):
        return changing(call.name, query.entity, call)
    changed(call)
    return NONE


def result_method(call: CallSite, value: Val, query: Query) -> Val | None:
    """Methods of what `execute` and `scalars` gave."""
    name = call.name
    if name in ("all", "fetchall", "fetchmany", "to_list"):
        return listed(query, value)
    if name in _SAME_RESULT or name == "__aenter__":
        return value
    if name in _ONE:
        _narrow(call, query)
        return _first_cell(query, value) if name.startswith("scalar") else element_of(query, value)
    if name in ("scalars", "mappings"):
        return Val(
            ("query", query._replace(flags=query.flags - {"rows", "scalars", "mappings"} | {name})), value.origins
        )
    if name == "partitions":
        return Val(("list",), (), NO, {"*": listed(query, value)})
    if name in ("close", "keys"):
        return NONE
    return None


def _narrow(call: CallSite, query: Query) -> None:
    """Only now it shows that the read before gave one row."""
    built = (query.unit, query.position)
    for effect in reversed(call.frame.effects):
        if effect.kind == "Read" and effect.slots.get("built") == built and not effect.calls:
            if effect.slots["many"] == "many":
                effect.slots["many"] = "one"
            return


def new_row(entity: str, keywords: dict[str, Val], spread: list[Val]) -> Val:
    """`Model(...)`: a row that no query fetched."""
    origins = bound(spread)
    return Val(("row", Row(ORM, entity, None, "new")), origins, NO, Made(keywords))
