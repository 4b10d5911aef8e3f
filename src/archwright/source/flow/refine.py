"""Guards: what a condition that held tells of the names in it."""

from __future__ import annotations

from typing import Any

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import ALL_USES, NO, Val, clean, constant

_SAFE_TESTS = frozenset({"isdigit", "isdecimal", "isnumeric", "isalnum", "isalpha", "isidentifier"})
_SAFE_TYPES = frozenset({"int", "float", "bool", "UUID", "Decimal", "date", "datetime", "complex"})


def refine(frame: Frame, test: tuple[Any, ...], holds: bool) -> None:
    """Narrow the names of the frame by a test that held (or did not)."""
    kind = test[0]
    if kind == f.UNARY and test[2] == "not":
        refine(frame, test[3], not holds)
    elif kind == f.BOOL:
        if (test[2] == "and") == holds:
            for part in test[3]:
                refine(frame, part, holds)
    elif kind == f.COMPARE and len(test[3]) == 1:
        _compare(frame, test[2], test[3][0][0], test[3][0][1], holds)
    elif kind == f.CALL and holds:
        _called(frame, test)
    elif kind == f.WALRUS and holds:
        refine(frame, test[3], holds)


def _compare(frame: Frame, left: tuple[Any, ...], operator: str, right: tuple[Any, ...], holds: bool) -> None:
    from archwright.source.flow.expressions import evaluate

    if operator in ("in", "not in") and (operator == "in") == holds:
        if any(key[0] in ("source", "parameter") for key, _, _ in evaluate(frame, right).origins):
            return  # a list that the sender chooses allows everything
        _clean(frame, left)
    elif operator in ("==", "!=") and (operator == "==") == holds:
        for one, other in ((left, right), (right, left)):
            if other[0] == f.CONST:
                _replace(frame, one, constant(other[2]))
            elif other[0] in (f.NAME, f.ATTR):
                value = _value(frame, other)
                if value is not None and value.const is not NO and not value.origins:
                    _replace(frame, one, value)
    elif operator in ("is", "is not") and right[0] == f.CONST and right[2] is None and (operator == "is") == holds:
        _replace(frame, left, constant(None))


def _called(frame: Frame, test: tuple[Any, ...]) -> None:
    function = test[2]
    if function[0] == f.ATTR and function[3] in _SAFE_TESTS and not test[3]:
        _clean(frame, function[2])
    elif function[0] == f.NAME and function[2] == "isinstance" and len(test[3]) == 2:
        types = test[3][1][2] if test[3][1][0] == f.TUPLE else (test[3][1],)
        names = [node[2] if node[0] == f.NAME else node[3] if node[0] == f.ATTR else "" for node in types]
        if names and all(name in _SAFE_TYPES for name in names):
            _clean(frame, test[3][0])
    elif function[0] == f.NAME and function[2] in ("all", "any"):
        return


def _key(node: tuple[Any, ...]) -> str | None:
    if node[0] == f.NAME:
        return str(node[2])
    if node[0] == f.ATTR and node[2][0] == f.NAME:
        return f"{node[2][2]}.{node[3]}"
    if node[0] == f.WALRUS:
        return _key(node[2])
    return None


def _value(frame: Frame, node: tuple[Any, ...]) -> Val | None:
    if node[0] == f.NAME:
        return frame.env.get(node[2])
    if node[0] == f.ATTR and node[2][0] == f.NAME:
        return frame.env.get(f"{node[2][2]}.{node[3]}")
    return None


def _clean(frame: Frame, node: tuple[Any, ...]) -> None:
    key = _key(node)
    if key is None:
        return
    value = frame.env.get(key)
    if value is not None:
        frame.env[key] = Val(value.type, clean(value.origins, ALL_USES), value.const, value.items, value.text)


def _replace(frame: Frame, node: tuple[Any, ...], value: Val) -> None:
    key = _key(node)
    if (
        key is not None
        and (old := frame.env.get(key)) is not None
        and (old.type is None or old.type[0] in ("text", "number"))
    ):
        frame.env[key] = value
