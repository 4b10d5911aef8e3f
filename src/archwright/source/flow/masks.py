"""Code that takes secrets out of what it is given: keys are left out, or their values replaced, by a look at the keys' names."""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from typing import Any, Final

from archwright.model.secret_name import parts, secret
from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow.named_parts import dotted
from archwright.source.flow.values import BIT, Val, clean_within
from archwright.source.nodes import branches, nodes
from archwright.source.packed import body_of, holds

Node = tuple[Any, ...]
_KEYS: Final = ("uthorization", "assword", "oken", "ecret")
"""Without them in its code, no unit hides a secret by its key."""
_BOTH: Final = frozenset({"authorization", "cookie"})
_FORGED: Final = frozenset({"csrf", "xsrf"})
_TAKEN_OUT: Final = re.compile(
    r"\*{3}|x{3,}|[\[<(](?:secret|hidden|filtered|removed|masked|redacted)|redacted|scrubbed|censored", re.IGNORECASE
)
_HIDDEN: Final = re.compile(
    r"(?:^|_)(?:mask|masked|redact|redacted|scrub|scrubbed|hidden|censored|obfuscated?)(?:_|$)", re.IGNORECASE
)
_SHOWN: Final = 8
"""Letters of a token by which it is told from others, and by which nobody gets in."""


def masks(facts: Node) -> bool:
    """True for a unit that goes through a mapping and leaves out, or replaces, what its keys' names say is secret, or does so with such keys by name."""
    if any(holds(facts, word) for word in _KEYS) and _named(facts):
        return True
    if not holds(facts, "items"):
        return False
    return any(
        _picking(node) if node[0] == f.COMPREHENSION else node[0] == f.FOR and _loop(node)
        for node in nodes(body_of(facts))
    )


def masked(value: Val) -> Val:
    """The same value, which may be told."""
    return clean_within(value, BIT[Use.REVEAL])


def few(index: Val) -> bool:
    """True for a slice of a few letters at the start or the end."""
    bounds = index.items or {}
    lower, upper = bounds.get(0), bounds.get(1)
    if lower is None or lower.const == 0:
        return upper is not None and isinstance(upper.const, int) and 0 < upper.const <= _SHOWN
    return upper is None and isinstance(lower.const, int) and -_SHOWN <= lower.const < 0


def _named(facts: Node) -> bool:
    """`headers["Authorization"] = "[secret]"`, `del body["password"]` of what is given back."""
    given = {
        each[2]
        for node in nodes(body_of(facts))
        if node[0] == f.RETURN and node[2] is not None
        for each in nodes((node[2],))
        if each[0] == f.NAME
    }
    return any(_all_told(keys) for name, keys in _keys_of(facts).items() if name.partition(".")[0] in given)


def taken_out(facts: Node, node: Node, env: MutableMapping[str, Val]) -> None:
    """What a statement of a unit takes a secret out of by its key may be told, as far as that is what it holds."""
    for holder, key in _hidden(node):
        name = dotted(holder)
        held = env.get(name) if holder[0] == f.NAME else None
        if held is not None and key[0] == f.CONST and isinstance(key[2], str) and _lets_in(key[2].lower()):
            env[name] = _without(held, key[2].lower(), whole=_all_told(_keys_of(facts).get(name, set())))


def _without(value: Val, key: str, *, whole: bool) -> Val:
    """A mapping without what lies under a key. What it was made from may be told where that is it, or where all its secrets are out (`whole`)."""
    origins = tuple(
        (about, cleaned | BIT[Use.REVEAL] if whole or _about(about, key) else cleaned, way)
        for about, cleaned, way in value.origins
    )
    items = {
        name: masked(held) if str(name).lower() == key else _without(held, key, whole=whole) if name == "*" else held
        for name, held in (value.items or {}).items()
    }
    return Val(value.type, origins, value.const, items if value.items is not None else None, value.text, value.asked)


def _about(origin: tuple[Any, ...], key: str) -> bool:
    """True for data from outside that was found under the key: `request header 'Authorization'`."""
    return origin[0] == "source" and str(origin[1]).partition("'")[2].rstrip("'").lower() == key


def _keys_of(facts: Node) -> dict[str, set[str]]:
    """The keys of secrets that a unit takes out of what its names hold, or hides there."""
    hidden: dict[str, set[str]] = {}
    for node in nodes(body_of(facts)):
        for holder, key in _hidden(node):
            if key[0] == f.CONST and isinstance(key[2], str) and _lets_in(key[2].lower()):
                hidden.setdefault(dotted(holder), set()).add(key[2].lower())
    return hidden


def _lets_in(key: str) -> bool:
    """True for the key of what lets somebody in. A mark against forged forms does not: who takes it out says nothing of what else is there."""
    return key in _BOTH or (secret(key) and _FORGED.isdisjoint(parts(key)))


def _all_told(keys: set[str]) -> bool:
    """True for keys of secrets that are hidden together: who hides a header that lets somebody in has to hide both."""
    return bool(keys) and (keys.isdisjoint(_BOTH) or keys >= _BOTH)


