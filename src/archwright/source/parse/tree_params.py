"""Conversion of parameter lists from tree-sitter's tree to `ast` nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from archwright.source.parse.tree_base import Context, Unconvertible, field, name_of, only, parts, placed

Convert = Callable[[Node, Context], Any]


def parameters(node: Node | None, c: Context, convert: Convert) -> ast.arguments:
    """The parameters of a function or lambda; none for None."""
    made = ast.arguments(posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[])
    keyword_only = False
    for item in [] if node is None else parts(node):
        if item.type == "positional_separator":
            made.posonlyargs, made.args = made.args, []
        elif item.type == "keyword_separator":
            keyword_only = True
        else:
            bare, annotation, default = _split(item, c, convert)
            name = name_of(only(bare) if bare.type in _STARS else bare, c)
            arg = placed(ast.arg(arg=name, annotation=annotation), item)
            if bare.type == "list_splat_pattern":
                made.vararg = arg
                keyword_only = True
            elif bare.type == "dictionary_splat_pattern":
                made.kwarg = arg
            elif keyword_only:
                made.kwonlyargs.append(arg)
                made.kw_defaults.append(default)
            else:
                made.args.append(arg)
                if default is not None:
                    made.defaults.append(default)
    return made


_STARS = {"list_splat_pattern", "dictionary_splat_pattern"}


def _split(item: Node, c: Context, convert: Convert) -> tuple[Node, Any, Any]:
    """The bare name (with its stars), the annotation and the default of one parameter."""
    if item.type == "typed_parameter":
        return parts(item)[0], convert(field(item, "type"), c), None
    if item.type == "default_parameter":
        return field(item, "name"), None, convert(field(item, "value"), c)
    if item.type == "typed_default_parameter":
        return field(item, "name"), convert(field(item, "type"), c), convert(field(item, "value"), c)
    if item.type == "identifier" or item.type in _STARS:
        return item, None, None
    raise Unconvertible(item.type)
