"""Lowering of statements: one function a node type, found through `STATEMENTS`."""

from __future__ import annotations

import ast
from typing import Any

from archwright.source import facts as f
from archwright.source.parse import nodes
from archwright.source.parse.expressions import EXPRESSIONS, OPERATORS, many, maybe
from archwright.source.parse.patterns import pattern
from archwright.source.parse.state import MAX_DEPTH, Fact, Handler, State, TooDeep

C = f.COLUMNS


def block(body: list[Any], s: State, d: int) -> tuple[Fact, ...]:
    """Lower the statements of a body; one that nests too deeply becomes PASS and an entry in the errors."""
    out: list[Fact] = []
    for n in body:
        try:
            out.append(STATEMENTS[type(n)](n, s, d) if d <= MAX_DEPTH else _left_out(n, s))
        except (TooDeep, RecursionError):
            out.append(_left_out(n, s))
    return tuple(out)


def _left_out(n: Any, s: State) -> Fact:
    s.errors.append((n.lineno, f"a statement nested deeper than {MAX_DEPTH} levels was left out"))
    return (f.PASS, n.lineno * C + n.col_offset + 1)


def _expr(n: ast.Expr, s: State, d: int) -> Fact:
    value = n.value
    return (f.EXPR, n.lineno * C + n.col_offset + 1, EXPRESSIONS[type(value)](value, s, d))


def _assign(n: ast.Assign, s: State, d: int) -> Fact:
    value = n.value
    return (
        f.ASSIGN,
        n.lineno * C + n.col_offset + 1,
        many(n.targets, s, d),
        EXPRESSIONS[type(value)](value, s, d),
    )


def _augassign(n: ast.AugAssign, s: State, d: int) -> Fact:
    target, value = n.target, n.value
    return (
        f.AUGASSIGN,
        n.lineno * C + n.col_offset + 1,
        EXPRESSIONS[type(target)](target, s, d),
        OPERATORS[type(n.op)],
        EXPRESSIONS[type(value)](value, s, d),
    )


def _annassign(n: ast.AnnAssign, s: State, d: int) -> Fact:
    target, annotation = n.target, n.annotation
    return (
        f.ANNASSIGN,
        n.lineno * C + n.col_offset + 1,
        EXPRESSIONS[type(target)](target, s, d),
        EXPRESSIONS[type(annotation)](annotation, s, d),
        maybe(n.value, s, d),
    )


def _return(n: ast.Return, s: State, d: int) -> Fact:
    value = n.value
    lowered = None if value is None else EXPRESSIONS[type(value)](value, s, d)
    return (f.RETURN, n.lineno * C + n.col_offset + 1, lowered)


def _raise(n: ast.Raise, s: State, d: int) -> Fact:
    return (f.RAISE, n.lineno * C + n.col_offset + 1, maybe(n.exc, s, d), maybe(n.cause, s, d))


def _delete(n: ast.Delete, s: State, d: int) -> Fact:
    return (f.DELETE, n.lineno * C + n.col_offset + 1, many(n.targets, s, d))


def _assert(n: ast.Assert, s: State, d: int) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    return (f.ASSERT, position, EXPRESSIONS[type(n.test)](n.test, s, d), maybe(n.msg, s, d))


def _global(n: ast.Global, _s: State, _d: int) -> Fact:
    return (f.GLOBAL, n.lineno * C + n.col_offset + 1, tuple(n.names))


def _nonlocal(n: ast.Nonlocal, _s: State, _d: int) -> Fact:
    return (f.NONLOCAL, n.lineno * C + n.col_offset + 1, tuple(n.names))


def _pass(n: ast.Pass, _s: State, _d: int) -> Fact:
    return (f.PASS, n.lineno * C + n.col_offset + 1)


def _break(n: ast.Break, _s: State, _d: int) -> Fact:
    return (f.BREAK, n.lineno * C + n.col_offset + 1)


def _continue(n: ast.Continue, _s: State, _d: int) -> Fact:
    return (f.CONTINUE, n.lineno * C + n.col_offset + 1)


