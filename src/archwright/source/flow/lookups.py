"""What a dot means in a template: an item, an attribute, an index, and in Django's language a call."""

from __future__ import annotations

from archwright.source.flow import attributes, calls
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, UNKNOWN_ORIGIN, Val, constant

_OF_DICTIONARIES = frozenset({"items", "keys", "values", "get", "copy"})
_ALTERS_DATA = frozenset(
    {
        "save",
        "asave",
        "delete",
        "adelete",
        "create",
        "update",
        "add",
        "remove",
        "clear",
        "set",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
    }
)
"""Methods that Django marks with `alters_data`: its templates do not call them."""


def look_up(frame: Frame, base: Val, name: str, position: int, *, called: bool) -> Val:
    """`base.name` of a template. `called`: what can be called without arguments is, as Django does."""
    value = _member(frame, base, name, position)
    return _called(frame, value, position) if called else value


def _member(frame: Frame, base: Val, name: str, position: int) -> Val:
    kind = base.type[0] if base.type is not None else None
    if base.items is not None and kind in (None, "dict", "list", "tuple", "set", "generator"):
        if name in base.items:
            return base.items[name]
        if name.isdigit():
            return attributes.subscript(frame, base, constant(int(name)), position, is_slice=False)
        if kind in (None, "dict") and name not in _OF_DICTIONARIES:
            found = base.items.get("*")
            if found is not None or kind == "dict":
                return found if found is not None else Val(None, base.origins or (UNKNOWN_ORIGIN,))
    if name.isdigit():
        return attributes.subscript(frame, base, constant(int(name)), position, is_slice=False)
    if kind is None and any(key[0] == "source" or key[2:] == ("*",) for key, _, _ in base.origins):
        return attributes.subscript(frame, base, constant(name), position, is_slice=False)
    return attributes.attribute(frame, base, name, position)


def _called(frame: Frame, value: Val, position: int) -> Val:
    type_ = value.type
    if type_ is None:
        return value
    if type_[0] == "member":
        receiver, name = type_[1], type_[2]
        if name in _ALTERS_DATA:
            return UNKNOWN
        if receiver.type is None:
            return Val(None, value.origins, NO, value.items)
    elif type_[0] in ("unit", "bound"):
        if _wants_more(frame, type_[1], bound=type_[0] == "bound"):
            return UNKNOWN
    else:
        return value
    return calls.call_value(frame, value, [], {}, [], position)


def _wants_more(frame: Frame, unit: int, *, bound: bool) -> bool:
    """True for a function that can't be called without arguments: Django shows nothing in its place."""
    params = frame.engine.project.unit(unit)[1][4]
    needed = [each for each in params if each[1] in (0, 1, 3) and each[3] is None]
    return len(needed) > int(bound)
