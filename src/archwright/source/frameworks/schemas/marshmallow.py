"""marshmallow: schemas whose fields let through what their types say, and read rows field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow import attributes, turns
from archwright.source.flow.frame import Frame
from archwright.source.flow.loops import loop_element
from archwright.source.flow.values import (
    ALL_USES,
    AMOUNT,
    NO,
    UNKNOWN,
    UNKNOWN_ORIGIN,
    Origin,
    Val,
    clean,
    deep_origins,
)
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_CLEAN: Final = frozenset(
    {"Int", "Integer", "Float", "Decimal", "Number", "Bool", "Boolean", "UUID", "DateTime", "NaiveDateTime", "Date"}
    | {"AwareDateTime", "Time", "TimeDelta", "Enum", "EnumField", "IP", "IPv4", "IPv6", "Constant"}
)
_TEXTS: Final = frozenset({"Str", "String", "Email", "Url", "URL", "Raw", "Dict", "Mapping"})
_NESTED: Final = frozenset({"Nested", "Pluck"})
_CHECKS: Final = frozenset({"OneOf", "Regexp", "ContainsOnly", "Equal"})
_BASES: Final = ("marshmallow", "flask_marshmallow", "marshmallow_sqlalchemy", "apiflask", "flask_smorest")
_SCHEMAS: Final = frozenset({"Schema", "SQLAlchemySchema", "SQLAlchemyAutoSchema", "ModelSchema", "TableSchema"})
_MAX_DEPTH: Final = 4


def is_schema(info: ClassInfo) -> bool:
    """True for a schema, also one of a `Marshmallow()` object."""
    if any(base.startswith(_BASES) and base.rpartition(".")[2] in _SCHEMAS for base in info.external_bases()):
        return True
    for each in info.mro():
        for node in each.facts[4]:
            if node[0] == f.ATTR and node[3] in _SCHEMAS and node[2][0] == f.NAME:
                found = info.project.resolve_expression(each.module, node[2])
                if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL:
                    return last_name(found.value[2][2]) == "Marshmallow"
    return False


class Marshmallow(Framework):
    """Schemas."""

    name = "marshmallow"
    packages = ("marshmallow", "flask_marshmallow", "marshmallow_sqlalchemy", "apiflask", "webargs")

    def claims(self, info: ClassInfo) -> bool:
        return is_schema(info)

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None or receiver.type is None or receiver.type[0] != "instance" or not call.args:
            return None
        info, given = receiver.type[1], receiver.items or {}
        if call.name in ("dump", "dumps"):
            many = _many(call, given)
            if "only" not in given and "exclude" not in given and many is not None:
                show(call.frame, call.args[0], info, many, call.position)
            return Val(("text",) if call.name == "dumps" else None, deep_origins(call.args[0]))
        if call.name in ("load", "loads"):
            many = _many(call, given)
            loaded = loads(call.frame.engine, info, deep_origins(call.args[0]), call.args[0])
            return Val(("list",), (), NO, {"*": loaded}) if many else loaded if many is not None else UNKNOWN
        return None


def _many(call: CallSite, given: dict[Any, Val]) -> bool | None:
    """Whether a call works on a list; None where it can't be told."""
    value = call.argument(1, "many") or given.get("many")
    if value is None:
        return False
    return value.const if isinstance(value.const, bool) else None


def loads(
    engine: Engine, info: ClassInfo, origins: tuple[Origin, ...], data: Val | None = None, depth: int = _MAX_DEPTH
) -> Val:
    """What a schema makes of data of some origins: each field as its type lets it through."""
    if not depth or any(_hooked(each) for each in info.mro()):
        return UNKNOWN  # the project's own code makes something else of it
    items: dict[Any, Val] = {}
    for module, name, node in fields_of(info):
        given = (data.items or {}).get(name) if data is not None and data.type is None else None
        mine = deep_origins(given) if given is not None else origins
        key = _text(node, "attribute") or name
        items[key] = _loaded(engine, info, module, node, mine, depth)
    return Val(("dict",), (), NO, items) if items else Val(("dict",), (*origins, UNKNOWN_ORIGIN))


def _hooked(info: ClassInfo) -> bool:
    return any(last_name(node[2] if node[0] == f.CALL else node) == "post_load" for node in _decorators(info))


def _decorators(info: ClassInfo) -> list[Any]:
    return [
        node
        for binding in info.scope().values()
        if binding.kind == "unit"
        for node in info.module.units[binding.value][5]
    ]