def _if(n: ast.If, s: State, d: int) -> Fact:
    test, orelse = n.test, n.orelse
    position = n.lineno * C + n.col_offset + 1
    lowered = EXPRESSIONS[type(test)](test, s, d)
    return (f.IF, position, lowered, block(n.body, s, d + 1), block(orelse, s, d + 1) if orelse else ())


def _loop(n: ast.For | ast.AsyncFor, s: State, d: int, is_async: bool) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    target, iterable = n.target, n.iter
    return (
        f.FOR,
        position,
        EXPRESSIONS[type(target)](target, s, d),
        EXPRESSIONS[type(iterable)](iterable, s, d),
        block(n.body, s, d + 1),
        block(n.orelse, s, d + 1),
        is_async,
    )


def _for(n: ast.For, s: State, d: int) -> Fact:
    return _loop(n, s, d, False)


def _async_for(n: ast.AsyncFor, s: State, d: int) -> Fact:
    return _loop(n, s, d, True)


def _while(n: ast.While, s: State, d: int) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    test = EXPRESSIONS[type(n.test)](n.test, s, d)
    return (f.WHILE, position, test, block(n.body, s, d + 1), block(n.orelse, s, d + 1))


def _context(n: ast.With | ast.AsyncWith, s: State, d: int, is_async: bool) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    items = tuple(
        [(EXPRESSIONS[type(i.context_expr)](i.context_expr, s, d), maybe(i.optional_vars, s, d)) for i in n.items]
    )
    return (f.WITH, position, items, block(n.body, s, d + 1), is_async)


def _with(n: ast.With, s: State, d: int) -> Fact:
    return _context(n, s, d, False)


def _async_with(n: ast.AsyncWith, s: State, d: int) -> Fact:
    return _context(n, s, d, True)


def _attempt(n: ast.Try | ast.TryStar, s: State, d: int, is_star: bool) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    body = block(n.body, s, d + 1)
    handlers = [
        (h.lineno * C + h.col_offset + 1, maybe(h.type, s, d), h.name, block(h.body, s, d + 1)) for h in n.handlers
    ]
    orelse = block(n.orelse, s, d + 1)
    return (f.TRY, position, body, tuple(handlers), orelse, block(n.finalbody, s, d + 1), is_star)


def _try(n: ast.Try, s: State, d: int) -> Fact:
    return _attempt(n, s, d, False)


def _try_star(n: ast.TryStar, s: State, d: int) -> Fact:
    return _attempt(n, s, d, True)


def _match(n: ast.Match, s: State, d: int) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    subject = EXPRESSIONS[type(n.subject)](n.subject, s, d)
    cases = [(pattern(c.pattern, s, d), maybe(c.guard, s, d), block(c.body, s, d + 1)) for c in n.cases]
    return (f.MATCH, position, subject, tuple(cases))


def _import(n: ast.Import, _s: State, _d: int) -> Fact:
    return (f.IMPORT, n.lineno * C + n.col_offset + 1, tuple([(a.name, a.asname) for a in n.names]))


def _from(n: ast.ImportFrom, _s: State, _d: int) -> Fact:
    names = tuple([(a.name, a.asname) for a in n.names])
    return (f.FROM, n.lineno * C + n.col_offset + 1, n.module or "", names, n.level)


def _type_alias(n: Any, s: State, d: int) -> Fact:
    return (f.TYPE_ALIAS, n.lineno * C + n.col_offset + 1, n.name.id, EXPRESSIONS[type(n.value)](n.value, s, d))


STATEMENTS: dict[type, Handler] = {
    ast.Expr: _expr,
    ast.Assign: _assign,
    ast.AugAssign: _augassign,
    ast.AnnAssign: _annassign,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Delete: _delete,
    ast.Assert: _assert,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Pass: _pass,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _async_for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _async_with,
    ast.Try: _try,
    ast.TryStar: _try_star,
    ast.Match: _match,
    ast.Import: _import,
    ast.ImportFrom: _from,
    nodes.TypeAlias: _type_alias,
}
"""Handler of each node type; `lower` adds the functions and classes of `scopes`."""
