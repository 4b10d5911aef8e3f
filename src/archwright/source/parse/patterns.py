"""Lowering of the patterns of `match` statements."""

from __future__ import annotations

import ast

from archwright.source import facts as f
from archwright.source.parse.expressions import EXPRESSIONS
from archwright.source.parse.state import MAX_DEPTH, Fact, Handler, State, TooDeep

C = f.COLUMNS


def pattern(n: ast.pattern, s: State, d: int) -> Fact:
    """Lower one pattern."""
    if d > MAX_DEPTH:
        raise TooDeep
    return PATTERNS[type(n)](n, s, d + 1)


def _each(items: list[ast.pattern], s: State, d: int) -> tuple[Fact, ...]:
    return tuple([pattern(p, s, d) for p in items])


def _value(n: ast.MatchValue, s: State, d: int) -> Fact:
    return (f.P_VALUE, n.lineno * C + n.col_offset + 1, EXPRESSIONS[type(n.value)](n.value, s, d))


def _singleton(n: ast.MatchSingleton, _s: State, _d: int) -> Fact:
    position = n.lineno * C + n.col_offset + 1
    return (f.P_VALUE, position, (f.CONST, position, n.value))


def _sequence(n: ast.MatchSequence, s: State, d: int) -> Fact:
    return (f.P_SEQUENCE, n.lineno * C + n.col_offset + 1, _each(n.patterns, s, d))


def _mapping(n: ast.MatchMapping, s: State, d: int) -> Fact:
    pairs = [(EXPRESSIONS[type(k)](k, s, d), pattern(p, s, d)) for k, p in zip(n.keys, n.patterns, strict=True)]
    return (f.P_MAPPING, n.lineno * C + n.col_offset + 1, tuple(pairs), n.rest)


def _class(n: ast.MatchClass, s: State, d: int) -> Fact:
    pairs = [(k, pattern(p, s, d)) for k, p in zip(n.kwd_attrs, n.kwd_patterns, strict=True)]
    cls = EXPRESSIONS[type(n.cls)](n.cls, s, d)
    return (f.P_CLASS, n.lineno * C + n.col_offset + 1, cls, _each(n.patterns, s, d), tuple(pairs))


def _star(n: ast.MatchStar, _s: State, _d: int) -> Fact:
    return (f.P_STAR, n.lineno * C + n.col_offset + 1, n.name)


def _as(n: ast.MatchAs, s: State, d: int) -> Fact:
    inner = None if n.pattern is None else pattern(n.pattern, s, d)
    return (f.P_AS, n.lineno * C + n.col_offset + 1, inner, n.name)


def _or(n: ast.MatchOr, s: State, d: int) -> Fact:
    return (f.P_OR, n.lineno * C + n.col_offset + 1, _each(n.patterns, s, d))


PATTERNS: dict[type, Handler] = {
    ast.MatchValue: _value,
    ast.MatchSingleton: _singleton,
    ast.MatchSequence: _sequence,
    ast.MatchMapping: _mapping,
    ast.MatchClass: _class,
    ast.MatchStar: _star,
    ast.MatchAs: _as,
    ast.MatchOr: _or,
}
