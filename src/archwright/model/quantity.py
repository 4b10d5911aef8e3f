"""Physical quantities with their units: a bare number never stands for a rate, a time or a size.

Every type parses the text a person writes (`300/s`, `150ms`, `99.9%`, `10GB`, `2x/year`, `600 USD/month`) and
prints the shortest text that parses back to the same value. That text is also its JSON form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import total_ordering
from typing import ClassVar, Self

_NUMBER = r"(?P<number>\d+(?:\.\d+)?)\s*(?P<scale>[kMG])?"
_SCALES = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}


class QuantityError(ValueError):
    """The text is not this quantity. `.expected` says what would be right."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f'"{text}" is not right here; write {expected}')
        self.text = text
        self.expected = expected


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


@total_ordering
class Quantity:
    """A number in one base unit; subclasses name the base unit and the units people write. Immutable.

    Not a dataclass: msgspec would write one as an object, where a quantity's JSON form is its text.
    """

    __slots__ = ("value",)
    value: float

    units: ClassVar[dict[str, float]] = {}
    expected: ClassVar[str] = "a number"

    def __init__(self, value: float) -> None:
        object.__setattr__(self, "value", float(value))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and type(other) is type(self) and self._key() == other._key()

    def __lt__(self, other: Self) -> bool:
        return self._key() < other._key() if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), self._key()))

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        return type(self), self._key()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._key()))})"

    def _key(self) -> tuple[float] | tuple[float, str]:
        return (self.value,)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `number[k|M|G] unit`. Raises QuantityError where the text is not one of this quantity's units."""
        for unit in sorted(cls.units, key=len, reverse=True):
            stripped = text.strip()
            match = re.fullmatch(_NUMBER, stripped.removesuffix(unit).strip()) if stripped.endswith(unit) else None
            if match:
                scaled = float(match["number"]) * _SCALES.get(match["scale"] or "", 1)
                return cls(round(scaled * cls.units[unit], 12))
        raise QuantityError(text, cls.expected)

    def __str__(self) -> str:
        """The text in the largest unit that keeps a number at or above 1 and parses back to this very value."""
        for text in self._texts():
            if type(self).parse(text) == self:
                return text
        return self._exact()

    def _texts(self) -> Iterator[str]:
        """Candidates, best first."""
        if self.value == 0:
            yield f"0{next(unit for unit, factor in self.units.items() if factor == 1)}"
        units = sorted(self.units.items(), key=lambda item: -item[1])
        yield from (f"{_plain(self.value / factor)}{unit}" for unit, factor in units if self.value / factor >= 1)
        yield f"{_plain(self.value / units[-1][1])}{units[-1][0]}"

    def _exact(self) -> str:
        """The text with all decimals, in the unit nearest to the base."""
        unit, factor = min(self.units.items(), key=lambda item: abs(item[1] - 1))
        return f"{self.value / factor:.12f}".rstrip("0").rstrip(".") + unit


class Rate(Quantity):
    """Events per second."""

    units: ClassVar[dict[str, float]] = {"/s": 1.0, "/min": 1 / 60, "/h": 1 / 3600, "/day": 1 / 86400}
    expected: ClassVar[str] = "a rate such as 300/s, 40/min, 20/h or 5/day"

    def _texts(self) -> Iterator[str]:
        """The finest unit that shows the rate as a number at or above 1: 300/s, 2/min, 20/day."""
        units = sorted(self.units.items(), key=lambda item: -item[1])
        yield from (f"{_plain(self.value / factor)}{unit}" for unit, factor in units if self.value / factor >= 1)
        yield f"{_plain(self.value * 86400)}/day"


class Duration(Quantity):
    """Seconds."""

    units: ClassVar[dict[str, float]] = {
        "ms": 0.001,
        "s": 1.0,
        "m": 60.0,
        "h": 3600.0,
        "d": 86400.0,
        "w": 604800.0,
        "y": 31557600.0,
    }
    expected: ClassVar[str] = "a duration such as 150ms, 30s, 15m, 1h, 7d or 10y"


class Size(Quantity):
    """Bytes."""

    units: ClassVar[dict[str, float]] = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
    expected: ClassVar[str] = "a size such as 500kB, 20MB or 1TB"


class Share(Quantity):
    """A part of one: 99.9% is 0.999."""

    units: ClassVar[dict[str, float]] = {"%": 0.01}
    expected: ClassVar[str] = "a percentage such as 99.9%"

    def _texts(self) -> Iterator[str]:
        yield f"{_plain(self.value * 100)}%"


class Count(Quantity):
    """A number of things, such as rows."""

    units: ClassVar[dict[str, float]] = {"": 1.0}
    expected: ClassVar[str] = "a count such as 300, 200k or 1M"

    def _texts(self) -> Iterator[str]:
        for suffix, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
            if self.value >= factor:
                yield f"{_plain(self.value / factor)}{suffix}"
        yield _plain(self.value)


class Growth(Quantity):
    """A factor per year: 2x/year doubles each year."""

    units: ClassVar[dict[str, float]] = {"x/year": 1.0}
    expected: ClassVar[str] = "a growth such as 2x/year"


class Budget(Quantity):
    """Money per month; the currency is kept as written."""

    __slots__ = ("currency",)
    currency: str

    expected: ClassVar[str] = "a monthly budget such as 600 USD/month"

    def __init__(self, value: float, currency: str = "USD") -> None:
        super().__init__(value)
        object.__setattr__(self, "currency", currency)

    def _key(self) -> tuple[float, str]:
        return self.value, self.currency

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `number CUR/month`. Raises QuantityError otherwise."""
        match = re.fullmatch(_NUMBER + r"\s*(?P<currency>[A-Z]{3})\s*/\s*month", text.strip())
        if not match:
            raise QuantityError(text, cls.expected)
        return cls(float(match["number"]) * _SCALES.get(match["scale"] or "", 1), match["currency"])

    def _texts(self) -> Iterator[str]:
        yield f"{_plain(self.value)} {self.currency}/month"

    def _exact(self) -> str:
        return f"{f'{self.value:.12f}'.rstrip('0').rstrip('.')} {self.currency}/month"


QUANTITIES: tuple[type[Quantity], ...] = (Rate, Duration, Size, Share, Count, Growth, Budget)
"""Every quantity that may stand in a model."""
