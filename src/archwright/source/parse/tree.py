"""The second front end: tree-sitter's concrete tree turned into `ast` nodes, for text the host's parser refuses.

It reads the syntax of Python 3.8 to 3.14 whatever the host. Everything after it is shared with the first front end, so
the two can differ in this conversion only.
"""

from __future__ import annotations

import ast
from functools import cache
from typing import Any

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from archwright.source.parse.tree_base import Context, Unconvertible
from archwright.source.parse.tree_statements import statements
from archwright.source.parse.type_defaults import without_defaults


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


def parse(text: str) -> Read | None:
    """The tree of a module; columns count the bytes of UTF-8. None if the text is not whole Python."""
    needs = 8
    data = text.encode("utf-8", "replace")
    root: Node = _parser().parse(data).root_node
    if root.has_error:
        rewritten = without_defaults(text)
        if rewritten == text:
            return None
        data, needs = rewritten.encode("utf-8", "replace"), 13
        root = _parser().parse(data).root_node
        if root.has_error:
            return None
    context = Context(data, needs)
    try:
        body: list[Any] = statements(root, context)
    except (Unconvertible, RecursionError, SyntaxError, ValueError, OverflowError):
        return None
    return Read(ast.Module(body=body, type_ignores=[]), context.needs, context.errors)
