"""The blocks of compound statements, for walks over the statements of a unit that leave expressions alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archwright.source import facts as f


def blocks(node: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The blocks of statements directly in a statement, in their order; nothing for a simple statement."""
    kind = node[0]
    if kind in (f.IF, f.WHILE):
        yield from node[3:5]
    elif kind == f.FOR:
        yield from node[4:6]
    elif kind == f.WITH:
        yield node[3]
    elif kind == f.TRY:
        yield node[2]
        for handler in node[3]:
            yield handler[3]
        yield from node[4:6]
    elif kind == f.MATCH:
        for case in node[3]:
            yield case[2]
