"""Where a page runs what a template writes: escapes of HTML keep no text from being code there.

A browser undoes them in an attribute before the attribute runs (`onclick="open('{{ name }}')"`), and a value that stands in a script without
quotes (`let page = {{ page }};`), or between backticks, needs none of the letters that are escaped.
"""

from __future__ import annotations

import re
from typing import Final

_KEPT: Final = 400
_HANDLER: Final = re.compile(
    r"""<\w[^<>]*\s(?:on[a-z]+\s*=\s*(?:"[^"<>]*|'[^'<>]*)|href\s*=\s*(?:"\s*javascript:[^"<>]*|'\s*javascript:[^'<>]*))$""",
    re.IGNORECASE,
)
_OPENED: Final = re.compile(r"<script\b([^>]*)|</script", re.IGNORECASE)
_DATA: Final = re.compile(
    r"\b(?:type|src)\s*=(?!\s*[\"']?(?:text/javascript|application/javascript|module))", re.IGNORECASE
)
_BARE: Final = re.compile(r"(?:[=(,:\[+]|\breturn)\s*$")
_ENDED: Final = re.compile(r"\s*(?:[;,)\]}\n]|$)")
_VALUE: Final = "{}"


class Scripts:
    """Reads a page from its start: the text between values, and each value."""

    def __init__(self) -> None:
        self._tail = ""
        self._runs = False

    def text(self, text: str) -> None:
        """Text that stands between values and tags."""
        for found in _OPENED.finditer(text):
            self._runs = found[1] is not None and _DATA.search(found[1]) is None
        self._tail = (self._tail + text)[-_KEPT:]

    def value(self, after: str) -> bool:
        """A value, with what stands behind it: True where it is code for all its escapes."""
        tail = self._tail
        self._tail = (tail + _VALUE)[-_KEPT:]
        start = tail.rfind("<")
        if start >= 0 and _HANDLER.match(tail, start):
            return True
        line = tail.rpartition("\n")[2]
        if not self._runs or "//" in line:
            return False
        if line.count("`") % 2:
            return True
        whole = all(line.count(quote) % 2 == 0 for quote in "'\"")
        return whole and _BARE.search(line) is not None and _ENDED.match(after) is not None
