"""Strict YAML: places, limits, and a clear word for everything that is no brief."""

from __future__ import annotations

import pytest

from archwright.brief.core import json_value
from archwright.brief.load import MAX_BYTES, load
from archwright.brief.nodes import Items, Pairs, Scalar
from archwright.model.problems import Notes


def loaded(data: bytes | str) -> object:
    notes = Notes("b.yaml")
    node = load(data, "b.yaml", notes)
    assert not notes.problems
    assert node is not None
    return json_value(node)


def refused(data: bytes | str) -> tuple[str, str, str]:
    notes = Notes("b.yaml")
    load(data, "b.yaml", notes)
    assert len(notes.problems) == 1, notes.problems
    problem = notes.problems[0]
    return problem.place, problem.message, problem.hint


def test_words_of_yaml_1_1_stay_text() -> None:
    text = "{a: no, b: on, c: yes, d: true, e: 12, f: 0.5, g: 1_000, h: 12:30:45, i: ~, j: '5', k: 2030-01-01, l: 0o7}"
    values = ["no", "on", "yes", True, 12, 0.5, "1_000", "12:30:45", None, "5", "2030-01-01", "0o7"]
    assert loaded(text) == dict(zip("abcdefghijkl", values, strict=True))


def test_places_count_characters_from_one() -> None:
    node = load("a: x\nbé:\n  - 'd e'\n  - \"f\\tg\"\n", "b.yaml", Notes("b.yaml"))
    assert isinstance(node, Pairs)
    (first, _), (second, items) = node.pairs
    assert (str(first.place), str(second.place)) == ("b.yaml:1:1", "b.yaml:2:1")
    assert isinstance(items, Items)
    quoted, escaped = items.items
    assert isinstance(quoted, Scalar)
    assert isinstance(escaped, Scalar)
    assert str(quoted.at(2)) == "b.yaml:3:8"
    assert str(escaped.at(2)) == "b.yaml:4:5", "inside an escaped text only its beginning is known"


def test_aliases_are_written_out() -> None:
    assert loaded("a: &x {b: c}\nd: *x\n") == {"a": {"b": "c"}, "d": {"b": "c"}}


@pytest.mark.parametrize(
    ("data", "place", "message", "hint"),
    [
        ("a: b\na: c", "b.yaml:2:1", '"a" stands here a second time', "the first is in line 1"),
        ("a: !!python/object:os.system x", "b.yaml:1:4", 'tag "tag:yaml.org,2002:python/object:os.system"', "leave"),
        ("a: b\n---\nc: d", "b.yaml:2:1", "a second document begins here", "---"),
        ("? [a]\n: b", "b.yaml:1:3", "a key must be a word", ""),
        ("a:\n\tb: c", "b.yaml:2:1", "not YAML", "indent with spaces"),
        ('a: "b', "b.yaml:1:6", "not YAML", "not closed"),
        ("a: b: c", "b.yaml:1:5", "not YAML", "needs quotes"),
        ("{at: GET /x/{id}}", "b.yaml:1:13", "not YAML", "quotes"),
        ("a: *b", "b.yaml:1:4", "alias *b has no anchor", ""),
        ("a: &a [*a]", "b.yaml:1:8", "alias *a stands inside its own anchor", ""),
        ('a: "\\ud800"', "b.yaml:1:4", "character U+D800", "escape"),
        ('a: "\\U99999999"', "b.yaml:1:7", "not YAML", "text"),
        ("%YAML " + "9" * 5000 + ".1\n---\na: b", "b.yaml:1:7", "not YAML", "text"),
        (b"a: b\nc: \xff", "b.yaml:2:4", "byte 0xff is not UTF-8 text", "UTF-8"),
        (b"a: b\nc: \x00", "b.yaml:2:4", "character U+0000", "remove"),
        ("system: a".encode("utf-16"), "b.yaml:1:1", "is not UTF-8 text", "UTF-8"),
        ("", "b.yaml", "the file is empty", "archwright init"),
        ("# nothing\n", "b.yaml", "the file is empty", "archwright init"),
        ("x" * (MAX_BYTES + 1), "b.yaml", "larger than 1000 kB", "a page"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_refused(data: bytes | str, place: str, message: str, hint: str) -> None:
    where, told, mend = refused(data)
    assert where == place
    assert message in told
    assert hint in mend


@pytest.mark.parametrize("data", ["[" * 100_000, "{a: " * 100_000, "- " * 100_000], ids=["list", "mapping", "block"])
def test_deep_nesting_ends_early(data: str) -> None:
    assert refused(data)[1] == "nested deeper than 24 levels"


def test_aliases_can_not_grow_without_bound() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    assert "once aliases are written out" in refused("\n".join(lines))[1]


def test_a_byte_order_mark_is_no_character() -> None:
    assert loaded(b"\xef\xbb\xbfa: b") == {"a": "b"}
