"""Conversion of the patterns of `match` from tree-sitter's tree to `ast` nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from archwright.source.parse.tree_base import EXTRAS, Context, Unconvertible, has_token, name_of, only, parts, placed
from archwright.source.parse.tree_expressions import expression

_SINGLETONS = {"none": None, "true": True, "false": False}
_NUMBERS = {"integer", "float"}


def case_pattern(clause: Node, c: Context) -> Any:
    """The pattern of a `case` clause; several with commas are an open sequence."""
    patterns = [item for item in parts(clause) if item.type == "case_pattern"]
    if len(patterns) == 1 and not has_token(clause, ","):
        return _pattern(patterns[0], c)
    return placed(ast.MatchSequence(patterns=[_pattern(p, c) for p in patterns]), patterns[0], patterns[-1])


def _pattern(node: Node, c: Context) -> Any:
    """One pattern node, wrapped in `case_pattern` or not."""
    if node.type == "case_pattern":
        return _only_of(_significant(node), c)
    convert = _CONVERT.get(node.type)
    return placed(ast.MatchValue(value=expression(node, c)), node) if convert is None else convert(node, c)


def _significant(node: Node) -> list[Node]:
    return [child for child in node.children if child.type not in EXTRAS]


def _only_of(children: list[Node], c: Context) -> Any:
    """The pattern that a run of children stands for: one node, or a sign and a number."""
    if len(children) == 1:
        return _pattern(children[0], c)
    if len(children) == 2 and children[0].type == "-" and children[1].type in _NUMBERS:
        return placed(ast.MatchValue(value=_negative(children[0], children[1], c)), children[0], children[1])
    raise Unconvertible("case_pattern")


def _negative(sign: Node, number: Node, c: Context) -> ast.expr:
    return placed(ast.UnaryOp(op=ast.USub(), operand=expression(number, c)), sign, number)


def _wildcard(node: Node, _c: Context) -> Any:
    return placed(ast.MatchAs(pattern=None, name=None), node)


def _singleton(node: Node, _c: Context) -> Any:
    return placed(ast.MatchSingleton(value=_SINGLETONS[node.type]), node)


def _dotted(node: Node, c: Context) -> Any:
    """A dotted name as the expression it is."""
    first, *rest = parts(node)
    made: Any = placed(ast.Name(id=name_of(first, c), ctx=ast.Load()), first)
    for item in rest:
        made = placed(ast.Attribute(value=made, attr=name_of(item, c), ctx=ast.Load()), node, item)
    return made


def _name(node: Node, c: Context) -> Any:
    names = parts(node)
    if len(names) > 1:
        return placed(ast.MatchValue(value=_dotted(node, c)), node)
    name = name_of(node, c)
    return placed(ast.MatchAs(pattern=None, name=None if name == "_" else name), node)


def _union(node: Node, c: Context) -> Any:
    options: list[list[Node]] = [[]]
    for child in _significant(node):
        if child.type == "|":
            options.append([])
        else:
            options[-1].append(child)
    return placed(ast.MatchOr(patterns=[_only_of(option, c) for option in options]), node)


def _complex(node: Node, c: Context) -> Any:
    children = _significant(node)
    left: Any
    if children[0].type == "-":
        left, rest = _negative(children[0], children[1], c), children[2:]
    else:
        left, rest = expression(children[0], c), children[1:]
    op = ast.Add() if rest[0].type == "+" else ast.Sub()
    value = placed(ast.BinOp(left=left, op=op, right=expression(rest[1], c)), node)
    return placed(ast.MatchValue(value=value), node)


def _as(node: Node, c: Context) -> Any:
    inner, name = parts(node)
    return placed(ast.MatchAs(pattern=_pattern(inner, c), name=name_of(name, c)), node)


def _sequence(node: Node, c: Context) -> Any:
    items = parts(node)
    if node.type == "tuple_pattern" and len(items) == 1 and not has_token(node, ","):
        return _pattern(items[0], c)
    return placed(ast.MatchSequence(patterns=[_pattern(item, c) for item in items]), node)


def _star(node: Node, c: Context) -> Any:
    name = name_of(node, c).lstrip("* \t")
    return placed(ast.MatchStar(name=None if name == "_" else name), node)


def _mapping(node: Node, c: Context) -> Any:
    """Keys and values alternate; `**rest` stands at the end. A negative key keeps its sign apart."""
    keys: list[Any] = []
    values: list[Any] = []
    rest: str | None = None
    run: list[Node] = []
    for child in _significant(node)[1:]:
        if child.type == ":":
            key = _only_of(run, c)
            if not isinstance(key, ast.MatchValue | ast.MatchSingleton):
                raise Unconvertible("key of a mapping")
            keys.append(placed(ast.Constant(key.value), run[0]) if isinstance(key, ast.MatchSingleton) else key.value)
            run = []
        elif child.type in (",", "}"):
            if run and run[0].type == "splat_pattern":
                rest = name_of(run[0], c).lstrip("* \t")
            elif run:
                values.append(_only_of(run, c))
            run = []
        else:
            run.append(child)
    return placed(ast.MatchMapping(keys=keys, patterns=values, rest=rest), node)


def _keyword_of(item: Node) -> tuple[Node | None, Node | None]:
    """The `key=pattern` an argument of a class pattern is, and its `as` name, which the grammar hangs on the whole."""
    inner = item
    alias: Node | None = None
    while inner.type in ("case_pattern", "as_pattern"):
        if inner.type == "as_pattern":
            alias = parts(inner)[-1]
        inner = _significant(inner)[0]
    return (inner, alias) if inner.type == "keyword_pattern" else (None, None)


def _class(node: Node, c: Context) -> Any:
    name, *given = parts(node)
    positional: list[Any] = []
    attributes: list[str] = []
    values: list[Any] = []
    for item in given:
        keyword, alias = _keyword_of(item)
        if keyword is None:
            positional.append(_pattern(item, c))
            continue
        key, _, *value = _significant(keyword)
        attributes.append(name_of(key, c))
        matched = _only_of(value, c)
        if alias is not None:
            matched = placed(ast.MatchAs(pattern=matched, name=name_of(alias, c)), value[0], alias)
        values.append(matched)
    return placed(
        ast.MatchClass(cls=_dotted(name, c), patterns=positional, kwd_attrs=attributes, kwd_patterns=values), node
    )


def _group(node: Node, c: Context) -> Any:
    return _pattern(only(node), c)


_CONVERT: dict[str, Callable[[Node, Context], Any]] = {
    "_": _wildcard,
    "none": _singleton,
    "true": _singleton,
    "false": _singleton,
    "dotted_name": _name,
    "union_pattern": _union,
    "complex_pattern": _complex,
    "as_pattern": _as,
    "list_pattern": _sequence,
    "tuple_pattern": _sequence,
    "splat_pattern": _star,
    "dict_pattern": _mapping,
    "class_pattern": _class,
    "parenthesized_pattern": _group,
}
