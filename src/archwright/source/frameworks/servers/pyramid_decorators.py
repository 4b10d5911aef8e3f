"""Decorators of a project's own that register a view of Pyramid.

Such a function hands its keywords on to `view_config` or, as `venusian.attach` lets it, to `add_view` when the configuration is
scanned (https://docs.pylonsproject.org/projects/pyramid/en/latest/narr/hooks.html, "Registering Configuration Decorators").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.wrappers import (
    Bound,
    bound,
    called_unit,
    handed_on,
    index_of,
    spelled_out,
    substituted,
    with_nested,
)
from archwright.source.link.module import Module
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_REGISTERS: Final = frozenset({"view_config", "add_view"})
_MAX_DEPTH: Final = 3


def told_by(engine: Engine, module: Module, call: tuple[Any, ...], depth: int = _MAX_DEPTH) -> tuple[Any, ...] | None:
    """The `view_config(...)` that a call of a function of the project comes to; None where it registers no view."""
    unit = called_unit(engine, module, call[2]) if depth else None
    if unit is None:
        return None
    where, facts = engine.project.unit(unit)
    given = bound(facts, (*call[:4], spelled_out(engine, module, call[4])))
    for index in with_nested(where, index_of(unit)):
        for inner in calls_in(body_of(where.units[index])):
            handed = any(_is_rest(given, name, value) for name, value in inner[4])
            registers = last_name(inner[2]) in _REGISTERS
            if not handed and not (registers and "route_name" in dict(inner[4])):
                continue
            whole = _whole(given, facts, inner)
            told = whole if registers else told_by(engine, where, whole, depth - 1)
            if told is not None:
                return (f.CALL, call[1], (f.NAME, call[1], "view_config"), (), told[4])
    return None


def _is_rest(given: Bound, name: str | None, value: Any) -> bool:
    return name is None and bool(given.keywords) and value[0] == f.NAME and value[2] == given.keywords


def _whole(given: Bound, facts: tuple[Any, ...], inner: tuple[Any, ...]) -> tuple[Any, ...]:
    """A call with the arguments of the function around it put in."""
    call = handed_on(given, inner)
    return (*call[:4], tuple({**_defaults(given, facts), **dict(call[4])}.items()))


def _defaults(given: Bound, facts: tuple[Any, ...]) -> dict[str | None, Any]:
    """What `keywords.setdefault(name, value)` says."""
    found: dict[str | None, Any] = {}
    for call in calls_in(body_of(facts)):
        function = call[2]
        if function[0] == f.ATTR and function[3] == "setdefault" and len(call[3]) == 2:
            holder, (key, value) = function[2], call[3]
            if holder[0] == f.NAME and holder[2] == given.keywords and key[0] == f.CONST:
                found[key[2]] = substituted(value, given.names)
    return found
