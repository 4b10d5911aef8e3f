"""Comparisons of secrets: `==` and `!=` of what a caller sends with a signature, or with what is called a secret."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Origin, Val, deep_origins
from archwright.source.nodes import branches, nodes
from archwright.source.packed import body_of

SIGNATURE: Final[Origin] = (("result", "signature"), 0, None)
"""What an HMAC gives."""
_SECRET = re.compile(
    r"(?:^|_)(?:token|secret|signature|sig|hmac|api_?key|access_?key|secret_?key|auth_?key|password|passwd|passcode|otp"
    r"|verification_?code|(?:reset|verify|auth|login|confirm\w*)_?code|digest|pin_?code)$",
    re.IGNORECASE,
)
_TAG = re.compile(r"(?:^|_)e_?tags?(?:_|$)|none_match", re.IGNORECASE)
"""What tells versions of a page apart is sent to all."""
_MARK = re.compile(r"finger_?print|checksum", re.IGNORECASE)
"""What two things are recognised by that the service holds both."""
_BESIDE = re.compile(r"_(?:from|of|in|for|by)_[a-z_]+$", re.IGNORECASE)
"""What stands behind the head of a name: an `id_from_token` is an id."""
_TEXTS = frozenset({"str", "bytes", "repr", "force_str", "force_bytes", "smart_str"})
_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})
_LEAVES = frozenset({f.BREAK, f.RETURN, f.RAISE})
_VALIDATORS = frozenset(
    {"validate", "validates", "validator", "field_validator", "model_validator", "root_validator", "observe"}
)
"""Decorators of traitlets, pydantic, attrs, SQLAlchemy and marshmallow."""
_INITIAL = frozenset({"initial", "get_initial_for_field"})
"""What a form was filled with before it was shown: its sender has it before his eyes."""
_CHANGES = re.compile(r"(?:set|change|update|renew|replace|store|save|write|assign)(?:_|$)", re.IGNORECASE)
_REDIRECTS = re.compile(r"redirect|found$|see_?other", re.IGNORECASE)
_TAKES_BACK = re.compile(r"_*(?:deactivate|invalidate|revoke|expire|delete|destroy|discard)(?:_|$)", re.IGNORECASE)
"""Names of functions that end what a secret was good for."""
_SENT = frozenset({"source", "parameter"})
_SIDES = frozenset({f.NAME, f.ATTR, f.SUBSCRIPT, f.CALL, f.WALRUS, f.FSTRING, f.BINOP})
_SETTINGS = frozenset({"settings", "config", "conf", "cfg"})
"""Names of what holds the settings of the service."""
_SETTING: Final[Origin] = (("source", "setting", Trust.OPERATOR.value), 0, None)
_UNREAD = frozenset({"unknown", "parameter"})


def compared(frame: Frame, position: int, left_node: Any, left: Val, right_node: Any, right: Val) -> None:
    """Record a comparison for equality where one side is a secret and the other may come from outside."""
    if left_node[0] not in _SIDES or right_node[0] not in _SIDES:
        return
    kinds = frame.engine.kinds
    if kinds is not None and "Crypto" not in kinds:
        return
    signed = SIGNATURE[0]
    proved = any(key == signed for value in (left, right) for key, _, _ in value.origins)
    if not proved and not (_named(left_node) or _named(right_node)):
        return
    words = (_word(left_node), _word(right_node))
    if any(map(_TAG.search, words)) or all(map(_MARK.search, words)) or _shown(left_node) or _shown(right_node):
        return
    if _told_only(frame, left_node, right_node) or _added_up(frame, left_node, right_node):
        return
    if not proved and _renews(frame, left_node, right_node):
        return
    if any(value.const is not NO or _other(node, value) for node, value in ((left_node, left), (right_node, right))):
        return
    sides = [(node, value, _origins(node, value)) for node, value in ((left_node, left), (right_node, right))]
    if not proved and not any(key[0] in _SENT for _, _, origins in sides for key, _, _ in origins):
        return
    data, key = Val(None, sides[0][2]), Val(None, sides[1][2])
    names = [f"data:{words[0]}", f"key:{words[1]}"]
    if not any(map(_validates, frame.facts[5])):
        names += [f"own:{side}" for side, node in (("data", left_node), ("key", right_node)) if _own(node)]
    names += _led_to(frame, left_node, right_node)
    frame.emit(
        "Crypto",
        position,
        kind="compare",
        algorithm="hmac" if proved else "",
        flags=tuple(names),
        data=data,
        key=key,
        api="==",
    )


def _other(node: Any, value: Val) -> bool:
    """True for what is compared otherwise than character by character: columns, queries, numbers."""
    if value.type is not None and value.type[0] in ("query", "number", "class", "list", "dict", "set", "tuple", "row"):
        return True
    return node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2][:1].isupper() and not node[2][2].isupper()


def _shown(node: Any) -> bool:
    """True for what a form was filled with: `self.initial.get("secret")`, or a name that says so."""
    return any(each[0] in (f.NAME, f.ATTR) and each[-1] in _INITIAL for each in nodes((node,)))


def _told_only(frame: Frame, left: Any, right: Any) -> bool:
    """True where the outcome is only written to a log: nobody learns it, and nothing is done by it."""
    for node in nodes(body_of(frame.facts)):
        if node[0] == f.CALL and node[2][0] in (f.NAME, f.ATTR) and node[2][-1] in _LOGS:
            given = (*node[3], *(value for _, value in node[4]))
            if any(each[0] == f.COMPARE and each[2] is left and each[3][0][1] is right for each in given):
                return True
    return False


def _added_up(frame: Frame, left: Any, right: Any) -> bool:
    """True in a loop over the characters of both that adds up how many differ, and goes on to the end: the comparison in constant time itself."""
    for node in nodes(body_of(frame.facts)):
        if node[0] == f.FOR and _pairs(node[3]):
            inside = tuple(nodes(node[4]))
            if any(each[0] == f.COMPARE and each[2] is left and each[3][0][1] is right for each in inside):
                return any(each[0] == f.AUGASSIGN for each in inside) and _LEAVES.isdisjoint(each[0] for each in inside)
    return False


def _pairs(node: Any) -> bool:
    """`zip(a, b)`, `range(len(a))`."""
    return bool(node[0] == f.CALL and node[2][0] == f.NAME and node[2][2] in ("zip", "range", "enumerate"))


def _validates(decorator: Any) -> bool:
    """True for what makes a method the validator of an attribute: who sets it has set the others of the instance."""
    target = decorator[2] if decorator[0] == f.CALL else decorator
    return target[0] in (f.NAME, f.ATTR) and target[-1] in _VALIDATORS


def _led_to(frame: Frame, left: Any, right: Any) -> list[str]:
    """What hangs on a comparison: `refuses`, where equality is turned away; `spent`, where a wrong guess takes back what was to be guessed."""
    for node in branches(body_of(frame.facts)):
        if (sign := _sign(node[2], left, right)) and node[3] and _turns_away(node[3][-1]):
            if sign == "==":
                return ["refuses"]
            return ["spent"] if any(map(_takes_back, node[3])) else []
    return []


def _sign(test: Any, left: Any, right: Any) -> str:
    """How a condition, or a part of it on which its body hangs, compares two sides; empty: not at all."""
    parts = test[3] if test[0] == f.BOOL else (test,)
    for part in parts:
        if part[0] == f.COMPARE and part[2] is left and part[3][0][1] is right:
            return str(part[3][0][0])
    return ""


def _turns_away(statement: Any) -> bool:
    """`raise Refused(...)`; a redirect is raised to let somebody through, too."""
    return statement[0] == f.RAISE and not any(
        each[0] in (f.NAME, f.ATTR) and _REDIRECTS.search(str(each[-1])) for each in nodes((statement,))
    )


def _takes_back(statement: Any) -> bool:
    return statement[0] == f.EXPR and any(
        each[0] == f.CALL and each[2][0] in (f.NAME, f.ATTR) and _TAKES_BACK.match(str(each[2][-1]))
        for each in nodes((statement,))
    )


def _own(node: Any) -> bool:
    """True for an attribute of the method's instance."""
    return bool(node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] == "self")


