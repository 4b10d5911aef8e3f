"""Whether a backtracking matcher needs time exponential in the length of a text: ambiguity of a regular expression's loops.

The expression becomes Glushkov's automaton: one state for each character of the pattern, and for each pair of states the number
of ways from one to the next without a character between. A loop is exponentially ambiguous where some text leads from a state
back to itself on two ways (Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular Expression Matchers by Using
Ambiguity of NFA", CIAA 2016): each turn of it doubles the ways that are tried before the matcher gives up.

References to groups count as if they took any text that the group takes, looking around and borders of words as if they let everything
through. A text that fails even so fails; but whether what stands behind them is ever reached is not known, so only loops before the first of them are judged.
A pattern that has one within a loop, or a possessive repeat, is not judged.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple, TypeVar

T = TypeVar("T", bound=Hashable)

MAX_STATES: Final = 160
"""Larger automata are not judged."""
_NESTED: Final = re.compile(r"\)[*+{]")
END: Final = "end"
SAMPLE: Final = frozenset([chr(code) for code in range(128)] + ["\xa0", "\xe9", "\u0416", "\u4e2d", "\u0663"])
"""Characters that tell classes apart; those that the pattern names are added."""
_SPACES: Final = frozenset(char for char in SAMPLE if char.isspace())
_DIGITS: Final = frozenset(char for char in SAMPLE if char.isdecimal())
_WORDS: Final = frozenset(char for char in SAMPLE if char.isalnum() or char == "_")
_CATEGORIES: Final = {
    op.CATEGORY_DIGIT: _DIGITS,
    op.CATEGORY_NOT_DIGIT: SAMPLE - _DIGITS,
    op.CATEGORY_SPACE: _SPACES,
    op.CATEGORY_NOT_SPACE: SAMPLE - _SPACES,
    op.CATEGORY_WORD: _WORDS,
    op.CATEGORY_NOT_WORD: SAMPLE - _WORDS,
}


class UnreadError(Exception):
    """The pattern has a part that is not judged."""


class _Part(NamedTuple):
    """A part of a pattern: the states it may begin and end with, each with the number of ways, and whether it may be empty."""

    first: dict[int, int]
    last: dict[int, int]
    empty: bool


_NOTHING: Final = _Part({}, {}, True)


def exponential(pattern: str, *, whole: bool = False) -> bool:
    """True where some texts surely take time exponential in their length. whole: the match must reach the text's end."""
    return _NESTED.search(pattern) is not None and _exponential(pattern, whole)


@lru_cache(maxsize=4096)
def _exponential(pattern: str, whole: bool) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = _parser.parse(pattern)
        return Automaton(parsed, whole).ambiguous()
    except (re.error, UnreadError, OverflowError, RecursionError):
        return False


