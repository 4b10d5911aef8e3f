"""The tree of a YAML file, with the place of every key and value and of every character in a one-line scalar."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.model.base import Place


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as written: `no`, `24` and `300/s` are all text until a reader of the grammar decides."""

    text: str
    place: Place
    plain: bool
    """True where it was written without quotes."""
    exact: int | None
    """Characters from `place` to the first one of `text`; None where escapes or line ends stand in between."""

    def at(self, offset: int) -> Place:
        """The place of the character at `offset` of the text; of the whole scalar where that can't be told."""
        if self.exact is None:
            return self.place
        return Place(self.place.path, self.place.line, self.place.column + self.exact + offset)


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Pairs:
    """A mapping; its keys are distinct."""

    pairs: tuple[tuple[Scalar, Node], ...]
    place: Place


Node = Scalar | Items | Pairs


def describe(node: Node) -> str:
    """The node as a message names it: `"40"`, `a list`, `a mapping`, `nothing`."""
    if isinstance(node, Items):
        return "a list"
    if isinstance(node, Pairs):
        return "a mapping"
    return quote(node.text) if node.text or not node.plain else "nothing"


def quote(text: str) -> str:
    """The text in quotes, cut where it would fill the line."""
    return f'"{text if len(text) <= 60 else text[:57] + "..."}"'
