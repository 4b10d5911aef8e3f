"""Lowering of expressions: one function a node type, found through `EXPRESSIONS`.

The functions are written out, not generated from a table: this is the hot loop of reading a code base.
"""

from __future__ import annotations

import ast
from typing import Any, cast

from archwright.source import facts as f
from archwright.source.parse import nodes
from archwright.source.parse.state import MAX_DEPTH, Fact, Handler, State, TooDeep

C = f.COLUMNS

OPERATORS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
COMPREHENSIONS: dict[type, str] = {
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
}
CONVERSIONS = {-1: "", 114: "r", 115: "s", 97: "a"}


def many(items: list[Any], s: State, d: int) -> tuple[Fact, ...]:
    """Lower a list of expressions; short lists are the common case."""
    if not items:
        return ()
    if len(items) == 1:
        n = items[0]
        return (EXPRESSIONS[type(n)](n, s, d),)
    return tuple([EXPRESSIONS[type(n)](n, s, d) for n in items])


def _constant(n: ast.Constant, _s: State, _d: int) -> Fact:
    return (f.CONST, n.lineno * C + n.col_offset + 1, n.value)


def _name(n: ast.Name, _s: State, _d: int) -> Fact:
    return (f.NAME, n.lineno * C + n.col_offset + 1, n.id)