class Automaton:
    """Glushkov's automaton of a parsed pattern."""

    def __init__(self, parsed: Any, whole: bool) -> None:
        self._flags = parsed.state.flags
        self._turns = 0
        self._groups: dict[int, Any] = {}
        self.classes: list[frozenset[str]] = []
        self.next: list[dict[int, int]] = []
        self.surely: int | None = None
        """The states below this one stand before what lets an unknown part of the texts through; None: all do."""
        body = self._sequence(parsed)
        if whole:
            body = self._then(body, self._state(frozenset({END})))
        self.first = body.first
        self.final = body.last

    def ambiguous(self) -> bool:
        """True where a loop is exponentially ambiguous, with letters that nothing behind it takes: the match fails at last."""
        for loop in _components(range(len(self.next)), self._following):
            if not all(map(self.judged, loop)):
                continue
            letters = frozenset[str]().union(*(self.classes[state] for state in loop))
            behind = self._reached(loop, None) - loop
            for failing in {letters - self.classes[state] for state in behind}:
                accepts = not self.final.keys().isdisjoint(self._reached(loop, failing))
                if failing and not accepts and self._doubles(loop, failing):
                    return True
        return False

    def judged(self, state: int) -> bool:
        """True for a state that stands before all that is not read."""
        return self.surely is None or state < self.surely

    def _following(self, state: int) -> Iterable[int]:
        return self.next[state]

    def _reached(self, loop: set[int], letters: frozenset[str] | None) -> set[int]:
        """The states of a loop and those that are reached from it by some letters (None: by any)."""
        reached, rest = set(loop), list(loop)
        while rest:
            for to in self.next[rest.pop()]:
                if to not in reached and (letters is None or self.classes[to] & letters):
                    reached.add(to)
                    rest.append(to)
        return reached

    def _doubles(self, loop: set[int], letters: frozenset[str]) -> bool:
        """True where some text of these letters leads from a state of the loop back to itself on two ways."""
        classes = {state: self.classes[state] & letters for state in loop if self.classes[state] & letters}

        def within(state: int) -> Iterator[int]:
            return (to for to in self.next[state] if to in classes)

        def beside(pair: tuple[int, int]) -> Iterator[tuple[int, int]]:
            for one in within(pair[0]):
                for other in within(pair[1]):
                    if classes[one] & classes[other]:
                        yield one, other

        for turned in _components(classes, within):
            if any(ways > 1 and to in turned for state in turned for to, ways in self.next[state].items()):
                return True
        return any(
            any(one == other for one, other in found) and any(one != other for one, other in found)
            for found in _components([(state, state) for state in classes], beside)
        )

    def _state(self, chars: frozenset[str]) -> _Part:
        if len(self.classes) >= MAX_STATES:
            raise UnreadError
        if self._flags & re.IGNORECASE:
            chars |= {other for char in chars for other in (char.lower(), char.upper())}
        self.classes.append(chars)
        self.next.append({})
        number = len(self.classes) - 1
        return _Part({number: 1}, {number: 1}, empty=False)

    def _then(self, left: _Part, right: _Part) -> _Part:
        self._link(left, right)
        first = _sum(left.first, right.first) if left.empty else left.first
        last = _sum(right.last, left.last) if right.empty else right.last
        return _Part(first, last, left.empty and right.empty)

    def _link(self, left: _Part, right: _Part) -> None:
        for state, out in left.last.items():
            for to, into in right.first.items():
                self.next[state][to] = self.next[state].get(to, 0) + out * into

    def _sequence(self, nodes: Any) -> _Part:
        whole = _NOTHING
        for kind, value in nodes:
            whole = self._then(whole, self._part(kind, value))
        return whole

    def _part(self, kind: Any, value: Any) -> _Part:
        if kind is op.LITERAL:
            return self._state(frozenset({chr(value)}))
        if kind is op.NOT_LITERAL:
            return self._state(SAMPLE - {chr(value)})
        if kind is op.ANY:
            return self._state(SAMPLE if self._flags & re.DOTALL else SAMPLE - {"\n"})
        if kind is op.IN:
            return self._state(_chars(value))
        if kind is op.SUBPATTERN:
            number, added, removed, inner = value
            if added or removed:
                raise UnreadError
            if number is not None:
                self._groups[number] = inner
            return self._sequence(inner)
        if kind is op.BRANCH:
            ways = [self._sequence(way) for way in value[1]]
            first: dict[int, int] = {}
            last: dict[int, int] = {}
            for way in ways:
                first, last = _sum(first, way.first), _sum(last, way.last)
            return _Part(first, last, any(way.empty for way in ways))
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT):
            return self._repeat(*value)
        if kind is op.AT:
            if value in (op.AT_END, op.AT_END_STRING):
                return self._state(frozenset({END}))
            if value in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
                return _NOTHING
            return self._unread()
        if kind in (op.ASSERT, op.ASSERT_NOT):
            return self._unread()
        if kind is op.GROUPREF:
            self._unread()
            return self._sequence(self._groups[value])  # one of the texts that the group takes
        raise UnreadError

    def _unread(self) -> _Part:
        """What takes no letter and asks something of its surroundings."""
        if self._turns:
            raise UnreadError
        if self.surely is None:
            self.surely = len(self.classes)
        return _NOTHING

    def _repeat(self, least: int, most: Any, inner: Any) -> _Part:
        turns = most is op.MAXREPEAT or most > 1
        self._turns += turns
        part = self._repeated(least, most, inner)
        self._turns -= turns
        return part

    def _repeated(self, least: int, most: Any, inner: Any) -> _Part:
        unlimited = most is op.MAXREPEAT
        whole = _NOTHING
        for _ in range(least - 1 if unlimited else least):
            whole = self._then(whole, self._sequence(inner))
        if unlimited:
            turned = self._sequence(inner)
            self._link(turned, turned)
            return self._then(whole, turned if least else turned._replace(empty=True))
        rest = _NOTHING
        for _ in range(most - least):  # the second is tried only behind the first
            rest = self._then(self._sequence(inner), rest)._replace(empty=True)
        return self._then(whole, rest)


def _sum(left: dict[int, int], right: dict[int, int]) -> dict[int, int]:
    return {state: left.get(state, 0) + right.get(state, 0) for state in {**left, **right}}


def _chars(items: Any) -> frozenset[str]:
    """The characters of a class, as far as the sample holds them or the class names them."""
    found: set[str] = set()
    negated = False
    for kind, value in items:
        if kind is op.NEGATE:
            negated = True
        elif kind is op.LITERAL:
            found.add(chr(value))
        elif kind is op.RANGE:
            low, high = value
            found.update(char for char in SAMPLE if low <= ord(char) <= high)
            found.update((chr(low), chr(high)))
        elif kind is op.CATEGORY:
            found |= _CATEGORIES[value]
        else:
            raise UnreadError
    return SAMPLE - found if negated else frozenset(found)


def _components(starts: Iterable[T], following: Callable[[T], Iterable[T]]) -> Iterator[set[T]]:
    """The strongly connected components with a cycle in them, of what is reached from some nodes (Tarjan, without recursion)."""
    index: dict[T, int] = {}
    low: dict[T, int] = {}
    stack: list[T] = []
    held: set[T] = set()
    for start in starts:
        if start in index:
            continue
        index[start] = low[start] = len(index)
        stack.append(start)
        held.add(start)
        work: list[tuple[T, Iterator[T]]] = [(start, iter(following(start)))]
        while work:
            node, rest = work[-1]
            to = next(rest, None)
            if to is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component: set[T] = set()
                    while node not in component:
                        last = stack.pop()
                        held.discard(last)
                        component.add(last)
                    if len(component) > 1 or node in following(node):
                        yield component
            elif to not in index:
                index[to] = low[to] = len(index)
                stack.append(to)
                held.add(to)
                work.append((to, iter(following(to))))
            elif to in held:
                low[node] = min(low[node], index[to])
