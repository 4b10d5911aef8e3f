"""Lines of source text, counted as Python and editors count them."""

from __future__ import annotations

import re

_BREAK = re.compile(r"\r\n|\r|\n")


def indent_of(line: str) -> int:
    """The blanks that a line begins with."""
    return len(line) - len(line.lstrip())


def lines_of(text: str) -> list[str]:
    r"""The lines of a text without their ends. Unlike `str.splitlines`, a form feed or U+2028 ends no line."""
    lines = _BREAK.split(text) if "\r" in text else text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines
