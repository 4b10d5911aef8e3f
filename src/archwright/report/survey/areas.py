"""Entities by area: the part of the code that declares them. Large diagrams are read area by area."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from archwright.model.entity import Entity

_MIN_ENTITIES = 24
"""Fewer entities than this stand in one area: one look takes them in."""
_PLAIN = frozenset(
    {"models", "model", "entities", "entity", "db", "database", "orm", "schema", "schemas", "src", "app"}
)
"""Directories and files that say nothing of what is in them."""
ELSEWHERE = "elsewhere"


class Box(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float


def areas_of(entities: Sequence[Entity]) -> dict[str, list[Entity]]:
    """Area -> its entities, both in the order of their names; one area without a name for few entities.

    An area is the directory of the file that declares an entity, or the file where a directory holds them all.
    """
    single = {"": list(entities)}
    if len(entities) < _MIN_ENTITIES:
        return single
    by_directory = _grouped(entities, directories=True)
    chosen = by_directory if len(by_directory) > 1 else _grouped(entities, directories=False)
    if len(chosen) < 2 or len(chosen) > len(entities) * 0.6:
        return single
    return {name: chosen[name] for name in sorted(chosen)}


def _grouped(entities: Sequence[Entity], *, directories: bool) -> dict[str, list[Entity]]:
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        found.setdefault(_area(entity, directories=directories), []).append(entity)
    return found


def _area(entity: Entity, *, directories: bool) -> str:
    if entity.place is None:
        return ELSEWHERE
    parts = entity.place.path.removesuffix(".py").split("/")
    if directories:
        parts = parts[:-1]
    while len(parts) > 1 and parts[-1] in _PLAIN:
        parts = parts[:-1]
    return parts[-1] if parts else ELSEWHERE


def packed(sizes: Mapping[str, tuple[float, float]], gap: float, shape: float = 1.7) -> dict[str, Box]:
    """Rectangles in shelves, the tallest first, about `shape` times as wide as high together. None overlaps another."""
    order = sorted(sizes, key=lambda name: (-sizes[name][1], -sizes[name][0], name))
    total = sum((w + gap) * (h + gap) for w, h in sizes.values())
    width = max([math.sqrt(total * shape), *(w for w, _ in sizes.values())])
    placed: dict[str, Box] = {}
    x = y = shelf = 0.0
    for name in order:
        w, h = sizes[name]
        if x and x + w > width:
            x, y, shelf = 0.0, y + shelf + gap, 0.0
        placed[name] = Box(x, y, w, h)
        x += w + gap
        shelf = max(shelf, h)
    return placed