def _hidden(node: Node) -> Iterator[tuple[Node, Node]]:
    """What a statement takes an element out of, or hides one of, and the element's key."""
    if node[0] in (f.DELETE, f.ASSIGN):
        elements = [target for target in node[2] if target[0] == f.SUBSCRIPT]
        if elements and (node[0] == f.DELETE or _hides(node[3])):
            yield from ((target[2], target[3]) for target in elements)
        if node[0] == f.ASSIGN and node[3][0] == f.COMPREHENSION and node[3][4] is not None:
            left_out = [*_left_out(node[3])]
            yield from ((target, key) for target in node[2] for key in left_out)
    elif node[0] == f.EXPR and node[2][0] == f.CALL:
        function, given = node[2][2], node[2][3]
        if function[0] == f.ATTR and function[3] == "pop" and given:
            yield function[2], given[0]


def _left_out(node: Node) -> Iterator[Node]:
    """The keys that `{key: value for key, value in given.items() if key != "Authorization"}` leaves out."""
    for target, _, conditions, _ in node[5]:
        key = _key(target)
        for test in (
            part for each in conditions for part in (each[3] if each[0] == f.BOOL and each[2] == "and" else (each,))
        ):
            if key is None or test[0] != f.COMPARE or not _names(test[2], key):
                continue
            operator, other = test[3][0]
            if operator == "!=":
                yield other
            elif operator == "not in" and other[0] in (f.TUPLE, f.LIST, f.SET):
                yield from other[2]


def _hides(value: Node) -> bool:
    """True for a text that says that something was taken out of it, or a name that does."""
    return any(
        (node[0] == f.CONST and isinstance(node[2], str) and _TAKEN_OUT.search(node[2]) is not None)
        or (node[0] in (f.NAME, f.ATTR) and _HIDDEN.search(str(node[-1])) is not None)
        for node in nodes((value,))
    )


def _loop(node: Node) -> bool:
    """A loop over `.items()` with a branch by the key that passes over it, puts a constant where its value was, or alone keeps it."""
    if not _items(node[3]) or (key := _key(node[2])) is None:
        return False
    chosen = [each for each in branches(node[4]) if _asks(each[2], key)]
    within = [each for branch in chosen for block in branch[3:5] for each in nodes(block)]
    kept = sum(map(_keeps, nodes(node[4])))
    return any(map(_leaves_out, within)) or 0 < kept == sum(map(_keeps, within))


def _picking(node: Node) -> bool:
    """`{key: value for key, value in given.items() if key not in SECRETS}`, or with a constant for the values of such keys."""
    for target, iterable, conditions, _ in node[5]:
        key = _key(target)
        if key is None or not _items(iterable):
            continue
        if any(_asks(condition, key) for condition in conditions):
            return True
        values = [part for part in (node[3], node[4]) if part is not None and part[0] == f.IFEXP]
        if any(_asks(value[2], key) and (_fixed(value[3]) or _fixed(value[4])) for value in values):
            return True
    return False


def _items(node: Node) -> bool:
    """`given.items()`, as it is or in `list(...)`."""
    if node[0] != f.CALL:
        return False
    if node[2][0] == f.ATTR:
        return bool(node[2][3] == "items")
    return len(node[3]) == 1 and _items(node[3][0])


def _key(target: Node) -> str | None:
    first = target[2][0] if target[0] in (f.TUPLE, f.LIST) and len(target[2]) == 2 else None
    return str(first[2]) if first is not None and first[0] == f.NAME else None


def _asks(test: Node, key: str) -> bool:
    """True for a test whether a key is among some, or whether a function says so of it. How it begins tells nothing."""
    for node in nodes((test,)):
        if node[0] == f.COMPARE and node[3][0][0] in ("in", "not in", "==") and _names(node[2], key):
            return True
        if node[0] == f.CALL and any(each == (f.NAME, each[1], key) for each in node[3]):
            return True
        if node[0] == f.CALL and node[2][-1] == "any" and _names(node, key):
            return True
    return False


def _names(part: Node, key: str) -> bool:
    return any(node[0] == f.NAME and node[2] == key for node in nodes((part,)))


def _keeps(node: Node) -> bool:
    """`safe[key] = value`."""
    return node[0] == f.ASSIGN and any(target[0] == f.SUBSCRIPT for target in node[2])


def _leaves_out(node: Node) -> bool:
    """`continue`, `safe[key] = MASK`, `given.pop(key)`."""
    if node[0] == f.ASSIGN:
        return _keeps(node) and _fixed(node[3])
    if node[0] == f.CALL:
        return bool(node[2][-1] == "pop")
    return node[0] in (f.CONTINUE, f.DELETE)


def _fixed(node: Node) -> bool:
    """A constant, or a name for one."""
    return node[0] == f.CONST or (node[0] in (f.NAME, f.ATTR) and str(node[-1]).isupper())
