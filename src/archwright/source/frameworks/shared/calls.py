"""Calls in the facts of a file: all that stand in a body, and what each is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archwright.source import facts as f


def calls_in(node: Any) -> Iterator[tuple[Any, ...]]:
    """Every call in statements or expressions, outer ones first."""
    todo: list[Any] = [node]
    while todo:
        node = todo.pop()
        if type(node) is not tuple or not node:
            continue
        if node[0] == f.CALL and len(node) == 5 and isinstance(node[2], tuple):
            yield node
        todo += [part for part in reversed(node) if type(part) is tuple]


def given_at(call: tuple[Any, ...], place: int, name: str) -> Any:
    """The argument that a call gives by position or by name; None if it is not given."""
    return call[3][place] if len(call[3]) > place else dict(call[4]).get(name)
