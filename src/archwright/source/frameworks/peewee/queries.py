"""Methods of Peewee's queries: conditions, orders, limits, relations taken along, and those that run it."""

from __future__ import annotations

from archwright.source.flow.values import NONE, NUMBER, UNKNOWN, Query, Row, Val, join_origins
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.peewee.columns import ORM, columns_of, conditions, named, sent
from archwright.source.frameworks.peewee.evaluation import one_of, run
from archwright.source.frameworks.peewee.relations import Models, joined, prefetched
from archwright.source.frameworks.shared.queries import LIMIT, UNREAD, conditioned, emit_read, emit_write

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


def query_method(call: CallSite, value: Val, query: Query, models: Models) -> Val | None:
    """A method of a query."""
    name = call.name
    origins = join_origins(value.origins, sent(call))
    if name in ("where", "filter", "orwhere"):
        told = conditions(call) if name != "orwhere" else [(UNREAD, None)]
        found, asked = conditioned(query._replace(flags=query.flags | {"changed"}), value.asked, told)
        return Val(("query", found), origins, asked=asked)
    if name in ("order_by", "order_by_extend"):
        order = tuple(named(each) for each in call.args)
        return Val(("query", query._replace(order=order)), value.origins, asked=value.asked)
    if name in ("limit", "paginate"):
        limit = call.argument(0 if name == "limit" else 1, "value")
        asked = {**(value.asked or {}), **({LIMIT: limit} if limit is not None else {})}
        flags = query.flags | {"changed", "limited"}
        return Val(("query", query._replace(flags=flags)), origins, asked=asked)
    if name == "for_update":
        return Val(("query", query._replace(flags=query.flags | {"locked"})), value.origins, asked=value.asked)
    if name in ("select", "select_extend"):
        found = query._replace(columns=columns_of(query, call.args), loaded=joined(query, call.args, models))
        return Val(("query", found), value.origins, asked=value.asked)
    if name in ("on_conflict", "on_conflict_replace", "on_conflict_ignore"):
        kind = {"upsert"} if name != "on_conflict_ignore" else query.flags
        return Val(("query", query._replace(flags=frozenset(kind))), origins, asked=value.asked)
    if name in _SAME:
        flags = query.flags | ({"values"} if name in ("dicts", "tuples", "namedtuples") else {"changed"})
        return Val(("query", query._replace(flags=flags)), origins, asked=value.asked)
    if name == "prefetch":
        return prefetched(value, query, call.args, models)
    if name in ("get", "first", "get_or_none", "peek"):
        return one_of(call, value, query)
    if name in ("count", "scalar", "exists"):
        many = "exists" if name == "exists" else "aggregate"
        emit_read(call.frame, call.position, query, origins, many, value.asked)
        return NUMBER
    if name == "execute":
        return run(call.frame, call.position, value, query)
    if name in ("add", "remove", "clear"):  # of a many-to-many relation
        emit_write(call.frame, call.position, query.entity, "update", origins, row=Row(ORM, query.entity or "", None))
        return NONE
    if name in ("sql", "columns", "c"):
        return UNKNOWN
    return None
