"""Conversion of expressions from tree-sitter's tree to `ast` nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, cast

from tree_sitter import Node

from archwright.source.parse.tree_base import (
    EXTRAS,
    Context,
    Unconvertible,
    field,
    has_token,
    name_of,
    only,
    parts,
    placed,
    text_of,
)
from archwright.source.parse.tree_params import parameters
from archwright.source.parse.tree_strings import string

_LOAD = ast.Load()
_MAX_DIGITS = 4300
"""Longer decimal numbers are refused by CPython too (`sys.int_info.default_max_str_digits`)."""

_BINARY: dict[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "**": ast.Pow,
    "@": ast.MatMult,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "^": ast.BitXor,
    "<<": ast.LShift,
    ">>": ast.RShift,
}
_PRECEDENCE = {
    sign: level
    for level, signs in enumerate(("|", "^", "&", "<< >>", "+ -", "* / // % @", "**"))
    for sign in signs.split()
}
_UNARY: dict[str, type[ast.unaryop]] = {"-": ast.USub, "+": ast.UAdd, "~": ast.Invert}
_COMPARE: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<>": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "is": ast.Is,
    "is not": ast.IsNot,
    "in": ast.In,
    "not in": ast.NotIn,
}


_FIRST: dict[type, str] = {
    ast.Attribute: "value",
    ast.Subscript: "value",
    ast.Call: "func",
    ast.BinOp: "left",
    ast.Compare: "left",
    ast.IfExp: "body",
}
"""The field an expression starts with."""


def operator(sign: str) -> ast.operator:
    """The operator node of a binary sign. Raises Unconvertible for an unknown one."""
    if sign not in _BINARY:
        raise Unconvertible(sign)
    return _BINARY[sign]()


def expression(node: Node, c: Context) -> Any:
    """Convert one expression, target or annotation. Raises Unconvertible."""
    convert = _CONVERT.get(node.type)
    if convert is None:
        raise Unconvertible(node.type)
    made = convert(node, c)
    first = _FIRST.get(type(made))
    if first is not None and type(getattr(made, first)) is ast.Starred:
        return _star_outside(made, first)
    return made


def _star_outside(made: Any, first: str) -> ast.Starred:
    """`*a.b` is read as `(*a).b` in places: put the star around the whole."""
    star: ast.Starred = getattr(made, first)
    setattr(made, first, star.value)
    place = {"lineno": star.lineno, "col_offset": star.col_offset}
    end = {"end_lineno": made.end_lineno, "end_col_offset": made.end_col_offset}
    made.lineno, made.col_offset = star.value.lineno, star.value.col_offset
    return ast.Starred(value=made, ctx=_LOAD, **place, **end)


def each(nodes: list[Node], c: Context) -> list[Any]:
    """Convert several expressions."""
    return [expression(node, c) for node in nodes]


def sequence(node: Node, items: list[Node], c: Context) -> Any:
    """One expression, or the tuple that several or a trailing comma make, where no parenthesis shows it."""
    if len(items) == 1 and not has_token(node, ","):
        return expression(items[0], c)
    return placed(ast.Tuple(elts=each(items, c), ctx=_LOAD), items[0], items[-1])


def _name(node: Node, c: Context) -> ast.expr:
    return placed(ast.Name(id=name_of(node, c), ctx=_LOAD), node)


def _constant(value: Any) -> Callable[[Node, Context], ast.expr]:
    return lambda node, _c: placed(ast.Constant(value=value), node)


def _number(node: Node, c: Context) -> ast.expr:
    digits = text_of(node).replace("_", "").lower()
    value: complex
    if digits.endswith("j"):
        value = complex(0.0, float(digits[:-1]))
    elif digits.startswith(("0x", "0o", "0b")):
        value = int(digits.rstrip("l"), 0)
    elif node.type == "float":
        value = float(digits)
    elif len(digits) > _MAX_DIGITS:
        c.errors.append((node.start_point.row + 1, f"a number of more than {_MAX_DIGITS} digits was read as 0"))
        value = 0
    else:
        value = int(digits.rstrip("l"), 10)
    return placed(ast.Constant(value=value), node)


def _inner(node: Node, c: Context) -> Any:
    return expression(only(node), c)


def _tuple(node: Node, c: Context) -> ast.expr:
    return placed(ast.Tuple(elts=each(parts(node), c), ctx=_LOAD), node)


def _tuple_pattern(node: Node, c: Context) -> Any:
    items = parts(node)
    if len(items) == 1 and not has_token(node, ","):
        return expression(items[0], c)
    return _tuple(node, c)


def _open_tuple(node: Node, c: Context) -> Any:
    return sequence(node, parts(node), c)


def _list(node: Node, c: Context) -> ast.expr:
    return placed(ast.List(elts=each(parts(node), c), ctx=_LOAD), node)


def _set(node: Node, c: Context) -> ast.expr:
    return placed(ast.Set(elts=each(parts(node), c)), node)


def _dict(node: Node, c: Context) -> ast.expr:
    keys: list[Any] = []
    values: list[Any] = []
    for item in parts(node):
        if item.type == "dictionary_splat":
            keys.append(None)
            values.append(_inner(item, c))
        else:
            keys.append(expression(field(item, "key"), c))
            values.append(expression(field(item, "value"), c))
    return placed(ast.Dict(keys=keys, values=values), node)


def _splat(node: Node, c: Context) -> ast.expr:
    return placed(ast.Starred(value=_inner(node, c), ctx=_LOAD), node)


def _binary(node: Node, c: Context) -> ast.expr:
    """A run of binary operators, arranged by Python's precedence.

    The grammar binds `^` tighter than `&`, and the `|` of types to the right.
    """
    operands: list[Any] = []
    signs: list[str] = []
    todo = [node]
    while todo:
        at = todo.pop()
        if at.type == "binary_operator":
            todo += [field(at, "right"), field(at, "operator"), field(at, "left")]
        elif at.type == "union_type" or (at.type == "type" and only(at).type in ("union_type", "binary_operator")):
            todo += [child for child in reversed(at.children) if child.type not in EXTRAS]
        elif at.type in _BINARY:
            while signs and _binds_first(signs[-1], at.type):
                _join(operands, signs)
            signs.append(at.type)
        else:
            operands.append((expression(at, c), at, at))
    while signs:
        _join(operands, signs)
    return cast(ast.expr, operands[0][0])


def _binds_first(left: str, right: str) -> bool:
    if left == right == "**":
        return False
    return _PRECEDENCE[left] >= _PRECEDENCE[right]


def _join(operands: list[Any], signs: list[str]) -> None:
    """Make one operation of the last two operands, each with the nodes it starts and ends at."""
    right, _, end = operands.pop()
    left, start, _ = operands.pop()
    made = placed(ast.BinOp(left=left, op=_BINARY[signs.pop()](), right=right), start, end)
    operands.append((made, start, end))


def _unary(node: Node, c: Context) -> ast.expr:
    op = _UNARY[field(node, "operator").type]()
    return placed(ast.UnaryOp(op=op, operand=expression(field(node, "argument"), c)), node)


def _not(node: Node, c: Context) -> ast.expr:
    return placed(ast.UnaryOp(op=ast.Not(), operand=expression(field(node, "argument"), c)), node)


def _boolean(node: Node, c: Context) -> ast.expr:
    sign = field(node, "operator").type
    values: list[Node] = []
    at = node
    while at.type == "boolean_operator" and field(at, "operator").type == sign:
        values.append(field(at, "right"))
        at = field(at, "left")
    values.append(at)
    op = ast.And() if sign == "and" else ast.Or()
    return placed(ast.BoolOp(op=op, values=each(values[::-1], c)), node)


def _comparison(node: Node, c: Context) -> ast.expr:
    signs = [_COMPARE[sign.type]() for sign in node.children_by_field_name("operators")]
    operands = each(parts(node), c)
    if len(operands) != len(signs) + 1:
        raise Unconvertible(node.type)
    return placed(ast.Compare(left=operands[0], ops=signs, comparators=operands[1:]), node)


def _conditional(node: Node, c: Context) -> ast.expr:
    """`a := b if c else d` names the whole; the grammar takes it for `(a := b) if c else d`."""
    first = parts(node)[0]
    body, test, orelse = each(parts(node), c)
    if first.type != "named_expression":
        return placed(ast.IfExp(test=test, body=body, orelse=orelse), node)
    choice = placed(ast.IfExp(test=test, body=body.value, orelse=orelse), field(first, "value"), node)
    return placed(ast.NamedExpr(target=body.target, value=choice), node)


def _walrus(node: Node, c: Context) -> ast.expr:
    target, value = expression(field(node, "name"), c), expression(field(node, "value"), c)
    return placed(ast.NamedExpr(target=target, value=value), node)


def _lambda(node: Node, c: Context) -> ast.expr:
    args = parameters(node.child_by_field_name("parameters"), c, expression)
    return placed(ast.Lambda(args=args, body=expression(field(node, "body"), c)), node)


def _await(node: Node, c: Context) -> ast.expr:
    """`await` binds tighter than `**`, the grammar says otherwise."""
    inner = only(node)
    if inner.type == "binary_operator" and field(inner, "operator").type == "**":
        power = cast(ast.BinOp, expression(inner, c))
        power.left = placed(ast.Await(value=power.left), node, field(inner, "left"))
        return placed(power, node)
    return placed(ast.Await(value=expression(inner, c)), node)


def _yield(node: Node, c: Context) -> ast.expr:
    inner = parts(node)
    if has_token(node, "from"):
        return placed(ast.YieldFrom(value=expression(inner[0], c)), node)
    return placed(ast.Yield(value=sequence(node, inner, c) if inner else None), node)


def _attribute(node: Node, c: Context) -> ast.expr:
    base, name = expression(field(node, "object"), c), name_of(field(node, "attribute"), c)
    return placed(ast.Attribute(value=base, attr=name, ctx=_LOAD), node)


def _subscript(node: Node, c: Context) -> ast.expr:
    indices = node.children_by_field_name("subscript")
    index: Any = sequence(node, indices, c)
    if len(indices) == 1 and isinstance(index, ast.Starred):
        index = placed(ast.Tuple(elts=[index], ctx=_LOAD), indices[0])
    return placed(ast.Subscript(value=expression(field(node, "value"), c), slice=index, ctx=_LOAD), node)


def _slice(node: Node, c: Context) -> ast.expr:
    bounds: list[Any] = [None, None, None]
    at = 0
    for child in node.children:
        if child.type == ":":
            at += 1
        elif child.is_named and child.type not in EXTRAS:
            bounds[at] = expression(child, c)
    return placed(ast.Slice(lower=bounds[0], upper=bounds[1], step=bounds[2]), node)


def arguments(node: Node | None, c: Context) -> tuple[list[Any], list[ast.keyword]]:
    """Positional and keyword arguments of a call or a class."""
    args: list[Any] = []
    keywords: list[ast.keyword] = []
    for item in [] if node is None else parts(node):
        if item.type == "keyword_argument":
            name = name_of(field(item, "name"), c)
            keywords.append(placed(ast.keyword(arg=name, value=expression(field(item, "value"), c)), item))
        elif item.type == "dictionary_splat":
            keywords.append(placed(ast.keyword(arg=None, value=_inner(item, c)), item))
        else:
            args.append(expression(item, c))
    return args, keywords


def _call(node: Node, c: Context) -> ast.expr:
    given = field(node, "arguments")
    function = expression(field(node, "function"), c)
    if given.type == "generator_expression":
        return placed(ast.Call(func=function, args=[expression(given, c)], keywords=[]), node)
    args, keywords = arguments(given, c)
    return placed(ast.Call(func=function, args=args, keywords=keywords), node)


def _clauses(node: Node, c: Context) -> list[ast.comprehension]:
    found: list[ast.comprehension] = []
    for item in parts(node):
        if item.type == "for_in_clause":
            rights = item.children_by_field_name("right")
            iterable = expression(rights[0], c) if len(rights) == 1 else sequence(item, rights, c)
            is_async = 1 if has_token(item, "async") else 0
            target = expression(field(item, "left"), c)
            found.append(ast.comprehension(target=target, iter=iterable, ifs=[], is_async=is_async))
        elif item.type == "if_clause":
            found[-1].ifs.append(_inner(item, c))
    return found


def _comprehension(kind: type[ast.ListComp | ast.SetComp | ast.GeneratorExp]) -> Callable[[Node, Context], ast.expr]:
    return lambda node, c: placed(kind(elt=expression(field(node, "body"), c), generators=_clauses(node, c)), node)


def _dict_comprehension(node: Node, c: Context) -> ast.expr:
    pair = field(node, "body")
    key, value = expression(field(pair, "key"), c), expression(field(pair, "value"), c)
    return placed(ast.DictComp(key=key, value=value, generators=_clauses(node, c)), node)


def _generic_type(node: Node, c: Context) -> ast.expr:
    base, given = parts(node)
    items = parts(given)
    index: Any = sequence(given, items, c)
    if len(items) == 1 and isinstance(index, ast.Starred):
        index = placed(ast.Tuple(elts=[index], ctx=_LOAD), items[0])
    return placed(ast.Subscript(value=expression(base, c), slice=index, ctx=_LOAD), node)


def _member_type(node: Node, c: Context) -> ast.expr:
    base, name = parts(node)
    return placed(ast.Attribute(value=expression(base, c), attr=name_of(name, c), ctx=_LOAD), node)


def _as(node: Node, c: Context) -> Any:
    """`value as target` of a `with` item: the value; the item takes the target."""
    if c.aliases is None:
        raise Unconvertible(node.type)
    c.aliases.append(node)
    return expression(parts(node)[0], c)


def _string(node: Node, c: Context) -> Any:
    return string(node, c, expression)


_CONVERT: dict[str, Callable[[Node, Context], Any]] = {
    "identifier": _name,
    "keyword_identifier": _name,
    "print": _name,
    "exec": _name,
    "integer": _number,
    "float": _number,
    "true": _constant(True),
    "false": _constant(False),
    "none": _constant(None),
    "ellipsis": _constant(...),
    "string": _string,
    "concatenated_string": _string,
    "parenthesized_expression": _inner,
    "type": _inner,
    "as_pattern": _as,
    "tuple": _tuple,
    "tuple_pattern": _tuple_pattern,
    "expression_list": _open_tuple,
    "pattern_list": _open_tuple,
    "list": _list,
    "list_pattern": _list,
    "set": _set,
    "dictionary": _dict,
    "list_splat": _splat,
    "list_splat_pattern": _splat,
    "parenthesized_list_splat": _inner,
    "splat_type": _splat,
    "binary_operator": _binary,
    "unary_operator": _unary,
    "not_operator": _not,
    "boolean_operator": _boolean,
    "comparison_operator": _comparison,
    "conditional_expression": _conditional,
    "named_expression": _walrus,
    "lambda": _lambda,
    "lambda_within_for_in_clause": _lambda,
    "await": _await,
    "yield": _yield,
    "attribute": _attribute,
    "subscript": _subscript,
    "slice": _slice,
    "call": _call,
    "list_comprehension": _comprehension(ast.ListComp),
    "set_comprehension": _comprehension(ast.SetComp),
    "generator_expression": _comprehension(ast.GeneratorExp),
    "dictionary_comprehension": _dict_comprehension,
    "generic_type": _generic_type,
    "union_type": _binary,
    "member_type": _member_type,
}
