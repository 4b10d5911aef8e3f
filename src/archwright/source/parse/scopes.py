"""Lowering of what opens a scope: functions, lambdas and classes fill the unit and class tables."""

from __future__ import annotations

import ast
from typing import Any

from archwright.source import facts as f
from archwright.source.parse.expressions import EXPRESSIONS, keywords_of, many, maybe
from archwright.source.parse.state import MAX_DEPTH, Fact, Handler, State, TooDeep
from archwright.source.parse.statements import block

C = f.COLUMNS


def _params(a: ast.arguments, s: State, d: int) -> tuple[Fact, ...]:
    """Parameters in the order of the source, each with its kind, annotation and default."""
    out: list[Fact] = []
    defaults = a.defaults
    missing = len(a.posonlyargs) + len(a.args) - len(defaults)
    index = 0
    for kind, group in ((f.PARAM_POSITIONAL_ONLY, a.posonlyargs), (f.PARAM_NORMAL, a.args)):
        for p in group:
            default = (
                EXPRESSIONS[type(defaults[index - missing])](defaults[index - missing], s, d)
                if index >= missing
                else None
            )
            out.append((p.arg, kind, maybe(p.annotation, s, d), default))
            index += 1
    if a.vararg is not None:
        out.append((a.vararg.arg, f.PARAM_VARARGS, maybe(a.vararg.annotation, s, d), None))
    for p, k in zip(a.kwonlyargs, a.kw_defaults, strict=True):
        out.append((p.arg, f.PARAM_KEYWORD_ONLY, maybe(p.annotation, s, d), maybe(k, s, d)))
    if a.kwarg is not None:
        out.append((a.kwarg.arg, f.PARAM_KWARGS, maybe(a.kwarg.annotation, s, d), None))
    return tuple(out)


def _function(n: Any, s: State, d: int, flags: int) -> Fact:
    decorators = many(n.decorator_list, s, d)
    params = _params(n.args, s, d)
    returns = maybe(n.returns, s, d)
    position = n.lineno * C + n.col_offset + 1
    parent, holder, prefix, outer_flags = s.unit, s.holder, s.prefix, s.flags
    qualname = prefix + n.name
    index = len(s.units)
    s.units.append(())
    s.unit, s.holder, s.prefix, s.flags = index, -1, qualname + ".", flags
    body = block(n.body, s, d + 1)
    unit = (n.name, qualname, position, n.end_lineno, params, decorators, returns, body, s.flags, holder, parent)
    s.units[index] = unit
    s.unit, s.holder, s.prefix, s.flags = parent, holder, prefix, outer_flags
    return (f.DEF, position, index)


def _def(n: ast.FunctionDef, s: State, d: int) -> Fact:
    return _function(n, s, d, 0)


def _async_def(n: ast.AsyncFunctionDef, s: State, d: int) -> Fact:
    return _function(n, s, d, f.ASYNC)


def _lambda(n: ast.Lambda, s: State, d: int) -> Fact:
    if d > MAX_DEPTH:
        raise TooDeep
    params = _params(n.args, s, d + 1)
    position = n.lineno * C + n.col_offset + 1
    parent, holder, prefix, outer_flags = s.unit, s.holder, s.prefix, s.flags
    qualname = prefix + "<lambda>"
    index = len(s.units)
    s.units.append(())
    s.unit, s.holder, s.prefix, s.flags = index, -1, qualname + ".", f.LAMBDA
    value = n.body
    try:
        lowered = EXPRESSIONS[type(value)](value, s, d + 1)
        body = ((f.RETURN, value.lineno * C + value.col_offset + 1, lowered),)
        s.units[index] = (
            "<lambda>",
            qualname,
            position,
            n.end_lineno,
            params,
            (),
            None,
            body,
            s.flags,
            holder,
            parent,
        )
    except (TooDeep, RecursionError):
        del s.units[index:]
        raise
    finally:
        s.unit, s.holder, s.prefix, s.flags = parent, holder, prefix, outer_flags
    return (f.LAMBDA_EXPR, position, index)


def _class(n: ast.ClassDef, s: State, d: int) -> Fact:
    decorators = many(n.decorator_list, s, d)
    bases = many(n.bases, s, d)
    keywords = keywords_of(n.keywords, s, d)
    position = n.lineno * C + n.col_offset + 1
    holder, klass, prefix = s.holder, s.klass, s.prefix
    qualname = prefix + n.name
    index = len(s.classes)
    s.classes.append(())
    s.holder, s.klass, s.prefix = index, index, qualname + "."
    body = block(n.body, s, d + 1)
    s.classes[index] = (
        n.name,
        qualname,
        position,
        n.end_lineno,
        bases,
        keywords,
        decorators,
        body,
        s.unit,
        klass,
    )
    s.holder, s.klass, s.prefix = holder, klass, prefix
    return (f.CLASS, position, index)


SCOPE_EXPRESSIONS: dict[type, Handler] = {ast.Lambda: _lambda}
SCOPE_STATEMENTS: dict[type, Handler] = {
    ast.FunctionDef: _def,
    ast.AsyncFunctionDef: _async_def,
    ast.ClassDef: _class,
}
