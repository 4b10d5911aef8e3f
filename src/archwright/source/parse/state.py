"""What one lowering pass carries: the tables it fills and where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Fact = tuple[Any, ...]
"""One node of the facts: `(KIND, position, ...)`; see `source/facts.py`."""

Handler = Callable[[Any, "State", int], Fact]
"""Lowers one `ast` node at a depth of nesting."""

MAX_DEPTH = 200
"""Nodes nested deeper are left out, with an entry in the errors: everyone who walks facts may recurse."""


class TooDeep(Exception):
    """A statement nests deeper than MAX_DEPTH; caught by the block that holds it."""


class State:
    """The tables being filled and the scope being lowered.

    unit, parent and class index refer to `units` and `classes`; `holder` is the class whose body is being lowered,
    -1 inside a function; `prefix` is the qualname of the scope with its final dot.
    """

    __slots__ = ("classes", "errors", "flags", "holder", "klass", "prefix", "unit", "units")

    def __init__(self) -> None:
        self.units: list[Fact] = []
        self.classes: list[Fact] = []
        self.errors: list[tuple[int, str]] = []
        self.unit = 0
        self.holder = -1
        self.klass = -1
        self.prefix = ""
        self.flags = 0
