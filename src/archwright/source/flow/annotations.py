"""Annotations: what a declared type tells of a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from archwright.source import facts as f
from archwright.source.flow.values import NO, Val

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module

_SHAPES = {
    "list": "list",
    "List": "list",
    "Sequence": "list",
    "Iterable": "list",
    "Collection": "list",
    "set": "set",
    "Set": "set",
    "frozenset": "set",
    "Iterator": "generator",
    "Generator": "generator",
    "AsyncIterator": "generator",
    "AsyncGenerator": "generator",
}
_TEXTS = frozenset({"builtins.str", "builtins.bytes"})
_NUMBERS = frozenset({"builtins.int", "builtins.float", "builtins.bool", "builtins.complex"})
_ANYTHING = frozenset({"typing.Any", "typing_extensions.Any", "builtins.object", "typing.AnyStr"})
"""Types that tell nothing of a value: it is as good as without an annotation."""


def annotated_value(engine: Engine, module: Module, node: Any, depth: int = 4) -> Val | None:
    """A value of the annotated type without origins; None where the annotation tells nothing of use."""
    if node is None or depth == 0:
        return None
    kind = node[0]
    if kind == f.CONST:
        return _quoted(engine, module, node, depth)
    if kind == f.BINOP and node[2] == "|":
        return _either(engine, module, _united(node), depth)
    if kind == f.SUBSCRIPT:
        name = node[2][2] if node[2][0] == f.NAME else node[2][3] if node[2][0] == f.ATTR else ""
        inner = node[3]
        first = inner[2][0] if inner[0] == f.TUPLE and inner[2] else inner
        if name in ("Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "Awaitable", "Mapped"):
            return annotated_value(engine, module, first, depth - 1)
        if name == "Union" and inner[0] == f.TUPLE:
            return _either(engine, module, inner[2], depth)
        if name == "Coroutine" and inner[0] == f.TUPLE:
            return annotated_value(engine, module, inner[2][-1], depth - 1)
        if name in ("type", "Type"):
            named = engine.project.resolve_expression(module, first)
            return Val(("class", named.value)) if named is not None and named.kind == "class" else None
        shape = _SHAPES.get(name)
        if shape is not None:
            element = annotated_value(engine, module, first, depth - 1)
            return Val((shape,), (), NO, {"*": element} if element is not None else None)
        if name in ("tuple", "Tuple") and inner[0] == f.TUPLE:
            values = [annotated_value(engine, module, part, depth - 1) for part in inner[2]]
            return Val(("tuple",), (), NO, {i: value for i, value in enumerate(values) if value is not None} or None)
        if name in ("dict", "Dict", "Mapping", "defaultdict") and inner[0] == f.TUPLE and len(inner[2]) == 2:
            element = annotated_value(engine, module, inner[2][1], depth - 1)
            return Val(("dict",), (), NO, {"*": element} if element is not None else None)
        return annotated_value(engine, module, node[2], depth - 1)
    if kind in (f.NAME, f.ATTR):
        return _named(engine, module, node)
    return None


def _united(node: Any) -> tuple[Any, ...]:
    """The types of `str | bytes | None`."""
    return (*_united(node[3]), *_united(node[4])) if node[0] == f.BINOP and node[2] == "|" else (node,)


def _either(engine: Engine, module: Module, parts: Iterable[Any], depth: int) -> Val | None:
    """The first of several types that tells something; what may be a text or a mapping is neither."""
    known = [value for part in parts if (value := annotated_value(engine, module, part, depth - 1)) is not None]
    types = {value.type for value in known}
    return None if ("text",) in types and ("dict",) in types else next(iter(known), None)


def _quoted(engine: Engine, module: Module, node: Any, depth: int) -> Val | None:
    if not isinstance(node[2], str):
        return None
    text = node[2].strip().removesuffix("| None").strip()
    found = engine.project.resolve_text(module, text)
    return _from_found(engine, found) if found is not None else None


def _named(engine: Engine, module: Module, node: Any) -> Val | None:
    project = engine.project
    found = project.resolve_name(module, node[2]) if node[0] == f.NAME else project.resolve_expression(module, node)
    if found is None:
        if node[0] == f.NAME:
            return _builtin(f"builtins.{node[2]}")
        return None
    if found.kind == "expression" and found.value[2] is not node:
        return annotated_value(engine, found.value[0], found.value[2], 3)
    return _from_found(engine, found)


def _from_found(engine: Engine, found: Any) -> Val | None:
    if found.kind == "class":
        return Val(engine.instance_type(found.value))
    if found.kind == "external" and found.value not in _ANYTHING:
        return _builtin(found.value) or Val(("object", found.value))
    return None


def _builtin(dotted: str) -> Val | None:
    if dotted in _TEXTS:
        return Val(("text",))
    if dotted in _NUMBERS:
        return Val(("number",))
    if dotted in ("builtins.list", "builtins.dict", "builtins.set", "builtins.tuple"):
        return Val((dotted.removeprefix("builtins."),))
    return None
