"""A file or a package a library: its calls in the model's words. Rules know no library, libraries know no rule."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from archwright.source import facts as f
from archwright.source.frameworks.base import Framework

if TYPE_CHECKING:
    from archwright.source.load import LoadedProject

GROUP = "archwright.frameworks"
"""The entry point group under which outside packages offer framework files."""


def every() -> list[type[Framework]]:
    """All framework files: those of this package, by being there, and those that installed packages offer."""
    found: dict[str, type[Framework]] = {}
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        loaded = importlib.import_module(module.name)
        for value in vars(loaded).values():
            if (
                isinstance(value, type)
                and issubclass(value, Framework)
                and value.__module__ == loaded.__name__
                and value.name
            ):
                found[value.name] = value
    for point in entry_points(group=GROUP):
        offered = point.load()
        found[offered.name] = offered
    return [found[name] for name in sorted(found)]


def in_use(loaded: LoadedProject) -> list[Framework]:
    """The framework files that apply: those whose packages some file imports."""
    imported: set[str] = set()
    for file in loaded.files:
        imported |= imports_of(file.facts)
    return [each() for each in every() if not each.packages or imported.intersection(each.packages)]


def imports_of(node: Any) -> set[str]:
    """The top-level packages that the statements of a file import, wherever they stand. `node`: the file's facts."""
    found: set[str] = set()
    todo = [unit[7] for unit in node[0]] + [info[7] for info in node[1]]
    while todo:
        for part in todo.pop():
            if part[0] == f.IMPORT:
                found.update(name.partition(".")[0] for name, _ in part[2])
            elif part[0] == f.FROM and not part[4]:
                found.add(part[2].partition(".")[0])
            elif part[0] in (f.IF, f.FOR, f.WHILE, f.WITH, f.TRY):
                todo.extend(bodies(part))
    return found


def bodies(node: tuple[Any, ...]) -> list[Any]:
    """The blocks of a compound statement."""
    if node[0] == f.IF:
        return [node[3], node[4]]
    if node[0] == f.FOR:
        return [node[4], node[5]]
    if node[0] == f.TRY:
        return [node[2], *(handler[3] for handler in node[3]), node[4], node[5]]
    return [node[3]]
