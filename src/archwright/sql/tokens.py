"""SQL text as tokens: enough to find statements, names and parentheses in any dialect, never to judge them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|--[^\n]*|\#[^\n]*|/\*.*?\*/)
  | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*)?\$.*?\$(?P=tag)?\$)
  | (?P<text>[eEnNxXbB]?'(?:[^'\\]|''|\\.)*')
  | (?P<quoted>"(?:[^"]|"")*"|`[^`]*`|\[[A-Za-z_][^\]\n]*\])
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<word>[^\W\d][\w$]*)
  | (?P<sign>::|<>|!=|>=|<=|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One token. kind: word, quoted (a name in quotes), text (a literal), number or sign."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """The word in lower case; empty for what is no bare word."""
        return self.text.lower() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """The identifier this token stands for: quotes taken away, a bare word in lower case as PostgreSQL folds it."""
        if self.kind == "quoted":
            inner = self.text[1:-1]
            return inner.replace('""', '"') if self.text[0] == '"' else inner
        return self.text.lower() if self.kind == "word" else ""


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text, comments and blanks left out. Any text is accepted."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind in ("tag", "dollar"):
            kind = "text"
        if kind != "space":
            yield Token(kind, match.group(), match.start(), match.end())


def statements(text: str) -> Iterator[list[Token]]:
    """The tokens of each statement, split at semicolons."""
    current: list[Token] = []
    for token in tokens(text):
        if token.text == ";" and token.kind == "sign":
            if current:
                yield current
            current = []
        else:
            current.append(token)
    if current:
        yield current


def split(listed: list[Token]) -> list[list[Token]]:
    """The parts of a list, split at the commas outside of parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in listed:
        if token.kind == "sign" and token.text in "([":
            depth += 1
        elif token.kind == "sign" and token.text in ")]":
            depth -= 1
        if token.kind == "sign" and token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def enclosed(listed: list[Token], start: int) -> tuple[list[Token], int]:
    """The tokens between the parenthesis at `start` and its partner, and the index after that; a missing one ends the text."""
    depth = 0
    for index in range(start, len(listed)):
        token = listed[index]
        if token.kind == "sign" and token.text == "(":
            depth += 1
        elif token.kind == "sign" and token.text == ")":
            depth -= 1
            if depth == 0:
                return listed[start + 1 : index], index + 1
    return listed[start + 1 :], len(listed)
