"""Checks of the caller whose answer is taken the wrong way round."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.turned_away import refuses
from archwright.source.link.module import Module
from archwright.source.nodes import nodes
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
    for node in nodes(body):
        if node[0] == f.IF and refuses(node[3]):
            for part in nodes(node[2]):
                if part[0] == f.ATTR and _RANK.search(part[3]):
                    return str(part[3])
    return ""


def _turned_away(body: Any, *, held: bool) -> Iterator[tuple[int, str]]:
    """Branches that turn the caller away because the answer of a call is true (`held`) or false: their places, the calls."""
    for node in nodes(body):
        if node[0] != f.IF:
            continue
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
