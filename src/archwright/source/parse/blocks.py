"""The outline of a text that does not parse: where its statements start, by indentation, and which belong together."""

from __future__ import annotations

from typing import NamedTuple

from archwright.source.parse.lexer import tokens

Start = tuple[int, int, str]
"""A logical line: index of its first line (from 0), its indentation in columns, its first word or sign."""

_NEVER_CONTINUE = {
    "def", "class", "async", "@", "import", "return", "raise", "while", "with", "try", "elif", "except", "finally",
    "pass", "break", "continue", "del", "global", "nonlocal", "assert",
}  # fmt: skip
"""Words that can't stand inside brackets: one at the start of a line says that a bracket was never closed."""

FOLLOWERS = {"elif", "else", "except", "finally"}
_TAB = 8


def starts(text: str) -> list[Start]:
    """Every logical line of the text, as well as it can be told while brackets or quotes may be open."""
    found: list[Start] = []
    line = depth = column = 0
    fresh = True
    for kind, token, _ in tokens(text):
        if kind == "newline":
            line += 1
            column = 0
            fresh = True
            continue
        if fresh and kind == "blank":
            column = len(token.replace("\f", "").expandtabs(_TAB))
            continue
        if fresh and kind != "comment":
            fresh = False
            if depth == 0 or token in _NEVER_CONTINUE:
                found.append((line, column, token))
                depth = 0
        depth = max(0, depth + (kind == "open") - (kind == "close"))
        line += token.count("\n")
    return found


def items(found: list[Start]) -> list[list[Start]]:
    """The logical lines of a body, grouped to statements: decorators with what they decorate, clauses with their head."""
    groups: list[list[Start]] = []
    indent = -1
    decorated = False
    for start in found:
        _, column, word = start
        if groups and (column > indent or (column == indent and (word in FOLLOWERS or decorated))):
            groups[-1].append(start)
        else:
            groups.append([start])
            indent = column
        if column == indent:
            decorated = word == "@"
    return groups


class Clause(NamedTuple):
    """A head (`if x:`, with its decorators, or a simple statement) and the logical lines of its body.

    Lines count from 0: the head fills `first` to `body_first`, exclusive, the body what follows to `end`; without a body
    `body_first` is `end`. word: the first of the head, after its decorators.
    """

    word: str
    first: int
    body_first: int
    end: int
    body: list[Start]


def clauses(group: list[Start], end: int) -> list[Clause]:
    """The clauses of one statement as `items` groups it; `end` is the line after its last."""
    indent = group[0][1]
    heads: list[tuple[int, str, list[Start]]] = []
    for start in group:
        line, column, word = start
        if column > indent:
            heads[-1][2].append(start)
        elif heads and heads[-1][1] == "@" and not heads[-1][2]:
            heads[-1] = (heads[-1][0], word, [])
        else:
            heads.append((line, word, []))
    stops = [line for line, _, _ in heads[1:]] + [end]
    return [
        Clause(word, line, body[0][0] if body else stop, stop, body)
        for (line, word, body), stop in zip(heads, stops, strict=True)
    ]
