"""Functions that the bodies of classes call: they run once, while the program is loaded, and nobody outside has a hand in what they give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from archwright.source import facts as f
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo, Project


class CalledInClasses:
    """The calls in the bodies of classes, by the last part of the name that is called; each is resolved when it is asked for."""

    def __init__(self, project: Project, left_out: Callable[[int], bool]) -> None:
        """left_out: the units that say nothing, as tests; a class goes by its module."""
        self._project = project
        self._calls: dict[str, list[tuple[ClassInfo, Any]]] = defaultdict(list)
        for info in project.all_classes():
            if left_out(info.module.index << UNIT_BITS):
                continue
            for call in calls_in(info.facts[7]):
                if call[2][0] in (f.NAME, f.ATTR):
                    self._calls[last_name(call[2])].append((info, call[2]))

    def calls(self, unit: str) -> bool:
        """True where the body of some class calls a unit, given by its dotted name."""
        return any(
            self._project.unit_name(found) == unit
            for info, function in self._calls.get(unit.rpartition(".")[2], ())
            if (found := self._unit(info, function)) is not None
        )

    def _unit(self, info: ClassInfo, function: Any) -> int | None:
        own = info.scope().get(function[2]) if function[0] == f.NAME else None
        if own is not None:
            return info.module.index << UNIT_BITS | int(own.value) if own.kind == "unit" else None
        found = self._project.resolve_expression(info.module, function)
        return int(found.value) if found is not None and found.kind == "unit" else None
