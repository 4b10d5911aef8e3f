"""What every part of the conversion from tree-sitter's tree shares."""

from __future__ import annotations

import ast
from typing import Any, TypeVar

from tree_sitter import Node

_EXTRAS = {"comment", "line_continuation"}

Made = TypeVar("Made", bound=ast.AST)


class Unconvertible(Exception):
    """A node that stands for no Python this conversion knows."""


class Context:
    """The text being converted (as UTF-8) and what is learnt on the way.

    needs: the newest Python 3.minor whose syntax was met.
    """

    __slots__ = ("data", "errors", "needs")

    def __init__(self, data: bytes, needs: int) -> None:
        self.data = data
        self.needs = needs
        self.errors: list[tuple[int, str]] = []

    def need(self, minor: int) -> None:
        """Note that the text uses syntax of Python 3.minor."""
        self.needs = max(self.needs, minor)

    def between(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return self.data[start:end].decode("utf-8", "replace")


def placed(made: Made, node: Node, end: Node | None = None) -> Made:
    """Give an `ast` node the place of a tree-sitter node (and the end of another)."""
    target: Any = made
    start = node.start_point
    stop = (end or node).end_point
    target.lineno = start.row + 1
    target.col_offset = start.column
    target.end_lineno = stop.row + 1
    target.end_col_offset = stop.column
    return made


def parts(node: Node) -> list[Node]:
    """Named children without comments and line continuations."""
    return [child for child in node.named_children if child.type not in _EXTRAS]


def only(node: Node) -> Node:
    """The one named child. Raises Unconvertible if there are more or none."""
    found = parts(node)
    if len(found) != 1:
        raise Unconvertible(node.type)
    return found[0]


def field(node: Node, name: str) -> Node:
    """A child by its role. Raises Unconvertible if it is absent."""
    child = node.child_by_field_name(name)
    if child is None:
        raise Unconvertible(node.type)
    return child


def text_of(node: Node) -> str:
    """The source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def has_token(node: Node, token: str) -> bool:
    """Whether a keyword or sign stands directly in a node."""
    return any(child.type == token for child in node.children)
