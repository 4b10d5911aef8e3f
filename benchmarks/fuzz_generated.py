"""Programs that nobody would write: deep, huge, circular, odd, or drawn at random from the grammar. Used by `fuzz.py`."""

# ruff: noqa: RUF001 - letters that look like others are what is tried

from __future__ import annotations

from collections.abc import Callable
from random import Random

_DEPTHS = (3, 20, 90, 150, 199, 201, 400, 1000, 5000, 40_000)


def _nested(opening: str, inner: str, closing: str) -> Callable[[Random], str]:
    def make(random: Random) -> str:
        depth = random.choice(_DEPTHS)
        return f"x = {opening * depth}{inner}{closing * depth}\n"

    return make


def _blocks(head: str, tail: str = "") -> Callable[[Random], str]:
    """Blocks in blocks; a Python allows 100 levels of indentation."""

    def make(random: Random) -> str:
        depth = random.choice((5, 50, 98, 105, 400, 1500))
        lines = [f"{' ' * level}{head.format(n=level)}" for level in range(depth)] + [" " * depth + "pass"]
        if tail:
            lines += [f"{' ' * level}{tail}" for level in reversed(range(depth))]
        return "\n".join(lines) + "\n"

    return make


def _chain(random: Random) -> str:
    """Functions that call the next, each with what it was given and more."""
    count = random.choice((10, 100, 700))
    step = random.choice(("x", "x + x", "[x, x]", "{'k': x}", "(x, i)", "lambda: x", "f'{x}{x}'", "x.y", "x[0]"))
    lines = [f"def f{i}(x):\n    i = {i}\n    return f{i + 1}({step})" for i in range(count)]
    return "\n".join([*lines, f"def f{count}(x):\n    return f{random.randrange(count + 1)}(x)", "f0(input())"]) + "\n"


def _recursion(random: Random) -> str:
    """Functions that call each other at random, with arguments that grow."""
    count = random.choice((2, 5, 12, 40))
    grow = (
        "a + b",
        "[a, b]",
        "{a: b}",
        "(a, b)",
        "f'{a}{b}'",
        "a if b else b",
        "lambda: (a, b)",
        "a.m(b)",
        "a[b]",
        "*a",
    )
    lines = []
    for i in range(count):
        calls = [
            f"f{random.randrange(count)}({random.choice(grow)}, {random.choice(grow[:-1])})"
            for _ in range(random.randint(1, 4))
        ]
        lines.append(f"def f{i}(a, b):\n    for c in a:\n        b = {calls[0]}\n    return {' + '.join(calls)}")
    return "\n".join([*lines, "f0(open('x').read(), input())"]) + "\n"


def _circles(random: Random) -> str:
    """Values that hold themselves, names that stand for each other, classes that are their own base."""
    parts = [
        "x = []\nx.append(x)\nx[0][0][0].y = x\n",
        "d = {}\nd['d'] = d\nfor k in d: d[k] = {k: d}\n",
        "a = b\nb = c\nc = a\n",
        "class A(B): pass\nclass B(A): pass\nA().m(B())\n",
        "class A: pass\nclass A(A): pass\nclass A(A): x = A\nA.x.x.x\n",
        "class N:\n    def __init__(self): self.n = self\n    def go(self): return self.n.go().n.n\nN().go()\n",
        "def f(g): return g(g)\nf(f)\n",
        "f = lambda x: f(lambda: f(x))\nf(f)\n",
        "from m import *\nfrom . import *\nimport m\nm.m.m.m()\n",
        "def f():\n    while True:\n        f = f\n        x = (x, x)\n        y = x + y\n",
        "class P:\n    @property\n    def p(self): return self.p\n    __getattr__ = p\nP().p.p\n",
        "def d(f): return d(f)\n@d\n@d\ndef g(): return g()\ng()()\n",
        "x: 'x' = x\ndef f(x: 'f' = f) -> 'f': return x\n",
        "s = ''\nfor i in range(9): s = s + f'{s}' + s % s + s.format(s)\nimport sqlite3\nsqlite3.connect('x').execute(s)\n",
        "super().__init__(super)\nclass S(super().__class__):\n    def __init__(self): super(S, self).__init__(self)\n",
        "def g():\n    yield from g()\n    return (yield g)\nfor x in g(): g().send(x)\n",
    ]
    random.shuffle(parts)
    return "".join(parts[: random.randint(1, len(parts))])


