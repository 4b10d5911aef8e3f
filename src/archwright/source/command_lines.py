"""Functions that a command line calls: whoever gives their arguments runs the program, or develops it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

_PARSERS: Final = frozenset({"argparse", "optparse", "click", "typer", "fire", "docopt", "cyclopts", "absl"})
"""Libraries that read command lines: any function beside such a reading may be given what it read."""
_RUNNERS: Final = frozenset({"invoke", "fabric", "fabric2"})
"""Libraries that run a developer's tasks, and commands for whoever asks: only their tasks are given a command line's arguments."""
_UNIT: Final = (1 << UNIT_BITS) - 1


def given_by_command_lines(project: Project, imports: Callable[[Module], Collection[str]]) -> Iterator[int]:
    """The units that a command line gives arguments. imports: the libraries that a module imports."""
    tasks = any(not _RUNNERS.isdisjoint(imports(module)) for module in project.modules)
    for module in project.modules:
        every = not _PARSERS.isdisjoint(imports(module))
        for index, unit in enumerate(module.units):
            if every or (tasks and any(_makes_task(project, module, node) for node in unit[5])):
                yield module.index << UNIT_BITS | index


def _makes_task(project: Project, module: Module, decorator: Any) -> bool:
    """True for `@invoke.task`, called or not, and for a function of the project's own that hands on to it."""
    node = decorator[2] if decorator[0] == f.CALL else decorator
    if _is_task(project, module, node):
        return True
    found = project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is None or found.kind != "unit":
        return False
    holder, first = project.unit(found.value)[0], found.value & _UNIT
    return any(
        each[0] == f.CALL and _is_task(project, holder, each[2])
        for index, unit in enumerate(holder.units)
        if index == first or unit[10] == first
        for each in nodes(body_of(unit))
    )


def _is_task(project: Project, module: Module, node: Any) -> bool:
    found = project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is None or found.kind != "external":
        return False
    library, _, name = str(found.value).partition(".")
    return library in _RUNNERS and name.rpartition(".")[2] == "task"
