"""Text for terminals: colours only where they are wanted, hostile characters made visible, widths as displayed."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections.abc import Mapping
from typing import TextIO

from archwright.model.base import Model

_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "cyan": "36",
    "critical": "1;97;41",
    "high": "1;31",
    "medium": "1;33",
    "low": "1;36",
}
_NARROWEST, _WIDEST = 60, 160


class Terminal(Model, frozen=True, kw_only=True):
    """What the reader's terminal can show."""

    colour: bool = False
    width: int = 100
    """Columns."""
    unicode: bool = True
    """False: only ASCII can be written, as on a console with an old code page."""

    def paint(self, text: str, style: str) -> str:
        """The text in a style of `_CODES`, or unchanged where there are no colours."""
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self.colour and text else text

    def sign(self, unicode: str, ascii_: str) -> str:
        """One of two ways to draw the same thing."""
        return unicode if self.unicode else ascii_


def terminal_of(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Terminal:
    """What `stream` can show. NO_COLOR and FORCE_COLOR (no-color.org, force-color.org) go before what it is."""
    tty = stream.isatty()
    if environment.get("NO_COLOR"):
        colour = False
    elif environment.get("FORCE_COLOR"):
        colour = True
    else:
        colour = tty and environment.get("TERM") != "dumb"
    try:
        "▸│·…".encode(stream.encoding or "ascii")
        unicode = True
    except (UnicodeError, LookupError):
        unicode = False
    columns = shutil.get_terminal_size((100, 24)).columns if tty else 100
    return Terminal(colour=colour, width=min(max(columns, _NARROWEST), _WIDEST), unicode=unicode)


def visible(text: str) -> str:
    r"""The text with every character that would move the cursor, change direction or not show made visible.

    Control characters (C0, DEL, C1), formatting characters such as the bidirectional overrides, separators of lines
    and lone surrogates become their escapes: `\x1b`, `\u202e`. Tabs are kept; expand them where columns matter.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char == "\t" or _shows(char) else _escaped(char) for char in text)


def visible_lines(text: str) -> str:
    """The text as `visible` shows it, its line breaks kept."""
    return "\n".join(visible(line) for line in text.split("\n"))


def width_of(text: str) -> int:
    """The columns a text takes: two for wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def clip(text: str, width: int, ellipsis: str = "…") -> str:
    """The text, cut to `width` columns with an ellipsis if it is longer."""
    if width_of(text) <= width:
        return text
    taken, columns = [], 0
    for char in text:
        columns += _width(char)
        if columns > width - len(ellipsis):
            break
        taken.append(char)
    return "".join(taken) + ellipsis


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, broken at blanks; a longer word stays whole."""
    lines: list[str] = []
    current = ""
    for word in text.split():
        if current and width_of(current) + 1 + width_of(word) > width:
            lines.append(current)
            current = word
        else:
            current = f"{current} {word}" if current else word
    return [*lines, current] if current else lines or [""]


def _shows(char: str) -> bool:
    return char == " " or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _escaped(char: str) -> str:
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
