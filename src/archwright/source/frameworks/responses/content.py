"""What type an answer has, where the code tells it."""

from __future__ import annotations

from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

_HEADERS: Final = frozenset({"content-type", "content-disposition"})
"""Headers that make a body something else than a page: of another type, or a file to be saved."""
ATTRIBUTES: Final = frozenset({"mimetype", "content_type"})
"""Attributes and keywords that hold the type of an answer."""


def is_html(kind: Val | None, headers: Val | None) -> bool | None:
    """True for HTML, False for another type or one that can't be read, None where none is given."""
    if kind is not None and kind.const is not None:
        return isinstance(kind.const, str) and _html(kind.const)
    if headers is None or headers.const is None:
        return None
    items = headers.items
    if items is None or "*" in items or headers.origins:
        return False
    for name, value in items.items():
        if str(name).lower() == "content-type":
            return isinstance(value.const, str) and _html(value.const)
        if str(name).lower() == "content-disposition":
            return False
    return None


def _html(kind: str) -> bool:
    return "html" in kind.lower() or "svg" in kind.lower()


def says_page(node: Any) -> bool:
    """True for an expression that is the type of a page; one that can't be read leaves it open."""
    return bool(node[0] == f.CONST and isinstance(node[2], str) and _html(node[2]))


def set_elsewhere(frame: Frame) -> bool:
    """True where the function sets the type of an answer apart from the call that makes it."""
    return any(_sets(node) for node in nodes(body_of(frame.facts)))


def _sets(node: Any) -> bool:
    if node[0] == f.CONST:
        return isinstance(node[2], str) and node[2].lower() in _HEADERS
    return node[0] == f.ASSIGN and any(target[0] == f.ATTR and target[3] in ATTRIBUTES for target in node[2])