def _wide(random: Random) -> str:
    """One construct with very many parts."""
    count = random.choice((100, 3000, 30_000))
    return random.choice(
        (
            lambda: "x = [" + ", ".join(f"'{i}'" for i in range(count)) + "]\n",
            lambda: "x = {" + ", ".join(f"'k{i}': [{i}]" for i in range(count)) + "}\n",
            lambda: "x = " + " + ".join(f"y{i}" for i in range(count // 10)) + "\n",
            lambda: "x = " + "y" + "".join(f".a{i}()" for i in range(count // 30)) + "\n",
            lambda: "if a: pass\n" + "".join(f"elif a == {i}: x = {i}\n" for i in range(count // 30)),
            lambda: f"def f({', '.join(f'p{i}=1' for i in range(count // 10))}): return p1\nf(1)\n",
            lambda: "x = '" + "é" * count + "'\n",
            lambda: "x = " + "1" * count + "\n",
            lambda: "#" * count + "\n" * count,
            lambda: "".join(f"v{i} = v{i // 2}, v{i - 1}\n" for i in range(count // 3)),
            lambda: "".join(
                f"class C{i}(C{i - 1}):\n    def m(self): return super().m()\n" for i in range(count // 60)
            ),
            lambda: "def f(x):\n" + "".join(f"    if x == {i}: x = x + '{i}'\n" for i in range(count // 10)),
            lambda: "match x:\n" + "".join(f"    case [{i}, *_] | {{'k': {i}}}: y = x\n" for i in range(count // 30)),
            lambda: "try: f()\n" + "".join(f"except E{i} as e: g(e)\n" for i in range(count // 10)),
            lambda: "\n".join(f"@d{i}" for i in range(count // 30)) + "\ndef f(): pass\n",
            lambda: "with " + ", ".join(f"a{i}() as b{i}" for i in range(count // 30)) + ": pass\n",
        )
    )()


def _many(random: Random) -> str:
    """More functions, classes or names than any person writes into a file."""
    count = random.choice((1_000, 20_000, 70_000))
    return random.choice(
        (
            lambda: "".join(f"def f{i}(): return f{i // 2}\n" for i in range(count)),
            lambda: "x = [" + ", ".join(f"lambda: f({i})" for i in range(count)) + "]\n",
            lambda: "".join(f"class C{i}: x = C{i // 2}\n" for i in range(count)),
            lambda: (
                "class C:\n" + "".join(f"    def m{i}(self): self.a{i} = self.m{i // 2}()\n" for i in range(count // 5))
            ),
            lambda: "".join(f"v{i} = {i}\nif v{i // 2}: v{i} = v{i // 3}\n" for i in range(count // 10)),
            lambda: "".join(f"import m{i}\nfrom m{i // 2} import n{i}, *\n" for i in range(count // 10)),
        )
    )()


_ODD = (
    "", "\n", "\\\n", "\ufeff", "\x00", "\x0c", "\r", "x\r\ry", "'''", "'", "(", ")", "if", "def", "@", "f'{", "f'{{{'", "t'{'",
    "# coding: utf-7\n+AGE-", "# coding: rot13\nvzcbeg bf", "# coding: hex\n00", "\xff", "𝒳 = ﬁ = 1", "class ℂ: ª: ﬁ",
    "type X[**P, *T = int] = X\n", "def f[T: (int, str) = int](x: T, /, *, y) -> T: ...\n", "try: f()\nexcept A, B: pass\n",
    "try: f()\nexcept* A, B: pass\nfinally: return\n", "x = t'{a!r:{b}}' f'{a}' 'b'\n", "def f(x: y.z[w], y: (yield)): pass\n",
    "lambda *a, b=lambda: (yield), **c: a", "async def f(): [x async for x in y if await z]; await (yield)",
    "print >>f, 'x' % y, \n", "exec 'x' in y", "raise E, 'x', t", "`x`", "x <> y", "0777L", "ur'x'", "def f((a, b)): pass",
    "for x in *a, *b: pass", "with (a as b, c as d,): pass", "del (a, [b, *c])", "x[a:b, *c, d:=e] = y", "global x; x: int = 1",
    "match match:\n case case: case", "match x:\n case {**r} | [*_] | C(a=1) | 'a' 'b' | -1+2j | a.b as c if c: pass",
    "return\nyield\nawait x\nbreak", "nonlocal x", "from __future__ import barry_as_FLUFL", "a = b = c, = *d, = e",
    "f(**a, *b, c=d, e)", "x = yield = z", "class A(*b, **c, metaclass=d): pass", "f'{x=!r:>{y}{z}}' rf'\\{x}'", "1if 1else 2",
)  # fmt: skip

_NAMES = ("a", "b", "self", "request", "db", "User", "x", "session", "cursor", "app", "f")
_HEAD = """import sqlite3, os, requests
from django.db import models, transaction
from django.http import HttpResponse
from flask import Flask, request
from fastapi import Depends, FastAPI
from sqlalchemy import select, text
from sqlalchemy.orm import Session, relationship
app = Flask(__name__); api = FastAPI()
class User(models.Model):
    name = models.CharField(max_length=9); boss = models.ForeignKey("self", on_delete=models.CASCADE)
"""
_CALLS = (
    "User.objects.filter(name={0}).select_related({1})", "cursor.execute({0}, {1})", "{0}.save()", "db.session.query({0}).all()",
    "session.execute(select(User).where(User.name == {0}))", "text({0})", "request.args.get({0})", "os.system({0})",
    "requests.get({0}, timeout={1})", "{0}.format({1})", "{0} % {1}", "{0}.join({1})", "{0}.boss.name", "open({0}).read()",
    "sqlite3.connect({0}).execute({1})", "getattr({0}, {1})", "super().f({0})", "User({0}, name={1})", "{0}({1})", "f'{{{0}}}{{{1}}}'",
    "dict({0}, k={1})", "map({0}, {1})", "{0}[{1}]", "({0}, {1})", "[{0} for a in {1}]", "{{{0}: {1}}}", "not {0} or {1}",
    "lambda a: {0}", "{0} if {1} else a", "(a := {0})", "await {0}", "(yield {0})", "{0} == {1} != a", "{0} + {1}", "*{0}",
)  # fmt: skip


def _random_program(random: Random) -> str:
    """Statements of a grammar at random, over names that frameworks know."""
    out = [_HEAD]
    for index in range(random.randint(1, 8)):
        decorator = random.choice(
            ("", "@app.get('/x')\n", "@app.route('/x/<int:a>')\n", "@property\n", "@transaction.atomic\n")
        )
        out.append(
            f"{decorator}{random.choice(('', 'async '))}def f{index or ''}({random.choice(('', 'self, '))}a, b=None, *x):\n"
        )
        out += _statements(random, 1, 4)
    return "".join(out)


def _statements(random: Random, depth: int, room: int) -> list[str]:
    pad, out = "    " * depth, []
    for _ in range(random.randint(1, 5)):
        one, two = _expression(random, 3), _expression(random, 2)
        kind = random.randrange(14) if room else random.randrange(5)
        name = random.choice(_NAMES)
        if kind < 5:
            plain = (f"{name} = {one}", f"{name}.a = {one}", one, f"return {one}", f"{name} += {one}")[kind]
            out.append(f"{pad}{plain}\n")
            continue
        heads = {
            5: f"for {name} in {one}:", 6: f"while {one}:", 7: f"if {one}:", 8: f"with {one} as {name}:", 9: "try:",
            10: f"def {name}(self, a=None):", 11: f"class {name}({two}):", 12: f"match {one}:", 13: f"async for {name} in {one}:",
        }  # fmt: skip
        out.append(pad + heads[kind] + "\n")
        if kind == 12:
            out.append(f"{pad}    case [{name}, *_] | {{'k': {name}}} if {two}:\n")
        out += _statements(random, depth + 1 + (kind == 12), room - 1)
        if kind == 9:
            out.append(
                f"{pad}except {random.choice(('Exception', 'KeyError', '(A, B)'))} as e:\n{pad}    {random.choice(('pass', two))}\n"
            )
        elif kind in (5, 6, 7) and random.random() < 0.4:
            out.append(f"{pad}else:\n{pad}    {one}\n")
    return out


def _expression(random: Random, depth: int) -> str:
    if not depth or random.random() < 0.25:
        return random.choice(
            (*_NAMES, "1", "'s %s'", "None", "b'x'", "[]", "{}", "True", "'SELECT ' + a", "User.objects.all()")
        )
    return random.choice(_CALLS).format(_expression(random, depth - 1), _expression(random, depth - 1))


GENERATORS: dict[str, Callable[[Random], str]] = {
    "random programs": _random_program,
    "deep: parentheses": _nested("(", "1", ")"),
    "deep: lists": _nested("[", "", "]"),
    "deep: dicts": _nested("{1: ", "2", "}"),
    "deep: calls": _nested("f(", "y", ")"),
    "deep: subscripts": _nested("a[", "0", "]"),
    "deep: suffixes": _nested("", "y", ".z(0)[1]"),
    "deep: lambdas": _nested("lambda a: ", "a", ""),
    "deep: not": _nested("not ", "a", ""),
    "deep: minus": _nested("-", "a", ""),
    "deep: power": _nested("a ** ", "b", ""),
    "deep: conditions": _nested("a if b else ", "c", ""),
    "deep: comprehensions": _nested("[", "a", " for a in b]"),
    "deep: operators": _nested("a + ", "b", ""),
    "deep: f-strings": _nested("f'{", "a", "}'"),
    "deep: unclosed": _nested("([{", "a", ""),
    "deep: if": _blocks("if a{n}:"),
    "deep: loops": _blocks("for a{n} in a:"),
    "deep: functions": _blocks("def f{n}(x=1):"),
    "deep: classes": _blocks("class C{n}:"),
    "deep: try": _blocks("try:", "except E: f(e)"),
    "deep: with": _blocks("with f() as a{n}:"),
    "deep: else": _blocks("while a:", "else: f()"),
    "calls that grow": _chain,
    "recursion that grows": _recursion,
    "circles": _circles,
    "wide": _wide,
    "many": _many,
    "odd": lambda random: "\n".join(random.sample(_ODD, random.randint(1, 4))),
}
