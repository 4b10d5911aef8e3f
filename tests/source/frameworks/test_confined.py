"""What a text is clean for by the letters that a pattern lets through."""

from __future__ import annotations

import pytest

from archwright.model.value import Use
from archwright.source.flow.values import ALL_USES, BIT
from archwright.source.frameworks.shared.confined import confined


@pytest.mark.parametrize(
    ("pattern", "clean", "dirty"),
    [
        (r"[\w-]+", {Use.HTML, Use.SQL_TEXT, Use.PATH, Use.SEGMENT, Use.URL}, {Use.HOST, Use.LENGTH}),
        (r"[-a-zA-Z0-9_]{1,40}", {Use.HTML, Use.PATH}, {Use.HOST}),
        (r"[\w\.-]+", {Use.HTML, Use.SQL_TEXT, Use.SEGMENT, Use.URL}, {Use.PATH, Use.HOST}),
        (r"\w+(?:@\w+)?", {Use.HTML, Use.SEGMENT}, {Use.PATH}),
        (r"[^/]+", set(), {Use.HTML, Use.SQL_TEXT, Use.PATH}),
        (r"[\w/.]+", set(), {Use.PATH, Use.SEGMENT, Use.HTML}),
        (r"[\w\s]+", set(), {Use.HTML, Use.SHELL, Use.LOG}),
        (r"[\w:]+", set(), {Use.URL, Use.HTML}),
        (r".+", set(), {Use.HTML}),
        (r"(?=\w+).+", set(), {Use.HTML}),
        (r"(\w", set(), {Use.HTML}),
        ("", set(), {Use.HTML}),
    ],
)
def test_letters(pattern: str, clean: set[Use], dirty: set[Use]) -> None:
    uses = confined(pattern)
    assert {use for use in clean | dirty if uses & BIT[use]} == clean


def test_one_of_some_words_is_clean_for_all() -> None:
    assert confined("text|html") == ALL_USES
    assert confined("(?:up|down)s?") == ALL_USES
    assert confined("a*") != ALL_USES
