"""Broken files: every whole function, class and statement is read, what is not is named."""

from __future__ import annotations

import random
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from archwright.source import facts as f
from archwright.source.parse import facts_of, facts_of_text
from archwright.source.parse.mend import mend

Facts = tuple[Any, ...]


def names(facts: Facts) -> list[str]:
    return [unit[1] for unit in facts[0][1:]]


def lines(facts: Facts) -> list[int]:
    return [line for line, _ in facts[3]]


def test_a_broken_statement_leaves_its_function_whole() -> None:
    facts = facts_of_text("def f(x):\n    y = (1,\n    return x\n\n\ndef g():\n    return 2\n")
    assert names(facts) == ["f", "g"]
    assert facts[3] == ((2, "'(' was never closed"),)
    assert [statement[0] for statement in facts[0][1][7]] == [f.PASS, f.RETURN]


def test_a_bracket_that_stays_open_ends_at_the_next_definition() -> None:
    facts = facts_of_text("x = call(1,\n\nclass A:\n    def f(self):\n        return 1\n\nimport b\n")
    assert names(facts) == ["A.f"]
    assert [statement[0] for statement in facts[0][0][7]] == [f.PASS, f.CLASS, f.IMPORT]
    assert lines(facts) == [1]


def test_a_missing_colon_is_put_in() -> None:
    facts = facts_of_text("def f(x)\n    return x\nif x\n    y = 1\n")
    assert names(facts) == ["f"]
    assert facts[0][1][4] == (("x", f.PARAM_NORMAL, None, None),)
    assert facts[3] == ((1, "expected ':'"), (3, "expected ':'"))


def test_a_class_with_a_broken_head_keeps_its_methods() -> None:
    assert names(facts_of_text("class A(B:\n    def f(self):\n        return 1\n\ndef g(): pass\n")) == ["A.f", "g"]


def test_a_broken_handler_leaves_the_try() -> None:
    facts = facts_of_text("try:\n    a()\nexcept B as:\n    c()\nelse:\n    d()\nfinally:\n    e()\n")
    (attempt,) = facts[0][0][7]
    assert attempt[0] == f.TRY
    assert [len(attempt[2]), len(attempt[3]), len(attempt[4]), len(attempt[5])] == [1, 1, 1, 1]
    assert lines(facts) == [3]


def test_a_broken_case_leaves_the_others() -> None:
    facts = facts_of_text("match x:\n    case 1:\n        a()\n    case 2 3:\n        b()\n    case _:\n        c()\n")
    (match,) = facts[0][0][7]
    assert (match[0], len(match[3])) == (f.MATCH, 3)
    assert lines(facts) == [4]


def test_both_sides_of_a_merge_conflict_are_read() -> None:
    text = "def f():\n<<<<<<< ours\n    a = 1\n=======\n    b = 2\n>>>>>>> theirs\n    return 3\n"
    facts = facts_of_text(text)
    assert [statement[0] for statement in facts[0][1][7]] == [f.ASSIGN, f.ASSIGN, f.RETURN]
    assert facts[3] == ((2, "a merge conflict"),)


def test_broken_strings_do_not_swallow_the_file() -> None:
    facts = facts_of_text("x = 'abc\n\ndef f():\n    '''never closed\n    return 1\n\ndef g():\n    return 2\n")
    assert names(facts) == ["f", "g"]


def test_a_template_of_python_gives_what_is_python() -> None:
    text = "import a\n{% for x in y %}\nclass {{ x }}:\n    pass\n{% endfor %}\n\ndef whole():\n    return 1\n"
    facts = facts_of_text(text)
    assert names(facts) == ["whole"]
    assert lines(facts) == [2]


def test_newer_syntax_around_a_broken_statement() -> None:
    facts = facts_of_text("def f[T](x: T) -> T:\n    y = = 1\n    return x\n\ntype A = int\n")
    assert names(facts) == ["f"]
    assert [statement[0] for statement in facts[0][0][7]] == [f.DEF, f.TYPE_ALIAS]
    assert lines(facts) == [2]


def test_positions_stay_what_they_were() -> None:
    facts = facts_of_text("x = )\n\n\n@deco\ndef f(): return 1\n")
    assert facts[0][1][2] == 5 * f.COLUMNS + 1


def test_unexpected_indentation() -> None:
    facts = facts_of_text("x = 1\n        y = = 2\nz = 3\n")
    assert facts[0][0][7][-1][0] == f.ASSIGN
    assert lines(facts) == [2]


