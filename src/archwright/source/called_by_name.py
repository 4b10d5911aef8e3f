"""Calls of methods whose object can't be followed, by the method's name alone: whether all of them give constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archwright.source import facts as f
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import Project
from archwright.source.nodes import nodes
from archwright.source.packed import body_of, holds


def with_constants(project: Project, name: str, left_out: Callable[[int], bool]) -> bool:
    """True where one unit alone has the name, calls `object.name(...)` stand in the code, and each gives constants and nothing else.

    left_out: the units whose own names and calls say nothing, as tests.
    """
    owners = 0
    called = False
    for module in project.modules:
        for index, unit in enumerate(module.units):
            named = unit[0] == name
            if not (named or holds(unit, name)) or left_out(module.index << UNIT_BITS | index):
                continue
            owners += named
            for node in nodes(body_of(unit)):
                if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == name:
                    if not _constants(node):
                        return False
                    called = True
    return called and owners == 1


def _constants(call: Any) -> bool:
    """True for a call that is given something, and constants alone."""
    given = [*call[3], *(value for _, value in call[4])]
    return bool(given) and all(each[0] == f.CONST for each in given)
