"""Attributes and items: `value.name`, `value[key]`, and assignments to both."""

from __future__ import annotations

from typing import Any

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow import choices, dispatch, stores, ways
from archwright.source.flow.checks import item_of, key_of, mark
from archwright.source.flow.declared_names import keys_of
from archwright.source.flow.declared_types import spells
from archwright.source.flow.frame import Frame
from archwright.source.flow.masks import few
from archwright.source.flow.values import (
    ALL_USES,
    BIT,
    NO,
    UNKNOWN,
    UNKNOWN_ORIGIN,
    Origin,
    Val,
    clean,
    constant,
    deep_origins,
    inside,
    join,
    join_all,
    join_origins,
    named,
    step,
    whole_argument,
)
from archwright.source.link.module import UNIT_BITS
from archwright.source.link.project import ClassInfo

_LETTER = BIT[Use.PATH] | BIT[Use.PARENTS] | BIT[Use.LENGTH]
"""What one letter of a text is clean for: it leads to no parent, and is as long as it is."""


def attribute(frame: Frame, value: Val, name: str, position: int) -> Val:
    """`value.name`."""
    type_ = value.type
    engine = frame.engine
    if type_ is None:
        return _untyped(frame, value, name)
    kind = type_[0]
    if kind == "external":
        return engine.external_value(frame, f"{type_[1]}.{name}", position)
    if kind == "module":
        return engine.member_value(type_[1], name)
    if kind == "instance":
        return instance_attribute(frame, value, type_[1], name, position)
    if kind == "object":
        return dispatch.object_attribute(engine, frame, value, type_[1], name, position)
    if kind == "class":
        touched(frame, value)
        return class_attribute(frame, type_[1], name, position)
    if kind in ("row", "query"):
        touched(frame, value)
        info = engine.project.class_named(type_[1].entity) if kind == "row" and name == "__class__" else None
        if info is not None:
            return Val(("class", info))
        orm = engine.frameworks_by_name.get(type_[1].orm)
        found = orm.attribute(frame, value, name, position) if orm is not None else None
        return found if found is not None else Val(("member", value, name))
    if kind == "super":
        info, receiver = type_[1], type_[2]
        touched(frame, receiver)
        for parent in _above(info, receiver):
            binding = parent.scope().get(name)
            if binding is not None and binding.kind == "unit":
                return Val(("bound", parent.module.index << UNIT_BITS | int(binding.value), receiver))
        if receiver.type is not None and (
            receiver.type[0] in ("query", "row")
            or (receiver.type[0] == "instance" and engine.claimants(receiver.type[1]))
        ):
            return Val(("member", receiver, name))
        return Val(("member", Val(("object", _first_external(info)), receiver.origins), name))
    if kind == "choice":
        having = [each for each in type_[1] if not _lacks(each, name)]
        return choices.choose([attribute(frame, each, name, position) for each in having]) if having else UNKNOWN
    if kind == "tuple" and value.items is not None and name in value.items:
        return value.items[name]
    return Val(("member", value, name), value.origins)


def _lacks(value: Val, name: str) -> bool:
    """True for an instance of a project class that has no such member."""
    type_ = value.type
    return (
        type_ is not None and type_[0] == "instance" and not type_[1].external_bases() and type_[1].lookup(name) is None
    )


def _above(info: ClassInfo, receiver: Val) -> tuple[ClassInfo, ...]:
    """The classes that `super()` looks into from a method of `info`: those behind it in the order of the receiver's own class."""
    own = receiver.type[1] if receiver.type is not None and receiver.type[0] == "instance" else info
    order = own.mro()
    return order[order.index(info) + 1 :] if info in order else info.mro()[1:]


def _first_external(info: ClassInfo) -> str:
    bases = info.external_bases()
    return bases[0] if bases else "builtins.object"


def _untyped(frame: Frame, value: Val, name: str) -> Val:
    """An attribute of something whose type is unknown: of a parameter it is remembered as its attribute."""
    if value.items is not None and name in value.items:
        return value.items[name]
    origins: list[Origin] = []
    for key, cleaned, steps in value.origins:
        if whole_argument(key):
            frame.touched |= 1 << key[2]
            origins.append(((*key, name), cleaned, steps))
        else:
            origins.append((key, cleaned, steps))
    return Val(("member", value, name), tuple(origins) or (UNKNOWN_ORIGIN,))


