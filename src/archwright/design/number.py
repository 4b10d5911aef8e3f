"""Numbers a decision rests on: a value, where it comes from, and what is unknown about it."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.design.assumption import Assumption
from archwright.model.base import Place
from archwright.model.decision import Evidence


@dataclass(frozen=True)
class Number:
    """A value with its source. `unknown` is the dotted path that the author should fill in, if a default stands in."""

    name: str
    value: float
    shown: str
    source: str
    unknown: str | None = None

    @property
    def evidence(self) -> Evidence:
        """The number as a decision's evidence."""
        return Evidence(name=self.name, value=self.shown, source=self.source)


def given(name: str, value: float, shown: str, place: Place | None) -> Number:
    """A number of the brief, with its place where that is known."""
    return Number(name, value, shown, f"given, {place}" if place else "given")


def assumed(name: str, assumption: Assumption, unknown: str | None = None) -> Number:
    """A default of ours that stands in for a number nobody gave."""
    return Number(name, assumption.value, assumption.shown, f"default: {assumption.because}", unknown)


def derived(name: str, value: float, shown: str, formula: str) -> Number:
    """A number computed from others by the formula."""
    return Number(name, value, shown, f"derived: {formula}")


def unknown_paths(*numbers: Number) -> tuple[str, ...]:
    """The paths that are unknown among the numbers, without repeats, in order."""
    return tuple(dict.fromkeys(number.unknown for number in numbers if number.unknown))


def plain(value: float) -> str:
    """A number for people: three significant digits, with k, M and G, and never an exponent."""
    for suffix, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= factor * 0.9995:
            return f"{_digits(value / factor)} {suffix}"
    return _digits(value)


def size(value: float) -> str:
    """Bytes for people: decimal units, as storage is sold."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= factor * 0.9995:
            return f"{_digits(value / factor)} {unit}"
    return f"{_digits(value)} B"


def seconds(value: float) -> str:
    """A time for people: microseconds up to hours."""
    for unit, factor in (("h", 3600.0), ("min", 60.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if value >= factor * 0.9995:
            return f"{_digits(value / factor)} {unit}"
    return "0 s" if value <= 0 else f"{value * 1e6:.3f} µs"


def rate(value: float) -> str:
    """Events per second for people, in the unit that gives a number at or above one."""
    for unit, factor in (("s", 1.0), ("min", 60.0), ("h", 3600.0), ("day", 86400.0)):
        if value * factor >= 0.9995 or unit == "day":
            return f"{plain(value * factor)}/{unit}"
    return f"{plain(value)}/s"


def percent(value: float) -> str:
    """A share for people: enough digits to tell 99.95 % from 99.9 %."""
    text = f"{value * 100:.3f}".rstrip("0").rstrip(".")
    return f"{text} %"


def _digits(value: float) -> str:
    if value == 0:
        return "0"
    magnitude = abs(value)
    decimals = 0 if magnitude >= 99.95 else 1 if magnitude >= 9.995 else 2 if magnitude >= 0.9995 else 4
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
