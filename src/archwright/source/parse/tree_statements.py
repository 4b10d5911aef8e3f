"""Conversion of statements from tree-sitter's tree to `ast` nodes."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tree_sitter import Node

from archwright.source.parse import nodes
from archwright.source.parse.tree_base import Context, Unconvertible, field, has_token, name_of, only, parts, placed
from archwright.source.parse.tree_expressions import arguments, each, expression, operator, sequence
from archwright.source.parse.tree_imports import IMPORTS
from archwright.source.parse.tree_params import parameters
from archwright.source.parse.tree_patterns import case_pattern

_LOAD = ast.Load()
_PYTHON_2 = "a statement of Python 2"


def statements(node: Node, c: Context) -> list[Any]:
    """The statements of a module or block; one nested too deeply is left out and noted. Raises Unconvertible."""
    out: list[Any] = []
    for item in parts(node):
        convert = _CONVERT.get(item.type)
        if convert is None:
            raise Unconvertible(item.type)
        try:
            out.append(convert(item, c))
        except RecursionError:
            c.errors.append((item.start_point.row + 1, "a statement nested too deeply was left out"))
            out.append(placed(ast.Pass(), item))
    return out


def _block(node: Node | None, c: Context) -> list[Any]:
    """The statements of a body, at least one. Raises Unconvertible: the grammar lets a body be empty."""
    body = [] if node is None else statements(node, c)
    if not body:
        raise Unconvertible("block")
    return body


def _expression_statement(node: Node, c: Context) -> Any:
    items = parts(node)
    if len(items) == 1 and items[0].type == "assignment":
        return _assignment(items[0], c)
    if len(items) == 1 and items[0].type == "augmented_assignment":
        return _augmented(items[0], c)
    return placed(ast.Expr(value=sequence(node, items, c)), node)


def _assignment(node: Node, c: Context) -> Any:
    annotation = node.child_by_field_name("type")
    if annotation is not None:
        right = node.child_by_field_name("right")
        return placed(
            ast.AnnAssign(
                target=expression(field(node, "left"), c),
                annotation=expression(annotation, c),
                value=None if right is None else expression(right, c),
                simple=1,
            ),
            node,
        )
    targets: list[Any] = []
    at = node
    while at.type == "assignment":
        targets.append(expression(field(at, "left"), c))
        at = field(at, "right")
    return placed(ast.Assign(targets=targets, value=expression(at, c), type_comment=None), node)


def _augmented(node: Node, c: Context) -> Any:
    op = operator(field(node, "operator").type[:-1])
    target, value = expression(field(node, "left"), c), expression(field(node, "right"), c)
    return placed(ast.AugAssign(target=target, op=op, value=value), node)


def _return(node: Node, c: Context) -> Any:
    items = parts(node)
    return placed(ast.Return(value=sequence(node, items, c) if items else None), node)


def _raise(node: Node, c: Context) -> Any:
    cause = node.child_by_field_name("cause")
    raised = [item for item in parts(node) if item != cause]
    exc = sequence(node, raised, c) if raised else None
    return placed(ast.Raise(exc=exc, cause=None if cause is None else expression(cause, c)), node)


def _assert(node: Node, c: Context) -> Any:
    test, *message = each(parts(node), c)
    return placed(ast.Assert(test=test, msg=message[0] if message else None), node)


def _delete(node: Node, c: Context) -> Any:
    inner = only(node)
    items = parts(inner) if inner.type == "expression_list" else [inner]
    return placed(ast.Delete(targets=each(items, c)), node)


def _simple(kind: type[ast.stmt]) -> Callable[[Node, Context], Any]:
    return lambda node, _c: placed(kind(), node)


def _names(kind: type[ast.Global | ast.Nonlocal]) -> Callable[[Node, Context], Any]:
    return lambda node, c: placed(kind(names=[name_of(item, c) for item in parts(node)]), node)


def _print(node: Node, c: Context) -> Any:
    """`print >>f, x` is a tuple to Python 3; `print "x"` is Python 2, and read as a call."""
    items = parts(node)
    name = placed(ast.Name(id="print", ctx=_LOAD), node.children[0])
    if items and items[0].type == "chevron":
        stream = only(items[0])
        first = placed(ast.BinOp(left=name, op=ast.RShift(), right=expression(stream, c)), node, stream)
        value: Any = first
        if has_token(node, ","):
            value = placed(ast.Tuple(elts=[first, *each(items[1:], c)], ctx=_LOAD), node)
    else:
        c.errors.append((node.start_point.row + 1, _PYTHON_2))
        value = placed(ast.Call(func=name, args=each(items, c), keywords=[]), node)
    return placed(ast.Expr(value=value), node)


def _exec(node: Node, c: Context) -> Any:
    c.errors.append((node.start_point.row + 1, _PYTHON_2))
    name = placed(ast.Name(id="exec", ctx=_LOAD), node.children[0])
    return placed(ast.Expr(value=placed(ast.Call(func=name, args=each(parts(node), c), keywords=[]), node)), node)


def _if(node: Node, c: Context) -> Any:
    clauses = [item for item in parts(node) if item.type in ("elif_clause", "else_clause")]
    orelse: list[Any] = []
    for clause in reversed(clauses):
        is_else = clause.type == "else_clause"
        orelse = _block(field(clause, "body"), c) if is_else else [_branch(clause, orelse, c)]
    return _branch(node, orelse, c)


def _branch(node: Node, orelse: list[Any], c: Context) -> Any:
    test = expression(field(node, "condition"), c)
    return placed(ast.If(test=test, body=_block(node.child_by_field_name("consequence"), c), orelse=orelse), node)


def _else(node: Node, c: Context) -> list[Any]:
    found = [item for item in parts(node) if item.type == "else_clause"]
    return _block(field(found[0], "body"), c) if found else []


def _for(node: Node, c: Context) -> Any:
    kind: Any = ast.AsyncFor if has_token(node, "async") else ast.For
    target, iterable = expression(field(node, "left"), c), expression(field(node, "right"), c)
    return placed(kind(target=target, iter=iterable, body=_block(field(node, "body"), c), orelse=_else(node, c)), node)


def _while(node: Node, c: Context) -> Any:
    test = expression(field(node, "condition"), c)
    return placed(ast.While(test=test, body=_block(field(node, "body"), c), orelse=_else(node, c)), node)


def _with(node: Node, c: Context) -> Any:
    kind: Any = ast.AsyncWith if has_token(node, "async") else ast.With
    (clause,) = [item for item in parts(node) if item.type == "with_clause"]
    values = [field(item, "value") for item in parts(clause)]
    if len(values) == 1 and values[0].type in ("tuple", "parenthesized_expression"):
        inner = parts(values[0])
        if any(item.type == "as_pattern" for item in inner) or (inner and values[0].type == "tuple" and _plain(inner)):
            values = inner
    items = [_with_item(value, c) for value in values]
    return placed(kind(items=items, body=_block(field(node, "body"), c)), node)


def _plain(items: list[Node]) -> bool:
    return all(item.type not in ("list_splat", "named_expression", "yield") for item in items)


def _with_item(node: Node, c: Context) -> ast.withitem:
    """One item; the grammar may hang its `as` on the last operand of the expression."""
    aliases: list[Node] = []
    c.aliases = aliases
    value = expression(node, c)
    c.aliases = None
    target = expression(only(field(aliases[0], "alias")), c) if aliases else None
    return ast.withitem(context_expr=value, optional_vars=target)


def _try(node: Node, c: Context) -> Any:
    handlers: list[Any] = []
    final: list[Any] = []
    star = False
    for item in parts(node):
        if item.type in ("except_clause", "except_group_clause"):
            star = star or has_token(item, "*") or has_token(item, "except*")
            handlers.append(_handler(item, c))
        elif item.type == "finally_clause":
            final = _block(parts(item)[-1], c)
    kind: Any = ast.TryStar if star else ast.Try
    body = _block(field(node, "body"), c)
    return placed(kind(body=body, handlers=handlers, orelse=_else(node, c), finalbody=final), node)


def _handler(node: Node, c: Context) -> ast.ExceptHandler:
    *caught, block = parts(node)
    body = _block(block, c)
    name: str | None = None
    kind: Any = None
    if len(caught) == 1 and caught[0].type == "as_pattern":
        name = name_of(only(field(caught[0], "alias")), c)
        caught = parts(caught[0])[:1]
    if len(caught) > 1 or (caught and has_token(node, ",")):
        c.need(14)
        kind = placed(ast.Tuple(elts=each(caught, c), ctx=_LOAD), caught[0], caught[-1])
    elif caught:
        kind = expression(caught[0], c)
    return placed(ast.ExceptHandler(type=kind, name=name, body=body), node)


def _match(node: Node, c: Context) -> Any:
    subject = sequence(node, node.children_by_field_name("subject"), c)
    cases: list[ast.match_case] = []
    for clause in [item for item in parts(field(node, "body")) if item.type == "case_clause"]:
        guard = clause.child_by_field_name("guard")
        test = None if guard is None else expression(only(guard), c)
        body = _block(field(clause, "consequence"), c)
        cases.append(ast.match_case(pattern=case_pattern(clause, c), guard=test, body=body))
    return placed(ast.Match(subject=subject, cases=cases), node)


def _last(body: list[Any]) -> Any:
    """The last statement of a body, inside whatever it ends with."""
    last = body[-1]
    inner: Any
    while not isinstance(last, _DEFINITIONS):
        if isinstance(last, ast.Match):
            inner = last.cases[-1].body
        else:
            handlers = getattr(last, "handlers", None)
            inner = getattr(last, "finalbody", None) or getattr(last, "orelse", None)
            inner = inner or (handlers[-1].body if handlers else getattr(last, "body", None))
        if not isinstance(inner, list):
            return last
        last = inner[-1]
    return last


def _closed(made: Any, node: Node) -> Any:
    """Place a definition, its end being that of its last statement: tree-sitter counts comments after it in."""
    placed(made, node)
    last = _last(made.body)
    made.end_lineno, made.end_col_offset = last.end_lineno, last.end_col_offset
    return made


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def _function(node: Node, c: Context, decorators: list[Any] | None = None) -> Any:
    kind: Any = ast.AsyncFunctionDef if has_token(node, "async") else ast.FunctionDef
    returns = node.child_by_field_name("return_type")
    if node.child_by_field_name("type_parameters") is not None:
        c.need(12)
    made = kind(
        name=name_of(field(node, "name"), c),
        args=parameters(field(node, "parameters"), c, expression),
        body=_block(field(node, "body"), c),
        decorator_list=decorators or [],
        returns=None if returns is None else expression(returns, c),
    )
    return _closed(made, node)


def _class(node: Node, c: Context, decorators: list[Any] | None = None) -> Any:
    if node.child_by_field_name("type_parameters") is not None:
        c.need(12)
    bases, keywords = arguments(node.child_by_field_name("superclasses"), c)
    made = ast.ClassDef(
        name=name_of(field(node, "name"), c),
        bases=bases,
        keywords=keywords,
        body=_block(field(node, "body"), c),
        decorator_list=decorators or [],
    )
    return _closed(made, node)


def _decorated(node: Node, c: Context) -> Any:
    decorators = [expression(only(item), c) for item in parts(node) if item.type == "decorator"]
    definition = field(node, "definition")
    convert = _class if definition.type == "class_definition" else _function
    return convert(definition, c, decorators)


def _type_alias(node: Node, c: Context) -> Any:
    left = only(field(node, "left"))
    name = parts(left)[0] if left.type == "generic_type" else left
    if name.type != "identifier":
        c.misread.add(node.start_byte)
        return placed(ast.Pass(), node)
    c.need(12)
    value = expression(field(node, "right"), c)
    made = nodes.TypeAlias(name=expression(name, c), type_params=[], value=value)
    return placed(made, node)


_CONVERT: dict[str, Callable[[Node, Context], Any]] = {
    **IMPORTS,
    "expression_statement": _expression_statement,
    "return_statement": _return,
    "raise_statement": _raise,
    "assert_statement": _assert,
    "delete_statement": _delete,
    "pass_statement": _simple(ast.Pass),
    "break_statement": _simple(ast.Break),
    "continue_statement": _simple(ast.Continue),
    "global_statement": _names(ast.Global),
    "nonlocal_statement": _names(ast.Nonlocal),
    "print_statement": _print,
    "exec_statement": _exec,
    "if_statement": _if,
    "for_statement": _for,
    "while_statement": _while,
    "with_statement": _with,
    "try_statement": _try,
    "match_statement": _match,
    "function_definition": _function,
    "class_definition": _class,
    "decorated_definition": _decorated,
    "type_alias_statement": _type_alias,
}
