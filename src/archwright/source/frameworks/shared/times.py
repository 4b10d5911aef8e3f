"""Points in time that return, and lengths of time, as text: cron lines, and `15m`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archwright.model.quantity import Duration
from archwright.source.flow.values import NO, Val, constant
from archwright.source.frameworks.base import CallSite

TIMEDELTA: Final = "datetime.timedelta"
_SECONDS: Final = {
    "days": 86400.0,
    "seconds": 1.0,
    "microseconds": 1e-6,
    "milliseconds": 1e-3,
    "minutes": 60.0,
    "hours": 3600.0,
    "weeks": 604800.0,
}
"""The parameters of `datetime.timedelta`, in their order."""
CRON: Final = ("minute", "hour", "day", "month", "day_of_week")


def timedelta(site: CallSite) -> Val:
    """`timedelta(...)`: its length in seconds, where that is constant."""
    total = 0.0
    given = [*zip(_SECONDS, site.args, strict=False), *site.keywords.items()]
    for name, value in given:
        if name not in _SECONDS or not is_number(value):
            return Val(("object", TIMEDELTA), site.derived().origins)
        total += value.const * _SECONDS[name]
    if site.spread:
        return Val(("object", TIMEDELTA), site.derived().origins)
    return Val(("object", TIMEDELTA), (), NO, {"total_seconds": constant(int(total) if total == int(total) else total)})


def is_number(value: Val | None) -> bool:
    """True for a constant number that is no truth value."""
    return (
        value is not None
        and isinstance(value.const, (int, float))
        and not isinstance(value.const, bool)
        and not value.origins
    )


def seconds(value: Val | None) -> Val | None:
    """A length of time as a number of seconds where it is a constant timedelta; else the value as it is."""
    if value is not None and value.type == ("object", TIMEDELTA) and value.items:
        return value.items.get("total_seconds", value)
    return value


def milliseconds(value: Val | None) -> Val | None:
    """The same of a number that counts milliseconds."""
    if value is not None and is_number(value):
        return constant(value.const / 1000)
    return seconds(value)


def interval(value: Val | None) -> str:
    """`15m` for a number of seconds or a timedelta; empty where it is not constant."""
    length = seconds(value)
    if length is None or not is_number(length) or length.const <= 0:
        return ""
    return str(Duration(length.const))


def cron_line(fields: Sequence[Val | None], defaults: Sequence[str] = ("*",) * 5) -> str:
    """`0 7 * * 1` of the values of the five fields of cron, None: not given; empty where one is not constant."""
    said = [_field(value, default) for value, default in zip(fields, defaults, strict=True)]
    return " ".join(said) if all(said) else ""


def _field(value: Val | None, default: str) -> str:
    if value is None or (value.const is None and not value.origins):
        return default
    if value.origins:
        return ""
    if isinstance(value.const, (int, str)) and not isinstance(value.const, bool):
        return str(value.const).replace(" ", "") or default
    if value.items and value.type in (("set",), ("list",), ("tuple",)) and "*" not in value.items:
        parts = [item.const for item in value.items.values()]
        if all(isinstance(part, (int, str)) for part in parts):
            return ",".join(str(part) for part in parts)
    return ""


def is_cron(text: str) -> bool:
    """True for a text of five fields, as cron reads it."""
    return len(text.split()) == 5
