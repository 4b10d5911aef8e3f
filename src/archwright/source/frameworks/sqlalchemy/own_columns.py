"""Columns that a project declares by a call of its own: a `functools.partial` of `Column`, a function that returns one.

What is told of them is the `Column(...)` that such a call comes to, seen from where it stands. Names that only the function's
own module knows stay names: a type is recognised by its name, anything else of them is unknown.
"""

from __future__ import annotations

from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.wrappers import bound, handed_on, returned_by
from archwright.source.link.module import Binding, Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

_MAKES: Final = frozenset({"Column", "mapped_column"})
_MAX_DEPTH: Final = 3


def bindings_of(project: Project, info: ClassInfo) -> dict[str, Binding]:
    """What a class body binds, with the library's call in place of one of the project's own."""
    found: dict[str, Binding] = {}
    for name, binding in info.scope().items():
        if binding.kind == "expression" and binding.value[0] == f.CALL:
            found[name] = Binding("expression", column_call(project, info.module, binding.value))
        elif binding.kind == "annotation" and binding.value[1] is not None and binding.value[1][0] == f.CALL:
            call = column_call(project, info.module, binding.value[1])
            found[name] = Binding("annotation", (binding.value[0], call, *binding.value[2:]))
        else:
            found[name] = binding
    return found


def column_call(project: Project, module: Module, node: tuple[Any, ...], depth: int = _MAX_DEPTH) -> tuple[Any, ...]:
    """The `Column(...)` that a call comes to; the call itself where it is one, or comes to something else."""
    if node[2][0] not in (f.NAME, f.ATTR) or depth == 0:
        return node
    found = project.resolve_expression(module, node[2])
    if found is None:
        return node
    if found.kind == "expression" and found.value[2][0] == f.CALL:
        where, made = found.value[0], found.value[2]
        maker = _maker(project, where, made[3][0]) if last_name(made[2]) == "partial" and made[3] else ""
        if not maker:
            return node
        given = tuple((name, value) for name, value in made[4] if name not in dict(node[4]))
        return (f.CALL, node[1], (f.NAME, node[1], maker), made[3][1:] + node[3], given + node[4])
    if found.kind != "unit":
        return node
    where, facts = project.unit(found.value)
    returned = list(returned_by(body_of(facts)))
    if len(returned) != 1 or returned[0][0] != f.CALL:
        return node
    inner = handed_on(bound(facts, node), returned[0])
    whole = column_call(project, where, (f.CALL, node[1], *inner[2:]), depth - 1)
    maker = _maker(project, where, whole[2])
    return (*whole[:2], (f.NAME, node[1], maker), *whole[3:]) if maker else node


def _maker(project: Project, module: Module, node: Any) -> str:
    """`Column` or `mapped_column`, under whatever name it is imported; empty for anything else."""
    found = project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    name = found.value.rpartition(".")[2] if found is not None and found.kind == "external" else last_name(node)
    return name if name in _MAKES else ""
