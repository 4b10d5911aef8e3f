"""Conversion of imports from tree-sitter's tree to `ast` nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from archwright.source.parse.tree_base import Context, field, name_of, parts, placed, text_of


def _dotted(node: Node, c: Context) -> str:
    """A dotted name without the blanks that may stand around its dots."""
    return ".".join(name_of(item, c) for item in parts(node)) if node.type == "dotted_name" else name_of(node, c)


def _alias(node: Node, c: Context) -> ast.alias:
    if node.type == "aliased_import":
        name, alias = _dotted(field(node, "name"), c), name_of(field(node, "alias"), c)
        return placed(ast.alias(name=name, asname=alias), node)
    return placed(ast.alias(name=_dotted(node, c), asname=None), node)


def _import(node: Node, c: Context) -> Any:
    return placed(ast.Import(names=[_alias(item, c) for item in node.children_by_field_name("name")]), node)


def _from(node: Node, c: Context) -> Any:
    source = field(node, "module_name")
    level = 0
    module: str | None = None
    if source.type == "relative_import":
        for item in parts(source):
            if item.type == "import_prefix":
                level = text_of(item).count(".")
            else:
                module = _dotted(item, c)
    else:
        module = _dotted(source, c)
    names = [_alias(item, c) for item in node.children_by_field_name("name")]
    names.extend(
        placed(ast.alias(name="*", asname=None), item) for item in parts(node) if item.type == "wildcard_import"
    )
    return placed(ast.ImportFrom(module=module, names=names, level=level), node)


def _future(node: Node, c: Context) -> Any:
    names = [_alias(item, c) for item in node.children_by_field_name("name")]
    return placed(ast.ImportFrom(module="__future__", names=names, level=0), node)


IMPORTS: dict[str, Callable[[Node, Context], Any]] = {
    "import_statement": _import,
    "import_from_statement": _from,
    "future_import_statement": _future,
}
