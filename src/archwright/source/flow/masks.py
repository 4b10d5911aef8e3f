"""Functions that take secrets out of what they are given: keys are left out, or their values replaced, by a look at the keys' names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from archwright.model.secret_name import secret
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
    """`headers["Authorization"] = "[secret]"`, `del body["password"]` of what is given back; who hides a header that lets somebody in has to hide both."""
    hidden: dict[str, set[str]] = {}
    given: set[str] = set()
    for node in nodes(body_of(facts)):
        if node[0] == f.RETURN and node[2] is not None:
            given.update(each[2] for each in nodes((node[2],)) if each[0] == f.NAME)
        for holder, key in _hidden(node):
            if key[0] == f.CONST and isinstance(key[2], str):
                hidden.setdefault(dotted(holder).partition(".")[0], set()).add(key[2].lower())
    keys = {key for name in given for key in hidden.get(name, ()) if secret(key) or key == "cookie"}
    return bool(keys) and (keys.isdisjoint(_BOTH) or keys >= _BOTH)


def _hidden(node: Node) -> Iterator[tuple[Node, Node]]:
    """What a statement takes an element out of, or hides one of, and the element's key."""
    if node[0] == f.DELETE or (node[0] == f.ASSIGN and _hides(node[3])):
        yield from ((target[2], target[3]) for target in node[2] if target[0] == f.SUBSCRIPT)
    elif node[0] == f.EXPR and node[2][0] == f.CALL:
        function, given = node[2][2], node[2][3]
        if function[0] == f.ATTR and function[3] == "pop" and given:
            yield function[2], given[0]


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