def _renews(frame: Frame, left: Any, right: Any) -> bool:
    """True for a look whether something has to be changed: `if key != row.key: row.key = key`."""
    for node in branches(body_of(frame.facts)):
        test, body = node[2], node[3]
        if test[0] != f.COMPARE or test[2] is not left or test[3] != (("!=", right),) or body[-1][0] == f.RAISE:
            continue
        names = [side[2] for side in (left, right) if side[0] == f.NAME]
        return any(_hands_on(each, names) for statement in body for each in nodes(statement))
    return False


def _hands_on(node: Any, names: Sequence[str]) -> bool:
    """A value that is kept in an attribute or an item, or given to a function that changes something."""
    if node[0] == f.ASSIGN:
        kept = any(target[0] in (f.ATTR, f.SUBSCRIPT) for target in node[2])
        return kept and node[3][0] == f.NAME and node[3][2] in names
    if node[0] == f.CALL and node[2][0] in (f.NAME, f.ATTR) and _CHANGES.match(str(node[2][-1])):
        given = (*node[3], *(value for _, value in node[4]))
        return any(each[0] == f.NAME and each[2] in names for each in given)
    return False


def _origins(node: Any, value: Val) -> tuple[Origin, ...]:
    """The origins of a side; what is read from settings that can't be followed is a setting still."""
    found = deep_origins(value)
    return (_SETTING,) if _set(node) and all(key[0] in _UNREAD for key, _, _ in found) else found