def _loaded(
    engine: Engine, info: ClassInfo | None, module: Module, node: Any, origins: tuple[Origin, ...], depth: int
) -> Val:
    name = last_name(node[2])
    if name in _CLEAN or _checked(node):
        return Val(
            ("number",) if name in ("Int", "Integer", "Float", "Bool", "Boolean") else ("text",),
            clean(origins, ALL_USES | (AMOUNT if "validate" in dict(node[4]) else 0)),
        )
    if name in _TEXTS:
        return Val(("dict",) if name in ("Dict", "Mapping") else ("text",) if name != "Raw" else None, origins)
    if name == "List" and node[3] and node[3][0][0] == f.CALL:
        return Val(("list",), (), NO, {"*": _loaded(engine, info, module, node[3][0], origins, depth)})
    if info is not None and name in _NESTED and node[3]:
        below, many = nested(module, node, info)
        if below is not None:
            inner = loads(engine, below, origins, None, depth - 1)
            return Val(("list",), (), NO, {"*": inner}) if many else inner
    return Val(None, (*origins, UNKNOWN_ORIGIN))  # the project's own field may check what it reads


def _checked(node: Any) -> bool:
    """True where a validator lets only a list of words or a pattern through."""
    given = dict(node[4]).get("validate")
    parts = given[2] if given is not None and given[0] in (f.LIST, f.TUPLE) else (given,) if given is not None else ()
    return any(part[0] == f.CALL and last_name(part[2]) in _CHECKS for part in parts)


def fields_of(info: ClassInfo) -> list[tuple[Module, str, Any]]:
    """The declared fields of a schema and its ancestors, by the names that the data has them under."""
    found: dict[str, tuple[Module, str, Any]] = {}
    for holder in reversed(info.mro()):
        for name, binding in holder.scope().items():
            node = binding.value if binding.kind == "expression" else None
            if node is not None and node[0] == f.CALL and node[2][0] in (f.NAME, f.ATTR) and not name.startswith("_"):
                found[name] = (holder.module, name, node)
    return list(found.values())


def _text(node: Any, name: str) -> str:
    given = dict(node[4]).get(name)
    return given[2] if given is not None and given[0] == f.CONST and isinstance(given[2], str) else ""


def nested(module: Module, node: Any, info: ClassInfo) -> tuple[ClassInfo | None, bool]:
    """The schema that a `Nested` field holds, and whether in a list; None where it can't be told or shows only a part."""
    given = dict(node[4])
    if not given.keys().isdisjoint(("only", "exclude")) and last_name(node[2]) == "Nested":
        return None, False
    target = node[3][0]
    many_node = given.get("many")
    if target[0] == f.LAMBDA_EXPR:
        body = body_of(module.units[target[2]])
        target = body[0][2] if body and body[0][0] == f.RETURN else target
    if target[0] == f.CALL:
        if any(name in ("only", "exclude") for name, _ in target[4]):
            return None, False
        many_node = dict(target[4]).get("many", many_node)
        target = target[2]
    many = many_node is not None and many_node[0] == f.CONST and many_node[2] is True
    if target[0] == f.CONST and target[2] == "self":
        return info, many
    found = info.project.resolve_expression(module, target) if target[0] in (f.NAME, f.ATTR, f.CONST) else None
    if found is not None and found.kind == "class" and is_schema(found.value):
        return found.value, many
    return None, many


def show(frame: Frame, value: Val, info: ClassInfo, many: bool, position: int, depth: int = _MAX_DEPTH) -> None:
    """Touch what a schema reads of rows: the relations that its nested fields name."""
    if not depth or any(
        last_name(n[2] if n[0] == f.CALL else n) == "pre_dump" for h in info.mro() for n in _decorators(h)
    ):
        return
    entered = turns.enter(frame)
    row = loop_element(frame, (f.NAME, position, ""), value, position) if many else value
    if row.type is not None and row.type[0] == "row":
        for module, name, node in fields_of(info):
            _show_field(frame, row, info, module, name, node, position, depth)
    turns.leave(frame, entered)


def _show_field(
    frame: Frame, row: Val, info: ClassInfo, module: Module, name: str, node: Any, position: int, depth: int
) -> None:
    if any(key == "load_only" and value[0] == f.CONST and value[2] for key, value in node[4]):
        return
    kind = last_name(node[2])
    path = (_text(node, "attribute") or name).split(".")
    in_list = kind == "List" and node[3] and node[3][0][0] == f.CALL and last_name(node[3][0][2]) in _NESTED
    if in_list:
        node = node[3][0]
    holds = in_list or (kind in _NESTED and bool(node[3]))
    held = row
    for part in path if holds else path[:-1]:
        held = attributes.attribute(frame, held, part, position)
        if held.type is None or held.type[0] not in ("row", "query", "list"):
            return
    if holds:
        below, many = nested(module, node, info)
        if below is not None:
            show(frame, held, below, bool(many or in_list), position, depth - 1)


def field(engine: Engine, module: Module, node: Any, origins: tuple[Origin, ...]) -> Val:
    """What a single field lets through, outside of a schema."""
    if last_name(node[2]) in _NESTED or not node[2]:
        return Val(None, (*origins, UNKNOWN_ORIGIN))
    return _loaded(engine, None, module, node, origins, _MAX_DEPTH)
