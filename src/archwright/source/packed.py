"""Facts of a file as bytes: what the whole project needs of it at once, bodies of functions apart and unread until somebody follows them.

A process that follows a part of a project then holds the bodies of that part only, and the one that started it none.
"""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from typing import Any, Final, overload

from archwright.source.imports import imports_of
from archwright.source.parse.state import Fact

Node = tuple[Any, ...]
BODY: Final = 7
"""Where the body stands in the facts of a unit."""


class Body:
    """The statements of a function, decoded when they are asked for and then kept. Reads as the tuple of them."""

    __slots__ = ("_data", "_nodes")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._nodes: tuple[Node, ...] | None = None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The statements."""
        if self._nodes is None:
            self._nodes = marshal.loads(self._data)  # noqa: S302 - made by this run or checked by the file's checksum
        return self._nodes

    def holds(self, word: str) -> bool:
        """Whether an ASCII word stands anywhere in the statements, as a name or in a literal; does not decode them."""
        return word.encode() in self._data

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __reversed__(self) -> Iterator[Node]:
        return reversed(self.nodes)

    def __len__(self) -> int:
        return len(self.nodes)

    @overload
    def __getitem__(self, index: int) -> Node: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Node, ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return self.nodes[index]

    def __eq__(self, other: object) -> bool:
        return self.nodes == (other.nodes if isinstance(other, Body) else other)

    def __hash__(self) -> int:
        return hash(self.nodes)


def body_of(unit: Node) -> tuple[Node, ...]:
    """The statements of a unit as the plain tuple that walks over nested tuples need."""
    body = unit[BODY]
    return body.nodes if type(body) is Body else body


def holds(unit: Node, word: str) -> bool:
    """False where an ASCII word is certain to stand nowhere in a unit's statements."""
    body = unit[BODY]
    return body.holds(word) if type(body) is Body else True


def pack(facts: Fact) -> bytes:
    """The facts of a file as bytes, with what it imports. The module's own body stays with what every reader needs."""
    units = facts[0]
    apart = tuple((*unit[:BODY], marshal.dumps(unit[BODY]), *unit[BODY + 1 :]) for unit in units[1:])
    return marshal.dumps((tuple(sorted(imports_of(facts))), (units[:1] + apart, *facts[1:])))


def unpack(data: bytes) -> tuple[frozenset[str], Fact]:
    """What `pack` was given, with bodies that are decoded when asked for, and the top-level packages that are imported."""
    imported, (units, *rest) = marshal.loads(data)  # noqa: S302 - made by this run or checked by its checksum
    apart = tuple((*unit[:BODY], Body(unit[BODY]), *unit[BODY + 1 :]) for unit in units[1:])
    return frozenset(imported), (units[:1] + apart, *rest)
