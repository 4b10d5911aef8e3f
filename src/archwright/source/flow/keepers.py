"""Functions of the project that refuse a path which leaves its folder: what they were handed is taken to be inside.

Whether such a function really asks depends on more than code tells where a setting turns the check off, or where it compares
what a further function made of the path. That it resolves, compares whole names and raises is what its author wrote it for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow.values import BIT, Val
from archwright.source.nodes import nodes
from archwright.source.packed import body_of, holds

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]

_RESOLVES: Final = frozenset({"realpath", "abspath", "resolve"})
_COMPARES: Final = frozenset({"relative_to", "is_relative_to", "commonpath"})
"""Comparisons of whole names; those of letters may let out (`files/broken-containment`)."""
_OPEN: Final = frozenset({"source", "parameter", "field"})


def refused(frame: Frame, function: Val, given: list[tuple[Val, Node]]) -> None:
    """A call has returned: where it was of a function that refuses paths outside of a folder, its arguments are inside.

    given: the arguments, with their expressions.
    """
    type_ = function.type
    if type_ is None or type_[0] not in ("unit", "bound"):
        return
    if _keeps(frame, int(type_[1])):
        from archwright.source.flow.refine import passed

        for value, node in given:
            if any(key[0] in _OPEN for key, _, _ in value.origins):
                passed(frame, node, BIT[Use.PATH])


def _keeps(frame: Frame, unit: int) -> bool:
    """True for a function that resolves, compares whole names and raises."""
    keeping = frame.engine.keeping
    known = keeping.get(unit)
    if known is None:
        facts = frame.engine.project.unit(unit)[1]
        known = keeping[unit] = any(holds(facts, word) for word in _COMPARES) and _resolves_and_raises(facts)
    return known


def _resolves_and_raises(facts: Any) -> bool:
    names = set()
    raises = False
    for node in nodes(body_of(facts)):
        raises = raises or node[0] == f.RAISE
        if node[0] == f.CALL and node[2][0] in (f.NAME, f.ATTR):
            names.add(node[2][-1])
    return raises and not names.isdisjoint(_RESOLVES) and not names.isdisjoint(_COMPARES)
