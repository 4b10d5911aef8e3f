"""Functions that escape for HTML by hand: `&lt;` stands in what they make, so they look at the letters of what they are given."""

from __future__ import annotations

from typing import Any, Final

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow.values import BIT, Val, clean_within
from archwright.source.nodes import nodes
from archwright.source.packed import body_of, holds

Node = tuple[Any, ...]
_ESCAPED: Final = "&lt;"


def escapes(facts: Node) -> bool:
    """True for a unit that puts `&lt;` where `<` stood: in a branch, by a table, piece by piece. Reading `&lt;` back is the opposite."""
    if not holds(facts, _ESCAPED):
        return False
    written = read_back = 0
    for node in nodes(body_of(facts)):
        if node[0] == f.CONST:
            written += node[2] == _ESCAPED
        elif node[0] == f.CALL:
            read_back += _reads_back(node)
    return written > read_back


def _reads_back(call: Node) -> bool:
    """True for `text.replace("&lt;", ...)`."""
    return bool(
        call[2][0] == f.ATTR
        and call[2][3] == "replace"
        and call[3]
        and call[3][0][0] == f.CONST
        and call[3][0][2] == _ESCAPED
    )


def escaped(value: Val) -> Val:
    """The same value, clean for a page."""
    return clean_within(value, BIT[Use.HTML])
