"""SQLAlchemy's statements, columns, loader options and rows as abstract values.

All are `("query", Query)`, told apart by a flag: `statement` (a select, insert, update or delete that has not run),
`session` (the legacy Query, bound to its session), `result` (it ran; `scalars` and `mappings` tell what its elements
are), `expression` (a column or an SQL expression of any kind), `loader` (`joinedload(...)`), `table`.

`Query.via` tells what one element holds, or what an expression is:

    ("columns", (cell, ...))   cells: ("row", entity) | ("field", entity, name) | ("value", label)
    ("column", name)           a column of `entity`
    ("relation", path)         a relation of `entity`
    ("loader", path)           where the next step of a loader option starts

Values that a statement binds are kept as origins that are clean for every use, because a driver sends them apart from
the text. SQL text in it (`text(...)`) stays apart as the item `raw`, until it is built into a statement.
"""

from __future__ import annotations

from typing import Any

from archwright.source.flow import stores
from archwright.source.flow.frame import Frame
from archwright.source.flow.operators import shape
from archwright.source.flow.transactions import implied
from archwright.source.flow.values import (
    ALL_USES,
    NO,
    Origin,
    Query,
    Row,
    Val,
    clean,
    deep_origins,
    join,
    join_origins,
)
from archwright.source.frameworks.shared.queries import emit_read, shared

ORM = "sqlalchemy"

Cell = tuple[str, ...]
DATABASE_ROW: Origin = (("result", "database row"), 0, None)


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set of names."""
    return frozenset(text.split())


def query_of(value: Val | None) -> Query | None:
    """The SQLAlchemy query behind a value, or None."""
    if value is not None and value.type is not None and value.type[0] == "query" and value.type[1].orm == ORM:
        return value.type[1]  # type: ignore[no-any-return]
    return None


def row_of(value: Val | None) -> Row | None:
    """The SQLAlchemy row behind a value, or None."""
    if value is not None and value.type is not None and value.type[0] == "row" and value.type[1].orm == ORM:
        return value.type[1]  # type: ignore[no-any-return]
    return None


def has(value: Val | None, flag: str) -> bool:
    """True for a value of this file with a flag."""
    query = query_of(value)
    return query is not None and flag in query.flags


def kept(value: Val) -> tuple[Origin, ...]:
    """What ties a value to the loops and arguments it comes from."""
    return tuple((key, mask | ALL_USES, steps) for key, mask, steps in value.origins if key[0] in ("loop", "parameter"))


def bound(values: list[Val]) -> tuple[Origin, ...]:
    """The origins of values that are sent apart from the text."""
    origins: tuple[Origin, ...] = ()
    for value in values:
        if query_of(value) is not None:
            origins = join_origins(origins, value.origins)
        else:
            origins = join_origins(origins, clean(deep_origins(value), ALL_USES))
    return origins


def raws(values: list[Val]) -> Val | None:
    """SQL text in any of the values, those in lists included."""
    found: Val | None = None
    for value in values:
        if value.items is None:
            continue
        if query_of(value) is not None:
            mine = value.items.get("raw")
        else:
            mine = raws(list(value.items.values())) if value.type in (("list",), ("tuple",)) else None
        if mine is not None:
            found = mine if found is None else join(found, mine)
    return found


def expression(
    entity: str | None,
    origins: tuple[Origin, ...] = (),
    *,
    via: tuple[Any, ...] | None = None,
    filters: tuple[tuple[str, str], ...] = (),
    flags: frozenset[str] = frozenset(),
    raw: Val | None = None,
) -> Val:
    """A column or an SQL expression."""
    query = Query(ORM, entity, -1, 0, flags=flags | {"expression"}, filters=filters[:8], via=via)
    return Val(("query", query), origins, NO, {"raw": raw} if raw is not None else None)


def sql_text(frame: Frame, position: int, text: Val | None) -> Val:
    """`text(...)`: SQL as it stands."""
    if text is None:
        return expression(None)
    raw = Val(("raw", frame.unit, position), deep_origins(text), text.const, None, shape(text))
    query = Query(ORM, None, frame.unit, position, flags=frozenset({"expression", "text"}))
    return Val(("query", query), (), NO, {"raw": raw})


def combined(values: list[Val], *, flags: frozenset[str] = frozenset()) -> Val:
    """An expression made of others and of bound values."""
    entity = next((q.entity for v in values if (q := query_of(v)) is not None and q.entity is not None), None)
    filters = tuple(condition for v in values if (q := query_of(v)) is not None for condition in q.filters)
    if any(has(value, "aggregate") for value in values):
        flags |= {"aggregate"}
    made = expression(entity, bound(values), filters=filters, flags=flags, raw=raws(values))
    compared = {
        key: item for v in values if query_of(v) is not None for key, item in (v.asked or {}).items() if key in filters
    }
    return Val(made.type, made.origins, NO, made.items, None, compared) if compared else made


def interpret(frame: Frame, position: int, text: Val, api: str, *, parameters: bool = False) -> None:
    """SQL text runs, or becomes part of a statement that will."""
    frame.emit(
        "Interpret",
        position,
        language="sql",
        text=Val(("text",), deep_origins(text), text.const, None, text.text),
        shape=shape(text),
        parameters=parameters,
        api=api,
    )


# --- rows --------------------------------------------------------------------------------------------------------
def cells(query: Query) -> tuple[Cell, ...] | None:
    """What one row of the query holds; None where it can't be told."""
    return query.via[1] if query.via is not None and query.via[0] == "columns" else None


