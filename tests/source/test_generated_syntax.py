"""Syntax of Python 3.12 to 3.14 in every place where a statement may stand: read whole, as the older spelling of the same is."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from archwright.source import facts as f
from archwright.source.parse import facts_of_text

CONTEXTS = {
    "module": "{}",
    "function": "def outer(a, b):\n    x = 1\n{}",
    "async function": "async def outer(a, b):\n    async with a as x:\n        async for y in b:\n{}",
    "method": "class C(B):\n    k = 1\n    @property\n    def outer(self):\n{}",
    "branches": "if a:\n    pass\nelif b:\n{}\nelse:\n    pass",
    "loop": "for i in a:\n    while b:\n{}\n    else:\n        pass",
    "try": "try:\n    a()\nexcept B:\n    pass\nelse:\n{}\nfinally:\n    b()",
    "with": "with (a as b, c as d):\n{}",
    "match": "match a:\n    case [1, *_] | {{'k': 2, **r}}:\n        pass\n    case C(x=1) if b:\n{}",
    "nested": "def one():\n    class Two:\n        def three(self):\n            def four():\n{}\n            return four",
}

SAME = {
    "PEP 695 function": ("def f[T](x: T) -> T:\n    return x", "def f(x: T) -> T:\n    return x"),
    "PEP 695 bounds": ("async def f[T: (int, str), *Ts, **P](*a: *Ts): ...", "async def f(*a: *Ts): ..."),
    "PEP 695 class": ("class A[T: 'B'](B[T], metaclass=M):\n    y: T", "class A(B[T], metaclass=M):\n    y: T"),
    "PEP 695 class without bases": ("class A[T]:\n    y: T", "class A:\n    y: T"),
    "PEP 696 defaults": ("def f[T = int, *Ts = *tuple[int], **P = [str]](): ...", "def f(): ..."),
    "PEP 696 strings and brackets": ("class A[T = dict['a, b', x[1]], U = f(y)](B): ...", "class A(B): ..."),
    "PEP 701 quotes": ("x = f'{d['a']}'", "x = f\"{d['a']}\""),
    "PEP 701 backslash": ("x = f\"{'\\n'.join(a)}\"", "x = f'{NL.join(a)}'"),
    "PEP 701 nested": ("x = f'{f'{f'{a}'}'}'", "x = f'''{f\"\"\"{f'{a}'}\"\"\"}'''"),
    "PEP 701 lines": ("x = f'{\n  a\n}'", "x = f'{a}'"),
    "PEP 758 except": ("try:\n    f()\nexcept A, B.c:\n    g()", "try:\n    f()\nexcept (A, B.c):\n    g()"),
    "PEP 758 except group": ("try:\n    f()\nexcept* A, B:\n    g()", "try:\n    f()\nexcept* (A, B):\n    g()"),
    "PEP 765 return in finally": ("def f():\n    try:\n        return 1\n    finally:\n        return 2",) * 2,
    "PEP 765 continue in finally": ("for q in a:\n    try:\n        f()\n    finally:\n        continue",) * 2,
    "PEP 649 forward references": ("def f(x: Later[Mine], y: int | 'None' = 1) -> Mine.Inner: ...",) * 2,
    "PEP 649 attributes": ("class A:\n    x: A | None = None\n    y: list[B]\nclass B: ...",) * 2,
    "star in index": ("x = a[*b, c]", "x = a[(*b, c)]"),
}
"""A statement, and the older spelling that means the same to us. What only newer Pythons know is left out of the facts."""

TEMPLATES = (
    "t'a{x}b'", "t'{x!r}'", "t'{x:>{w}}'", "t'{x=}'", "rt'\\d{x}'", "tr'{x}'", "T'{x}'", "t'''a\n{x}\n'''", "t'{t'{x}'}'",
    "t'{{}}{x}'", "t'{x}' t'{y}'", "t'{f'{x}'}'", "t'{x['k']}'", "f'{t'{x}'}'", "t'{lambda: 1}'", "t'{(yield)}'", "t''",
)  # fmt: skip


def placed(statement: str, context: str) -> str:
    """The statement inside a context, between two others."""
    head, found, _ = CONTEXTS[context].partition("{}")
    assert found
    opener = head.rstrip("\n").rpartition("\n")[2]
    depth = len(opener) - len(opener.lstrip()) + (4 if opener.endswith(":") else 0)
    body = textwrap.indent(f"before = 1\n{statement}\nafter = 2", " " * depth) if "'''" not in statement else ""
    if not body:  # indenting would change the text of a string over several lines
        pad = " " * depth
        body = f"{pad}before = 1\n{pad}{statement}\n{pad}after = 2"
    return CONTEXTS[context].format(body) + "\n"


def without_positions(node: Any) -> Any:
    """Facts with all positions and ends of units taken away."""
    if isinstance(node, tuple):
        if (len(node) == 11 and isinstance(node[0], str)) or (len(node) == 10 and isinstance(node[0], str)):
            node = (*node[:2], 0, 0, *node[4:])
        return tuple(without_positions(each) for each in node)
    return 0 if isinstance(node, int) and not isinstance(node, bool) and node > f.COLUMNS else node


def has_both(node: Any) -> bool:
    """Whether the statements before and after are there."""
    text = repr(node)
    return "'before'" in text and "'after'" in text


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("name", SAME)
def test_a_newer_spelling_gives_the_facts_of_the_older(name: str, context: str) -> None:
    new, old = (facts_of_text(placed(statement, context)) for statement in SAME[name])
    if name == "PEP 701 lines" and context != "module":
        new = facts_of_text(placed(SAME[name][0].replace("\n  a\n", "a"), context))
    assert new[3] == old[3] == ()
    if name == "PEP 701 backslash":
        assert has_both(new)
        return
    assert without_positions(new[:2]) == without_positions(old[:2])


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("template", TEMPLATES)
def test_template_strings(template: str, context: str) -> None:
    if "yield" in template and context == "module":
        return
    units, _, _, errors = facts_of_text(placed(f"q = {template}", context))
    assert errors == ()
    assert has_both(units)
    assert str(f.TEMPLATE) in repr(units)
    assert template == "t''" or "{x" not in template or "'x'" in repr(units)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize(
    "statement",
    [
        "type X = int",
        "type X[T] = list[T]",
        "type X[T: int = str, *Ts, **P] = dict[T, int]",
        "type = 1",
        "type(x).y = 2",
    ],
)
def test_aliases_and_the_word_type(statement: str, context: str) -> None:
    units, _, _, errors = facts_of_text(placed(statement, context))
    assert errors == ()
    assert has_both(units)
    assert (f"({f.TYPE_ALIAS}, " in repr(units)) is statement.startswith("type X")
