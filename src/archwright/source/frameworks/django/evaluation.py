"""Queries of Django that run: the rows they give, and what is known of them."""

from __future__ import annotations

from archwright.source.flow import stores
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, NUMBER, UNKNOWN, UNKNOWN_ORIGIN, Origin, Query, Row, Val
from archwright.source.frameworks.base import CallSite, Iteration, few
from archwright.source.frameworks.django.models import ModelInfo
from archwright.source.frameworks.django.predicates import conditions, exactly, limited
from archwright.source.frameworks.django.rows import HELD, ORM, PAGED, comes_ordered, is_loaded
from archwright.source.frameworks.shared.held import mark, marked
from archwright.source.frameworks.shared.queries import conditioned, emit_read, identity, kept_origins, path_of

Known = dict[str, ModelInfo]


def iterate(frame: Frame, value: Val, position: int) -> Iteration | None:
    """A loop over a query: rows that came along with another row, or rows fetched now."""
    if value.type is None or value.type[0] != "query":
        return None
    query: Query = value.type[1]
    via: tuple[Row, str] | None = query.via
    if via is not None and "changed" not in query.flags and prefetched(query):
        row, name = via
        path = path_of(row, name)
        fetched = row.query
        if fetched is not None:  # what the related rows know of themselves lies below the path
            known = (below for below in query.loaded if not below.endswith(".*"))  # each has the row before it
            below_path = {below if below == "?" else f"{path}.{below}" for below in known}
            fetched = fetched._replace(loaded=fetched.loaded | below_path)
        element = Val(("row", Row(ORM, query.entity or "", fetched, path)), kept_origins(value))
        return Iteration(element, "rows", query.entity, identity(row.query))
    fetch(frame, value, query, position)
    if via is not None and "changed" not in query.flags and via[0].query is None and query.entity is not None:
        # who fetched the row may have fetched this relation too, and what lies below it: that can't be known here
        return Iteration(Val(("row", Row(ORM, query.entity, None)), kept_origins(value)), "rows", query.entity, None)
    return Iteration(row_of(query, value), "rows", query.entity, identity(query))


def evaluate(frame: Frame, value: Val, position: int) -> None:
    """A query is used where it must run."""
    if value.type is not None and value.type[0] == "query":
        query: Query = value.type[1]
        if not (query.via is not None and "changed" not in query.flags and prefetched(query)):
            fetch(frame, value, query, position)


def tested(frame: Frame, value: Val, position: int) -> None:
    """A query set is true if it has rows, and fetches them all to tell. Managers and paginators are true in any case."""
    if value.type is None or value.type[0] != "query":
        return
    query: Query = value.type[1]
    if query.flags & {"set", "changed"} and PAGED not in query.flags:
        evaluate(frame, value, position)


def count_pages(frame: Frame, value: Val, query: Query, position: int) -> None:
    """A paginator counts the rows, once."""
    if not marked(frame, value, "counted"):
        emit_read(frame, position, query, value.origins, "aggregate", value.asked)
        mark(frame, value, "counted")


def item(frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
    """`query[index]` and `query[a:b]`."""
    if base.type is None or base.type[0] != "query":
        return UNKNOWN
    query: Query = base.type[1]
    if is_slice:
        flags = query.flags | {"limited"} | ({"few"} if few(index) else set())
        if query.via is None or "changed" in flags:
            flags |= {"changed"}  # the rows of a relation that is loaded are sliced where they are
        return Val(("query", query._replace(flags=flags)), base.origins, asked=limited(base.asked, index))
    if HELD not in query.flags and not marked(frame, base, "held"):
        emit_read(frame, position, query, base.origins, "one", base.asked)
    return row_of(query, base)


def _turns(origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """The loops that rows depend on: what a row holds is not what it was looked up by."""
    return tuple(origin for origin in origins if origin[0][0] == "loop")


def row_of(query: Query, value: Val) -> Val:
    """A row that a query gives."""
    if "values" in query.flags or query.entity is None:
        return Val(None, (*_turns(kept_origins(value)), stores.columns_read(query)))
    return Val(("row", Row(ORM, query.entity, query._replace(via=None, filters=(), order=()))), kept_origins(value))


def fetch(frame: Frame, value: Val, query: Query, position: int) -> None:
    """All rows of a query are fetched, unless the query set holds them: a relation's own rows count as loading that relation."""
    if HELD in query.flags or marked(frame, value, "held"):
        return
    mark(frame, value, "held")
    via: tuple[Row, str] | None = query.via
    if via is None or "changed" in query.flags:
        emit_read(frame, position, query, value.origins, "many", value.asked)
        return
    row, name = via
    if row.path == "new":
        return
    frame.emit(
        "Load",
        position,
        entity=row.entity,
        relation=f"{row.path}.{name}" if row.path else name,
        many="many",
        built=identity(row.query),
        loaded=tuple(sorted(row.query.loaded)) if row.query is not None else (),
        depends=value,
    )


def prefetched(query: Query) -> bool:
    """True for the rows of a relation that came along with the row."""
    if query.via is None:
        return False
    row, name = query.via
    path = path_of(row, name)
    return is_loaded(row, path, joined=False)


def one(call: CallSite, value: Val, query: Query, origins: tuple[Origin, ...], models: Known) -> Val:
    """`get`, `first` and their like: one row, fetched now unless its relation came along in order.

    Source: `QuerySet.first` takes the first of the rows that it holds, after `order_by("pk")` where they are in no order, which asks
    anew; so does `last`, which turns the order round.
    """
    cached = (
        query.via is not None
        and "related" in query.flags
        and "changed" not in query.flags
        and call.name in ("first", "afirst")
        and prefetched(query)
        and ((query.entity in models and models[query.entity].ordered) or comes_ordered(*query.via))
    )
    exactly(call, query, models)
    if not cached:
        narrowed, asked = conditioned(query, value.asked, conditions(call))
        emit_read(call.frame, call.position, narrowed, origins, "one", asked)
    if query.entity is None:
        return Val(None, (*_turns(origins), UNKNOWN_ORIGIN))
    if "values" in query.flags:
        return Val(None, (*_turns(origins), stores.columns_read(query)))
    # a row looked up by an element of a loop belongs to that turn of the loop
    fetched = query._replace(unit=call.frame.unit, position=call.position, via=None)
    return Val(("row", Row(ORM, query.entity, fetched)), kept_origins(Val(None, origins)))


def figure(call: CallSite, value: Val, query: Query, origins: tuple[Origin, ...]) -> Val:
    """`count`, `exists`, `aggregate`: a number, or numbers under their names."""
    name = call.name.removeprefix("a") if call.name in ("acount", "aexists", "aaggregate", "acontains") else call.name
    held = "related" in query.flags and "changed" not in query.flags and prefetched(query)
    held = held or HELD in query.flags or (call.receiver is not None and marked(call.frame, call.receiver, "held"))
    if not (held and name in ("count", "exists", "contains")):
        many = "exists" if name in ("exists", "contains") else "aggregate"
        emit_read(call.frame, call.position, query, origins, many, value.asked)
    if name != "aggregate":
        return NUMBER
    names = [*call.keywords, *("*" for _ in call.args)]
    return Val(("dict",), (), NO, {each: Val(None, ((("field", query.entity or "", "*"), 0, None),)) for each in names})