def cell_value(query: Query, cell: Cell, origins: tuple[Origin, ...]) -> Val:
    """One column of a fetched row."""
    if cell[0] == "row":
        fetched = query._replace(via=None, filters=(), order=(), flags=frozenset(), loaded=along(query))
        return Val(("row", Row(ORM, cell[1], fetched)), origins)
    if cell[0] == "field":
        note = stores.noted(cell[1], cell[2])
        way = (None, query.unit, query.position, note) if query.unit >= 0 else None
        return Val(None, join_origins(origins, ((("field", cell[1], cell[2]), 0, way),)))
    return Val(None, join_origins(origins, (DATABASE_ROW,)))


def along(query: Query) -> frozenset[str]:
    """The relations that come along with the rows of a query.

    Behind a relation whose key a condition asks for, all have one row, which the session holds once it was touched. Keys are
    told by their name, as is usual.
    """
    keys = [path for path, operator in query.filters if operator == "=" and path.endswith("_id") and "." not in path]
    return query.loaded.union(shared(key.removesuffix("_id")) for key in keys) if keys else query.loaded


def element_of(query: Query, value: Val) -> Val:
    """One element of a query that runs, or of its result."""
    origins = kept(value)
    known = cells(query)
    if known is None:
        return Val(None, join_origins(origins, (DATABASE_ROW,)))
    if "scalars" in query.flags or ("session" in query.flags and len(known) == 1 and known[0][0] == "row"):
        return cell_value(query, known[0], origins) if known else Val(None, (DATABASE_ROW,))
    items: dict[Any, Val] = {}
    for index, cell in enumerate(known):
        item = cell_value(query, cell, origins)
        items[index] = item
        if cell[-1]:
            items[cell[-1].rpartition(".")[2]] = item
    if "mappings" in query.flags:
        return Val(("dict",), (), NO, {key: item for key, item in items.items() if isinstance(key, str)})
    return Val(("tuple",), (), NO, items)


def listed(query: Query, value: Val) -> Val:
    """All elements, as a list."""
    return Val(("list",), (), NO, {"*": element_of(query, value)})


def read(
    frame: Frame,
    position: int,
    query: Query,
    origins: tuple[Origin, ...],
    many: str,
    asked: dict[Any, Val] | None = None,
) -> None:
    """A query runs."""
    if "aggregate" in query.flags:
        many = "aggregate"
    elif "exists" in query.flags:
        many = "exists"
    implied(frame)
    known = cells(query)
    if known and all(cell[0] == "field" for cell in known):
        query = query._replace(columns=tuple(cell[2] for cell in known))
    emit_read(frame, position, query, origins, many, asked)
