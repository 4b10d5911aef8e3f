"""Pydantic: models whose fields let through what their types say."""

from __future__ import annotations

from typing import Any

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow import attributes
from archwright.source.flow.declared_names import DECLARED
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import ALL_USES, BIT, NO, UNKNOWN, Val, clean, deep_origins, origins_of
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared import serialised
from archwright.source.frameworks.shared.typed import Field, fields_of, is_clean
from archwright.source.link.project import ClassInfo

_BASES = frozenset(
    {"pydantic.BaseModel", "pydantic.main.BaseModel", "sqlmodel.SQLModel", "pydantic.generics.GenericModel"}
    | {"ninja.Schema", "ninja.ModelSchema"}
)
_DUMPS = frozenset({"model_dump", "dict", "jsonable_encoder"})
_TEXT_DUMPS = frozenset({"model_dump_json", "json"})
_READS = frozenset(
    {"model_validate", "parse_obj", "model_validate_json", "parse_raw", "from_orm", "model_construct", "construct"}
)


class Pydantic(Framework):
    """Models."""

    name = "pydantic"
    packages = ("pydantic", "sqlmodel", "ninja")

    def __init__(self) -> None:
        super().__init__()
        self._clean: dict[tuple[int, Any], bool] = {}
        self.calls["fastapi.encoders.jsonable_encoder"] = _encode
        for name in sorted(_READS):
            self.methods[name] = self._read

    def claims(self, info: ClassInfo) -> bool:
        return any(base in _BASES for base in info.external_bases())

    def class_attribute(self, frame: Frame, info: ClassInfo, name: str, position: int) -> Val | None:
        if name in _READS and info.lookup(name) is None:
            return Val(("member", Val(("class", info)), name))
        return None

    def construct(self, call: CallSite, info: ClassInfo) -> Val | None:
        if info.method("__init__") is not None:
            return None
        return self._made(call, info, call.keywords, origins_of(call.spread))

    def method(self, call: CallSite) -> Val | None:
        receiver = call.receiver
        if receiver is None:
            return None
        if call.name in _DUMPS and "include" not in call.keywords and _open(receiver):
            origins = tuple((key, cleaned & ~BIT[Use.FIELDS], steps) for key, cleaned, steps in deep_origins(receiver))
            return Val(("dict",), origins)
        if call.name in _DUMPS:
            declared = clean(receiver.origins, DECLARED)
            return Val(("dict",), declared, NO, dict(receiver.items) if receiver.items is not None else None)
        if call.name in _TEXT_DUMPS:
            return Val(("text",), deep_origins(receiver))
        if call.name in ("model_copy", "copy"):
            update = call.keywords.get("update")
            items = {**(receiver.items or {}), **((update.items or {}) if update is not None else {})}
            return Val(receiver.type, receiver.origins, NO, items or None)
        return None

    def _read(self, call: CallSite) -> Val | None:
        """`Model.model_validate(data)`."""
        receiver = call.receiver
        if (
            receiver is None
            or receiver.type is None
            or receiver.type[0] != "class"
            or not self.claims(receiver.type[1])
        ):
            return None
        given = call.args[0] if call.args else UNKNOWN
        serialised.as_model(call.frame, given, receiver.type[1], call.position)
        known = {name: item for name, item in (given.items or {}).items() if isinstance(name, str) and name != "*"}
        if given.type is not None and given.type[0] == "row":
            known = _columns(call, given, receiver.type[1])
        if call.name in ("model_construct", "construct"):
            known = call.keywords
        elif "update" in call.keywords:
            known.update(call.keywords["update"].items or {})
        return self._made(call, receiver.type[1], known, deep_origins(given) if not known else given.origins)

    def _made(self, call: CallSite, info: ClassInfo, given: dict[str, Val], rest: tuple[Any, ...]) -> Val:
        """An instance from values by name and, for the other fields, from data of which only the origins are known."""
        items: dict[Any, Val] = {}
        for name, field in fields_of(info).items():
            value = given.get(name)
            if value is None:
                if not rest:
                    continue
                value = Val(None, rest)
            serialised.read(call.frame, value, field.module, field.annotation, call.position)
            if value.origins and self._is_clean(call, field):
                value = Val(value.type, clean(value.origins, ALL_USES), value.const, value.items, value.text)
            items[name] = value
        for name, value in given.items():
            items.setdefault(name, value)
        type_ = call.frame.engine.instance_type(info)
        if type_[0] == "row":
            type_ = ("row", type_[1]._replace(path="new"))
        return Val(type_, (), NO, items)

    def _is_clean(self, call: CallSite, field: Field) -> bool:
        key = (field.module.index, field.annotation)
        known = self._clean.get(key)
        if known is None:
            known = self._clean[key] = is_clean(call.frame.engine, field.module, field.annotation)
        return known


def _open(model: Val) -> bool:
    """True for an instance of a class that keeps fields which it does not declare: `extra="allow"`."""
    info = model.type[1] if model.type is not None and model.type[0] == "instance" else None
    if not isinstance(info, ClassInfo):
        return False
    given = [value for key, value in info.facts[5] if key == "extra"]
    hit = info.lookup("model_config")
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    if node is not None and node[0] == f.CALL:
        given += [value for key, value in node[4] if key == "extra"]
    elif node is not None and node[0] == f.DICT:
        given += [value for key, value in node[2] if key is not None and key[0] == f.CONST and key[2] == "extra"]
    config = info.inner("Config")
    held = config.lookup("extra") if config is not None else None
    if held is not None and held[1].kind == "expression":
        given.append(held[1].value)
    return any(each[-1] == "allow" for each in given)


def _columns(call: CallSite, row: Val, info: ClassInfo) -> dict[str, Val]:
    """What a model takes from the columns of a row."""
    held = {name: attributes.attribute(call.frame, row, name, call.position) for name in fields_of(info)}
    return {name: value for name, value in held.items() if value.type is None}


def _encode(call: CallSite) -> Val:
    first = call.args[0] if call.args else UNKNOWN
    return Val(("dict",), first.origins, NO, dict(first.items) if first.items is not None else None)
