"""Arguments whose declaration says that they hold no letters of somebody's own.

These are points in time, numbers, keys made by libraries, and members of a list or an enumeration.
Nothing enforces an annotation, so a caller that hands data from outside over is followed all the same. Of an argument that nobody in the
program gives, the declaration is all there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.typed import NUMBERS, SPELT
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo, Project

_DEPTH: Final = 4


def spells(value: Val) -> bool:
    """True for a value of a type that says what letters it may hold."""
    return value.type == ("number",) or (
        value.type is not None and value.type[0] == "object" and _last(value.type[1]) in SPELT
    )


def spelt(project: Project, unit_id: int, index: int, below: Sequence[Any] = ()) -> bool:
    """True where the declaration of a unit's argument, or of the attribute that was taken of it, says what letters it may hold."""
    module, unit = project.unit(unit_id)
    if index >= len(unit[4]):
        return False
    _, kind, annotation, _ = unit[4][index]
    if not below or (len(below) == 1 and kind in (f.PARAM_VARARGS, f.PARAM_KWARGS)):
        return annotation is not None and _spelt(project, module, annotation, _DEPTH)
    owner = project.class_of_unit(unit_id) if index == 0 else None
    return len(below) == 1 and _attribute(project, owner or _class(project, module, annotation, _DEPTH), str(below[0]))


def _attribute(project: Project, info: ClassInfo | None, name: str) -> bool:
    if info is not None and info.is_enum:
        return True
    hit = info.lookup(name) if info is not None else None
    if hit is None or hit[1].kind != "annotation":
        return False
    return _spelt(project, hit[0].module, hit[1].value[0], _DEPTH)


def _class(project: Project, module: Module, node: Any, depth: int) -> ClassInfo | None:
    """The project's class that an annotation names, `None` beside it aside."""
    if node is None or not depth:
        return None
    if node[0] == f.SUBSCRIPT and last_name(node[2]) == "Optional":
        return _class(project, module, node[3], depth - 1)
    if node[0] == f.BINOP:
        known = [each for each in (node[3], node[4]) if not _none(each)]
        return _class(project, module, known[0], depth - 1) if len(known) == 1 else None
    found = project.resolve_expression(module, node)
    return found.value if found is not None and found.kind == "class" else None


def _spelt(project: Project, module: Module, node: Any, depth: int) -> bool:
    if not depth:
        return False
    if _none(node):
        return True
    if node[0] == f.BINOP and node[2] == "|":
        return _spelt(project, module, node[3], depth - 1) and _spelt(project, module, node[4], depth - 1)
    if node[0] == f.SUBSCRIPT:
        name = last_name(node[2])
        parts = node[3][2] if node[3][0] == f.TUPLE else (node[3],)
        if name == "Literal":
            return True
        parts = parts[:1] if name == "Annotated" else parts
        return name != "Callable" and all(_spelt(project, module, part, depth - 1) for part in parts)
    if node[0] == f.CONST and node[2] is ...:  # tuple[int, ...]
        return True
    found = project.resolve_expression(module, node)
    if found is None:
        return node[0] == f.NAME and node[2] in NUMBERS
    if found.kind in ("expression", "annotation"):  # When = datetime | None; Key = NewType("Key", int)
        inner, alias = found.value[0], found.value[-1]
        if alias is not None and alias[0] == f.CALL and last_name(alias[2]) == "NewType" and len(alias[3]) > 1:
            alias = alias[3][1]
        return alias is not None and alias is not node and _spelt(project, inner, alias, depth - 1)
    if found.kind == "class":
        return bool(found.value.is_enum)
    return found.kind == "external" and _last(found.value) in NUMBERS | SPELT


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2]


def _none(node: Any) -> bool:
    return bool(node[0] == f.CONST and node[2] is None)
