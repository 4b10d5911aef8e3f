"""All nodes of statements or expressions in the facts of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def nodes(body: Any) -> Iterator[tuple[Any, ...]]:
    """Every expression and statement of a body, in no order. Without recursion: a sum of thousands of texts is nested as deep."""
    todo: list[Any] = [body]
    while todo:
        node = todo.pop()
        if len(node) > 1 and isinstance(node[0], int) and isinstance(node[1], int):
            yield node
        todo.extend(part for part in node if isinstance(part, tuple))