PIECES = [
    *(piece.encode() for piece in ["(", ")", "[", "]", "{", "}", "'", '"', '"""', "'''", ":", ",", "=", "*", "@", "#", "\\", 'f"{', '}"', ":=", "**", "->", "lambda:", "else:", "class", "def"]),
    b"\n", b"\n    ", b"\t", b"\0", b"\xff", b"\r", b"\x0c", b"\xef\xbb\xbf", b"match x:", b"case ", b"except* ", b"type X[",
    b"# coding: utf-16\n", "\N{GRINNING FACE}".encode(), b"async ", b"await ", b"yield ", b"0x", b"1e", b"print 'a'",
]  # fmt: skip


def mutated(data: bytes, chance: random.Random) -> bytes:
    """A few cuts, copies and insertions, as editing and transmission make them."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        at = chance.randrange(len(out) + 1)
        match chance.randrange(4):
            case 0:
                del out[at : at + chance.choice((1, 5, 50, 500))]
            case 1:
                out[at:at] = chance.choice(PIECES)
            case 2:
                start = chance.randrange(len(out) + 1)
                out[at:at] = out[start : start + chance.choice((10, 100, 1000))]
            case _:
                out[at : at + 1] = bytes([chance.randrange(256)])
    return bytes(out)


def check_shape(facts: Facts) -> None:
    """What every reader of facts relies on: indices that exist, positions in the file, sorted errors."""
    units, classes, count, errors = facts
    assert units[0][0] == "<module>"
    for index, unit in enumerate(units):
        assert len(unit) == 11
        assert -1 <= unit[10] < len(units)
        assert -1 <= unit[9] < len(classes)
        assert (unit[10] == -1) == (index == 0)
        assert unit[2] // f.COLUMNS <= unit[3] or count == 0
    for cls in classes:
        assert len(cls) == 10
        assert 0 <= cls[8] < len(units)
        assert -1 <= cls[9] < len(classes)
    assert errors == tuple(sorted(set(errors)))


@pytest.mark.parametrize("seed", range(8))
def test_any_damage_is_survived(seed: int) -> None:
    chance = random.Random(seed)
    library = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    files = [path for path in library if path.stat().st_size < 30_000]
    for _ in range(50):
        data = mutated(chance.choice(files).read_bytes(), chance)
        check_shape(facts_of(data))


@pytest.mark.parametrize("seed", range(4))
def test_any_bytes_are_survived(seed: int) -> None:
    chance = random.Random(seed)
    words = [
        b"def f(",
        b"class ",
        b"):\n",
        b"    ",
        b"\n",
        b"x",
        b" = ",
        b"'",
        b'"""',
        b"(",
        b"]",
        b"{",
        b"f'{",
        b"return ",
    ]
    for size in (0, 1, 10, 100, 1000, 5000):
        check_shape(facts_of(chance.randbytes(size)))
        check_shape(facts_of(b"".join(chance.choices(words, k=size))))


@pytest.mark.parametrize(
    "data",
    [
        b"(" * 50_000,
        b"if 1:\n" + b" \n" * 50_000,
        b"".join(b" " * depth + b"if 1:\n" for depth in range(300)),
        b'"""' * 20_001,
        b"x = [" * 3000,
        b"x = " + b"9" * 100_000,
        b"hello world\n" * 30_000,
        b"@a\n" * 5000,
        b"f'{" * 500,
        b"\0" * 100_000,
    ],
    ids=["brackets", "blank", "indents", "quotes", "lists", "digits", "prose", "decorators", "fields", "zeros"],
)
def test_extremes_are_survived(data: bytes) -> None:
    check_shape(facts_of(data))


def test_effort_is_bounded() -> None:
    """What is tried is counted, not timed: a broken text is parsed over at most so often."""
    tried = 0

    def never(text: str) -> tuple[int, str]:
        nonlocal tried
        tried += len(text)
        return 1, "no"

    text = "class A:\n" + "    def f(self):\n        if x:\n            y()\n" * 5000
    mended, errors = mend(text, never)
    assert tried < 600_000
    assert mended.count("\n") == text.count("\n")
    assert errors


@pytest.mark.parametrize(
    "text", ["b'a' 'b'", "f'{a!x}'", "f'{a!}'", "'a' b'b' f'{c}'", "await *a ** b", "f'{}'", "case {a: 1}"]
)
def test_what_the_grammar_takes_and_python_does_not(text: str) -> None:
    facts = facts_of_text(f'def f(): pass\n{text}\nmatch a:\n case {{"b": 1}}: pass\n')
    check_shape(facts)
    assert names(facts) == ["f"]
    assert 2 in lines(facts)
