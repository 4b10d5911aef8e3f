"""What the queries of every ORM have in common: by what they are known, and what is recorded when one runs."""

from __future__ import annotations

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Origin, Query, Val


def identity(query: Query | None) -> tuple[int, int] | None:
    """The unit and position where a query was built; None: it isn't known."""
    return (query.unit, query.position) if query is not None and query.unit >= 0 else None


def emit_read(frame: Frame, position: int, query: Query, origins: tuple[Origin, ...], many: str) -> None:
    """Record that a query runs at a place; `origins` are those of its predicate, `many` is a word of `model.effect.Many`."""
    if "locked" in query.flags:
        frame.emit("Lock", position, kind="row", subject=Val(None, origins))
    frame.emit(
        "Read",
        position,
        entity=query.entity,
        many=many,
        built=identity(query),
        filters=query.filters,
        order=query.order,
        loaded=tuple(sorted(query.loaded)),
        locked="locked" in query.flags,
        depends=Val(None, origins),
    )
