"""Walks over the facts of a file: all nodes of statements and expressions, or statements alone."""

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


def call_at(body: Any, position: int) -> tuple[Any, ...] | None:
    """The call at a position of a body; None: there is none."""
    return next((node for node in nodes(body) if node[0] == f.CALL and node[1] == position), None)


def branches(body: Any) -> Iterator[tuple[Any, ...]]:
    """Every `if` statement of a body, in no order. Expressions, which hold none, are not walked: a tenth of the work of `nodes`."""
    todo: list[Any] = [body]
    while todo:
        for statement in todo.pop():
            if statement[0] == f.IF:
                yield statement
            todo.extend(blocks(statement))


def blocks(statement: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The blocks of statements directly in a statement, in their order; nothing for a simple statement."""
    kind = statement[0]
    if kind in (f.IF, f.WHILE):
        yield from statement[3:5]
    elif kind == f.FOR:
        yield from statement[4:6]
    elif kind == f.WITH:
        yield statement[3]
    elif kind == f.TRY:
        yield statement[2]
        for handler in statement[3]:
            yield handler[3]
        yield from statement[4:6]
    elif kind == f.MATCH:
        for case in statement[3]:
            yield case[2]
