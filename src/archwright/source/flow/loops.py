"""Loops: what is iterated, and the mark that ties the body's effects to the loop's turns."""

from __future__ import annotations

from typing import Any

from archwright.source import facts as f
from archwright.source.flow import attributes, dispatch, turns
from archwright.source.flow.effects import LoopMark
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Val, join_origins
from archwright.source.frameworks.base import SMALL
from archwright.source.nodes import nodes


def loop_element(frame: Frame, node: tuple[Any, ...], iterable: Val, position: int) -> Val:
    """Enter a loop over `iterable` and return its element, marked with the loop. The caller does `turns.enter` before, `turns.leave` after."""
    engine = frame.engine
    type_ = iterable.type
    over, entity, query = "items", None, None
    value: Val | None = None
    if type_ is not None and type_[0] in ("query", "object", "instance", "row"):
        iteration = dispatch.iterate(engine, frame, iterable, position)
        if iteration is not None:
            value, over, entity, query = iteration
    if value is None:
        value = attributes.element(frame, iterable, position)
        rows = rows_of(value)
        if rows is not None:
            over, (entity, query) = "rows", rows
    constant = _small(node, iterable)
    mark = LoopMark(frame.unit, position, over, entity, query, constant, over == "rows" and _of_one(iterable, value))
    turns.begin(frame, mark)
    if constant:
        return value
    return _marked(value, (("loop", frame.unit, position), 0, None))


_BY_NAME = frozenset({"getattr", "setattr"})
MAX_NAMED = 24
"""Of a dictionary with so many known keys, what a loop does by name is told for each."""


def named_elements(target: tuple[Any, ...], iterable: Val, body: tuple[Any, ...]) -> list[Val]:
    """`for name in ("lines", "tags"): getattr(order, name)`: the constants, where the body picks attributes by them; else none.

    Each names another attribute, so what the body does is told for each of them.
    """
    items = iterable.items
    if not items or "*" in items or len(items) > MAX_NAMED or iterable.type not in (("list",), ("tuple",), ("set",)):
        return []
    parts = target[2] if target[0] in (f.TUPLE, f.LIST) else (target,)
    names = {part[2] for part in parts if part[0] == f.NAME}
    elements = list(items.values())
    if not names or not all(_constant(each) for each in elements) or not _picks(body, names):
        return []
    return elements


def _constant(value: Val) -> bool:
    if value.type == ("tuple",) and value.items is not None:
        return any(isinstance(item.const, str) and not item.origins for item in value.items.values())
    return isinstance(value.const, str) and not value.origins


def _picks(body: tuple[Any, ...], names: set[str]) -> bool:
    """True where some `getattr` or `setattr` is given one of the names."""
    return any(
        node[0] == f.CALL
        and node[2][0] == f.NAME
        and node[2][2] in _BY_NAME
        and len(node[3]) > 1
        and node[3][1][0] == f.NAME
        and node[3][1][2] in names
        for node in nodes(body)
    )


def rows_of(value: Val) -> tuple[str, tuple[int, int] | None] | None:
    """The entity and query of a value that is a row, or a tuple with rows in it."""
    if value.type is not None and value.type[0] == "row":
        row = value.type[1]
        return row.entity, (row.query.unit, row.query.position) if row.query is not None else None
    if value.items is not None and value.type in (("tuple",), ("dict",)):
        for item in value.items.values():
            if item.type is not None and item.type[0] == "row":
                return rows_of(item)
    return None


def _of_one(iterable: Val, element: Val) -> bool:
    """Whether the rows are those of a relation of one row: `order.lines`, filtered or not."""
    if iterable.type is not None and iterable.type[0] == "query":
        return "related" in iterable.type[1].flags
    return element.type is not None and element.type[0] == "row" and element.type[1].path not in ("", "new")


def _marked(value: Val, origin: tuple[Any, ...], depth: int = 4) -> Val:
    items = value.items
    if items and depth:
        items = {key: _marked(item, origin, depth - 1) for key, item in items.items()}
    return Val(
        value.type,
        join_origins(value.origins, (origin,)),
        NO if value.const is not NO else value.const,
        items,
        value.text,
    )


def _small(node: tuple[Any, ...], iterable: Val) -> bool:
    if iterable.type is not None and iterable.type[0] == "query" and "few" in iterable.type[1].flags:
        return True
    if iterable.const is not NO and isinstance(iterable.const, (tuple, str)):
        return len(iterable.const) <= SMALL
    if node[0] in (f.LIST, f.TUPLE, f.SET):
        return len(node[2]) <= SMALL and all(part[0] != f.STARRED for part in node[2])
    if iterable.type in (("list",), ("tuple",), ("set",), ("dict",)) and iterable.items is not None:
        return (
            bool(iterable.items) and "*" not in iterable.items and len(iterable.items) <= SMALL and not iterable.origins
        )
    if node[0] == f.CALL and node[2][0] == f.NAME and node[2][2] == "range" and node[3]:
        stop = node[3][0] if len(node[3]) == 1 else node[3][1]
        return bool(stop[0] == f.CONST and isinstance(stop[2], int) and stop[2] <= SMALL)
    return False
