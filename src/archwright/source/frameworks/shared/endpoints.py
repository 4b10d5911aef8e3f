"""Handlers as route declarations name them: functions, methods of an object, classes with a method a verb."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.operation import Http, Operation
from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry
from archwright.source.frameworks.shared.routes import place_of, template_path
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "options")
_MAX_DEPTH: Final = 5


def endpoint(engine: Engine, module: Module, index: int, node: Any, depth: int = _MAX_DEPTH) -> int | ClassInfo | None:
    """The unit or class that an expression in unit `index` names as a handler; a decorator around it is looked through."""
    if node is None or depth == 0:
        return None
    if node[0] == f.NAME:
        nested = _nested(module, index, node[2])
        if nested is not None:
            return nested
        local = _assigned_here(module, index, node[2])
        if local is not None and local is not node:
            return endpoint(engine, module, index, local, depth - 1)
    if node[0] == f.ATTR:
        owner = holder(engine, module, index, node[2])
        method = owner.method(node[3]) if owner is not None else None
        if method is not None:
            return method
    if node[0] == f.CALL and len(node[3]) >= 1:
        return endpoint(engine, module, index, node[3][0], depth - 1)
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is None:
        return None
    if found.kind == "expression" and found.value[2] is not node:
        return endpoint(engine, found.value[0], 0, found.value[2], depth - 1)
    return found.value if found.kind in ("unit", "class") else None


def holder(engine: Engine, module: Module, index: int, node: Any) -> ClassInfo | None:
    """The class of an object that an expression in a unit gives: `self`, a local instance, an annotated parameter."""
    if node[0] == f.CALL:
        found = engine.project.resolve_expression(module, node[2])
        return found.value if found is not None and found.kind == "class" else None
    if node[0] != f.NAME:
        return None
    unit = module.units[index]
    if node[2] in ("self", "cls") and unit[9] >= 0:
        return engine.project.class_at(module, unit[9])
    for name, _, annotation, _ in unit[4]:
        if name == node[2] and annotation is not None:
            found = engine.project.resolve_expression(module, annotation)
            return found.value if found is not None and found.kind == "class" else None
    local = _assigned_here(module, index, node[2])
    if local is None:
        found = engine.project.resolve_name(module, node[2])
        if found is not None and found.kind == "expression":
            return holder(engine, found.value[0], 0, found.value[2]) if found.value[2][0] == f.CALL else None
    return holder(engine, module, index, local) if local is not None and local[0] == f.CALL else None


def _nested(module: Module, index: int, name: str) -> int | None:
    if not index:
        return None
    for place, unit in enumerate(module.units):
        if unit[0] == name and unit[10] == index and unit[9] < 0:
            return module.index << UNIT_BITS | place
    return None


def _assigned_here(module: Module, index: int, name: str) -> Any:
    """What the statements of a unit's own body assign to a name, first of all."""
    todo = list(body_of(module.units[index])) if index else []
    while todo:
        node = todo.pop(0)
        if node[0] == f.ASSIGN and any(target[0] == f.NAME and target[2] == name for target in node[2]):
            return node[3]
        if node[0] == f.ANNASSIGN and node[2][0] == f.NAME and node[2][2] == name:
            return node[4]
        if node[0] in (f.IF, f.WITH):
            todo.extend(node[3])
    return None


def text_of(engine: Engine, module: Module, node: Any) -> str | None:
    """A constant text at the top level of a module; None where it can't be read."""
    if node is None:
        return None
    value = node[2] if node[0] == f.CONST else engine.module_expression(module, node).const
    return value if isinstance(value, str) else None


def verbs_of(info: ClassInfo, names: tuple[str, ...] = VERBS) -> Iterator[tuple[str, int]]:
    """The methods of a class that are called as HTTP's, with their units."""
    for name in names:
        unit = info.method(name)
        if unit is not None:
            yield name.upper(), unit


def http_entry(engine: Engine, unit: int, method: str, path: str, parameters: dict[str, Val]) -> Entry:
    """A unit that serves a path."""
    module, facts = engine.project.unit(unit)
    name = engine.project.unit_name(unit)
    trigger = Http(method=method, path=template_path(path))
    return Entry(unit, parameters, Operation(name=name, trigger=trigger, entry=name, place=place_of(module, facts)))
