"""Expressions of Jinja2 as facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from jinja2 import nodes

from archwright.source import facts as f
from archwright.source.parse.state import Fact
from archwright.source.parse.templates.building import Builder
from archwright.source.parse.templates.jinja_places import Places

_COMPARE = {
    "eq": "==", "ne": "!=", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<=", "in": "in", "notin": "not in",
}  # fmt: skip
_SINGLE = {"none": ("is", None), "true": ("is", True), "false": ("is", False)}
"""Tests that compare with one thing."""
_COMPARING = {
    "eq": "==", "equalto": "==", "==": "==", "ne": "!=", "!=": "!=", "in": "in",
    "gt": ">", "greaterthan": ">", ">": ">", "ge": ">=", ">=": ">=", "lt": "<", "lessthan": "<", "<": "<", "le": "<=", "<=": "<=",
}  # fmt: skip


class Expressions:
    """Lowers the expressions of one template."""

    def __init__(self, builder: Builder, places: Places) -> None:
        self._b = builder
        self._places = places
        self._handlers: dict[type[nodes.Node], Callable[[Any, int], Fact]] = {
            nodes.Name: self._name,
            nodes.NSRef: self._name,
            nodes.Const: self._const,
            nodes.TemplateData: lambda node, at: (f.CONST, at, node.data),
            nodes.Getattr: self._getattr,
            nodes.Getitem: self._getitem,
            nodes.Slice: self._slice,
            nodes.Call: self._call,
            nodes.Filter: self._filter,
            nodes.Test: self._test,
            nodes.CondExpr: self._choice,
            nodes.Compare: self._compare,
            nodes.Concat: self._concat,
            nodes.And: lambda node, at: (f.BOOL, at, "and", (self.value(node.left), self.value(node.right))),
            nodes.Or: lambda node, at: (f.BOOL, at, "or", (self.value(node.left), self.value(node.right))),
            nodes.Not: lambda node, at: (f.UNARY, at, "not", self.value(node.node)),
            nodes.Neg: lambda node, at: (f.UNARY, at, "-", self.value(node.node)),
            nodes.Pos: lambda node, at: (f.UNARY, at, "+", self.value(node.node)),
            nodes.List: lambda node, at: (f.LIST, at, self._values(node.items)),
            nodes.Tuple: lambda node, at: (f.TUPLE, at, self._values(node.items)),
            nodes.Dict: self._dict,
            nodes.MarkSafe: lambda node, _: self.value(node.expr),
            nodes.MarkSafeIfAutoescape: lambda node, _: self.value(node.expr),
        }

    def value(self, node: nodes.Node) -> Fact:
        """One expression; what has no meaning here is a name that nothing binds."""
        position = self._places.of(node)
        handler = self._handlers.get(type(node))
        if handler is not None:
            return handler(node, position)
        if isinstance(node, nodes.BinExpr):
            return (f.BINOP, position, node.operator, self.value(node.left), self.value(node.right))
        return (f.NAME, position, "%unknown")

    def _values(self, items: Iterable[nodes.Node]) -> tuple[Fact, ...]:
        return tuple(self.value(item) for item in items)

    def _name(self, node: nodes.Name, position: int) -> Fact:
        return self._b.name(node.name, position)

    @staticmethod
    def _const(node: nodes.Const, position: int) -> Fact:
        known = isinstance(node.value, (str, int, float, complex, bool, bytes, type(None)))
        return (f.CONST, position, node.value if known else None)

    def _getattr(self, node: nodes.Getattr, position: int) -> Fact:
        return (f.LOOKUP, position, self.value(node.node), node.attr, False)

    def _getitem(self, node: nodes.Getitem, position: int) -> Fact:
        base = self.value(node.node)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return (f.LOOKUP, position, base, node.arg.value, False)
        return (f.SUBSCRIPT, position, base, self.value(node.arg))

    def _slice(self, node: nodes.Slice, position: int) -> Fact:
        parts = [self.value(part) if part is not None else None for part in (node.start, node.stop, node.step)]
        return (f.SLICE, position, *parts)

    def _arguments(self, node: Any) -> tuple[list[Fact], list[tuple[str | None, Fact]]]:
        args = [self.value(arg) for arg in node.args]
        if node.dyn_args is not None:
            spread = self.value(node.dyn_args)
            args.append((f.STARRED, spread[1], spread))
        keywords: list[tuple[str | None, Fact]] = [(each.key, self.value(each.value)) for each in node.kwargs]
        if node.dyn_kwargs is not None:
            keywords.append((None, self.value(node.dyn_kwargs)))
        return args, keywords

    def _call(self, node: nodes.Call, position: int) -> Fact:
        if isinstance(node.node, nodes.Name) and node.node.name == "super":
            self._b.super()
            return (f.CONST, position, "")
        function = self.value(node.node)
        args, keywords = self._arguments(node)
        return (f.CALL, position, function, tuple(args), tuple(keywords))

    def _filter(self, node: nodes.Filter, position: int) -> Fact:
        first: Fact = self.value(node.node) if node.node is not None else (f.NAME, position, "%unknown")
        args, keywords = self._arguments(node)
        return self._b.operation("filter", position, ((f.CONST, position, node.name), first, *args), keywords)

    def _test(self, node: nodes.Test, position: int) -> Fact:
        first = self.value(node.node)
        args, keywords = self._arguments(node)
        single = _SINGLE.get(node.name)
        if single is not None:
            return (f.COMPARE, position, first, ((single[0], (f.CONST, position, single[1])),))
        if node.name in _COMPARING and len(args) == 1:
            return (f.COMPARE, position, first, ((_COMPARING[node.name], args[0]),))
        return self._b.operation("test", position, ((f.CONST, position, node.name), first, *args), keywords)

    def _choice(self, node: nodes.CondExpr, position: int) -> Fact:
        test, then = self.value(node.test), self.value(node.expr1)
        orelse = self.value(node.expr2) if node.expr2 is not None else (f.CONST, position, "")
        return (f.IFEXP, position, test, then, orelse)

    def _compare(self, node: nodes.Compare, position: int) -> Fact:
        left = self.value(node.expr)
        return (f.COMPARE, position, left, tuple((_COMPARE[op.op], self.value(op.expr)) for op in node.ops))

    def _concat(self, node: nodes.Concat, position: int) -> Fact:
        parts = tuple((f.FORMATTED, position, value, "", None) for value in self._values(node.nodes))
        return (f.FSTRING, position, parts)

    def _dict(self, node: nodes.Dict, position: int) -> Fact:
        return (f.DICT, position, tuple((self.value(pair.key), self.value(pair.value)) for pair in node.items))
