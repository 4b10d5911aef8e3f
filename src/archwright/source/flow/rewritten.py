"""Texts that a name holds in other letters: `lowered = name.lower()`, `address = (url or "").strip()`.

A check of such a name has looked at the text itself, which the code may go on with: what the check tells holds of both. Not so where
something that a check asks for was taken out of the text (`name.replace("..", "")`, `path.strip("/")`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.checks import key_of
from archwright.source.flow.values import Val, deep_origins

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]

_SAME: Final = ".@same"
"""Ends the key under which the text is kept that a name holds in other letters."""
_CASES: Final = frozenset({"lower", "casefold"})
_STRIPS: Final = frozenset({"strip", "lstrip", "rstrip"})
_SLASHES: Final = ("\\", "/")
"""Browsers read the one as the other, so it is replaced before an address is looked at."""


def letters(node: Node) -> Node:
    """The text itself of `(text or "").lower()`."""
    while True:
        if node[0] == f.CALL and node[2][0] == f.ATTR and _keeps(node[2][3], node[3]):
            node = node[2][2]
        elif node[0] == f.BOOL and node[2] == "or" and node[3][-1][0] == f.CONST and not node[3][-1][2]:
            node = node[3][0]
        else:
            return node


def _keeps(method: str, given: tuple[Node, ...]) -> bool:
    """True for a method that takes nothing out of a text but what stands around it."""
    if method in _CASES:
        return not given
    texts = tuple(str(part[2]) if part[0] == f.CONST else "/" for part in given)
    return texts == _SLASHES if method == "replace" else method in _STRIPS and set("".join(texts)).isdisjoint(_SLASHES)


def keep(frame: Frame, name: str, node: Node) -> None:
    """Remember which text a name holds in other letters."""
    text = letters(node)
    key = key_of(text) if text is not node else None
    if key is not None and key != name:
        frame.keep(name + _SAME, Val(None, (), text))


def original(frame: Frame, name: str) -> Node | None:
    """The text that a name holds in other letters, where nothing else was put in its place since."""
    kept = frame.env.get(name + _SAME)
    if kept is None or not isinstance(kept.const, tuple):
        return None
    key = key_of(kept.const)
    here, there = frame.env.get(name), frame.env.get(key) if key is not None else None
    same = here is not None and there is not None and _keys(here) == _keys(there)
    return kept.const if same else None


def _keys(value: Val) -> set[tuple[Any, ...]]:
    return {key for key, _, _ in deep_origins(value)}
