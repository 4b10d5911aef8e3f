"""Kinds for numbers with units. Every one may be written `unknown`; the design then says what waits for it."""

from __future__ import annotations

import math
import re
from typing import Generic, TypeVar

from archwright.brief.kinds import UNKNOWN, Definitions, Kind, Schema, Scope
from archwright.brief.nodes import Node, quote
from archwright.brief.words import Stream, Word
from archwright.model.quantity import (
    Budget,
    Count,
    Duration,
    Growth,
    Quantity,
    QuantityError,
    Rate,
    Share,
    Size,
)

Q = TypeVar("Q", bound=Quantity)
LARGEST = 1e15
"""No count, rate, size or sum of a real system is larger; what is, is a slip of the keyboard."""

_NUMBER = r"\d+(\.\d+)?\s*[kMG]?\s*"
_LONG_UNITS = {"year": 1.0, "years": 1.0, "month": 1 / 12, "months": 1 / 12, "week": 7 / 365.25, "weeks": 7 / 365.25}


def unit_pattern(kind: type[Quantity]) -> str:
    """A regular expression (of the common subset of Python and ECMA 262) for the quantity's text."""
    if kind is Budget:
        return rf"{_NUMBER}[A-Z]{{3}}\s*/\s*month"
    units = "|".join(sorted((unit for unit in kind.units if unit), key=len, reverse=True))
    return f"{_NUMBER}({units})" if units else r"\d+(\.\d+)?\s*[kMG]?"


def measure(text: str, kind: type[Q], largest: float = LARGEST) -> Q:
    """The quantity. Raises QuantityError with what would be right."""
    if not text.isascii() or len(text) > 40:
        raise QuantityError(text, kind.expected)
    value = kind.parse(text)
    if not math.isfinite(value.value) or value.value > largest:
        raise QuantityError(text, f"{kind.expected}; this one is too large")
    return value


def complain(word: Word | Node, text: str, kind: type[Quantity], scope: Scope, error: QuantityError) -> None:
    """Note what is wrong with a quantity: a missing unit, or a text that is none."""
    number = re.fullmatch(r"\d+(\.\d+)?[kMG]?", text)
    units = sorted((unit for unit in kind.units if unit), key=lambda unit: kind.units[unit])
    if number and units and "too large" not in error.expected:
        shown = {Duration: ("ms", "s", "h"), Rate: ("/s", "/min", "/day")}.get(kind, tuple(units[:3]))
        choices = [f"{text}{unit}" for unit in shown]
        listed = " or ".join([", ".join(choices[:-1]), choices[-1]]) if len(choices) > 1 else choices[0]
        scope.note(word, f"{scope.path}: {quote(text)} has no unit", f"write {listed}")
        return
    scope.note(
        word, f"{scope.path}: {quote(text)} is not {error.expected.split(' such as')[0]}", f"write {error.expected}"
    )


class Measured(Kind[Q], Generic[Q]):
    """A quantity with its unit, or `unknown`, which reads as None and is remembered."""

    def __init__(self, quantity: type[Q], *, largest: float = LARGEST) -> None:
        self.quantity = quantity
        self.largest = largest
        self.name = quantity.__name__.lower() + ("" if largest == LARGEST else "_of_whole")
        self.expected = quantity.expected

    def read(self, node: Node, scope: Scope) -> Q | None:
        text = self.text(node, scope)
        if text is None:
            return None
        if text == UNKNOWN:
            scope.unknown.append(scope.path)
            return None
        try:
            return measure(text, self.quantity, self.largest)
        except QuantityError as error:
            complain(node, text, self.quantity, scope, error)
            return None

    def schema(self, _definitions: Definitions, /) -> Schema:
        pattern = f"^({unit_pattern(self.quantity)}|{UNKNOWN})$"
        schema: Schema = {"type": "string", "pattern": pattern, "description": self.expected}
        if self.quantity is Count:
            return {"anyOf": [{"type": "number", "minimum": 0}, schema]}
        return schema


class Whole(Kind[int]):
    """A whole number from `least` to `most`, or `unknown`."""

    def __init__(self, name: str, least: int, most: int, noun: str = "") -> None:
        self.name = name
        self.least = least
        self.most = most
        self.noun = noun
        """A word that may follow the number: `4 engineers`."""
        self.expected = f"a whole number from {least} to {most}"

    def read(self, node: Node, scope: Scope) -> int | None:
        text = self.text(node, scope)
        if text is None:
            return None
        if text == UNKNOWN:
            scope.unknown.append(scope.path)
            return None
        match = re.fullmatch(self._pattern(), text, re.ASCII)
        number = int(match["number"]) if match else None
        if number is None or not self.least <= number <= self.most:
            scope.note(node, f"{scope.path}: {quote(text)} is not right", f"write {self.expected}")
            return None
        return number

    def schema(self, _definitions: Definitions, /) -> Schema:
        integer: Schema = {"type": "integer", "minimum": self.least, "maximum": self.most}
        pattern = self._pattern().replace("?P<number>", "")
        return {"anyOf": [integer, {"type": "string", "pattern": f"^({pattern}|{UNKNOWN})$"}]}

    def _pattern(self) -> str:
        return r"(?P<number>\d{1,9})" + (rf"(\s+({self.noun}))?" if self.noun else "")


class Period(Kind[Duration]):
    """A long time, for plans: a duration, or months and years in words."""

    name = "period"
    expected = "a period such as 18 months or 2y"

    def read(self, node: Node, scope: Scope) -> Duration | None:
        text = self.text(node, scope)
        if text is None:
            return None
        if text == UNKNOWN:
            scope.unknown.append(scope.path)
            return None
        match = re.fullmatch(r"(\d{1,6}(?:\.\d+)?)\s*([a-z]+)", text, re.ASCII)
        if match and match[2] in _LONG_UNITS:
            return Duration(round(float(match[1]) * _LONG_UNITS[match[2]] * Duration.units["y"], 6))
        try:
            return measure(text, Duration)
        except QuantityError:
            scope.note(node, f"{scope.path}: {quote(text)} is not a period", f"write {self.expected}")
            return None

    def schema(self, _definitions: Definitions, /) -> Schema:
        words = "|".join(_LONG_UNITS)
        return {"type": "string", "pattern": rf"^(\d{{1,6}}(\.\d+)?\s*({words})|{unit_pattern(Duration)}|{UNKNOWN})$"}


def take_quantity(stream: Stream, kind: type[Q], scope: Scope, what: str) -> Q | None:
    """The next word as a quantity; None after a note, or for `unknown`, which is remembered."""
    word = stream.take_name()
    if word is None:
        scope.note(stream.end, f"{what} is missing in {scope.path}", f"write {kind.expected}")
        return None
    if word.text == UNKNOWN:
        scope.unknown.append(scope.path)
        return None
    try:
        return measure(word.text, kind)
    except QuantityError as error:
        complain(word, word.text, kind, scope, error)
        return None


RATE = Measured(Rate)
DURATION = Measured(Duration)
SIZE = Measured(Size)
SHARE = Measured(Share, largest=1.0)
COUNT = Measured(Count)
GROWTH = Measured(Growth)
BUDGET = Measured(Budget)
