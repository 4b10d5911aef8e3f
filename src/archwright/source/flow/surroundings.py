"""What surrounds the calls of a unit in the whole program: whether a transaction is open there, whether it is deferred.

Each call is noted with the state at its place. Where that is the caller's own, the caller's calls tell. A unit that
nobody is known to call may be called by anybody, so nothing is said of it; what the library calls it says itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from archwright.source.flow import transactions
from archwright.source.flow.transactions import CALLER, OFF, ON, UNCLEAR

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

_STATES = (CALLER, ON, OFF, UNCLEAR)
_LATER = (None, "commit", "thread")
Called = dict[int, dict[int, int]]
"""Unit called -> caller -> bit set of the surroundings of its calls; bit: `state * 3 + deferred`."""
_ALL = tuple((state, later) for state in range(4) for later in range(3))
_BITS = {
    (state, later): 1 << (number * 3 + place)
    for number, state in enumerate(_STATES)
    for place, later in enumerate(_LATER)
}


def note(frame: Frame, unit: int) -> None:
    """A unit is called at the current place of a frame."""
    frame.engine.recorder.called(frame.unit, unit, _BITS[transactions.state_of(frame), frame.deferred])


def surrounding(state: str, deferred: str | None) -> int:
    """The number of a surrounding."""
    return _STATES.index(state) * 3 + _LATER.index(deferred)


def merge(into: Called, calls: Iterable[tuple[int, int, int]]) -> None:
    """Put calls (caller, unit called, bit set) to those known."""
    for caller, unit, bits in calls:
        callers = into.setdefault(unit, {})
        callers[caller] = callers.get(caller, 0) | bits


class Surroundings:
    """The answer for every unit of a program."""

    def __init__(self, called: Called, entries: Mapping[int, str], ignored: Callable[[int], bool]) -> None:
        """`entries`: the state in which a library calls a unit; `ignored`: callers that tell nothing (tests)."""
        self._possible: dict[int, int] = {}
        calls: dict[int, list[tuple[int, int]]] = {}
        for unit, callers in called.items():
            for caller, bits in callers.items():
                if caller != unit and not ignored(caller):
                    calls.setdefault(caller, []).append((unit, bits))
        reached = {unit for listed in calls.values() for unit, _ in listed}
        todo: deque[int] = deque()
        for unit in sorted({*calls, *reached, *entries}):
            state = entries.get(unit, CALLER if unit in reached else UNCLEAR)
            if state != CALLER:
                self._possible[unit] = 1 << surrounding(state, None)
                todo.append(unit)
        self._spread(todo, calls)
        # what only calls itself in a circle is reached by nobody that is known
        circles = sorted(unit for unit in calls if unit not in self._possible)
        for unit in circles:
            self._possible[unit] = 1 << surrounding(UNCLEAR, None)
        self._spread(deque(circles), calls)

    def _spread(self, todo: deque[int], calls: Mapping[int, list[tuple[int, int]]]) -> None:
        while todo:
            caller = todo.popleft()
            around = self._possible[caller]
            for unit, bits in calls.get(caller, ()):
                known = self._possible.get(unit, 0)
                wider = known | composed(around, bits)
                if wider != known:
                    self._possible[unit] = wider
                    todo.append(unit)

    def transaction(self, unit: int) -> str:
        """`on` or `off` where every call of the unit is in a transaction, or none is; `unknown` otherwise."""
        bits = self._possible.get(unit, 0)
        states = {_STATES[state] for state, later in _ALL if bits >> (state * 3 + later) & 1}
        return states.pop() if len(states) == 1 else UNCLEAR

    def sometimes(self, unit: int) -> bool:
        """True where some known call of the unit is in a transaction."""
        bits = self._possible.get(unit, 0)
        return any(bits >> (_STATES.index(ON) * 3 + later) & 1 for later in range(3))

    def deferred(self, unit: int) -> str | None:
        """`commit` or `thread` where every call of the unit is deferred so."""
        bits = self._possible.get(unit, 0)
        found = {_LATER[later] for state, later in _ALL if bits >> (state * 3 + later) & 1}
        return found.pop() if len(found) == 1 else None


def composed(around: int, bits: int) -> int:
    """The surroundings of a call: its own state where it has one, that of its caller otherwise."""
    found = 0
    for state, later in _ALL:
        if not bits >> (state * 3 + later) & 1:
            continue
        for outer, outer_later in _ALL:
            if around >> (outer * 3 + outer_later) & 1:
                found |= 1 << ((state or outer) * 3 + (later or outer_later))
    return found
