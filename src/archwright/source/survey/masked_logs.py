"""Whether a project takes secrets out of its logs by a step that every line passes, by the names that values are given under."""

from __future__ import annotations

from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow.masks import masks
from archwright.source.nodes import nodes
from archwright.source.packed import body_of
from archwright.source.program import Program

_GIVEN: Final = 3
"""The arguments of a step of structlog: the logger, the method's name, and what is logged by name."""


def masked_logs(program: Program) -> bool:
    """True where a function that replaces values by their names is one of the steps that are listed for structlog."""
    modules = program.modules_with((b"structlog",))
    steps = {unit[0] for module in modules for unit in module.units if len(unit[4]) == _GIVEN and masks(unit)}
    return bool(steps) and any(
        node[0] in (f.LIST, f.TUPLE) and any(_named(part) in steps for part in node[2])
        for module in modules
        for unit in module.units
        for node in nodes(body_of(unit))
    )


def _named(node: Any) -> str:
    return str(node[-1]) if node[0] in (f.NAME, f.ATTR) else ""
