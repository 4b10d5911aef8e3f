"""Syntax newer than the oldest host, Python 3.12 to 3.14, read on every host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from archwright.source import facts as f
from archwright.source.parse import facts_of_text

Facts = tuple[Any, ...]


def at(line: int, column: int) -> int:
    return line * f.COLUMNS + column


def body(text: str) -> Facts:
    units, _, _, errors = facts_of_text(text)
    assert errors == ()
    result: Facts = units[0][7]
    return result


def n(name: str, column: int, line: int = 1) -> Facts:
    return (f.NAME, at(line, column), name)


def formatted(value: Facts) -> Facts:
    return (f.FORMATTED, value[1], value, "", None)


def test_nested_quotes_in_f_strings() -> None:
    index = (f.SUBSCRIPT, at(1, 4), n("d", 4), (f.CONST, at(1, 6), "k"))
    assert body("f'{d['k']}'")[0][2] == (f.FSTRING, at(1, 1), (formatted(index),))
    inner = (f.FSTRING, at(1, 4), (formatted((f.FSTRING, at(1, 7), (formatted((f.CONST, at(1, 10), 1)),))),))
    assert body("f'{f'{f'{1}'}'}'")[0][2] == (f.FSTRING, at(1, 1), (formatted(inner),))


def test_backslashes_comments_and_lines_in_f_string_fields() -> None:
    text = "f'{'\\n'.join(a)}'\nf'''{\n  b  # why\n}'''\nf'{\n c}'\n"
    join, long, short = [statement[2] for statement in body(text)]
    assert join[2][0][2][2] == (f.ATTR, at(1, 4), (f.CONST, at(1, 4), "\n"), "join")
    assert long[2] == (formatted(n("b", 3, 3)),)
    assert short[2] == (formatted(n("c", 2, 6)),)


def test_type_aliases_and_parameters() -> None:
    text = "type Pair[T] = tuple[T, T]\ndef first[T: int](p: Pair[T]) -> T: ...\nclass Box[*Ts, **P](Base): ...\n"
    units, classes, _, errors = facts_of_text(text)
    assert errors == ()
    alias, function, cls = units[0][7]
    elements = (n("T", 22), n("T", 25))
    assert alias == (
        f.TYPE_ALIAS,
        at(1, 1),
        "Pair",
        (f.SUBSCRIPT, at(1, 16), n("tuple", 16), (f.TUPLE, at(1, 22), elements)),
    )
    assert function == (f.DEF, at(2, 1), 1)
    assert units[1][4][0][:2] == ("p", f.PARAM_NORMAL)
    assert cls == (f.CLASS, at(3, 1), 0)
    assert classes[0][4] == (n("Base", 21, 3),)


def test_defaults_of_type_parameters() -> None:
    text = "class A[T = int, *Ts = *tuple[int, ...]](B):\n    def f[U: str = 'x, y'](self, u: U = 1) -> U: ...\n"
    units, classes, _, errors = facts_of_text(text)
    assert errors == ()
    assert classes[0][4] == (n("B", 42),)
    assert [name for name, _, _, _ in units[1][4]] == ["self", "u"]
    assert units[1][4][1][3] == (f.CONST, at(2, 41), 1)


def test_a_name_called_type_is_no_keyword() -> None:
    assign = body("type = 1\ntype(self).saved = x\ntype X = int\n")[1]
    call = (f.CALL, at(2, 1), n("type", 1, 2), (n("self", 6, 2),), ())
    assert assign == (f.ASSIGN, at(2, 1), ((f.ATTR, at(2, 1), call, "saved"),), n("x", 20, 2))


def test_exceptions_without_parentheses() -> None:
    text = "try: pass\nexcept A, B.C: pass\nexcept* D, E: pass\n".replace("except* D, E: pass\n", "")
    handler = body(text)[0][3][0]
    caught = (n("A", 8, 2), (f.ATTR, at(2, 11), n("B", 11, 2), "C"))
    assert handler == (at(2, 1), (f.TUPLE, at(2, 8), caught), None, ((f.PASS, at(2, 16)),))


def test_templates() -> None:
    template = body("t'a{x!r:>{w}}b' t\"{y}\"")[0][2]
    spec = (f.FSTRING, at(1, 1), ((f.CONST, at(1, 1), ">"), formatted(n("w", 11))))
    assert template == (
        f.TEMPLATE,
        at(1, 1),
        (
            (f.CONST, at(1, 1), "a"),
            (f.FORMATTED, at(1, 5), n("x", 5), "r", spec),
            (f.CONST, at(1, 1), "b"),
            formatted(n("y", 20)),
        ),
    )


def test_stars_bind_around_the_whole_expression(by_tree: Callable[[str], Facts]) -> None:
    call = (f.CALL, at(1, 4), (f.ATTR, at(1, 4), n("b", 4), "c"), (), ())
    assert by_tree("a[*b.c()]")[0][0][7][0][2] == (
        f.SUBSCRIPT,
        at(1, 1),
        n("a", 1),
        (f.TUPLE, at(1, 3), ((f.STARRED, at(1, 3), call),)),
    )


def test_lines_in_brackets_may_be_indented_less(
    by_host: Callable[[str], Facts], by_tree: Callable[[str], Facts]
) -> None:
    text = "def f():\n    x = (a.  # why\n  b +\nc)\n    return x\n"
    assert by_tree(text) == by_host(text)


@pytest.mark.parametrize(
    "text", ["print >>a, b", "print >>a", "print(a, end=b)", "exec(a)", "print", "match[x]", "match(x)", "case = _ = 1"]
)
def test_soft_and_former_keywords(text: str, by_host: Callable[[str], Facts], by_tree: Callable[[str], Facts]) -> None:
    assert by_tree(text) == by_host(text)


def test_newer_syntax_is_no_error_and_broken_syntax_is() -> None:
    assert facts_of_text("def f[T](x: T): pass\n")[3] == ()
    assert facts_of_text("f(a=1, b)\n")[3][0][0] == 1


def test_python_2_is_read_and_said() -> None:
    units, _, _, errors = facts_of_text("print 'a'\ndef f(): pass\n")
    assert errors == ((1, "a statement of Python 2"),)
    assert [unit[0] for unit in units] == ["<module>", "f"]


def test_keywords_of_class_patterns_may_be_named(
    by_host: Callable[[str], Facts], by_tree: Callable[[str], Facts]
) -> None:
    text = "match a:\n case A(p, x=1 | 2, y=B() as z, v=-1, u=(1 | 2), s=None | p.q, r=[1] as o): pass\n"
    assert by_tree(text) == by_host(text)
