"""What every part of the conversion from tree-sitter's tree shares."""

from __future__ import annotations

import ast
import unicodedata
from typing import Any, TypeVar

from tree_sitter import Node

EXTRAS = {"comment", "line_continuation"}

NOT_ALIAS = "typ_"
"""Stands for the name `type`, at the same length, where the grammar would take it for the keyword."""

Made = TypeVar("Made", bound=ast.AST)


class Unconvertible(Exception):
    """A node that stands for no Python this conversion knows."""


class Context:
    """The text being converted (as UTF-8) and what is learnt on the way.

    needs: the newest Python 3.minor whose syntax was met. misread: offsets of statements that begin with the name `type`
    and were taken for aliases. renamed: offsets where that name is written as `NOT_ALIAS` to be read as a name.
    aliases: where the `as` of a `with` item goes; None outside of one.
    """

    __slots__ = ("aliases", "data", "errors", "misread", "needs", "renamed")

    def __init__(self, data: bytes, needs: int, renamed: frozenset[int] = frozenset()) -> None:
        self.data = data
        self.needs = needs
        self.renamed = renamed
        self.misread: set[int] = set()
        self.aliases: list[Node] | None = None
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
    return [child for child in node.named_children if child.type not in EXTRAS]


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


def name_of(node: Node, c: Context) -> str:
    """An identifier as Python compares it: in the normal form NFKC (PEP 3131)."""
    text = text_of(node)
    if text == NOT_ALIAS and node.start_byte in c.renamed:
        return "type"
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def has_token(node: Node, token: str) -> bool:
    """Whether a keyword or sign stands directly in a node."""
    return any(child.type == token for child in node.children)
