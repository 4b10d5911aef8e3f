"""Whatever the bytes, a brief gives a System or a BriefError with places inside the text; never anything else."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archwright.brief import BriefError, parse_brief
from archwright.brief.expression import ExpressionError, parse_expression
from archwright.model.serial import from_json, to_json
from archwright.model.system import System

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
PIECES = (
    "{", "}", "[", "]", ":", ": ", ",", "-", "- ", "->", "|", ">", ">=", "\n", "\n  ", "\t", "'", '"', "#", "&a ", "*a", "!!x ", "? ",
    "%", "@", "`", "\\", "\\x00", "<<: ", "---\n", "...\n", "\x00", "\ufeff", "\u2028", "\ud7ff", "é", "unknown", "true", "no", "1e9",
    "9" * 400, "0.9", "-1", "~", "null", "Order", "Order.", ".status", "status", "owns", "when", "and", "caller.", "caller", "many",
    "part_of", "key", "copied from ", "default ", "id", "now", "unique", "where ", "peak ", "last ", "/s", "%s", "{}", "GET /", "\r\n", "\x85",
)  # fmt: skip


def read(data: bytes | str) -> None:
    try:
        system = parse_brief(data, "fuzz.yaml")
    except BriefError as error:
        problems = error.problems
    else:
        assert from_json(to_json(system), System) == system
        return
    text = data if isinstance(data, str) else data.decode("utf-8", "replace")
    lines = 2 + sum(text.count(end) for end in "\n\r\x85\u2028\u2029")
    assert problems
    for problem in problems:
        assert problem.path == "fuzz.yaml"
        assert 0 <= problem.line <= lines
        assert problem.message
        assert "\n" not in problem.message + problem.hint


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    read(data)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_random_text(text: str) -> None:
    read(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40))
def test_random_pieces_of_yaml(pieces: list[str]) -> None:
    read("system: a\nentities:\n  A: {" + "".join(pieces))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_random_expressions(text: str) -> None:
    try:
        parse_expression(text)
    except ExpressionError as error:
        offset = error.offset
    else:
        return
    assert 0 <= offset <= len(text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_mutated_examples(path: Path) -> None:
    chance = random.Random(20250922)
    text = path.read_text(encoding="utf-8")
    for _ in range(20):
        mutated = text
        for _ in range(chance.randint(1, 4)):
            start = chance.randrange(len(mutated) + 1)
            end = min(len(mutated), start + chance.choice((0, 0, 1, 2, 5, 30)))
            mutated = mutated[:start] + chance.choice(PIECES) * chance.choice((0, 1, 1, 1, 3)) + mutated[end:]
        read(mutated)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_with_words_exchanged(path: Path) -> None:
    chance = random.Random(7)
    words = path.read_text(encoding="utf-8").split(" ")
    for _ in range(20):
        mixed = list(words)
        for _ in range(chance.randint(1, 5)):
            mixed[chance.randrange(len(mixed))] = mixed[chance.randrange(len(mixed))].strip("\n")
        read(" ".join(mixed))