def _attribute(n: ast.Attribute, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    base = n.value
    return (f.ATTR, n.lineno * C + n.col_offset + 1, EXPRESSIONS[type(base)](base, s, d + 1), n.attr)


def keywords_of(keywords: list[ast.keyword], s: State, d: int) -> tuple[Fact, ...]:
    """Lower the keyword arguments of a call or a class."""
    return tuple([(k.arg, EXPRESSIONS[type(k.value)](k.value, s, d)) for k in keywords])


def _call(n: ast.Call, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    d += 1
    function = n.func
    keywords = n.keywords
    return (
        f.CALL,
        n.lineno * C + n.col_offset + 1,
        EXPRESSIONS[type(function)](function, s, d),
        many(n.args, s, d),
        keywords_of(keywords, s, d) if keywords else (),
    )


def _binop(n: ast.BinOp, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    left, right = n.left, n.right
    d += 1
    return (
        f.BINOP,
        n.lineno * C + n.col_offset + 1,
        OPERATORS[type(n.op)],
        EXPRESSIONS[type(left)](left, s, d),
        EXPRESSIONS[type(right)](right, s, d),
    )


def _boolop(n: ast.BoolOp, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    return (f.BOOL, n.lineno * C + n.col_offset + 1, OPERATORS[type(n.op)], many(n.values, s, d + 1))


def _unary(n: ast.UnaryOp, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    operand = n.operand
    return (
        f.UNARY,
        n.lineno * C + n.col_offset + 1,
        OPERATORS[type(n.op)],
        EXPRESSIONS[type(operand)](operand, s, d + 1),
    )


def _compare(n: ast.Compare, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    d += 1
    left = n.left
    rights = n.comparators
    lowered = EXPRESSIONS[type(left)](left, s, d)
    pairs: tuple[Fact, ...]
    if len(rights) == 1:
        right = rights[0]
        pairs = ((OPERATORS[type(n.ops[0])], EXPRESSIONS[type(right)](right, s, d)),)
    else:
        pairs = tuple([(OPERATORS[type(o)], EXPRESSIONS[type(r)](r, s, d)) for o, r in zip(n.ops, rights, strict=True)])
    return (f.COMPARE, n.lineno * C + n.col_offset + 1, lowered, pairs)


def _ifexp(n: ast.IfExp, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    d += 1
    test, body, orelse = n.test, n.body, n.orelse
    return (
        f.IFEXP,
        n.lineno * C + n.col_offset + 1,
        EXPRESSIONS[type(test)](test, s, d),
        EXPRESSIONS[type(body)](body, s, d),
        EXPRESSIONS[type(orelse)](orelse, s, d),
    )


def _subscript(n: ast.Subscript, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    d += 1
    base, index = n.value, n.slice
    return (
        f.SUBSCRIPT,
        n.lineno * C + n.col_offset + 1,
        EXPRESSIONS[type(base)](base, s, d),
        EXPRESSIONS[type(index)](index, s, d),
    )


def maybe(n: ast.expr | None, s: State, d: int) -> Fact | None:
    """Lower an expression that may be absent."""
    return None if n is None else EXPRESSIONS[type(n)](n, s, d)


def _slice(n: ast.Slice, s: State, d: int) -> Fact:
    d += 1
    position = n.lineno * C + n.col_offset + 1
    return (f.SLICE, position, maybe(n.lower, s, d), maybe(n.upper, s, d), maybe(n.step, s, d))


def _list(n: ast.List, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    return (f.LIST, n.lineno * C + n.col_offset + 1, many(n.elts, s, d + 1))


def _tuple(n: ast.Tuple, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    return (f.TUPLE, n.lineno * C + n.col_offset + 1, many(n.elts, s, d + 1))


def _set(n: ast.Set, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    return (f.SET, n.lineno * C + n.col_offset + 1, many(n.elts, s, d + 1))


def _dict(n: ast.Dict, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    d += 1
    pairs = [
        (None if k is None else EXPRESSIONS[type(k)](k, s, d), EXPRESSIONS[type(v)](v, s, d))
        for k, v in zip(n.keys, n.values, strict=True)
    ]
    return (f.DICT, n.lineno * C + n.col_offset + 1, tuple(pairs))


def _add_text(parts: list[Fact], position: int, text: str) -> None:
    """Append text, joined to text that stands before it; empty text, which some hosts make, is dropped."""
    if parts and parts[-1][0] == f.CONST:
        text = parts.pop()[2] + text
    if text:
        parts.append((f.CONST, position, text))


def _parts(values: list[Any], position: int, s: State, d: int) -> tuple[Fact, ...]:
    """The parts of an f-string or t-string.

    Text takes the position of the whole string, a field that of its value and a tuple that of its first element: hosts
    before 3.12 know no better, and facts must not depend on the host.
    """
    if d > MAX_DEPTH:
        raise TooDeep
    d += 1
    parts: list[Fact] = []
    for v in values:
        if type(v) is ast.Constant:
            _add_text(parts, position, cast(str, v.value))
        elif type(v) is ast.FormattedValue or type(v) is nodes.Interpolation:
            value, spec = v.value, v.format_spec
            lowered = EXPRESSIONS[type(value)](value, s, d)
            if lowered[0] == f.TUPLE and lowered[2]:
                lowered = (f.TUPLE, lowered[2][0][1], lowered[2])
            format_spec = None if spec is None else (f.FSTRING, position, _parts(spec.values, position, s, d))
            parts.append((f.FORMATTED, lowered[1], lowered, CONVERSIONS[v.conversion], format_spec))
        else:
            for part in _parts(v.values, position, s, d):
                if part[0] == f.CONST:
                    _add_text(parts, position, part[2])
                else:
                    parts.append(part)
    return tuple(parts)


def _joined(n: ast.JoinedStr, s: State, d: int) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    return (f.FSTRING, position, _parts(n.values, position, s, d))


def _template(n: Any, s: State, d: int) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    return (f.TEMPLATE, position, _parts(n.values, position, s, d))


def _comprehension(n: Any, element: ast.expr, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    d += 1
    clauses = tuple(
        [
            (
                EXPRESSIONS[type(g.target)](g.target, s, d),
                EXPRESSIONS[type(g.iter)](g.iter, s, d),
                many(g.ifs, s, d),
                g.is_async == 1,
            )
            for g in n.generators
        ]
    )
    lowered = EXPRESSIONS[type(element)](element, s, d)
    kind = COMPREHENSIONS[type(n)]
    value = EXPRESSIONS[type(n.value)](n.value, s, d) if kind == "dict" else None
    return (f.COMPREHENSION, n.lineno * C + n.col_offset + 1, kind, lowered, value, clauses)


def _comprehension_of(n: Any, s: State, d: int) -> Fact:
    return _comprehension(n, n.elt, s, d)


def _dict_comprehension(n: ast.DictComp, s: State, d: int) -> Fact:
    return _comprehension(n, n.key, s, d)


def _await(n: ast.Await, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    return (f.AWAIT, n.lineno * C + n.col_offset + 1, EXPRESSIONS[type(n.value)](n.value, s, d + 1))


def _yield(n: ast.Yield, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    s.flags |= f.GENERATOR
    return (f.YIELD, n.lineno * C + n.col_offset + 1, maybe(n.value, s, d + 1))


def _yield_from(n: ast.YieldFrom, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    s.flags |= f.GENERATOR
    return (f.YIELD_FROM, n.lineno * C + n.col_offset + 1, EXPRESSIONS[type(n.value)](n.value, s, d + 1))


def _starred(n: ast.Starred, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    return (f.STARRED, n.lineno * C + n.col_offset + 1, EXPRESSIONS[type(n.value)](n.value, s, d + 1))


def _walrus(n: ast.NamedExpr, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    d += 1
    target, value = n.target, n.value
    position = n.lineno * C + n.col_offset + 1
    return (f.WALRUS, position, EXPRESSIONS[type(target)](target, s, d), EXPRESSIONS[type(value)](value, s, d))


EXPRESSIONS: dict[type, Handler] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.BinOp: _binop,
    ast.BoolOp: _boolop,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.IfExp: _ifexp,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.JoinedStr: _joined,
    nodes.TemplateStr: _template,
    ast.ListComp: _comprehension_of,
    ast.SetComp: _comprehension_of,
    ast.DictComp: _dict_comprehension,
    ast.GeneratorExp: _comprehension_of,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: _starred,
    ast.NamedExpr: _walrus,
}
"""Handler of each node type; `lower` adds the lambda of `scopes`, which is a unit of its own."""
