"""In which settings the ways to a unit begin: what only commands reach serves no request, whatever folder it lies in."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping

from archwright.model.effect import Setting


def begun(
    calls: Mapping[int, Collection[int]], entries: Iterable[int], setting: Callable[[int], Setting]
) -> dict[int, frozenset[Setting]]:
    """The settings of the units that begin the ways to each unit.

    calls: the units that a unit calls; entries: units that a library calls; setting: what runs a unit that nobody else calls. A way begins
    where nobody in the program calls, and where a library does. What only calls itself in a circle is not told of.
    """
    called = {unit for caller, callees in calls.items() for unit in callees if unit != caller}
    found: dict[int, set[Setting]] = defaultdict(set)
    todo = deque(sorted({*(unit for unit in calls if unit not in called), *entries}))
    for unit in todo:
        found[unit].add(setting(unit))
    while todo:
        unit = todo.popleft()
        for callee in calls.get(unit, ()):
            if not found[unit] <= found[callee]:
                found[callee] |= found[unit]
                todo.append(callee)
    return {unit: frozenset(settings) for unit, settings in found.items()}
