"""Which of the effects found somebody asked for: the others are dropped where they are found."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Final

from archwright.model.secret_name import secret, secret_argument
from archwright.model.which import Which
from archwright.source.flow import pasted
from archwright.source.flow.effects import COLUMN, TRACEBACK, Found, repeated
from archwright.source.flow.values import ALL_USES, Key, Origin, Val, deep_origins
from archwright.source.link.project import Project

_ALL: Final = Which.ALL.value
_SERVED: Final = Which.SERVED.value
_GIVEN: Final = Which.GIVEN.value
_LOOPED: Final = Which.LOOPED.value
_SENT: Final = Which.SENT.value
_SECRET: Final = Which.SECRET.value
_STORED: Final = Which.STORED.value
_INSIDE: Final = Which.INSIDE.value
_OF_ORIGINS: Final = _SENT | _SECRET | _STORED | _INSIDE


def is_stored(origin: Origin) -> bool:
    """True for what a field of a row holds, where it may be dangerous for some use."""
    return origin[0][0] == "field" and origin[1] & ALL_USES != ALL_USES


def _is_inside(key: Key) -> bool:
    """True for what nobody outside is to see: the text of a traceback, a column that holds a secret."""
    return key == TRACEBACK or (key[0] == "result" and key[1].startswith(COLUMN))


class Wanted:
    """What was asked for, by kind of effect. Held as numbers: the question is put a hundred thousand times."""

    def __init__(self, kinds: Mapping[str, Which] | None, served: Container[int], project: Project) -> None:
        """kinds: which effects of each kind; None: all of all. served: the units that libraries call."""
        self._kinds = {kind: which.value for kind, which in kinds.items()} if kinds is not None else None
        self._served = served
        self._project = project

    def of(self, effects: Iterable[Found]) -> tuple[Found, ...]:
        """The effects that were asked for, in their order."""
        kinds = self._kinds
        if kinds is None:
            return tuple(effects)
        return tuple([found for found in effects if self._asked(found, kinds.get(found.kind, 0))])

    def _asked(self, found: Found, which: int) -> bool:
        if not which or which & _ALL:
            return bool(which)
        if which & _SERVED and found.outer() in self._served:
            return True
        if which & _GIVEN and pasted.argument(found.slots):
            return True
        if which & _LOOPED and found.loops:
            for mark in repeated(found.loops):
                if mark.over == "rows" and not mark.constant:
                    return True
        if which & _OF_ORIGINS:
            for slot in found.slots.values():
                if type(slot) is Val:
                    for origin in deep_origins(slot) if slot.items else slot.origins:
                        if (
                            (which & _SENT and origin[0][0] == "source")
                            or (which & _STORED and is_stored(origin))
                            or (which & _SECRET and self._secret(origin[0]))
                            or (which & _INSIDE and _is_inside(origin[0]))
                        ):
                            return True
        return False

    def stored(self, kind: str) -> bool:
        """True for a kind of which those are asked for that a field of a row reaches."""
        return self._kinds is None or bool(self._kinds.get(kind, 0) & _STORED)

    def _secret(self, key: Key) -> bool:
        """True where an origin within the code bears the name of a secret."""
        if key[0] == "field":
            return secret(str(key[2]).rpartition(".")[2])
        return key[0] == "parameter" and secret_argument(self._project.argument_name(key[1], key[2], key[3:]))
