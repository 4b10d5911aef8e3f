"""Rows read by a declared shape: a pydantic model takes each of its fields from the row's attribute of that name."""

from __future__ import annotations

from typing import Any

from archwright.source import facts as f
from archwright.source.flow import attributes, turns
from archwright.source.flow.frame import Frame
from archwright.source.flow.loops import loop_element
from archwright.source.flow.values import Val
from archwright.source.frameworks.shared.typed import Field, fields_of
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo

_MODELS = frozenset(
    {"pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel", "pydantic.generics.GenericModel"}
    | {"ninja.Schema", "ninja.ModelSchema"}
)
_MANY = frozenset({"list", "List", "set", "Set", "Sequence", "Iterable", "Collection", "tuple", "Tuple", "frozenset"})
_RENAMED = frozenset({"alias", "validation_alias", "exclude"})
_MAX_DEPTH = 5


def is_model(info: ClassInfo) -> bool:
    """True for a pydantic model."""
    return any(base in _MODELS for base in info.external_bases())


def read(frame: Frame, value: Val, module: Module, node: Any, position: int, depth: int = _MAX_DEPTH) -> None:
    """Touch what an annotation asks of a value: relations that it names are fetched where they were not."""
    if node is None or depth == 0 or not _may_hold_rows(value):
        return
    kind = node[0]
    if kind == f.BINOP:
        read(frame, value, module, node[3], position, depth)
        read(frame, value, module, node[4], position, depth)
    elif kind == f.SUBSCRIPT:
        _generic(frame, value, module, node, position, depth)
    elif kind in (f.NAME, f.ATTR, f.CONST):
        found = frame.engine.project.resolve_expression(module, node)
        if found is not None and found.kind == "class":
            as_model(frame, value, found.value, position, depth)
        elif found is not None and found.kind == "expression" and found.value[2] is not node:
            read(frame, value, found.value[0], found.value[2], position, depth - 1)


def as_model(frame: Frame, value: Val, info: ClassInfo, position: int, depth: int = _MAX_DEPTH) -> None:
    """The same for a model."""
    if value.type is None or not is_model(info) or frame.engine.instance_type(info)[0] == "row":
        return
    if value.type[0] == "row":
        for name, field in fields_of(info).items():
            if not _renamed(field):
                held = attributes.attribute(frame, value, name, position)
                read(frame, held, field.module, field.annotation, position, depth - 1)
    elif value.type == ("instance", info) and value.items:
        for name, field in fields_of(info).items():
            if name in value.items:
                read(frame, value.items[name], field.module, field.annotation, position, depth - 1)


def _generic(frame: Frame, value: Val, module: Module, node: Any, position: int, depth: int) -> None:
    head = node[2][-1] if node[2][0] in (f.NAME, f.ATTR) else ""
    parts = node[3][2] if node[3][0] == f.TUPLE else (node[3],)
    if head in ("Optional", "Union"):
        for part in parts:
            read(frame, value, module, part, position, depth)
    elif head == "Annotated":
        read(frame, value, module, parts[0], position, depth)
    elif head in _MANY:
        entered = turns.enter(frame)
        element = loop_element(frame, node, value, position)
        read(frame, element, module, parts[0], position, depth - 1)
        turns.leave(frame, entered)


def _may_hold_rows(value: Val) -> bool:
    return value.type is not None and value.type[0] in ("row", "query", "list", "set", "tuple", "instance", "generator")


def _renamed(field: Field) -> bool:
    default = field.default
    return default is not None and default[0] == f.CALL and any(name in _RENAMED for name, _ in default[4])
