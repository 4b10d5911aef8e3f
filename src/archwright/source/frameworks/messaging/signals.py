"""Blinker's signals, which Flask's are: a signal that is sent calls the functions that were connected to it, at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.source import facts as f
from archwright.source.flow.calls import call_unit
from archwright.source.flow.values import NO, Val, constant
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.sites import sites, unit_named
from archwright.source.link.module import UNIT_BITS

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import Project

SIGNAL: Final = "blinker.Signal"
_WHICH: Final = "signal"
"""The item of a signal's value that tells signals apart: where it was made, or its name among all of the program's."""
_HOMES: Final = ("blinker", "flask.signals")
_SENDS: Final = ("send", "send_async")


class Signals(Framework):
    """Signals of the project's own."""

    name = "signals"
    packages = ("blinker", "flask")
    aliases: ClassVar[dict[str, str]] = {
        "blinker.base.Namespace": "blinker.Namespace",
        "flask.signals.Namespace": "blinker.Namespace",
        "blinker.base.Signal": SIGNAL,
        "blinker.NamedSignal": SIGNAL,
        "blinker.base.NamedSignal": SIGNAL,
        "blinker.base.signal": "blinker.signal",
    }

    def __init__(self) -> None:
        super().__init__()
        self._receivers: dict[Any, list[int]] = {}
        self.calls = {
            SIGNAL: _made,
            "blinker.Namespace.signal": _made,
            "blinker.signal": _named,
            **{f"{SIGNAL}.{verb}": self._sent for verb in _SENDS},
        }

    def prepare(self, project: Project, engine: Engine) -> None:
        """Find what is connected to signals: by `signal.connect(function)` or as a decorator."""
        if not any(module.mentions(word) for module in project.modules for word in _HOMES):
            return
        for which, unit in [*_decorated(engine), *_connected(engine)]:
            known = self._receivers.setdefault(which, [])
            if unit not in known:
                known.append(unit)

    def tables(self) -> Any:
        return sorted((repr(which), units) for which, units in self._receivers.items())

    def _sent(self, call: CallSite) -> Val | None:
        which = _which(call.receiver)
        if which is None:
            return None
        for unit in self._receivers.get(which, ()):
            call_unit(call.frame, unit, call.args[:1], call.keywords, call.spread, call.position)
        return Val(("list",), (), NO, {})


def _made(call: CallSite) -> Val:
    """`Signal()`, `namespace.signal("name")`: another signal at each place."""
    return _signal((call.frame.unit, call.position))


def _named(call: CallSite) -> Val | None:
    """`signal("name")`: the one of that name, wherever it is asked for."""
    name = call.argument(0, "name")
    return _signal(name.const) if name is not None and isinstance(name.const, str) and not name.origins else None


def _signal(which: Any) -> Val:
    return Val(("object", SIGNAL), (), NO, {_WHICH: constant(which)})


def _which(value: Val | None) -> Any:
    """What tells a signal from others; None: it is none, or can't be told."""
    if value is None or value.type != ("object", SIGNAL) or not value.items or _WHICH not in value.items:
        return None
    return value.items[_WHICH].const


def _at(engine: Engine, module: Module, node: Any) -> Any:
    """The signal that an expression at the top level of a module names."""
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL:
        return _which(engine.found_value(found))
    return _which(engine.module_expression(module, node)) if node[0] == f.CALL else None


def _decorated(engine: Engine) -> Iterator[tuple[Any, int]]:
    """`@signal.connect`, `@signal.connect_via(sender)`."""
    for module in engine.project.modules:
        if module.language or not module.mentions("connect"):
            continue
        for index, unit in enumerate(module.units):
            for node in unit[5]:
                target = node[2] if node[0] == f.CALL else node
                if target[0] == f.ATTR and target[3] in ("connect", "connect_via"):
                    which = _at(engine, module, target[2])
                    if which is not None:
                        yield which, module.index << UNIT_BITS | index


def _connected(engine: Engine) -> Iterator[tuple[Any, int]]:
    """`signal.connect(function)`."""
    for site in sites(engine, ("connect",)):
        if site.call[2][0] == f.ATTR:
            unit = unit_named(engine, site.module, site.place, site.argument(0, "receiver"))
            which = _at(engine, site.module, site.call[2][2]) if unit is not None else None
            if which is not None and unit is not None:
                yield which, unit