def instance_attribute(frame: Frame, value: Val, info: ClassInfo, name: str, position: int) -> Val:
    """`instance.name` for an instance of a project class."""
    engine = frame.engine
    if value.items is not None and name in value.items:
        return value.items[name]
    touched(frame, value)
    for framework in engine.claimants(info):
        found = framework.attribute(frame, value, name, position)
        if found is not None:
            return found
    hit = info.lookup(name)
    if hit is not None:
        holder, binding = hit
        if binding.kind == "unit":
            unit_id = holder.module.index << UNIT_BITS | int(binding.value)
            return method_value(frame, value, unit_id, position)
        found_value = engine.class_value(holder, name, binding)
        if found_value is not None:
            flag = found_value.const is None or isinstance(found_value.const, bool)
            if binding.kind == "annotation" and flag and not _of_class(binding.value[0]):
                # `name: type = default`, as in a dataclass: who made the instance may have given another
                found_value = Val(found_value.type, (UNKNOWN_ORIGIN,))
            assigned = engine.selves.assigned(info, name)
            own = join(found_value, assigned) if assigned is not None else found_value
            return _with_path(frame, own, value, name)
    assigned = engine.selves.assigned(info, name)
    if assigned is not None:
        return _with_path(
            frame, assigned, value, name, BIT[Use.FIXED] if _own_text(assigned) or spells(assigned) else 0
        )
    for base in info.external_bases():
        known = dispatch.object_attribute_known(engine, frame, value, base, name, position)
        if known is not None:
            return known
    return Val(("member", value, name), _paths(frame, value, name) or (UNKNOWN_ORIGIN,))


def _of_class(annotation: Any) -> bool:
    """True for `ClassVar[...]` and `Final`: what the class says holds for every instance."""
    node = annotation[2] if annotation is not None and annotation[0] == f.SUBSCRIPT else annotation
    return node is not None and node[0] in (f.NAME, f.ATTR) and node[-1] in ("ClassVar", "Final")


def _paths(frame: Frame, value: Val, name: str) -> tuple[Origin, ...]:
    return tuple(
        ((*key, name), cleaned, steps)
        for key, cleaned, steps in value.origins
        if key[0] == "parameter" and len(key) in (3, 4)
    )


def _own_text(value: Val) -> bool:
    """True for a text that no data went into; an empty one may wait for another."""
    return value.type == ("text",) and not value.origins and (value.const is NO or bool(value.const))


def _with_path(frame: Frame, found: Val, value: Val, name: str, told: int = 0) -> Val:
    """What was found of an attribute, and that whoever made the instance may have given another. told: what is known of that."""
    paths = clean(_paths(frame, value, name), told)
    return (
        Val(found.type, join_origins(found.origins, paths), NO if paths else found.const, found.items, found.text)
        if paths
        else found
    )


def touched(frame: Frame, value: Val) -> None:
    """Remember that the unit looks into an argument, so that its summary is made anew for arguments of other types."""
    for key, _, _ in value.origins:
        if whole_argument(key) and key[1] == frame.unit:
            frame.touched |= 1 << key[2]


def method_value(frame: Frame, receiver: Val, unit_id: int, position: int) -> Val:
    """A method found on an instance: bound, or called at once if it is a property."""
    from archwright.source.flow import calls

    decorations = frame.engine.decorations(unit_id)
    if "property" in decorations:
        return calls.call_unit(frame, unit_id, [receiver], {}, [], position)
    if "static" in decorations:
        return Val(("unit", unit_id, None))
    return Val(("bound", unit_id, receiver))


