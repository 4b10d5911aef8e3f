"""Where the keys and values of a TOML document stand, which `tomllib` does not tell.

The document is one that `tomllib` has accepted, so nothing is checked here. Grammar: toml.io/en/v1.0.0.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""The way to a value: names of keys, and numbers of elements."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_OTHER = re.compile(r"[^,\]}#\n]+")


def places_of(text: str) -> Mapping[Path, tuple[int, int]]:
    """Line and column, from 1 in characters, of every key (its last part, where dotted) and of every element of an array."""
    reader = _Reader(text)
    reader.document()
    return {path: _place(text, offset) for path, offset in reader.found.items()}


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            if self.text.startswith("[", self.at):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> Path:
        """The table that follows; `[[x]]` is the next element of an array."""
        double = self.text.startswith("[[", self.at)
        self.at += 1 + double
        table: Path = ()
        for name, offset in self._key():
            table = (*table, name)
            self.found.setdefault(table, offset)
            if not double and table in self._arrays:
                table = (*table, self._arrays[table])
        if double:
            number = self._arrays[table] = self._arrays.get(table, -1) + 1
            table = (*table, number)
            self.found[table] = self.at
        self._skip(_SPACE)
        self.at += 1 + double
        return table

    def _pair(self, table: Path) -> None:
        for name, offset in self._key():
            table = (*table, name)
            self.found.setdefault(table, offset)
        self._skip(_SPACE)
        self.at += 1  # =
        self._skip(_SPACE)
        self._value(table)

    def _key(self) -> list[tuple[str, int]]:
        parts = []
        while True:
            self._skip(_SPACE)
            start = self.at
            if self.text[start] in "\"'":
                self._skip(_STRING)
                name = next(iter(tomllib.loads(f"{self.text[start : self.at]} = 0")))
            else:
                self._skip(_BARE)
                name = self.text[start : self.at]
            parts.append((name, start))
            self._skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def _value(self, path: Path) -> None:
        char = self.text[self.at]
        if char in "\"'":
            self._skip(_STRING)
        elif char in "[{":
            self._several(path, "]" if char == "[" else "}")
        else:
            self._skip(_OTHER)

    def _several(self, path: Path, end: str) -> None:
        self.at += 1
        number = 0
        self._skip(_BLANK)
        while self.text[self.at] != end:
            if end == "]":
                self.found[(*path, number)] = self.at
                self._value((*path, number))
                number += 1
            else:
                self._pair(path)
            self._skip(_BLANK)
            if self.text[self.at] == ",":
                self.at += 1
                self._skip(_BLANK)
        self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        self.at = found.end() if found is not None and found.end() > self.at else self.at
