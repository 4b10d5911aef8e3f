"""Keys of mappings that the code writes down: behind `CONFIG[kind]`, `kind` is one of its keys, for another raises `KeyError`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.refine import passed

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

_LEADS: Final = frozenset({f.SUBSCRIPT, f.ATTR, f.CALL, f.AWAIT})


def found(frame: Frame, node: tuple[Any, ...]) -> None:
    """What a statement assigns was looked up, `CONFIG[kind]["model"]`: the key has passed a check from there on."""
    while node[0] in _LEADS:
        if node[0] == f.SUBSCRIPT and node[3][0] not in (f.CONST, f.SLICE) and _written(frame, node[2]):
            passed(frame, node[3])
        node = node[2]


def _written(frame: Frame, node: tuple[Any, ...]) -> bool:
    """True for a mapping with keys that stands at the top level of a module."""
    if node[0] not in (f.NAME, f.ATTR) or (node[0] == f.NAME and node[2] in frame.env):
        return False
    known = frame.engine.project.resolve_expression(frame.module, node)
    return known is not None and known.kind == "expression" and known.value[2][0] == f.DICT and bool(known.value[2][2])