def as_text(frame: Frame, value: Val, position: int) -> Val:
    """`str(value)`: what the project's own `__str__` gives, if it has one."""
    from archwright.source.flow import calls

    type_ = value.type
    info = None
    if type_ is not None and type_[0] == "instance":
        info = type_[1]
    elif type_ is not None and type_[0] == "row":
        info = frame.engine.project.class_named(type_[1].entity)
    unit = info.method("__str__") if info is not None else None
    return calls.call_unit(frame, unit, [value], {}, [], position) if unit is not None else value


def class_attribute(frame: Frame, info: ClassInfo, name: str, position: int) -> Val:
    """`Class.name` for a class of the project."""
    engine = frame.engine
    for framework in engine.claimants(info):
        found = framework.class_attribute(frame, info, name, position)
        if found is not None:
            return found
    hit = info.lookup(name)
    if hit is not None:
        holder, binding = hit
        if binding.kind == "unit":
            unit_id = holder.module.index << UNIT_BITS | int(binding.value)
            if "class" in engine.decorations(unit_id):
                return Val(("bound", unit_id, Val(("class", info))))
            return Val(("unit", unit_id, None))
        found_value = engine.class_value(holder, name, binding)
        if found_value is not None:
            return found_value
    if name == "__name__":
        return constant(info.short)
    if info.is_enum:
        return constant(name)
    for base in info.external_bases():
        return Val(("external", engine.project.external(f"{base}.{name}")))
    return UNKNOWN


def element(frame: Frame, value: Val, position: int) -> Val:
    """Any element of a value that is iterated or unpacked; of a dictionary, its keys."""
    if value.type == ("dict",) and value.items is not None and (value.origins or "*" not in value.items):
        return Val(("text",), keys_of(value))
    if value.type == ("dict",) and value.items is None and value.origins:
        return Val(None, keys_of(value))
    return held(frame, value, position)


def held(frame: Frame, value: Val, position: int) -> Val:
    """Any of the values that a container holds."""
    if value.items:
        found = join_all(list(value.items.values()))
        return found.with_origins(join_origins(found.origins, value.origins)) if value.origins else found
    if value.type is not None and value.type[0] == "query":
        orm = frame.engine.frameworks_by_name.get(value.type[1].orm)
        iteration = orm.iterate(frame, value, position) if orm is not None else None
        if iteration is not None:
            return iteration.element
    return Val(None, value.origins or (UNKNOWN_ORIGIN,) if value.items is None else value.origins)


def item(frame: Frame, value: Val, index: int, position: int, exact: int = -1) -> Val:
    """The element at a known index (tuple unpacking)."""
    if value.items is not None:
        if index in value.items:
            return value.items[index]
        if "*" in value.items:
            return value.items["*"]
    return element(frame, value, position) if value.items is None else UNKNOWN


