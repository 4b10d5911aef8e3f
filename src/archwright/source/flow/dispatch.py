"""What is not the project's own: attributes, calls, loops and items are answered by the framework files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, UNKNOWN_ORIGIN, Val, join_all
from archwright.source.frameworks.base import CallSite, Iteration

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


HEADERS = "headers of an answer"
"""The type of what holds the headers of an answer, or of whatever has an attribute of that name."""
_SEVERAL = 2
"""Of an object of a class that is not known, made with so many things by name, no other attribute is said to hold one of them."""


def object_attribute(engine: Engine, frame: Frame, value: Val, dotted: str, name: str, position: int) -> Val:
    """`object.name` for an instance of an outside class."""
    known = object_attribute_known(engine, frame, value, dotted, name, position)
    if known is not None:
        return known
    given = value.items or {}
    if name in given:
        return given[name]
    unread = len(given) >= _SEVERAL and engine.registry.owner(dotted) is None
    return Val(("member", value, name), (UNKNOWN_ORIGIN,) if unread else value.origins)


def object_attribute_known(
    engine: Engine, frame: Frame, value: Val, dotted: str, name: str, position: int
) -> Val | None:
    """The same where a table or a framework file knows it; None otherwise."""
    key = f"{dotted}.{name}"
    found = engine.registry.known_attribute(key, frame, position)
    if found is not None:
        return found
    owner = engine.registry.owner(dotted)
    return owner.attribute(frame, value, name, position) if owner is not None else None


def call_external(engine: Engine, site: CallSite) -> Val:
    """Call something outside by its dotted name."""
    if site.name in engine.registry.never:
        site.frame.never.add(site.position)
        return UNKNOWN
    found = engine.registry.call(site.name, site)
    if found is not None:
        return found
    site.frame.traits.add("call")
    return UNKNOWN


def call_member(engine: Engine, site: CallSite) -> Val:
    """Call a method that the project does not define."""
    receiver = site.receiver
    type_ = receiver.type if receiver is not None else None
    bases: tuple[str, ...] = ()
    if receiver is not None and type_ is not None:
        if type_[0] in ("query", "row"):
            orm = engine.frameworks_by_name.get(type_[1].orm)
            found = orm.method(site) if orm is not None else None
            if found is not None:
                return found
        elif type_[0] == "object":
            bases = (type_[1],)
        elif type_[0] == "instance":
            bases = type_[1].external_bases()
            for framework in engine.claimants(type_[1]):
                found = framework.method(site)
                if found is not None:
                    return found
    for base in bases:
        if f"{base}.{site.name}" in engine.registry.never:
            site.frame.never.add(site.position)
            return UNKNOWN
        found = engine.registry.call(f"{base}.{site.name}", site)
        if found is not None:
            return found
        owner = engine.registry.owner(base)
        found = owner.method(site) if owner is not None else None
        if found is not None:
            return found
    found = engine.registry.call_method(site)
    if found is not None:
        return found
    site.frame.traits.add("call")
    return UNKNOWN


def iterate(engine: Engine, frame: Frame, value: Val, position: int) -> Iteration | None:
    """A loop over a value that a framework file knows."""
    type_ = value.type
    if type_ is None:
        return None
    if type_[0] in ("query", "row"):
        orm = engine.frameworks_by_name.get(type_[1].orm)
        return orm.iterate(frame, value, position) if orm is not None else None
    owners = engine.claimants(type_[1]) if type_[0] == "instance" else (engine.registry.owner(type_[1]),)
    for owner in owners:
        found = owner.iterate(frame, value, position) if owner is not None else None
        if found is not None:
            return found
    return None


def item_of(engine: Engine, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
    """`base[index]` for a value that a framework file knows."""
    type_ = base.type
    if type_ is None:
        return None
    if type_[0] in ("query", "row"):
        orm = engine.frameworks_by_name.get(type_[1].orm)
        return orm.item(frame, base, index, position, is_slice=is_slice) if orm is not None else None
    owner = engine.registry.owner(type_[1]) if type_[0] == "object" else None
    return owner.item(frame, base, index, position, is_slice=is_slice) if owner is not None else None


def put(frame: Frame, base: Val, index: Val, value: Val, position: int) -> None:
    """`base[index] = value` where a library does something with it: a session keeps it."""
    dotted = f"{base.type[1]}.__setitem__" if base.type is not None else ""
    handler = frame.engine.registry.calls.get(dotted)
    if handler is not None:
        handler(CallSite(frame, position, dotted, base, [index, value], {}, []))


def enter(engine: Engine, frame: Frame, value: Val, position: int) -> Val:
    """`with value as x`."""
    if value.type is not None and value.type[0] == "object":
        found = engine.registry.enter(value.type[1])
        if found is not None:
            return Val(("object", found), value.origins, NO, value.items)
    if value.type is not None and value.type[0] == "instance":
        from archwright.source.flow.calls import call_unit

        for name in ("__enter__", "__aenter__"):
            unit = value.type[1].method(name)
            if unit is not None:
                entered = call_unit(frame, unit, [value], {}, [], position)
                return entered if entered.type is not None else value
    if value.type == ("generator",) and value.items:
        return join_all(list(value.items.values()))
    return value
