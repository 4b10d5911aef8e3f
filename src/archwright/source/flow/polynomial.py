r"""Whether a backtracking matcher needs time quadratic in the length of a text, or worse, and a text that shows it.

A state from which some word leads back to itself, on to another state, and from there back to that one too, makes the matcher try
every place where it may change from the first to the second, and give up at each (Weber and Seidl, "On the degree of ambiguity of
finite automata", 1991). A search begins anew at each letter, which is such a first state before the pattern: so `\s+$` needs quadratic
time for many blanks before a letter.
"""

from __future__ import annotations

import re
import warnings
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]
from typing import Final, NamedTuple

from archwright.source.flow.ambiguous import END, SAMPLE, Automaton, UnreadError

_BUDGET: Final = 30_000
"""Triples of states that are looked at; patterns that need more are not judged."""
_LOOPS: Final = re.compile(r"[*+]|\{\d*,\}")
_LETTERS: Final = "a0 _-<>\"'/\\\n.:,;=&#!Z%(){}[]|@"
"""Letters that are taken first for a text, since people read it."""

_SUFFIXES: Final[tuple[str, ...]] = ("", *(letter * (1 + (letter == "\n")) for letter in (*_LETTERS, *sorted(SAMPLE))))
"""What may spoil a match. `$` holds before the text's last line break too: only a second one does."""

State = int
Triple = tuple[State, State, State]
_START: Final = -1


class Attack(NamedTuple):
    """Texts that take a matcher long: `prefix + pump * n + suffix`, for growing n."""

    prefix: str
    pump: str
    suffix: str


def polynomial(pattern: str, *, searched: bool = False, whole: bool = False) -> Attack | None:
    """A text for which the pattern surely takes quadratic time or worse; None where none is found.

    searched: the match may begin at any letter; whole: it must reach the text's end.
    """
    return _polynomial(pattern, searched, whole) if _LOOPS.search(pattern) is not None else None


@lru_cache(maxsize=4096)
def _polynomial(pattern: str, searched: bool, whole: bool) -> Attack | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = _parser.parse(pattern)
        return _Search(Automaton(parsed, whole), searched and not _held(pattern)).attack()
    except (re.error, UnreadError, OverflowError, RecursionError):
        return None


def _held(pattern: str) -> bool:
    """True for a pattern that begins at the text's start: alternatives that don't are not told apart."""
    return re.match(r"(?:\(\?[a-zA-Z]+\))*\s*(?:\((?:\?:|\?P<\w+>)?)*(?:\^|\\A)", pattern) is not None


class _Search:
    def __init__(self, automaton: Automaton, searched: bool) -> None:
        self._automaton = automaton
        self._searched = searched
        self._left = _BUDGET
        self._looping = [
            state for state in range(len(automaton.classes)) if automaton.judged(state) and self._loops(state)
        ]

    def attack(self) -> Attack | None:
        firsts = [_START] if self._searched else []
        for second in self._looping:
            for first in (*firsts, *self._looping):
                if first != second and (pump := self._pump(first, second)) is not None:
                    prefix = self._way(first)
                    suffix = self._suffix(first, pump)
                    if prefix is not None and suffix is not None:
                        return Attack(prefix, pump, suffix)
        return None

    def _following(self, state: State) -> Iterator[State]:
        if state == _START:
            if self._searched:
                yield _START
            yield from self._automaton.first
        else:
            yield from self._automaton.next[state]

    def _letters(self, state: State) -> frozenset[str]:
        return SAMPLE if state == _START else self._automaton.classes[state]

    def _loops(self, state: State) -> bool:
        seen: set[State] = set()
        todo = list(self._automaton.next[state])
        while todo:
            to = todo.pop()
            if to == state:
                return True
            if to not in seen:
                seen.add(to)
                todo.extend(self._automaton.next[to])
        return False

    def _pump(self, first: State, second: State) -> str | None:
        """A word that leads from the first state to itself and to the second, and from the second to itself."""
        start, goal = (first, first, second), (first, second, second)
        seen: dict[Triple, tuple[Triple, str]] = {}
        todo = deque([start])
        while todo:
            triple = todo.popleft()
            for one in self._following(triple[0]):
                for other in self._following(triple[1]):
                    both = self._letters(one) & self._letters(other)
                    for third in self._following(triple[2]) if both else ():
                        common = (both & self._letters(third)) - {END}
                        to = (one, other, third)
                        if not common or to in seen:
                            continue
                        self._left -= 1
                        if self._left < 0:
                            raise UnreadError
                        seen[to] = (triple, _readable(common))
                        if to == goal:
                            return _spelled(seen, start, goal)
                        todo.append(to)
        return None

    def _way(self, state: State) -> str | None:
        """A word that leads from the pattern's start to a state."""
        seen: dict[State, str] = {_START: ""}
        todo = deque([_START])
        while todo:
            at = todo.popleft()
            if at == state:
                return seen[at]
            for to in self._following(at):
                letters = self._letters(to) - {END}
                if to not in seen and letters:
                    seen[to] = seen[at] + _readable(letters)
                    todo.append(to)
        return None

    def _suffix(self, first: State, pump: str) -> str | None:
        """What follows the pumped words so that no attempt ends well; None where one does, or nothing is known that spoils all."""
        states = {first, _START} if self._searched else {first}
        for letter in pump * (len(self._automaton.classes) + 1):
            states = self._step(states, letter)
            if not self._automaton.final.keys().isdisjoint(states):
                return None
        for suffix in _SUFFIXES:
            after = states
            for letter in suffix:
                after = self._step(after, letter)
            ends = any(END in self._letters(to) for state in after for to in self._following(state) if to != _START)
            if not ends and self._automaton.final.keys().isdisjoint(after):
                return suffix
        return None

    def _step(self, states: set[State], letter: str) -> set[State]:
        return {to for state in states for to in self._following(state) if letter in self._letters(to)}


def _readable(letters: frozenset[str]) -> str:
    return next((letter for letter in _LETTERS if letter in letters), min(letters))


def _spelled(seen: dict[Triple, tuple[Triple, str]], start: Triple, goal: Triple) -> str:
    letters: list[str] = []
    at = goal
    while True:
        at, letter = seen[at]
        letters.append(letter)
        if at == start:
            return "".join(reversed(letters))
