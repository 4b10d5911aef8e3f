"""The words of a short form, each with its own place: `money >=0 default 5` is four of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archwright.brief.nodes import Scalar
from archwright.model.base import Place

_WORD = re.compile(
    r"""\s*(?:
        "(?P<double>[^"]*)" | '(?P<single>[^']*)'
      | (?P<mark>->|\+=|-=|>=|<=|!=|[<>=|])
      | (?P<word>(?:(?!->|\+=|-=)[^\s<>=|!"'])+)
      | (?P<other>\S)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, an operator or a quoted text inside a scalar."""

    text: str
    place: Place
    quoted: bool = False
    mark: bool = False
    """True for an operator such as `->` or `>=`."""

    def __str__(self) -> str:
        return self.text


def words(scalar: Scalar) -> list[Word]:
    """The scalar's words in order."""
    found: list[Word] = []
    for match in _WORD.finditer(scalar.text):
        kind = match.lastgroup or "other"
        start = match.start(kind)
        quoted = kind in {"double", "single"}
        place = scalar.at(start - 1 if quoted else start)
        found.append(Word(match[kind], place, quoted=quoted, mark=kind == "mark"))
    return found


def moved(word: Word, offset: int) -> Place:
    """The place of a character inside a word."""
    return Place(word.place.path, word.place.line, word.place.column + offset)


def whole(scalar: Scalar) -> Word:
    """The whole scalar as one word."""
    stripped = scalar.text.strip()
    return Word(stripped, scalar.at(scalar.text.find(stripped)), quoted=not scalar.plain)


class Stream:
    """Words read one after the other."""

    def __init__(self, scalar: Scalar) -> None:
        self._words = words(scalar)
        self._next = 0
        self.end = scalar.at(len(scalar.text.rstrip()))
        """Where a missing word would stand."""
        self.start = scalar.at(0)

    def peek(self) -> Word | None:
        """The next word, left where it is."""
        return self._words[self._next] if self._next < len(self._words) else None

    def take(self) -> Word | None:
        """The next word, or None at the end."""
        word = self.peek()
        self._next += word is not None
        return word

    def accept(self, *texts: str) -> Word | None:
        """The next word if it is one of `texts` and not quoted; else None, and nothing is taken."""
        word = self.peek()
        return self.take() if word is not None and not word.quoted and word.text in texts else None

    def take_name(self) -> Word | None:
        """The next word unless it is an operator."""
        word = self.peek()
        return self.take() if word is not None and not word.mark else None

    def drop(self) -> None:
        """Leave out all words not taken yet."""
        self._next = len(self._words)