def _set(node: Any) -> bool:
    """True for `settings.TOKEN`, `app.config["TOKEN"]`, `config.get("TOKEN")`."""
    if node[0] == f.FSTRING:
        return any(_set(part[2]) for part in node[2] if part[0] == f.FORMATTED)
    if node[0] == f.BINOP:
        return _set(node[3]) or _set(node[4])
    if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "get" and node[3]:
        node = node[2]
    if node[0] not in (f.ATTR, f.SUBSCRIPT) or node[2][0] not in (f.NAME, f.ATTR):
        return False
    return str(node[2][-1]).lower() in _SETTINGS


def _named(node: Any) -> bool:
    return _secret(_word(node))


@lru_cache(maxsize=4096)
def _secret(word: str) -> bool:
    return _SECRET.search(_BESIDE.sub("", word)) is not None


def _word(node: Any) -> str:
    """The last name of an expression, or the constant key that picks it."""
    kind = node[0]
    if kind in (f.NAME, f.ATTR):
        return str(node[-1])
    if kind == f.SUBSCRIPT:
        return str(node[3][2]) if node[3][0] == f.CONST else ""
    if kind == f.WALRUS:
        return _word(node[2])
    if kind == f.FSTRING:
        holes = [part[2] for part in node[2] if part[0] == f.FORMATTED]
        return _word(holes[-1]) if holes else ""
    if kind == f.BINOP:
        return _word(node[4]) or _word(node[3])
    if kind == f.CALL:
        name = node[2][-1] if node[2][0] in (f.NAME, f.ATTR) else ""
        if name in ("get", "pop", "getlist", "get_argument") and node[3] and node[3][0][0] == f.CONST:
            return str(node[3][0][2])
        if name == "getenv" and node[3] and node[3][0][0] == f.CONST:
            return str(node[3][0][2])
        if name in ("encode", "decode", "strip", "lower", "upper") and node[2][0] == f.ATTR:
            return _word(node[2][2])
        if name in _TEXTS and node[3]:
            return _word(node[3][0])
        return str(name).removeprefix("get_")
    return ""
