import io
from typing import Any

import pytest

from archwright.report.lines import lines_of
from archwright.report.terminal import Terminal, clip, terminal_of, visible, width_of, wrap


class Stream(io.StringIO):
    def __init__(self, tty: bool, encoding: str = "utf-8") -> None:
        super().__init__()
        self.tty, self.given = tty, encoding

    @property
    def encoding(self) -> Any:  # type: ignore[override]
        return self.given

    def isatty(self) -> bool:
        return self.tty


@pytest.mark.parametrize(
    ("tty", "environment", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
    ],
)
def test_colour_is_for_terminals_that_want_it(tty: bool, environment: dict[str, str], colour: bool) -> None:
    assert terminal_of(Stream(tty), environment).colour is colour


def test_signs_that_the_encoding_lacks_are_ascii() -> None:
    assert terminal_of(Stream(False, "ascii"), {}).sign("▸", ">") == ">"
    assert terminal_of(Stream(False, "utf-8"), {}).sign("▸", ">") == "▸"
    assert not terminal_of(Stream(False, "no-such-encoding"), {}).unicode


def test_paint() -> None:
    assert Terminal().paint("x", "red") == "x"
    assert Terminal(colour=True).paint("x", "red") == "\x1b[31mx\x1b[0m"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\tb", "a\tb"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\rb\nc", "a\\x0db\\x0ac"),
        ("user\u202eadmin", "user\\u202eadmin"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("\udcff", "\\udcff"),
        ("\x85\u2028", "\\x85\\u2028"),
        ("日本 é ñ ✓", "日本 é ñ ✓"),
    ],
)
def test_what_would_not_show_is_made_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_width_clip_and_wrap_count_columns() -> None:
    assert width_of("日本") == 4
    assert width_of("e\u0301") == 1
    assert clip("日本語日本語", 7) == "日本語…"
    assert clip("short", 7) == "short"
    assert wrap("aa bb cc", 5) == ["aa bb", "cc"]
    assert wrap("a-long-word b", 4) == ["a-long-word", "b"]
    assert wrap("", 5) == [""]


def test_lines_are_pythons_lines() -> None:
    assert lines_of("a\nb\r\nc\rd\x0ce\u2028f\n") == ["a", "b", "c", "d\x0ce\u2028f"]
    assert lines_of("") == []
    assert lines_of("\n\n") == ["", ""]
