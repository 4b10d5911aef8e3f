"""Defaults of type parameters (PEP 696), which tree-sitter's grammar lacks: blanked out, all positions kept."""

from __future__ import annotations

import re

from archwright.source.parse.lexer import Token, tokens

_HEADS = {"def", "class", "type"}


def without_defaults(text: str) -> str:
    """The text with `= default` replaced by blanks in the type parameters of functions, classes and aliases."""
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
    for kind, text, offset in found[index:]:
        depth += (kind == "open") - (kind == "close")
        if start >= 0 and (depth == 0 or (depth == 1 and text == ",")):
            gaps.append((start, offset))
            start = -1
        if depth == 0:
            return gaps
        if depth == 1 and text == "=":
            start = offset
    return []
