"""Where the boxes of an entity diagram stand: a grid, ordered so that related boxes are near each other.

Deterministic: the same entities and relations give the same places. Cells never overlap, whatever the number of boxes.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping, Sequence

_PASSES = 12
_SWAPS = 40_000
"""Exchanges tried in one pass at most: the time of the layout stays under a second for hundreds of boxes."""


def grid(names: Sequence[str], links: Sequence[tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """(column, row) of each name. Related names are near each other: the sum of the distances along the links is made small."""
    near: dict[str, set[str]] = {name: set() for name in names}
    for left, right in links:
        if left != right and left in near and right in near:
            near[left].add(right)
            near[right].add(left)
    order = _walk(names, near)
    columns = max(1, math.ceil(math.sqrt(len(order) * 1.2)))
    cells = [(index % columns, index // columns) for index in range(len(order))]
    # every other row backwards: neighbours in the walk stay neighbours at the end of a row
    places = {name: (columns - 1 - x if y % 2 else x, y) for name, (x, y) in zip(order, cells, strict=True)}
    _improve(order, places, near)
    return places


def _walk(names: Sequence[str], near: Mapping[str, set[str]]) -> list[str]:
    """Breadth first from the best connected, one connected group after the other, lonely ones last."""
    ranked = sorted(names, key=lambda name: (-len(near[name]), name))
    seen: dict[str, None] = {}
    for start in ranked:
        todo = deque([start])
        while todo:
            name = todo.popleft()
            if name not in seen:
                seen[name] = None
                todo.extend(sorted(near[name] - seen.keys(), key=lambda other: (len(near[other]), other)))
    return list(seen)


def _improve(order: list[str], places: dict[str, tuple[int, int]], near: Mapping[str, set[str]]) -> None:
    """Exchange two boxes wherever that shortens their links, until nothing is left to gain."""
    linked = [name for name in order if near[name]]
    for _ in range(_PASSES):
        gained = False
        tries = 0
        for index, left in enumerate(linked):
            for right in linked[index + 1 :]:
                tries += 1
                before = _length(left, places, near) + _length(right, places, near)
                places[left], places[right] = places[right], places[left]
                if _length(left, places, near) + _length(right, places, near) < before - 1e-9:
                    gained = True
                else:
                    places[left], places[right] = places[right], places[left]
            if tries > _SWAPS:
                break
        if not gained:
            return


def _length(name: str, places: Mapping[str, tuple[int, int]], near: Mapping[str, set[str]]) -> float:
    x, y = places[name]
    return sum(math.hypot(x - places[other][0], 0.8 * (y - places[other][1])) for other in near[name])
