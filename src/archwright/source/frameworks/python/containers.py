"""Methods of lists, dictionaries and sets: what is put in comes out under the same key or place."""

from __future__ import annotations

from typing import Final

from archwright.source.flow import attributes, operators, pasted, ways
from archwright.source.flow.calls import call_argument
from archwright.source.flow.declared_names import keys_of
from archwright.source.flow.loops import MAX_NAMED
from archwright.source.flow.values import (
    NO,
    Val,
    constant,
    inside,
    join,
    join_all,
    join_origins,
)
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.python.texts import opaque


def _get(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or opaque(site) or not site.args:
        return None
    found = attributes.subscript(site.frame, receiver, site.args[0], site.position, is_slice=False)
    if site.name == "setdefault" and len(site.args) > 1 and receiver.items is not None:
        key = site.args[0].const if isinstance(site.args[0].const, (str, int)) else "*"
        receiver.items.setdefault(key, inside(site.args[1], receiver))
        return join(found, site.args[1])
    if "type" in site.keywords:  # `request.args.get("page", 1, type=int)`
        found = call_argument(site.frame, site.keywords["type"], [found], site.position)
    if len(site.args) > 1:
        return join(found, site.args[1])
    return found


def _pop(site: CallSite) -> Val | None:
    """`list.pop` moves what stands behind; outside of loops the places of a list stay known."""
    receiver = site.receiver
    if receiver is None or opaque(site):
        return None
    items = receiver.items
    if receiver.type == ("list",) and items and "*" not in items:
        index = site.args[0].const if site.args else len(items) - 1
        if isinstance(index, int) and not site.frame.loops and -len(items) <= index < len(items):
            values = [items[key] for key in sorted(items)]
            taken = values.pop(index)
            items.clear()
            items.update(enumerate(values))
            receiver.const = NO
            return taken
        everything = join_all(list(items.values()))
        items.clear()
        items["*"] = everything
        return everything
    if not site.args:
        return attributes.element(site.frame, receiver, site.position)
    return _get(site)


def _items(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or opaque(site):
        return None
    known = receiver.items
    if known and not receiver.origins and "*" not in known and len(known) <= MAX_NAMED:
        pairs = [Val(("tuple",), (), NO, {0: constant(name), 1: held}) for name, held in known.items()]
        return Val(("list",), (), NO, dict(enumerate(pairs)))
    element = attributes.held(site.frame, receiver, site.position)
    return Val(("list",), (), NO, {"*": Val(("tuple",), (), NO, {0: _key(receiver), 1: element})})


def _key(mapping: Val) -> Val:
    """Any key of a mapping whose keys are not known."""
    given = any(key[0] == "parameter" for key, _, _ in mapping.origins)
    return Val(pasted.NAME if given else ("text",), keys_of(mapping))


def _values(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or opaque(site):
        return None
    return Val(("list",), (), NO, {"*": attributes.held(site.frame, receiver, site.position)})


def _keys(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or opaque(site):
        return None
    key = _key(receiver)
    return Val(("list",), key.origins, NO, {"*": key})


def _receiver(site: CallSite) -> Val | None:
    if site.receiver is None or opaque(site):
        return None
    return site.receiver


def _append(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None or not site.args:
        return None
    ways.note(site.frame, receiver)
    _put(receiver, site.args[-1], many=_repeats(site))
    return Val(None, (), None)


def _repeats(site: CallSite) -> bool:
    """True in a loop whose turns can't be told: what is put into a list there, is put there many times."""
    return any(not mark.constant and mark.over != "memo" for mark in site.frame.loops)


def _insert(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None or len(site.args) < 2:
        return None
    items, place, value = receiver.items, site.args[0].const, inside(site.args[1], receiver)
    ways.note(site.frame, receiver)
    receiver.const = NO
    if isinstance(place, int) and not _repeats(site) and all(isinstance(key, int) for key in items):
        values = [items[key] for key in sorted(items)]
        values.insert(place, value)
        items.clear()
        items.update(enumerate(values))
    else:
        everything = join_all([*items.values(), value])
        items.clear()
        items["*"] = everything
    return Val(None, (), None)


def _put(receiver: Val, value: Val, *, many: bool = True) -> None:
    assert receiver.items is not None
    items = receiver.items
    value = inside(value, receiver)
    receiver.const = NO
    if "*" in items:
        items["*"] = join(items["*"], value)
    elif many and all(isinstance(key, int) for key in items):  # what stands in front stays where it is
        items["*"] = value
    elif len(items) < 16 and all(isinstance(key, int) for key in items):
        items[len(items)] = value
    else:
        everything = join_all([*items.values(), value])
        items.clear()
        items["*"] = everything


def _extend(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None or not site.args:
        return None
    added = attributes.element(site.frame, site.args[0], site.position)
    ways.note(site.frame, receiver)
    _put(receiver, added)
    return Val(None, (), None)


def _intersection(site: CallSite) -> Val | None:
    if site.receiver is None or opaque(site) or len(site.args) != 1:
        return None
    return operators.intersection(site.receiver, site.args[0])


def _update(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None:
        return None
    ways.note(site.frame, receiver)
    for value in [*site.args, *site.spread]:
        if value.type is not None and value.type[0] == "query":
            _put(receiver, attributes.element(site.frame, value, site.position))
            continue
        if value.items is not None:
            receiver.items.update({key: inside(item, receiver) for key, item in value.items.items()})
        if value.origins:
            any_ = receiver.items.get("*", Val())
            kept = any_ if value.items is not None and "*" in value.items else Val(None, any_.origins)
            receiver.items["*"] = Val(kept.type, join_origins(kept.origins, value.origins), NO, kept.items, kept.text)
    receiver.items.update({key: inside(item, receiver) for key, item in site.keywords.items()})
    return Val(None, (), None)


METHODS: Final[dict[str, Handler]] = {
    "get": _get,
    "pop": _pop,
    "popleft": _pop,
    "setdefault": _get,
    "items": _items,
    "values": _values,
    "keys": _keys,
    "copy": _receiver,
    "append": _append,
    "appendleft": _append,
    "add": _append,
    "insert": _insert,
    "extend": _extend,
    "update": _update,
    "intersection": _intersection,
    "getlist": _receiver,
    "dict": _receiver,
    "model_dump": _receiver,
    "to_dict": _receiver,
    "read": _receiver,
    "readlines": _receiver,
    "getvalue": _receiver,
}
"""By method name, for receivers whose type is not known to be something else."""
