"""SQLAlchemy statements under construction: select, insert, update, delete, the legacy Query, and SQL expressions."""

from __future__ import annotations

from typing import Final

from archwright.source.flow import attributes, stores
from archwright.source.flow.values import NUMBER, UNKNOWN, Query, Val, join_origins
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.names import assigns
from archwright.source.frameworks.shared.queries import LIMIT, UNREAD, conditioned
from archwright.source.frameworks.sqlalchemy.options import paths_of
from archwright.source.frameworks.sqlalchemy.values import (
    ORM,
    Cell,
    bound,
    cells,
    combined,
    expression,
    has,
    interpret,
    query_of,
    raws,
    sql_text,
    words,
)

_FILTERS = frozenset({"where", "filter", "filter_by", "having"})
_RAW_TEXT = frozenset({"prefix_with", "suffix_with", "with_hint", "with_statement_hint"})
_SAME = words(
    "select_from join outerjoin join_from outerjoin_from distinct group_by limit offset slice fetch execution_options "
    "params yield_per correlate correlate_except populate_existing autoflush enable_eagerloads union union_all "
    "intersect except_ reset_joinpoint values on_conflict_do_update on_conflict_do_nothing on_duplicate_key_update "
    "set_label_style apply_labels with_session bindparams from_select inline ordered_values add_cte return_defaults "
    "enable_assertions with_labels tablesample only_return_tuples with_parent from_self select_entity_from with_hint "
    "with_statement_hint prefix_with suffix_with"
)
_TO_TABLE = frozenset({"subquery", "cte", "alias", "lateral"})
_TO_EXPRESSION = frozenset({"scalar_subquery", "as_scalar", "exists", "label"})
_COMPARES = {
    "in_": "in",
    "notin_": "not in",
    "not_in": "not in",
    "is_": "is",
    "isnot": "is not",
    "is_not": "is not",
    "like": "like",
    "ilike": "ilike",
    "between": "between",
    "contains": "contains",
    "startswith": "like",
    "endswith": "like",
    "any": "any",
    "has": "any",
}
OPERATORS: Final = {"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


# --- the start of a statement ------------------------------------------------------------------------------------
def select(call: CallSite) -> Val:
    """`select(...)`; in 1.3 its one argument was a list."""
    return _selecting(call, frozenset({"statement"}))


def session_query(call: CallSite) -> Val:
    """`session.query(...)`."""
    return _selecting(call, frozenset({"session"}))


def _selecting(call: CallSite, flags: frozenset[str]) -> Val:
    args = call.args
    if len(args) == 1 and args[0].type == ("list",) and args[0].items is not None and "*" not in args[0].items:
        args = list(args[0].items.values())
    for value in args:
        attributes.touched(call.frame, value)
    query = Query(ORM, None, call.frame.unit, call.position, flags=flags)
    columns = None if call.spread else _cells(args)
    query = _about(query, args)._replace(via=("columns", columns) if columns is not None else None)
    if args and all(has(value, "aggregate") for value in args):
        query = query._replace(flags=query.flags | {"aggregate"})
    elif args and all(has(value, "exists") for value in args):
        query = query._replace(flags=query.flags | {"exists"})
    _embed(call, args)
    return Val(("query", query), bound([*args, *call.spread]))


def changing(kind: str, entity: str | None, call: CallSite) -> Val:
    """`insert(X)`, `update(X)`, `delete(X)`."""
    if call.args:
        attributes.touched(call.frame, call.args[0])
    query = Query(ORM, entity, call.frame.unit, call.position, flags=frozenset({"statement", kind}))
    return Val(("query", query), bound(call.values()))


def of_model(entity: str, unit: int, position: int, *, flag: str) -> Query:
    """A query for the rows of one model."""
    return Query(ORM, entity, unit, position, flags=frozenset({flag}), via=("columns", (("row", entity),)))


def entity_of(value: Val | None) -> str | None:
    """The model or table that a value stands for, as a class, a table, or a column of one."""
    if value is None or value.type is None:
        return None
    if value.type[0] == "class":
        return str(value.type[1].name)
    query = query_of(value)
    return query.entity if query is not None else None


def _cells(args: list[Val]) -> tuple[Cell, ...] | None:
    found: list[Cell] = []
    for value in args:
        query = query_of(value)
        if value.type is not None and value.type[0] == "class":
            found.append(("row", value.type[1].name))
        elif query is not None and query.via is not None and query.via[0] == "column" and query.entity is not None:
            found.append(("field", query.entity, query.via[1]))
        elif query is not None and query.via is not None and query.via[0] == "label":
            found.append(("value", query.via[1]))
        elif query is not None and "expression" in query.flags:
            found.append(("value", ""))
        else:
            return None  # a table or a subquery has columns of its own; of the rest nothing is known
    return tuple(found)


def _about(query: Query, args: list[Val]) -> Query:
    """The same query with its entity, where the arguments tell the first."""
    if query.entity is not None:
        return query
    return query._replace(entity=next((entity for value in args if (entity := entity_of(value))), None))


# --- its methods -------------------------------------------------------------------------------------------------
def build(call: CallSite, value: Val, query: Query) -> Val | None:
    """A method that gives the statement with something added; None for what is no such method."""
    name = call.name
    if name in _FILTERS:
        return _filtered(call, value, query)
    if name == "order_by":
        return _ordered(call, value, query)
    if name == "options":
        loaded = query.loaded | paths_of([*call.args, *call.spread])
        return Val(("query", query._replace(loaded=loaded)), value.origins, asked=value.asked)
    if name == "with_for_update":
        return Val(("query", query._replace(flags=query.flags | {"locked"})), value.origins, asked=value.asked)
    if name == "limit" and call.args:
        asked = {**(value.asked or {}), LIMIT: call.args[0]}
        return Val(("query", query), join_origins(value.origins, bound(call.args)), asked=asked)
    if name.startswith(("on_conflict_do_update", "on_duplicate_key_update")):
        query = query._replace(flags=query.flags | {"on conflict"})
    elif name == "values":
        query = query._replace(columns=set_fields(call))
        keep_values(call, query.entity)
    if name in (
        "with_entities",
        "with_only_columns",
        "returning",
        "add_columns",
        "add_entity",
        "add_column",
        "columns",
    ):
        return _recolumned(call, value, query)
    if name == "from_statement":
        _embed(call, call.args, everything=True)
        return Val(("query", query), join_origins(value.origins, bound(call.args)), asked=value.asked)
    if name in _RAW_TEXT:
        for text in call.args[-1:]:
            interpret(call.frame, call.position, text, f"{_holder(query)}.{name}")
        return value
    if name == "group_by":
        query = query._replace(flags=query.flags - {"aggregate"})
    if name in _SAME or name == "join":
        _embed(call, call.args)
        origins = join_origins(value.origins, bound(call.values()))
        return Val(("query", _about(query, call.args)), origins, asked=value.asked)
    if name in _TO_TABLE:
        return Val(("query", query._replace(flags=frozenset({"table"}), via=None)), value.origins)
    if name in _TO_EXPRESSION:
        flags = query.flags & {"aggregate"} | ({"exists"} if name == "exists" else set())
        return expression(
            query.entity, join_origins(value.origins, bound(call.values())), filters=query.filters, flags=flags
        )
    return None


def _filtered(call: CallSite, value: Val, query: Query) -> Val:
    told: list[tuple[tuple[str, str], Val | None]] = []
    for given in call.args:
        inner = query_of(given)
        told += [(each, (given.asked or {}).get(each)) for each in inner.filters] if inner is not None else []
        if inner is None or not inner.filters:
            told.append((UNREAD, None))
    if call.name == "filter_by":
        told += [((name, "="), call.keywords[name]) for name in sorted(call.keywords)]
    if call.spread:
        told.append((UNREAD, None))
    _embed(call, call.args)
    query, asked = conditioned(_about(query, call.args), value.asked, told)
    return Val(("query", query), join_origins(value.origins, bound(call.values())), asked=asked)


def _ordered(call: CallSite, value: Val, query: Query) -> Val:
    """A plain string is looked up among the labels of the statement and refused if it is none: no text reaches the SQL."""
    names = []
    for given in call.args:
        inner = query_of(given)
        if inner is not None and inner.via is not None and inner.via[0] == "column":
            names.append(str(inner.via[1]))
        elif isinstance(given.const, str):
            names.append(given.const)
    _embed(call, call.args)
    query = query._replace(order=(*query.order, *names)[:8], flags=query.flags | {"ordered"})
    return Val(("query", query), value.origins, asked=value.asked)


def _recolumned(call: CallSite, value: Val, query: Query) -> Val:
    args = call.args
    columns = None if call.spread else _cells(args)
    if call.name.startswith("add_"):
        before = cells(query)
        columns = (*before, *columns) if before is not None and columns is not None else None
    elif args and all(has(given, "aggregate") for given in args):
        query = query._replace(flags=query.flags | {"aggregate"})
    _embed(call, args)
    query = query._replace(via=("columns", columns) if columns is not None else None)
    return Val(("query", query), join_origins(value.origins, bound(args)), asked=value.asked)


def set_fields(call: CallSite) -> tuple[str, ...]:
    """The columns that `values(name=value)`, `values({"name": value})` and `update({Model.name: value})` set."""
    found: dict[str, None] = dict.fromkeys(call.keywords)
    for value in call.args:
        items = value.items or {}
        for item in [value, *items.values()] if value.type == ("list",) else [value]:
            found.update(dict.fromkeys(str(key) for key in item.items or {} if isinstance(key, str) and key != "*"))
    return tuple(found)


def keep_values(call: CallSite, entity: str | None) -> None:
    """The values that `values(...)`, `update({...})` and the bulk methods write are kept in rows."""
    given = [
        item for value in call.args for item in ((value.items or {}).values() if value.type == ("list",) else [value])
    ]
    assigns(call, entity, f"{call.name}(…)", (*given, *call.spread))
    stores.keep_all(call.frame, call.position, entity, call.keywords, (*given, *call.spread))


def _embed(call: CallSite, values: list[Val], *, everything: bool = False) -> None:
    """SQL text among the arguments becomes part of the statement."""
    raw = raws(values)
    if raw is not None:
        here = raw.type is not None and raw.type[:2] == ("raw", call.frame.unit)
        position = raw.type[2] if raw.type is not None and here else call.position
        name = call.name.rpartition(".")[2]
        interpret(call.frame, position, raw, f"{name}(text)", parameters=everything)


def _holder(query: Query) -> str:
    return "Query" if "session" in query.flags else "Select"


# --- expressions -------------------------------------------------------------------------------------------------
def column_method(call: CallSite, value: Val, query: Query) -> Val | None:
    """A method of a column, a relation or any SQL expression."""
    name = call.name
    if "text" in query.flags and name in ("bindparams", "columns", "execution_options"):
        return Val(value.type, join_origins(value.origins, bound(call.values())), items=value.items, text=value.text)
    if name in ("of_type", "and_", "desc", "asc", "nulls_first", "nulls_last", "nullsfirst", "nullslast", "collate"):
        return value
    if name == "label" and call.args and isinstance(call.args[0].const, str):
        return Val(("query", query._replace(via=("label", call.args[0].const))), value.origins, items=value.items)
    found = combined([value, *call.values()])
    made = query_of(found)
    if name in _COMPARES and query.via is not None and query.via[0] in ("column", "relation") and made is not None:
        condition = (str(query.via[1]), _COMPARES[name])
        filters = (condition, *(made.filters if name in ("any", "has") else ()))
        asked = {**(found.asked or {}), condition: call.args[0]} if call.args else found.asked
        query = made._replace(filters=filters[:8], entity=query.entity)
        return Val(("query", query), found.origins, items=found.items, asked=asked)
    if name in ("op", "bool_op") and call.args:
        text = call.args[0]
        if text.origins:
            interpret(call.frame, call.position, text, "column.op")
    if name == "over" and made is not None:
        return Val(("query", made._replace(flags=made.flags - {"aggregate"})), found.origins, items=found.items)
    return found


def compared(op: str, left: Val, right: Val) -> Val:
    """`Order.total > 3`, `a & b`, `Order.total * 2`."""
    found = combined([left, right])
    query = query_of(found)
    sides = [inner for value in (left, right) if (inner := query_of(value)) is not None and inner.via is not None]
    columns = [
        (inner.entity, str(inner.via[1])) for inner in sides if inner.via and inner.via[0] in ("column", "relation")
    ]
    if op in OPERATORS and len(columns) == 1 and query is not None:
        entity, name = columns[0]
        condition = (name, OPERATORS[op])
        query = query._replace(entity=entity, filters=(condition,))
        with_what = right if query_of(left) is not None else left
        return Val(("query", query), found.origins, items=found.items, asked={condition: with_what})
    return _either(found) if op in ("|", "~") else found


def _either(found: Val) -> Val:
    """Conditions of which not all must hold: as one they are not read."""
    query = query_of(found)
    if query is None:
        return found
    return Val(("query", query._replace(filters=(UNREAD,))), found.origins, items=found.items)


def function(call: CallSite) -> Val:
    """`func.name(...)`."""
    aggregate = call.name.rpartition(".")[2] in ("count", "sum", "avg", "min", "max")
    return combined(call.values(), flags=frozenset({"aggregate"}) if aggregate else frozenset())


def any_expression(call: CallSite) -> Val:
    """`and_(...)`, `case(...)`, `cast(...)` and everything else that makes an SQL expression of its arguments."""
    values = call.values()
    if len(values) == 1 and query_of(values[0]) is not None:
        return values[0]  # desc(column), distinct(column)
    inner = [
        item for value in values if value.items is not None and query_of(value) is None for item in value.items.values()
    ]
    found = combined([*values, *inner])
    return found if call.name.rpartition(".")[2] == "and_" else _either(found)


def exists(call: CallSite) -> Val:
    """`exists(...)`: of a statement, or of conditions."""
    if not call.args:
        return expression(None, flags=frozenset({"exists"}))
    found = combined(call.args)
    query = query_of(found)
    entity = entity_of(call.args[0])
    if query is None:
        return found
    query = query._replace(flags=query.flags | {"exists"}, entity=entity or query.entity)
    return Val(("query", query), found.origins, items=found.items)


def text(call: CallSite) -> Val:
    """`text(...)`, `literal_column(...)`, `DDL(...)`."""
    return sql_text(call.frame, call.position, call.argument(0, "text"))


def set_operation(call: CallSite) -> Val:
    """`union(a, b)`: rows as the first statement's."""
    first = next((query for value in call.args if (query := query_of(value)) is not None), None)
    if first is None:
        return UNKNOWN
    return Val(("query", first._replace(flags=frozenset({"statement"}))), bound(call.args))


def table(call: CallSite) -> Val:
    """`Table("name", metadata, ...)`."""
    name = call.argument(0, "name")
    known = name.const if name is not None and isinstance(name.const, str) else None
    return Val(("query", Query(ORM, known, call.frame.unit, call.position, flags=frozenset({"table"}))))


def table_method(call: CallSite, value: Val, query: Query) -> Val | None:
    """Methods of a table or a subquery."""
    name = call.name
    if name in ("insert", "update", "delete"):
        return changing(name, query.entity, call)
    if name == "select":
        made = Query(ORM, query.entity, call.frame.unit, call.position, flags=frozenset({"statement"}))
        return Val(("query", made), join_origins(value.origins, bound(call.values())))
    if name in ("join", "outerjoin", "alias", "tablesample", "lateral"):
        return Val(value.type, join_origins(value.origins, bound(call.values())))
    if name == "count":
        return combined([value], flags=frozenset({"aggregate"}))
    return NUMBER if name in ("exists", "create", "drop") else None