def subscript(frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val:
    """`base[index]`."""
    if base.type is not None and base.type[0] in ("query", "row", "object", "instance"):
        found = dispatch.item_of(frame.engine, frame, base, index, position, is_slice=is_slice)
        if found is not None:
            return found
    if isinstance(base.const, (str, tuple)) and isinstance(index.const, int) and not base.origins and not index.origins:
        try:
            picked = base.const[index.const]
        except IndexError:
            return UNKNOWN
        if base.items is None:
            return constant(picked)
    if is_slice:
        # of a text no more is left than the code says
        left = (BIT[Use.LENGTH] if _cut(index) else 0) | (BIT[Use.REVEAL] if few(index) else 0)
        return Val(
            base.type,
            clean(base.origins, left),
            NO,
            {"*": element(frame, base, position)} if base.items else None,
        )
    if base.items is not None:
        key = index.const if index.const is not NO and isinstance(index.const, (str, int, bytes)) else None
        if isinstance(key, int) and key < 0 and key not in base.items:
            key = len(base.items) + key if "*" not in base.items else None
        if key is not None and key in base.items:
            return base.items[key]
        if key is not None and "*" in base.items:
            return base.items["*"]
        if key is None and base.items:
            # which one is unknown, but it is one of those
            found = choices.choose(list(base.items.values()))
            return (
                found
                if not base.origins or found.type is not None
                else found.with_origins(join_origins(found.origins, base.origins))
            )
        return Val(None, base.origins or (UNKNOWN_ORIGIN,))
    origins: list[Origin] = []
    picked_by = index.const if isinstance(index.const, str) and not index.origins else None
    for key_, cleaned, steps in named(base.origins, picked_by) if picked_by is not None else base.origins:
        if key_[0] == "parameter" and len(key_) in (3, 4):
            if len(key_) == 3:
                frame.touched |= 1 << key_[2]
            if index.const is not NO and isinstance(index.const, str):
                origins.append(((*key_, index.const), cleaned, steps))
                continue
        origins.append((key_, cleaned, steps))
    if base.const is not NO and not origins:
        return Val(None)
    if base.type != ("text",):
        return Val(None, tuple(origins) or (UNKNOWN_ORIGIN,))
    one = isinstance(index.const, int) and not index.origins
    return Val(base.type, clean(tuple(origins), _LETTER if one else 0) or (UNKNOWN_ORIGIN,))


def _cut(index: Val) -> bool:
    """True for a slice that ends at a constant place, counted from the start."""
    upper = (index.items or {}).get(1)
    return upper is not None and isinstance(upper.const, int) and upper.const > 0


def set_attribute(frame: Frame, base: Val, target: tuple[Any, ...], name: str, value: Val, position: int) -> None:
    """`base.name = value`."""
    touched(frame, base)
    if base.type is not None and base.type[0] == "row":
        orm = frame.engine.frameworks_by_name.get(base.type[1].orm)
        if orm is not None:
            orm.assigned(frame, base, name, value, position)
        stores.keep(frame, position, base.type[1].entity, name, value)
    _forget(frame, (f.ATTR, position, target, name))
    if target[0] == f.NAME:
        holder = target[2]
        if base.type is not None and base.type[0] == "instance" and holder == frame.self_name and frame.general:
            frame.engine.selves.record(base.type[1], name, value)
        if holder in frame.env or holder == frame.self_name:
            frame.keep(f"{holder}.{name}", value)
    if base.items is not None:
        kept = inside(value, base)
        base.items[name] = join(base.items[name], kept) if name in base.items and frame.loops else kept


def set_item(frame: Frame, base: Val, target: tuple[Any, ...], index: Val, value: Val, position: int) -> None:
    """`base[index] = value`."""
    if target[0] == f.ATTR:
        stores.put(frame, position, base, target[3], index, value)
    if base.type is not None and base.type[0] in ("external", "object"):
        dispatch.put(frame, base, index, value, position)
    elif base.type is not None and base.type[0] == "member" and base.type[2] == "headers":
        dispatch.put(frame, Val(("object", dispatch.HEADERS), base.origins), index, value, position)
    key = index.const if index.const is not NO and isinstance(index.const, (str, int, bytes)) else "*"
    if frame.narrowed:
        _forget(frame, target if key == "*" else item_of(target, key))
        if key != "*":
            _put(frame, item_of(target, key), value)
    if base.items is not None:
        kept = inside(value, base)
        ways.note(frame, base)
        base.items[key] = join(base.items[key], kept) if key in base.items and (key == "*" or frame.loops) else kept
    elif target[0] == f.NAME and target[2] in frame.env:
        added = step(value.origins, frame.unit, position, "stored in a container")
        frame.env[target[2]] = Val(base.type, join_origins(base.origins, added), NO, None)


def _put(frame: Frame, node: tuple[Any, ...], value: Val) -> None:
    """What is put at a place whose data has passed a check, or is the code's own, needs none there: callers may rely on it."""
    key = key_of(node)
    if key is None or not any(parameter[0] == key.partition(".")[0] for parameter in frame.facts[4]):
        return
    uses = ALL_USES
    for _, cleaned, _ in deep_origins(value):
        uses &= cleaned
    if uses:
        frame.keep(key, value)
        mark(frame, key, uses)


def _forget(frame: Frame, node: tuple[Any, ...]) -> None:
    """Drop what was known of a place, and below it, before something else is put there."""
    key = key_of(node)
    if frame.narrowed and key is not None:
        for known in [known for known in frame.env if known == key or known.startswith(f"{key}.")]:
            if "." in known:
                del frame.env[known]
