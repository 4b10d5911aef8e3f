"""What each kind of node becomes, with its position: the format of `source/facts.py`, checked against both front ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from archwright.source import facts as f
from archwright.source.parse import facts_of_text

Facts = tuple[Any, ...]


def at(line: int, column: int) -> int:
    return line * f.COLUMNS + column


def n(name: str, column: int, line: int = 1) -> Facts:
    return (f.NAME, at(line, column), name)


def k(value: Any, column: int, line: int = 1) -> Facts:
    return (f.CONST, at(line, column), value)


EXPRESSIONS: list[tuple[str, Facts]] = [
    ("a", n("a", 1)),
    ("1_0.5", k(10.5, 1)),
    ("2j", k(2j, 1)),
    ("0x1F", k(31, 1)),
    ("...", k(..., 1)),
    ("'a' \"\\n\" r'\\n'", k("a\n\\n", 1)),
    ("b'a' b'\\x00'", k(b"a\0", 1)),
    ("a.b.c", (f.ATTR, at(1, 1), (f.ATTR, at(1, 1), n("a", 1), "b"), "c")),
    (
        "f(a, *b, c=1, **d)",
        (
            f.CALL,
            at(1, 1),
            n("f", 1),
            (n("a", 3), (f.STARRED, at(1, 6), n("b", 7))),
            (("c", k(1, 12)), (None, n("d", 17))),
        ),
    ),
    ("a ** -b", (f.BINOP, at(1, 1), "**", n("a", 1), (f.UNARY, at(1, 6), "-", n("b", 7)))),
    ("a and b and (c or d)", (f.BOOL, at(1, 1), "and", (n("a", 1), n("b", 7), (f.BOOL, at(1, 14), "or", (n("c", 14), n("d", 19)))))),
    ("not a", (f.UNARY, at(1, 1), "not", n("a", 5))),
    ("a < b is not c not in d", (f.COMPARE, at(1, 1), n("a", 1), (("<", n("b", 5)), ("is not", n("c", 14)), ("not in", n("d", 23))))),
    ("a if b else c", (f.IFEXP, at(1, 1), n("b", 6), n("a", 1), n("c", 13))),
    ("a[b]", (f.SUBSCRIPT, at(1, 1), n("a", 1), n("b", 3))),
    ("a[1:2, ::c]", (f.SUBSCRIPT, at(1, 1), n("a", 1), (f.TUPLE, at(1, 3), ((f.SLICE, at(1, 3), k(1, 3), k(2, 5), None), (f.SLICE, at(1, 8), None, None, n("c", 10)))))),
    ("[a, *b]", (f.LIST, at(1, 1), (n("a", 2), (f.STARRED, at(1, 5), n("b", 6))))),
    ("(a, b)", (f.TUPLE, at(1, 1), (n("a", 2), n("b", 5)))),
    ("a, b", (f.TUPLE, at(1, 1), (n("a", 1), n("b", 4)))),
    ("{a}", (f.SET, at(1, 1), (n("a", 2),))),
    ("{a: b, **c}", (f.DICT, at(1, 1), ((n("a", 2), n("b", 5)), (None, n("c", 10))))),
    ("f'a{b!r:>{c}}d' 'e'", (f.FSTRING, at(1, 1), (k("a", 1), (f.FORMATTED, at(1, 5), n("b", 5), "r", (f.FSTRING, at(1, 1), (k(">", 1), (f.FORMATTED, at(1, 11), n("c", 11), "", None)))), k("de", 1)))),
    ("f'{a = }'", (f.FSTRING, at(1, 1), (k("a = ", 1), (f.FORMATTED, at(1, 4), n("a", 4), "r", None)))),
    ("f'{a, b}{{}}'", (f.FSTRING, at(1, 1), ((f.FORMATTED, at(1, 4), (f.TUPLE, at(1, 4), (n("a", 4), n("b", 7))), "", None), k("{}", 1)))),
    ("[a async for b, c in d if e if g]", (f.COMPREHENSION, at(1, 1), "list", n("a", 2), None, (((f.TUPLE, at(1, 14), (n("b", 14), n("c", 17))), n("d", 22), (n("e", 27), n("g", 32)), True),))),
    ("{a: b for a in c}", (f.COMPREHENSION, at(1, 1), "dict", n("a", 2), n("b", 5), ((n("a", 11), n("c", 16), (), False),))),
    ("f(a for a in b)", (f.CALL, at(1, 1), n("f", 1), ((f.COMPREHENSION, at(1, 2), "generator", n("a", 3), None, ((n("a", 9), n("b", 14), (), False),)),), ())),
    ("await a", (f.AWAIT, at(1, 1), n("a", 7))),
    ("await a ** b", (f.BINOP, at(1, 1), "**", (f.AWAIT, at(1, 1), n("a", 7)), n("b", 12))),
    ("(yield a)", (f.YIELD, at(1, 2), n("a", 8))),
    ("(yield from a)", (f.YIELD_FROM, at(1, 2), n("a", 13))),
    ("(a := b)", (f.WALRUS, at(1, 2), n("a", 2), n("b", 7))),
    ("(a := b if c else d)", (f.WALRUS, at(1, 2), n("a", 2), (f.IFEXP, at(1, 7), n("c", 12), n("b", 7), n("d", 19)))),
    ("(a := b) if c else d", (f.IFEXP, at(1, 1), n("c", 13), (f.WALRUS, at(1, 2), n("a", 2), n("b", 7)), n("d", 20))),
    ("a ^ b & c", (f.BINOP, at(1, 1), "^", n("a", 1), (f.BINOP, at(1, 5), "&", n("b", 5), n("c", 9)))),
    ("lambda a: a", (f.LAMBDA_EXPR, at(1, 1), 1)),
]  # fmt: skip

STATEMENTS: list[tuple[str, Facts]] = [
    ("a = b = c", (f.ASSIGN, at(1, 1), (n("a", 1), n("b", 5)), n("c", 9))),
    ("a, *b = c", (f.ASSIGN, at(1, 1), ((f.TUPLE, at(1, 1), (n("a", 1), (f.STARRED, at(1, 4), n("b", 5)))),), n("c", 9))),
    ("a //= b", (f.AUGASSIGN, at(1, 1), n("a", 1), "//", n("b", 7))),
    ("a: b | None = c", (f.ANNASSIGN, at(1, 1), n("a", 1), (f.BINOP, at(1, 4), "|", n("b", 4), k(None, 8)), n("c", 15))),
    ("a: b[c] | d | e", (f.ANNASSIGN, at(1, 1), n("a", 1), (f.BINOP, at(1, 4), "|", (f.BINOP, at(1, 4), "|", (f.SUBSCRIPT, at(1, 4), n("b", 4), n("c", 6)), n("d", 11)), n("e", 15)), None)),
    ("return", (f.RETURN, at(1, 1), None)),
    ("return a, b", (f.RETURN, at(1, 1), (f.TUPLE, at(1, 8), (n("a", 8), n("b", 11))))),
    ("raise a from b", (f.RAISE, at(1, 1), n("a", 7), n("b", 14))),
    ("del a, b", (f.DELETE, at(1, 1), (n("a", 5), n("b", 8)))),
    ("del (a, b)", (f.DELETE, at(1, 1), ((f.TUPLE, at(1, 5), (n("a", 6), n("b", 9))),))),
    ("assert a, b", (f.ASSERT, at(1, 1), n("a", 8), n("b", 11))),
    ("global a, b", (f.GLOBAL, at(1, 1), ("a", "b"))),
    ("nonlocal a", (f.NONLOCAL, at(1, 1), ("a",))),
    ("pass", (f.PASS, at(1, 1))),
    ("break", (f.BREAK, at(1, 1))),
    ("continue", (f.CONTINUE, at(1, 1))),
    ("if a: pass\nelif b: pass\nelse: break", (f.IF, at(1, 1), n("a", 4), ((f.PASS, at(1, 7)),), ((f.IF, at(2, 1), n("b", 6, 2), ((f.PASS, at(2, 9)),), ((f.BREAK, at(3, 7)),)),))),
    ("for a, b in c: pass\nelse: break", (f.FOR, at(1, 1), (f.TUPLE, at(1, 5), (n("a", 5), n("b", 8))), n("c", 13), ((f.PASS, at(1, 16)),), ((f.BREAK, at(2, 7)),), False)),
    ("async for a in b: pass", (f.FOR, at(1, 1), n("a", 11), n("b", 16), ((f.PASS, at(1, 19)),), (), True)),
    ("while a: pass", (f.WHILE, at(1, 1), n("a", 7), ((f.PASS, at(1, 10)),), ())),
    ("with a as b, c: pass", (f.WITH, at(1, 1), ((n("a", 6), n("b", 11)), (n("c", 14), None)), ((f.PASS, at(1, 17)),), False)),
    ("async with (a as b, c,): pass", (f.WITH, at(1, 1), ((n("a", 13), n("b", 18)), (n("c", 21), None)), ((f.PASS, at(1, 26)),), True)),
    ("with (a, b): pass", (f.WITH, at(1, 1), ((n("a", 7), None), (n("b", 10), None)), ((f.PASS, at(1, 14)),), False)),
    ("with (a, b) as c: pass", (f.WITH, at(1, 1), (((f.TUPLE, at(1, 6), (n("a", 7), n("b", 10))), n("c", 16)),), ((f.PASS, at(1, 19)),), False)),
    ("try: pass\nexcept A as e: pass\nexcept: pass\nelse: pass\nfinally: pass", (f.TRY, at(1, 1), ((f.PASS, at(1, 6)),), ((at(2, 1), n("A", 8, 2), "e", ((f.PASS, at(2, 16)),)), (at(3, 1), None, None, ((f.PASS, at(3, 9)),))), ((f.PASS, at(4, 7)),), ((f.PASS, at(5, 10)),), False)),
    ("try: pass\nexcept* A: pass", (f.TRY, at(1, 1), ((f.PASS, at(1, 6)),), ((at(2, 1), n("A", 9, 2), None, ((f.PASS, at(2, 12)),)),), (), (), True)),
    ("import a.b as c, d", (f.IMPORT, at(1, 1), (("a.b", "c"), ("d", None)))),
    ("from ..a import b as c, d", (f.FROM, at(1, 1), "a", (("b", "c"), ("d", None)), 2)),
    ("from . import (a,)", (f.FROM, at(1, 1), "", (("a", None),), 1)),
    ("from a import *", (f.FROM, at(1, 1), "a", (("*", None),), 0)),
    ("match a:\n case -1 | None | 'x' 'y': pass", (f.MATCH, at(1, 1), n("a", 7), (((f.P_OR, at(2, 7), ((f.P_VALUE, at(2, 7), (f.UNARY, at(2, 7), "-", k(1, 8, 2))), (f.P_VALUE, at(2, 12), k(None, 12, 2)), (f.P_VALUE, at(2, 19), k("xy", 19, 2)))), None, ((f.PASS, at(2, 28)),)),))),
    ("match a:\n case {'k': [b, *_], **r} if c: pass", (f.MATCH, at(1, 1), n("a", 7), (((f.P_MAPPING, at(2, 7), ((k("k", 8, 2), (f.P_SEQUENCE, at(2, 13), ((f.P_AS, at(2, 14), None, "b"), (f.P_STAR, at(2, 17), None)))),), "r"), n("c", 30, 2), ((f.PASS, at(2, 33)),)),))),
    ("match a:\n case p.Q(1, x=_) as y: pass", (f.MATCH, at(1, 1), n("a", 7), (((f.P_AS, at(2, 7), (f.P_CLASS, at(2, 7), (f.ATTR, at(2, 7), n("p", 7, 2), "Q"), ((f.P_VALUE, at(2, 11), k(1, 11, 2)),), (("x", (f.P_AS, at(2, 16), None, None)),)), "y"), None, ((f.PASS, at(2, 25)),)),))),
]  # fmt: skip


@pytest.mark.parametrize(("text", "fact"), EXPRESSIONS, ids=[text for text, _ in EXPRESSIONS])
def test_expressions(text: str, fact: Facts, by_host: Callable[[str], Facts], by_tree: Callable[[str], Facts]) -> None:
    for facts in (by_host(text), by_tree(text)):
        ((kind, position, value),) = facts[0][0][7]
        assert (kind, position) == (f.EXPR, at(1, 1))
        assert value == fact


@pytest.mark.parametrize(("text", "fact"), STATEMENTS, ids=[text for text, _ in STATEMENTS])
def test_statements(text: str, fact: Facts, by_host: Callable[[str], Facts], by_tree: Callable[[str], Facts]) -> None:
    for facts in (by_host(text), by_tree(text)):
        assert facts[0][0][7] == (fact,)


SCOPES = """\
import a

