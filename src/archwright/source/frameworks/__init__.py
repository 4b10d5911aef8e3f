"""A file or a package a library: its calls in the model's words. Rules know no library, libraries know no rule."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

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
        imported |= file.imports
    return [each() for each in every() if not each.packages or imported.intersection(each.packages)]
