"""What the queries of every ORM have in common: by what they are known, and what is recorded when one runs.

The values that a query's conditions compare with, and its limit, are kept in `Val.asked`: under `(path, operator)` and
under `LIMIT`. A condition that can't be read is `UNREAD`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from archwright.source.flow.frame import Frame
from archwright.source.flow.operators import shape
from archwright.source.flow.values import ALL_USES, AMOUNT, NO, Origin, Query, Row, Val, clean, deep_origins
from archwright.source.frameworks.base import CallSite

LIMIT: Final = "limit"
UNREAD: Final = ("?", "?")
MAX_CONDITIONS: Final = 12
_CHOSEN: Final = frozenset({"source", "parameter"})


def annotation(name: str) -> str:
    """The flag of a query whose rows have a column that it computes, behind the path of the relation whose rows have it."""
    return f"column:{name}"


def path_of(row: Row, name: str) -> str:
    """The path of a row's relation or column from the rows that were asked for."""
    return f"{row.path}.{name}" if row.path and row.path != "new" else name


def identity(query: Query | None) -> tuple[int, int] | None:
    """The unit and position where a query was built; None: it isn't known."""
    return (query.unit, query.position) if query is not None and query.unit >= 0 else None


def kept_origins(value: Val) -> tuple[Origin, ...]:
    """What ties a row to the loops and arguments it comes from. What it was looked up by chose it, and is nothing of what it holds."""
    return tuple(
        (key, ALL_USES if key[0] == "parameter" else cleaned, steps)
        for key, cleaned, steps in value.origins
        if key[0] in ("loop", "parameter")
    )


def loaded_along(row: Row) -> frozenset[str]:
    """The relation paths that the query of a row fetched along."""
    return row.query.loaded if row.query is not None else frozenset()


def came_along(loaded: frozenset[str], path: str) -> bool:
    """True where a relation path came along with the rows, or where that can't be read.

    So it did where it starts at one row that all of them share (`shared`): what is fetched of that row is fetched once.
    """
    return path in loaded or "?" in loaded or shared(path.partition(".")[0]) in loaded


def shared(relation: str) -> str:
    """In `Query.loaded`: all rows of the query have the same row behind a relation."""
    return f"{relation}.*"


def emit_sql(call: CallSite, text: Val | None, api: str, *, parameters: bool) -> None:
    """Record that SQL text runs, where there is one."""
    if text is not None:
        call.emit("Interpret", language="sql", text=text, shape=shape(text), parameters=parameters, api=api)


def conditioned(
    query: Query, asked: dict[Any, Val] | None, conditions: Iterable[tuple[tuple[str, str], Val | None]]
) -> tuple[Query, dict[Any, Val]]:
    """A query with more conditions, and with what it asks for."""
    filters = query.filters
    known = dict(asked or {})
    for condition, value in conditions:
        filters = (*filters, condition)
        if value is not None:  # a driver sends it apart from the text
            known[condition] = Val(
                None, clean(deep_origins(value), ALL_USES), value.const if not value.origins else NO, None, value.text
            )
    return query._replace(filters=filters[:MAX_CONDITIONS]), known


def emit_read(
    frame: Frame,
    position: int,
    query: Query,
    origins: tuple[Origin, ...],
    many: str,
    asked: dict[Any, Val] | None = None,
) -> None:
    """Record that a query runs at a place; `origins` are those of its predicate, `many` is a word of `model.effect.Many`."""
    if "locked" in query.flags:
        frame.emit("Lock", position, kind="row", subject=Val(None, origins))
    slots = {"limit": asked[LIMIT]} if asked and LIMIT in asked else {}
    if "limit" in slots:
        emit_take(frame, position, query.entity, slots["limit"])
    frame.emit(
        "Read",
        position,
        entity=query.entity,
        many=many,
        built=identity(query),
        filters=query.filters,
        compared=_compared(asked),
        order=query.order,
        columns=query.columns,
        loaded=tuple(sorted(query.loaded)),
        locked="locked" in query.flags,
        depends=Val(None, origins),
        **slots,
    )


def emit_take(frame: Frame, position: int, entity: str | None, amount: Val) -> None:
    """Record that as many rows are fetched as a value says, where somebody else may choose it."""
    if any(key[0] in _CHOSEN and not cleaned & AMOUNT for key, cleaned, _ in amount.origins):
        frame.emit("Take", position, entity=entity, amount=amount)


def emit_write(
    frame: Frame,
    position: int,
    entity: str | None,
    kind: str,
    origins: tuple[Origin, ...],
    *,
    fields: Iterable[str] = (),
    row: Row | None = None,
    query: Query | None = None,
    asked: dict[Any, Val] | None = None,
) -> None:
    """Record a change: of one `row`, or of all that match `query`; `fields` empty: the whole row, or not known."""
    frame.emit(
        "Write",
        position,
        entity=entity,
        kind=kind,
        fields=tuple(fields),
        row=(identity(row.query) or (0, 0)) if row is not None else None,
        filters=query.filters if query is not None else (),
        compared=_compared(asked),
        count_used=query is not None and kind in ("update", "delete"),
        depends=Val(None, origins),
    )


def counted(frame: Frame, position: int, *, used: bool) -> None:
    """Whether somebody looks at how many rows a change at a place concerned."""
    for found in reversed(frame.effects):
        if found.kind == "Write" and found.position == position and found.unit == frame.unit and not found.calls:
            found.slots["count_used"] = used and found.slots.get("row") is None
            return


def _compared(asked: dict[Any, Val] | None) -> Val:
    return Val(("dict",), (), NO, {key: item for key, item in (asked or {}).items() if isinstance(key, tuple)})
