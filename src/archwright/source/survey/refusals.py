"""Checks of the caller whose answer is taken the wrong way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.turned_away import refuses
from archwright.source.link.module import Module
from archwright.source.nodes import branches, nodes
from archwright.source.packed import body_of
from archwright.source.program import Program

_CHECK: Final = re.compile(
    r"(?:^|_)(?:has|have|can|may|is|are|check|verify|user|test)_?(?:\w+_)?(?:perm\w*|access\w*|allowed|authori[sz]\w*|owner\w*|member\w*)"
    r"|^(?:can|may)_|accessible|(?:^|_)permitted$|^(?:has|check)_perms?$",
    re.IGNORECASE,
)
"""Names of functions that say whether a caller may."""
_DENIES: Final = re.compile(
    r"(?:^|_)(?:not|no|un\w+|den(?:y|ied)|forbid\w*|block\w*|ban\w*|dis\w+|lacks?|missing|restrict\w*|locked|limited|expired)(?:_|$)",
    re.IGNORECASE,
)


_RANK: Final = re.compile(
    r"^(?:is_)?(?:superuser|super_user|staff|admin\w*|owner|root|role|rank|level)$", re.IGNORECASE
)
"""Attributes that say how much somebody may."""


class Inverted(NamedTuple):
    """A caller is turned away where a check says that it may."""

    check: str
    at: tuple[Module, int]
    like: tuple[Module, int]
    """Where the same check is taken the other way round."""
    others: int
    """How often it is."""


class Refusals:
    """Checks that are taken the wrong way round, by what the rest of the project does with them."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._uses: dict[str, tuple[list[tuple[Module, int]], int]] = {}

    def inverted(self, module: Module, bodies: Iterator[Any]) -> Iterator[Inverted]:
        """The branches of some bodies that turn away whom a check lets through, while at least as many others turn away the rest."""
        for body in bodies:
            for position, check in _turned_away(body, held=True):
                if not _CHECK.search(check) or _DENIES.search(check):
                    continue
                rightly, wrongly = self._taken(check)
                if len(rightly) >= wrongly:
                    yield Inverted(check, (module, position), rightly[0], len(rightly))

    def _taken(self, check: str) -> tuple[list[tuple[Module, int]], int]:
        """Where the project turns callers away because a check failed, and how often because it held, these included."""
        known = self._uses.get(check)
        if known is None:
            rightly: list[tuple[Module, int]] = []
            wrongly = 0
            for module in self._program.modules_with((check.encode(),)):
                for facts in module.units:
                    body = body_of(facts)
                    rightly += [(module, at) for at, name in _turned_away(body, held=False) if name == check]
                    wrongly += sum(name == check for _, name in _turned_away(body, held=True))
            known = self._uses[check] = (rightly, wrongly)
        return known


def by_rank(body: Any) -> str:
    """The attribute of the caller or of a row that says how much somebody may, and by which a branch turns the caller away."""
    for node in branches(body):
        if refuses(node[3]):
            for part in nodes(node[2]):
                if part[0] == f.ATTR and _RANK.search(part[3]):
                    return str(part[3])
    return ""


def raw_flags(body: Any) -> Iterator[tuple[int, str]]:
    """Branches that turn the caller away where a field of the body, as it was sent, is `True`: their places, the fields."""
    for node in branches(body):
        if not refuses(node[3]):
            continue
        for part in nodes(node[2]):
            if part[0] == f.COMPARE and len(part[3]) == 1 and part[3][0][0] in ("is", "=="):
                sides = (part[2], part[3][0][1])
                named = next((name for side in sides if (name := _field(side))), "")
                if named and any(side[0] == f.CONST and side[2] is True for side in sides):
                    yield node[1], named


def _field(node: Any) -> str:
    """`request.data.get("is_staff")`, `request.data["is_staff"]`: the field; empty: it is none."""
    if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "get" and node[3]:
        holder, key = node[2][2], node[3][0]
    elif node[0] == f.SUBSCRIPT:
        holder, key = node[2], node[3]
    else:
        return ""
    sent = holder[0] == f.ATTR and holder[3] == "data" and last_name(holder[2]) == "request"
    return str(key[2]) if sent and key[0] == f.CONST and isinstance(key[2], str) else ""


def _turned_away(body: Any, *, held: bool) -> Iterator[tuple[int, str]]:
    """Branches that turn the caller away because the answer of a call is true (`held`) or false: their places, the calls."""
    for node in branches(body):
        test, negated = _positive(node[2])
        if test[0] != f.CALL:
            continue
        name = last_name(test[2])
        then, otherwise = refuses(node[3]), refuses(node[4])
        if name and ((then and negated is not held) or (otherwise and not then and negated is held)):
            yield node[1], name


def _positive(test: Any) -> tuple[Any, bool]:
    """The call that a condition asks, and whether its answer is negated."""
    negated = False
    while test[0] in (f.UNARY, f.AWAIT):
        if test[0] == f.UNARY:
            if test[2] != "not":
                break
            negated = not negated
        test = test[-1]
    return test, negated
