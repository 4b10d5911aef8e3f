"""What a parameter without annotation may well be, where no call tells: a row whose class is named like it, and has all that is touched.

That is no proof, so no finding rests on it: a survey, which has to say something of every function, asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from archwright.model.words import snake
from archwright.source import facts as f
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import ClassInfo

_ENOUGH: Final = 3
"""Attributes that have to be touched before they alone, without the name, tell the class."""
Has = Callable[[str], bool]


class Presumed:
    """The classes of rows of a project, by the names that people give to one of their rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rows: list[tuple[ClassInfo, Has]] = [
            row for framework in engine.frameworks for row in framework.row_classes()
        ]
        self._named: dict[str, list[tuple[ClassInfo, Has]]] = {}
        for row in self._rows:
            self._named.setdefault(snake(row[0].short), []).append(row)
        self._touched: dict[int, dict[str, set[str]]] = {}

    def type_of(self, unit: int, name: str) -> tuple[Any, ...] | None:
        """The type of the row that the parameter `name` of a unit holds; None where no class, or more than one, fits."""
        if not self._rows:
            return None
        touched = {each for each in self._attributes(unit).get(name, ()) if not each.startswith("_")}
        if not touched:
            return None
        named = next((self._named[tail] for tail in _tails(name) if tail in self._named), None)
        if named is None and len(touched) < _ENOUGH:
            return None
        fitting = {info.name: info for info, has in (self._rows if named is None else named) if all(map(has, touched))}
        return self._engine.instance_type(next(iter(fitting.values()))) if len(fitting) == 1 else None

    def _attributes(self, unit: int) -> dict[str, set[str]]:
        """The attributes that a unit touches, by the name that they are touched on."""
        known = self._touched.get(unit)
        if known is None:
            known = self._touched[unit] = {}
            for node in nodes(body_of(self._engine.project.unit(unit)[1])):
                if node[0] == f.ATTR and isinstance(node[2], tuple) and node[2][0] == f.NAME:
                    known.setdefault(node[2][2], set()).add(node[3])
        return known


def _tails(name: str) -> list[str]:
    """`old_user_story` -> itself, `user_story`, `story`; a class that is named like more of it comes first."""
    words = name.strip("_").split("_")
    return ["_".join(words[start:]) for start in range(len(words))]
