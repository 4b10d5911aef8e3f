"""What reaches a place of the program: the operations, as people name them, and what their callers have to be."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from archwright.model.base import Place
from archwright.model.effect import Effect, Setting
from archwright.model.value import Trust
from archwright.review.beside import UNSERVED
from archwright.review.endpoint import Endpoint
from archwright.review.program import Program
from archwright.review.staff import asks_staff

MANY: Final = 12
"""Code that more operations reach is shared by forms or views of all kinds: which of them brought something isn't known."""
LEAST_FIRST: Final = (Trust.ANYONE, Trust.SIGNED_IN, Trust.UNKNOWN, Trust.STAFF)
"""Who chooses data, the most dangerous first. Operators own the service anyhow, so their data is clean."""


class Reached:
    """Tells of a place what reaches it; each is looked up once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[Place, tuple[str, ...]] = {}
        self._trusts: dict[tuple[str, ...], Trust | None] = {}
        self._endpoints: dict[str, list[Endpoint]] | None = None

    def __call__(self, place: Place) -> tuple[str, ...]:
        """The operations that reach the place, as people name them."""
        known = self._known.get(place)
        if known is None:
            unit = self._program.unit_at(place)
            known = self._known[place] = self._program.operations_reaching(unit) if unit is not None else ()
        return known

    def trust(self, place: Place) -> Trust | None:
        """The least that a caller must be who reaches the place; UNKNOWN of code that many share, None where no operation does."""
        operations = self(place)
        if operations not in self._trusts:
            self._trusts[operations] = self._asked(operations)
        return self._trusts[operations]

    def unserved(self, effect: Effect) -> bool:
        """True for what commands and migrations alone do."""
        if effect.context.setting in UNSERVED:
            return True
        unit = self._program.unit_at(effect.context.calls[0] if effect.context.calls else effect.place)
        settings = self._program.begun_in(unit) if unit is not None else frozenset()
        told = settings - {Setting.TEST}  # of code that only tests are seen to call, the way there isn't known
        return bool(told) and told <= UNSERVED

    def _asked(self, operations: tuple[str, ...]) -> Trust | None:
        if not operations:
            return None
        if len(operations) > MANY:
            return Trust.UNKNOWN
        if self._endpoints is None:
            self._endpoints = defaultdict(list)
            for endpoint in self._program.endpoints:
                for operation in endpoint.operations:
                    self._endpoints[str(operation)].append(endpoint)
        found = {_asked(endpoint) for name in operations for endpoint in self._endpoints.get(name, ())}
        return min(found or {Trust.ANYONE}, key=LEAST_FIRST.index)


def _asked(endpoint: Endpoint) -> Trust:
    """What an endpoint asks its callers to be."""
    if asks_staff(endpoint):
        return Trust.STAFF
    return Trust.SIGNED_IN if endpoint.signed_in or endpoint.asks else Trust.ANYONE
