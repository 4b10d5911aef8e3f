"""Arguments of graphene fields: what their declared types let through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Val
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.typed import Outside
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import ClassInfo

_NUMBERS: Final = frozenset({"Int", "Float", "Boolean", "BigInt"})
_CLEAN: Final = frozenset({"Decimal", "UUID", "Date", "DateTime", "Time", "Enum"})
_TEXTS: Final = frozenset({"String", "ID", "JSONString", "Base64", "GenericScalar", "GlobalID"})
_WRAPPERS: Final = frozenset({"Argument", "NonNull", "InputField", "Field", "Dynamic"})
_MAX_DEPTH: Final = 5


def argument(engine: Engine, module: Module, node: Any, outside: Outside, depth: int = _MAX_DEPTH) -> Val:
    """The value of an argument declared as `node`: a type, or a call that mounts one."""
    if depth == 0 or node is None:
        return Val(None, (outside.origin(), UNKNOWN_ORIGIN))
    if node[0] == f.LAMBDA_EXPR:
        body = body_of(module.units[node[2]])
        return argument(engine, module, body[0][2] if body else None, outside, depth - 1)
    if node[0] == f.CALL:
        return _call(engine, module, node, outside, depth)
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR, f.CONST) else None
    if found is None:
        return Val(None, (outside.origin(), UNKNOWN_ORIGIN))
    if found.kind == "expression" and found.value[2] is not node:
        return argument(engine, found.value[0], found.value[2], outside, depth - 1)
    if found.kind == "class":
        return _of_class(engine, found.value, outside, depth)
    return _scalar(str(found.value).rpartition(".")[2] if found.kind == "external" else "", outside)


def _call(engine: Engine, module: Module, node: Any, outside: Outside, depth: int) -> Val:
    name = last_name(node[2])
    kinds = kinds_of(engine, module, node[2])
    first = node[3][0] if node[3] else dict(node[4]).get("type_") or dict(node[4]).get("of_type")
    if name == "from_enum" or "Enum" in kinds:
        return Val(("text",), (outside.origin(clean=True),))
    if "List" in kinds:
        return Val(("list",), (), NO, {"*": argument(engine, module, first, outside, depth - 1)})
    if kinds & _WRAPPERS:
        return argument(engine, module, first, outside, depth - 1)
    return argument(engine, module, node[2], outside, depth - 1)


def kinds_of(engine: Engine, module: Module, node: Any) -> frozenset[str]:
    """The names of graphene's classes that a class is or inherits from: `List` of the project's own `NonNullList`."""
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is None:
        return frozenset()
    if found.kind == "external":
        return frozenset({str(found.value).rpartition(".")[2]}) if "graph" in found.value else frozenset()
    if found.kind == "class":
        return frozenset(base.rpartition(".")[2] for base in found.value.external_bases() if "graph" in base)
    return frozenset()


def _of_class(engine: Engine, info: ClassInfo, outside: Outside, depth: int) -> Val:
    bases = {base.rpartition(".")[2] for base in info.external_bases()}
    if "Enum" in bases or info.is_enum:
        return Val(("text",), (outside.origin(clean=True),))
    if "InputObjectType" in bases:
        items: dict[Any, Val] = {}
        for holder in reversed(info.mro()):
            for name, binding in holder.scope().items():
                if binding.kind == "expression" and binding.value[0] == f.CALL:
                    items[name] = argument(engine, holder.module, binding.value, outside, depth - 1)
        return Val(("dict",), (), NO, items) if items else Val(("dict",), (outside.origin(),))
    for base in sorted(bases):
        if base in _NUMBERS | _CLEAN:
            return _scalar(base, outside)
    return Val(None, (outside.origin(), UNKNOWN_ORIGIN))  # the project's own scalar may check what it parses


def _scalar(name: str, outside: Outside) -> Val:
    if name in _NUMBERS:
        return Val(("number",), (outside.origin(clean=True),))
    if name in _CLEAN:
        return Val(("text",), (outside.origin(clean=True),))
    if name in _TEXTS:
        return Val(("text",), (outside.origin(),))
    return Val(None, (outside.origin(), UNKNOWN_ORIGIN))
