"""Fields that code takes out of what was sent unless staff sent it: `if not request.user.is_staff: data.pop("folder")`."""

from __future__ import annotations

from typing import Any, Final

from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.values import Origin
from archwright.source.nodes import branches, nodes
from archwright.source.packed import body_of, holds

Node = tuple[Any, ...]

_RANKS: Final = ("is_superuser", "is_staff")


def from_staff(unit: Node, field: str, origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """The origins of what a unit (its facts) keeps in a field: of staff alone, where it takes the field from everybody else."""
    if not any(holds(unit, rank) for rank in _RANKS) or not _withholds(unit, field):
        return origins
    return tuple(
        ((*key[:2], Trust.STAFF.value), cleaned, steps) if key[0] == "source" else (key, cleaned, steps)
        for key, cleaned, steps in origins
    )


def _withholds(unit: Node, field: str) -> bool:
    for node in branches(body_of(unit)):
        for block, holds_there in ((node[3], True), (node[4], False)):
            if _of_others(node[2], holds_there) and any(_takes_out(each, field) for each in nodes(block)):
                return True
    return False


def _of_others(test: Node, held: bool) -> bool:
    """True where whoever is no staff surely comes to the block behind a test that held, or did not."""
    if test[0] == f.UNARY and test[2] == "not":
        return _of_others(test[3], not held)
    if test[0] == f.BOOL and (test[2] == "or") is held:
        return any(_of_others(part, held) for part in test[3])
    return bool(test[0] == f.ATTR and test[3] in _RANKS and not held)


def _takes_out(node: Node, field: str) -> bool:
    """`data.pop("field")`, `del data["field"]`."""
    if node[0] == f.CALL and node[2][-1] == "pop" and node[3]:
        return bool(node[3][0][0] == f.CONST and node[3][0][2] == field)
    return node[0] == f.DELETE and any(
        target[0] == f.SUBSCRIPT and target[3][0] == f.CONST and target[3][2] == field for target in node[2]
    )
