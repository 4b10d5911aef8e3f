"""The second front end: tree-sitter's concrete tree turned into `ast` nodes, for text the host's parser refuses.

It reads the syntax of Python 3.8 to 3.14 whatever the host. Everything after it is shared with the first front end, so
the two can differ in this conversion only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from typing import Any

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from archwright.source.parse.rewrites import with_continuations, without_defaults
from archwright.source.parse.tree_base import NOT_ALIAS, Context, Unconvertible
from archwright.source.parse.tree_statements import statements

_MALFORMED = (
    Unconvertible,
    RecursionError,
    SyntaxError,
    ValueError,
    OverflowError,
    LookupError,
    AttributeError,
    TypeError,
)
"""What conversion may raise: the grammar takes some text that is no Python, and gives trees that lack parts."""


class Read:
    """A converted module: its tree, the newest Python (3.minor) its syntax needs, and what was left out."""

    __slots__ = ("errors", "module", "needs")

    def __init__(self, module: ast.Module, needs: int, errors: list[tuple[int, str]]) -> None:
        self.module = module
        self.needs = needs
        self.errors = errors


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_python.language()))


def parse(text: str, *, thorough: bool = True) -> Read | None:
    """The tree of a module; columns count the bytes of UTF-8. None if the text is not whole Python.

    Unless `thorough`, the costliest way around a gap of the grammar is not tried.
    """
    needs = 8
    root = None
    data = b""
    for minor, rewritten in _variants(text, thorough):
        needs, data = minor, rewritten.encode("utf-8", "replace")
        root = _whole(data)
        if root is not None:
            break
    renamed: frozenset[int] = frozenset()
    while root is not None:
        context = Context(data, needs, renamed)
        try:
            body: list[Any] = statements(root, context)
        except _MALFORMED:
            return None
        if not context.misread:
            return Read(ast.Module(body=body, type_ignores=[]), context.needs, context.errors)
        renamed |= context.misread
        changed = bytearray(data)
        for offset in context.misread:
            changed[offset : offset + len(NOT_ALIAS)] = NOT_ALIAS.encode()
        data = bytes(changed)
        root = _whole(data)
    return None


def _variants(text: str, thorough: bool) -> Iterator[tuple[int, str]]:
    """The text, then texts of the same meaning and positions that avoid gaps of the grammar; each with what it needs."""
    yield 8, text
    plain = without_defaults(text)
    if plain != text:
        yield 13, plain
    continued = with_continuations(plain) if thorough else plain
    if continued != plain:
        yield 8 if plain == text else 13, continued


def _whole(data: bytes) -> Node | None:
    """The root of the concrete tree; None if it holds errors."""
    root: Node = _parser().parse(data).root_node
    return None if root.has_error else root
