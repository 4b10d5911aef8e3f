"""Paths of Django's URL patterns as templates, from routes and from regular expressions."""

from __future__ import annotations

import re

from archwright.source.flow.values import ALL_USES
from archwright.source.frameworks.shared.confined import confined

_NAMED = re.compile(r"\(\?P<(\w+)>")
_CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")
_NUMERIC = re.compile(r"(?:\\d|\[0-9\])(?:[+*]|\{[\d,]+\})?")
_QUANTIFIER = re.compile(r"[?*+]|\{\d+(?:,\d*)?\}")


def read_path(text: str, *, regex: bool) -> tuple[str, dict[str, int]]:
    """A pattern's path with `<name>` for each parameter, and the uses that each is clean for by the letters that it lets through.

    Of a regular expression: what may be left out stands in the path, of alternatives the first one does, a group without
    a name is a parameter `arg1`, `arg2`.
    """
    names: dict[str, int] = {}
    if regex:
        return _template(text, names), names
    for name in _CONVERTER.findall(text):
        names[name] = 0
    return text, names


def _template(text: str, names: dict[str, int]) -> str:
    path: list[str] = []
    index = 0
    while index < len(text):
        char = text[index]
        if char == "(":
            end = _closing(text, index)
            path.append(_group(text[index:end], names))
            quantifier = _QUANTIFIER.match(text, end)
            index = quantifier.end() if quantifier is not None else end
        elif char == "\\":
            if text[index + 1 : index + 2] not in ("Z", "A", "b"):  # anchors
                path.append(text[index + 1 : index + 2])
            index += 2
        else:
            if char not in "^$?":
                path.append(char)
            index += 1
    return "".join(path)


def _group(group: str, names: dict[str, int]) -> str:
    named = _NAMED.match(group)
    if named is not None:
        inner = group[named.end() : -1]
        names[named[1]] = ALL_USES if _NUMERIC.fullmatch(inner) else confined(inner)
        return f"<{named[1]}>"
    if group.startswith("(?:"):
        return _template(_first(group[3:-1]), names)
    if group.startswith("(?"):
        return ""  # a look around, a flag, a comment: no text of the path
    return f"<arg{len(names) + 1}>"


def _closing(text: str, start: int) -> int:
    """The index behind the parenthesis that closes the one at `start`."""
    depth, index, listed = 0, start, False
    while index < len(text):
        char = text[index]
        if char == "\\":
            index += 1
        elif listed:
            listed = char != "]"
        elif char == "[":
            listed = True
        elif char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0:
                return index + 1
        index += 1
    return index


def _first(alternatives: str) -> str:
    """The text before the first `|` that stands in no group."""
    index = 0
    while index < len(alternatives):
        char = alternatives[index]
        if char == "|":
            return alternatives[:index]
        index = _closing(alternatives, index) if char == "(" else index + (2 if char == "\\" else 1)
    return alternatives
