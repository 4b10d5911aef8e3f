"""Loader options: `joinedload(Order.customer).selectinload(Customer.addresses)` as the relation paths they fetch."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.values import Query, Val
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.sqlalchemy.values import ORM, query_of, words

FETCHES: Final = words(
    "joinedload selectinload subqueryload immediateload contains_eager raiseload noload joinedload_all "
    "subqueryload_all selectin_polymorphic"
)
"""A relation so loaded asks nothing more when it is touched (or fails when it is)."""
KEEPS: Final = words(
    "lazyload defaultload load_only defer undefer undefer_group defer_all with_expression with_loader_criteria Load"
)
"""These fetch no relation; some go on to a path below."""
EVERYTHING: Final = "?"
"""Stands for relations that can't be read from the code: nothing is then said to be missing."""


def loader(call: CallSite) -> Val:
    """`joinedload(...)` and its like, as functions."""
    return _stepped(
        call, Query(ORM, None, call.frame.unit, call.position, flags=frozenset({"loader"}), via=("loader", ""))
    )


def loader_method(call: CallSite, query: Query) -> Val:
    """The same as methods of an option."""
    if call.name == "options":
        below = query.via[1] if query.via is not None else ""
        inner = frozenset(
            path if path == EVERYTHING else _joined(below, path) for path in paths_of([*call.args, *call.spread])
        )
        return Val(("query", query._replace(loaded=query.loaded | inner)))
    return _stepped(call, query)


def paths_of(values: list[Val]) -> frozenset[str]:
    """The paths that options fetch, each prefix included."""
    found: set[str] = set()
    for value in values:
        query = query_of(value)
        if query is not None and "loader" in query.flags:
            found |= query.loaded
        elif value.items is not None and value.type in (("list",), ("tuple",), ("set",)):
            found |= paths_of(list(value.items.values()))
        else:
            found.add(EVERYTHING)
    return frozenset(found)


def _stepped(call: CallSite, query: Query) -> Val:
    start = query.via[1] if query.via is not None else ""
    loaded = set(query.loaded)
    fetches = call.name.rpartition(".")[2] in FETCHES
    for value in call.args:
        path = _relation(value)
        if path is None:
            if value.type is not None and value.type[0] == "class":
                continue
            if fetches:
                loaded.add(EVERYTHING)
            continue
        for name in path.split("."):
            start = _joined(start, name)
            if fetches:
                loaded.add(start)
    if call.spread and fetches:
        loaded.add(EVERYTHING)
    return Val(("query", query._replace(loaded=frozenset(loaded), via=("loader", start))))


def _relation(value: Val) -> str | None:
    query = query_of(value)
    if query is not None and query.via is not None and query.via[0] == "relation":
        return str(query.via[1])
    if isinstance(value.const, str) and not value.origins and "*" not in value.const:
        return value.const
    return None


def _joined(start: str, name: str) -> str:
    return f"{start}.{name}" if start and name else start or name
