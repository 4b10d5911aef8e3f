"""A rough lexer that works on broken text too: strings, comments, brackets, names; offsets into the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""
      (?P<string>[rRbBuUfFtT]{0,2}(?:
          '{3}(?:[^\\]|\\.)*?'{3} | "{3}(?:[^\\]|\\.)*?"{3} | '(?:[^'\\\n]|\\.)*' | "(?:[^"\\\n]|\\.)*"))
    | (?P<comment>\#[^\n]*)
    | (?P<open>[\(\[\{])
    | (?P<close>[\)\]\}])
    | (?P<name>\w+)
    | (?P<newline>\n)
    | (?P<blank>[ \t\f]+)
    | (?P<continuation>\\\n)
    | (?P<sign>:=|==|!=|<=|>=|->|.)
    """,
    re.VERBOSE | re.DOTALL,
)

Token = tuple[str, str, int]
"""Kind (a group of the expression), text, offset in characters."""


def tokens(text: str) -> Iterator[Token]:
    """Every character of the text, in tokens. A quote that opens no string is a sign."""
    for found in _TOKEN.finditer(text):
        yield found.lastgroup or "sign", found[0], found.start()
