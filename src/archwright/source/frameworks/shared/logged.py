"""What loggers have in common: a level, a message, and whether the error that is being handled is told along."""

from __future__ import annotations

import re

from archwright.model.value import Use
from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, Val, clean, constant, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite, Handler, mask

_HOLES = re.compile(r"%(?:\(\w+\))?[-+ #0]*(?:\*|\d+)?(?:\.(?:\*|\d+))?([a-zA-Z%])")
_ONE_LINE = mask(Use.LOG)
LEVELS = ("debug", "info", "warning", "warn", "error", "exception", "critical", "fatal", "log")
_OWN = frozenset({"exc_info", "stack_info", "stacklevel"})
_NAMES = {"warn": "warning", "fatal": "critical", "exception": "error"}


def logs(calls: dict[str, Handler], dotted: str, *more: str) -> None:
    """The methods of a logger; `more`: levels of its own."""
    for level in (*LEVELS, *more):
        calls[f"{dotted}.{level}"] = log


def log(site: CallSite) -> Val:
    """A call such as `logger.warning("...", ...)`; `log(level, "...")` says its level first."""
    name = site.name.rpartition(".")[2]
    given = site.args
    if name == "log" and given:
        level = given[0].const
        name = level.lower() if isinstance(level, str) else _level(given[0])
        given = given[1:]
    beside = (value for key, value in site.keywords.items() if key not in _OWN)
    parts = [*_represented(given), *beside, *site.spread]
    report(site, _NAMES.get(name, name), parts, with_error=name == "exception" or tells(site))
    return Val(None, (), None)


def _represented(given: list[Val]) -> list[Val]:
    """A message with its arguments: what `%r` or a number's place takes, ends no line."""
    template = given[0].const if len(given) > 1 else None
    if not isinstance(template, str) or given[0].origins:
        return given
    places = [hole for hole in _HOLES.findall(template) if hole != "%"]
    return [
        value.with_origins(clean(deep_origins(value), _ONE_LINE))
        if 0 < index <= len(places) and places[index - 1] != "s"
        else value
        for index, value in enumerate(given)
    ]


def report(site: CallSite, level: str, parts: list[Val], *, with_error: bool) -> None:
    """Record that something is told to a log or an error tracker."""
    site.frame.traits.add("log")
    first = parts[0] if parts else Val(None, ())
    if len(parts) > 1 or first.items:
        origins = deep_origins(first)
        for part in parts[1:]:
            origins = join_origins(origins, deep_origins(part))
        text = shape(first)
        first = Val(("text",), origins, NO, None, text) if origins or text != "{}" else constant("")
    site.emit("Log", level=level, message=first, with_error=with_error)


def tells(site: CallSite) -> bool:
    """True where a call is handed the error that is being handled: `exc_info=True`, `exc_info=error`, the error itself."""
    given = site.keywords.get("exc_info")
    if given is not None and given.const not in (False, None):
        return True
    return any(value.type == ("error",) or _within(value) for value in site.values())


def _within(value: Val) -> bool:
    return bool(value.items) and any(item.type == ("error",) for item in (value.items or {}).values())


def _level(value: Val) -> str:
    """`logging.ERROR` as it is written."""
    if value.type is not None and value.type[0] == "external":
        word = str(value.type[1]).rpartition(".")[2].lower()
        return word if word in LEVELS else "log"
    return {10: "debug", 20: "info", 30: "warning", 40: "error", 50: "critical"}.get(value.const, "log")
