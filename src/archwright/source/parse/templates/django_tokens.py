"""Django's template syntax cut into tokens: variables and block tags with their places; text and comments are passed over."""

from __future__ import annotations

import re
from typing import NamedTuple

from archwright.source import facts as f
from archwright.source.parse.templates.scripts import Scripts

_TAG = re.compile(r"\{%(.*?)%\}|\{\{(.*?)\}\}|\{#.*?#\}")
_BEHIND = 20
_VERBATIM = re.compile(r"verbatim(?:\s+\S+)?$")
_BIT = re.compile(r"""(?:[^\s'"]*(?:(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')[^\s'"]*)+)|\S+""")
"""As `django.utils.text.smart_split`: white space inside quotes does not split."""


class Bit(NamedTuple):
    """One word of a tag and where it stands."""

    text: str
    position: int


class Token(NamedTuple):
    """`{{ content }}` (`tag` is empty), or `{% tag ... %}`; `position` is that of the content, `opening` that of the braces."""

    tag: str
    content: str
    position: int
    opening: int
    runs: bool = False
    """True for a variable that a page runs as code (`parse.templates.scripts`)."""

    def bits(self) -> list[Bit]:
        """The words after the tag's name."""
        return [Bit(found[0], self.position + found.start()) for found in _BIT.finditer(self.content) if found.start()]


def position_at(line: int, column: int) -> int:
    """A packed position; a column beyond what fits is the last one that does."""
    return line * f.COLUMNS + min(column, f.COLUMNS - 1)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a template. Inside `verbatim` and `comment` there are none but the tag that ends them."""
    found: list[Token] = []
    line, line_start, seen = 1, 0, 0
    until, end = "", 0
    scripts = Scripts()
    for match in _TAG.finditer(text):
        start = match.start()
        scripts.text(text[end:start])
        end = match.end()
        newlines = text.count("\n", seen, start)
        if newlines:
            line += newlines
            line_start = text.rindex("\n", seen, start) + 1
        seen = start
        block, variable = match[1], match[2]
        if block is not None:
            content = block.strip()
            if until:
                if content == until:
                    until = ""
                continue
            if _VERBATIM.match(content):
                until = f"end{content}"
                continue
            tag = content.partition(" ")[0].partition("\t")[0] if content else ""
            if tag == "comment":
                until = "endcomment"
            elif tag:
                inside = match.start(1) + block.index(content)
                found.append(
                    Token(
                        tag,
                        content,
                        position_at(line, inside - line_start + 1),
                        position_at(line, start - line_start + 1),
                    )
                )
        elif variable is not None and not until:
            content = variable.strip()
            if content:
                inside = match.start(2) + variable.index(content)
                found.append(
                    Token(
                        "",
                        content,
                        position_at(line, inside - line_start + 1),
                        position_at(line, start - line_start + 1),
                        scripts.value(text[end : end + _BEHIND]),
                    )
                )
    return found
