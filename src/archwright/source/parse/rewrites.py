"""Texts rewritten around gaps of tree-sitter's grammar, the line and column of everything that stays kept."""

from __future__ import annotations

import re

from archwright.source.parse.lexer import Token, tokens

_HEADS = {"def", "class", "type"}


def with_continuations(text: str) -> str:
    """The text with every line break inside brackets written as a continuation.

    The grammar takes a line inside parentheses that is indented less than its block for the end of the block.
    Comments in brackets are dropped to make room.
    """
    out: list[str] = []
    depth = 0
    for kind, token, _ in tokens(text):
        depth = max(0, depth + (kind == "open") - (kind == "close"))
        if depth and kind == "newline":
            out.append("\\\n")
        elif not (depth and kind == "comment"):
            out.append(token)
    return "".join(out)


def without_defaults(text: str) -> str:
    """The text with `= default` blanked out in the type parameters of functions, classes and aliases (PEP 696)."""
    if "[" not in text:
        return text
    found = [token for token in tokens(text) if token[0] not in ("blank", "comment", "continuation")]
    gaps: list[tuple[int, int]] = []
    for index in range(len(found) - 2):
        head, name, bracket = found[index : index + 3]
        if head[1] in _HEADS and name[0] == "name" and bracket[1] == "[":
            gaps.extend(_defaults(found, index + 3))
    for start, end in gaps:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    return text


def _defaults(found: list[Token], index: int) -> list[tuple[int, int]]:
    """Where each default of a bracket starts and ends; the bracket's first token is at `index`."""
    gaps: list[tuple[int, int]] = []
    depth = 1
    start = -1
    for position in range(index, len(found)):
        kind, text, offset = found[position]
        depth += (kind == "open") - (kind == "close")
        if start >= 0 and (depth == 0 or (depth == 1 and text == ",")):
            gaps.append((start, offset))
            start = -1
        if depth == 0:
            return gaps
        if depth == 1 and text == "=":
            start = offset
    return []
