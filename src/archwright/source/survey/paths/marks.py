"""What a walk knows of a value: who calls, a text, a number, several values, an object of a known class."""

from __future__ import annotations

from typing import Any, NamedTuple

from archwright.source import facts as f
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo, Project

Mark = tuple[Any, ...] | None
"""None: nothing is known. Else a kind and what belongs to it: ("text", str), ("number", float), ("several", marks),
("named", {name: mark}), ("instance", ClassInfo), ("object", dotted class), ("started", Started)."""

CALLER: Mark = ("caller",)
"""Who calls, or something that only says who that is: a claim, an id, the key of the row that stands for the caller."""


class Started(NamedTuple):
    """A coroutine that was called and not yet awaited."""

    unit: int
    env: dict[str, Mark]


def join(left: Mark, right: Mark) -> Mark:
    """What is sure of a value that is one or the other."""
    return left if left == right else None


def joined(left: dict[str, Mark], right: dict[str, Mark]) -> dict[str, Mark]:
    """What is sure of names after one branch or the other."""
    return {name: mark for name, mark in left.items() if mark is not None and right.get(name) == mark}


def constant(value: object) -> Mark:
    """The mark of a literal."""
    if isinstance(value, str):
        return ("text", value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return ("number", float(value))
    return None


def annotated(project: Project, module: Module, node: Any, depth: int = 6) -> Mark:
    """The mark of a value of an annotated type: an instance of a class of the project, or an object of another."""
    if node is None or depth == 0:
        return None
    if node[0] == f.SUBSCRIPT:
        name = node[2][-1]
        if name in ("Annotated", "Optional", "Final", "ClassVar"):
            inner = node[3][2][0] if node[3][0] == f.TUPLE and node[3][2] else node[3]
            return annotated(project, module, inner, depth - 1)
        return None
    if node[0] == f.BINOP and node[2] == "|":
        return annotated(project, module, node[3], depth - 1) or annotated(project, module, node[4], depth - 1)
    found = project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR, f.CONST) else None
    if found is None:
        return None
    if found.kind == "class":
        info: ClassInfo = found.value
        return ("instance", info)
    if found.kind == "external":
        return ("object", found.value)
    if found.kind == "expression" and found.value[2] is not node:
        return annotated(project, found.value[0], found.value[2], depth - 1)
    return None
