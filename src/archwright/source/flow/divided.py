"""Texts that are taken apart at a letter: what all parts have passed, the whole has passed as a part of a path.

`name, mail = address.split("#", 1)`, after which a pattern is asked of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow.checks import MARK, key_of
from archwright.source.flow.values import BIT, Val

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]

_PARTS: Final = ".@parts"
"""Ends the key under which a part keeps the text that it was taken out of, and the names of all parts."""
_DIVIDES: Final = {"split": False, "rsplit": False, "partition": True, "rpartition": True}
"""Whether the letter itself is among what is given."""
_TAKES_OFF: Final = frozenset({"strip", "lstrip", "rstrip", "removeprefix", "removesuffix"})
_OF_PATHS: Final = frozenset("./\\")
_KEPT: Final = BIT[Use.PATH] | BIT[Use.SEGMENT] | BIT[Use.PARENTS] | BIT[Use.RELATIVE]
"""Uses that the letter between the parts does not matter to."""


def keep(frame: Frame, target: Node, node: Node) -> None:
    """Remember what the names of a target are the parts of."""
    if target[0] != f.TUPLE or any(part[0] != f.NAME for part in target[2]):
        return
    if node[0] != f.CALL or node[2][0] != f.ATTR or node[2][3] not in _DIVIDES or not _harmless(node[3][:1]):
        return
    whole = node[2][2]
    while whole[0] == f.CALL and whole[2][0] == f.ATTR and whole[2][3] in _TAKES_OFF:
        if whole[3] and not _harmless(whole[3]):
            return
        whole = whole[2][2]
    names = [part[2] for part in target[2]]
    if key_of(whole) is None or whole[-1] in names:
        return
    if _DIVIDES[node[2][3]]:
        del names[1:2]
    for name in names:
        frame.keep(name + _PARTS, Val(None, (), (whole, tuple(names))))


def whole_of(frame: Frame, key: str) -> tuple[Node, int] | None:
    """The text that a part was taken out of, and the uses for which all its parts have passed."""
    kept = frame.env.get(key + _PARTS)
    if kept is None or not isinstance(kept.const, tuple):
        return None
    whole, names = kept.const
    uses = _KEPT
    for name in names:
        mark = frame.env.get(name + MARK)
        uses &= mark.const if mark is not None and isinstance(mark.const, int) else 0
    return (whole, uses) if uses else None


def _harmless(args: tuple[Node, ...]) -> bool:
    """True for a text written down that holds nothing of what leads through folders."""
    return bool(args) and all(
        arg[0] == f.CONST and isinstance(arg[2], str) and _OF_PATHS.isdisjoint(arg[2]) for arg in args
    )
