"""All nodes of statements or expressions in the facts of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archwright.source import facts as f


def nodes(body: Any) -> Iterator[tuple[Any, ...]]:
    """Every expression and statement of a body, in no order. Without recursion: a sum of thousands of texts is nested as deep."""
    todo: list[Any] = [body]
    while todo:
        node = todo.pop()
        if len(node) > 1 and isinstance(node[0], int) and isinstance(node[1], int):
            yield node
        todo.extend(part for part in node if isinstance(part, tuple))


def branches(body: Any) -> Iterator[tuple[Any, ...]]:
    """Every `if` statement of a body, in no order. Expressions, which hold none, are not walked: a tenth of the work of `nodes`."""
    todo: list[Any] = [body]
    while todo:
        for statement in todo.pop():
            if statement[0] == f.IF:
                yield statement
            todo.extend(bodies_of(statement))


def bodies_of(statement: tuple[Any, ...]) -> tuple[Any, ...]:
    """The blocks of statements inside a statement."""
    kind = statement[0]
    if kind in (f.IF, f.WHILE):
        return (statement[3], statement[4])
    if kind == f.FOR:
        return (statement[4], statement[5])
    if kind == f.WITH:
        return (statement[3],)
    if kind == f.TRY:
        return (statement[2], *(handler[3] for handler in statement[3]), statement[4], statement[5])
    if kind == f.MATCH:
        return tuple(case[2] for case in statement[3])
    return ()