@deco(lambda v: v)
class Outer(Base, meta=M):
    async def method(self, p, /, q: int = 1, *rest: str, k, j=2, **more) -> R:
        def inner():
            yield p
            # a comment after the end
        return inner

    class Nested:
        pass

    pick = lambda self: 1
"""


def test_units_and_classes(by_host: Callable[[str], Facts], by_tree: Callable[[str], Facts]) -> None:
    units, classes, lines, errors = by_host(SCOPES)
    assert by_tree(SCOPES) == (units, classes, lines, errors)
    assert (lines, errors) == (14, ())
    assert [(u[0], u[1], u[2], u[3], u[8], u[9], u[10]) for u in units] == [
        ("<module>", "<module>", at(1, 1), 14, 0, -1, -1),
        ("<lambda>", "<lambda>", at(3, 7), 3, f.LAMBDA, -1, 0),
        ("method", "Outer.method", at(5, 5), 9, f.ASYNC, 0, 0),
        ("inner", "Outer.method.inner", at(6, 9), 7, f.GENERATOR, -1, 2),
        ("<lambda>", "Outer.<lambda>", at(14, 12), 14, f.LAMBDA, 0, 0),
    ]
    assert [(c[0], c[1], c[2], c[3], c[8], c[9]) for c in classes] == [
        ("Outer", "Outer", at(4, 1), 14, 0, -1),
        ("Nested", "Outer.Nested", at(11, 5), 12, 0, 0),
    ]
    assert classes[0][4:6] == ((n("Base", 13, 4),), (("meta", n("M", 24, 4)),))
    assert [(name, kind) for name, kind, _, _ in units[2][4]] == [
        ("self", f.PARAM_POSITIONAL_ONLY),
        ("p", f.PARAM_POSITIONAL_ONLY),
        ("q", f.PARAM_NORMAL),
        ("rest", f.PARAM_VARARGS),
        ("k", f.PARAM_KEYWORD_ONLY),
        ("j", f.PARAM_KEYWORD_ONLY),
        ("more", f.PARAM_KWARGS),
    ]
    assert [default and default[2] for _, _, _, default in units[2][4]] == [None, None, 1, None, None, 2, None]
    assert units[2][6] == n("R", 77, 5)
    assert units[1][7] == ((f.RETURN, at(3, 17), n("v", 17, 3)),)


def test_columns_count_characters(by_host: Callable[[str], Facts], by_tree: Callable[[str], Facts]) -> None:
    text = 's = "äöü😀"; f("é", x)\n'
    for facts in (by_host(text), by_tree(text)):
        call = facts[0][0][7][1][2]
        assert (call[1], call[3][1]) == (at(1, 13), n("x", 20))


def test_a_column_past_the_last_is_stored_as_the_last() -> None:
    text = "x = [" + "1, " * 3000 + "y]"
    elements = facts_of_text(text)[0][0][7][0][3][2]
    assert elements[0][1] == at(1, 6)
    assert elements[-1] == (f.NAME, at(1, 4095), "y")


def test_identifiers_are_normalised(by_tree: Callable[[str], Facts]) -> None:
    assert by_tree("\uff57idth = 1\n")[0][0][7][0][2] == (n("width", 1),)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "+".join(["a"] * 5000),
        "x = a" + ".b()" * 3000,
        "x = " + "not " * 3000 + "a",
        "x = " + "(" * 1000 + ")" * 1000,
        "x = " + "lambda: " * 2000 + "1",
        "x = " + "1 if a else " * 2000 + "1",
    ],
    ids=["sum", "calls", "not", "parentheses", "lambda", "conditional"],
)
def test_what_nests_too_deeply_is_left_out_and_said(text: str) -> None:
    units, _, _, errors = facts_of_text(text + "\ny = 1\n")
    assert [statement[0] for statement in units[0][7]] == [f.PASS, f.ASSIGN]
    assert len(errors) == 1
    assert errors[0][0] == 1
    assert len(units) == 1


def test_a_long_chain_of_elif_loses_only_its_end() -> None:
    units, _, _, errors = facts_of_text("if a: pass\n" + "elif b: x()\n" * 5000)
    assert errors[0][0] == 201
    assert units[0][7][0][0] == f.IF


def test_a_file_of_too_many_functions_is_data() -> None:
    units, classes, lines, errors = facts_of_text("x = [" + "lambda: 0,\n" * 60_001 + "]\n")
    assert (len(units), classes, lines) == (1, (), 60_002)
    assert errors == ((1, "not read: it holds more than 60,000 functions"),)
