"""From places back to units: which function holds a line."""

from __future__ import annotations

from bisect import bisect_right

from archwright.model.base import Place
from archwright.source import facts as f
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import Project


class Units:
    """The units of a project by their lines."""

    def __init__(self, project: Project) -> None:
        self._modules = {module.path: module for module in project.modules}
        self._starts: dict[str, tuple[list[int], list[int]]] = {}

    def at(self, place: Place) -> int | None:
        """The innermost unit that holds a place; None outside of the project."""
        module = self._modules.get(place.path)
        if module is None:
            return None
        implied = module.implied.get(place.line * f.COLUMNS + place.column) if module.implied else None
        if implied is not None:
            return module.index << UNIT_BITS | implied
        lines, indices = self._starts.get(place.path) or self._read(place.path)
        for position in range(bisect_right(lines, place.line) - 1, -1, -1):
            unit = module.units[indices[position]]
            if unit[3] >= place.line:
                return module.index << UNIT_BITS | indices[position]
        return module.index << UNIT_BITS

    def _read(self, path: str) -> tuple[list[int], list[int]]:
        module = self._modules[path]
        found = sorted((f.line_of(unit[2]), index) for index, unit in enumerate(module.units) if index)
        self._starts[path] = ([line for line, _ in found], [index for _, index in found])
        return self._starts[path]
