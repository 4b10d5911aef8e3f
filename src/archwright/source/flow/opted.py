"""Whether code that stops looking at certificates runs only where somebody chose it: a setting, an option, an argument."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.nodes import call_at, nodes
from archwright.source.packed import body_of

Node = tuple[Any, ...]
_TELLS: Final = re.compile(
    r"verif|insecure|unsafe|skip|ignore|self_?signed|trust|check_?(?:host|cert)|validat|invalid|cert_?reqs|(?:ssl|tls)_?mode"
    r"|strict|debug|(?:^|_)(?:dev|development|local|testing)(?:_|$)",
    re.IGNORECASE,
)
"""Names of such a choice. That TLS is used at all, or that an authority was named, is none."""
_LEAVES: Final = frozenset({f.RETURN, f.RAISE})


def opted(frame: Frame, position: int) -> bool:
    """True where what stands at a position of the frame's unit runs only by such a choice, and not where nobody chooses."""
    return any(_tells(test) and _holds(frame, test) is not way for test, way in _ways(body_of(frame.facts), position))


def handed_by_choice(frame: Frame, position: int, name: str) -> bool:
    """True where a call takes a keyword from a mapping (`get(url, **options)`) into which it is put by such choices alone.

    `if settings.NO_VERIFY: options["verify"] = False` is the choice, wherever the call stands.
    """
    body = body_of(frame.facts)
    call = call_at(body, position)
    if call is None or any(given == name for given, _ in call[4]):
        return False
    put = [node[1] for node in nodes(body) if node is not call and _puts(node, name)]
    return bool(put) and all(opted(frame, place) for place in put)


def _puts(node: Node, name: str) -> bool:
    """True for what puts something under a name: a literal, a keyword (`options.update(verify=False)`), an assignment to an item."""
    if node[0] == f.DICT:
        return any(key is not None and _is_text(key, name) for key, _ in node[2])
    if node[0] == f.CALL:
        return any(given == name for given, _ in node[4])
    return node[0] == f.ASSIGN and any(each[0] == f.SUBSCRIPT and _is_text(each[3], name) for each in node[2])


def _is_text(node: Node, text: str) -> bool:
    return bool(node[0] == f.CONST and node[2] == text)


def vouched(frame: Frame) -> bool:
    """True where a unit names an authority of its own, and leaves the check of certificates on: whom it vouches for is its choice."""
    body = body_of(frame.facts)
    off = any(node[0] in (f.NAME, f.ATTR) and node[-1] == "CERT_NONE" for node in nodes(body))
    return not off and any(node[0] == f.CALL and _names_authority(node) for node in nodes(body))


def _names_authority(call: Node) -> bool:
    loads = call[2][-1] == "load_verify_locations"
    makes = call[2][-1] == "create_default_context"
    return loads or (makes and any(name in ("cafile", "cadata", "capath") for name, _ in call[4]))


def _ways(body: Any, position: int) -> Iterator[tuple[Node, bool]]:
    """The tests that lead to a position, with the outcome that does: those around it, and those that left before."""
    for node in nodes(body):
        if node[0] not in (f.IF, f.IFEXP):
            continue
        within = _holds_place(node[3], position)
        left = node[0] == f.IF and node[1] < position and node[3][-1][0] in _LEAVES
        if within or left or (node[4] and _holds_place(node[4], position)):
            yield node[2], within


def _holds_place(part: Any, position: int) -> bool:
    return any(node[1] == position for node in nodes(part))


def _tells(test: Node) -> bool:
    return any(node[0] in (f.NAME, f.ATTR, f.CONST) and _TELLS.search(str(node[-1])) for node in nodes((test,)))


def _holds(frame: Frame, test: Node) -> bool | None:
    """What a test gives where nobody chooses: by defaults of parameters and constants of the module; None: can't be told."""
    if test[0] == f.UNARY and test[2] == "not":
        inner = _holds(frame, test[3])
        return None if inner is None else not inner
    if test[0] == f.COMPARE and len(test[3]) == 1:
        operator, right = test[3][0]
        value = _default(frame, test[2])
        if value is None or right[0] != f.CONST or operator not in ("is", "is not", "==", "!="):
            return None
        return bool(value[0] == right[2]) is (operator in ("is", "=="))
    value = _default(frame, test)
    return None if value is None else bool(value[0])


def _default(frame: Frame, node: Node) -> tuple[Any] | None:
    if node[0] == f.CONST:
        return (node[2],)
    if node[0] != f.NAME:
        return None
    for name, _, _, default in frame.facts[4]:
        if name == node[2]:
            return (default[2],) if default is not None and default[0] == f.CONST else None
    value = frame.engine.global_value(frame.module, node[2])
    return (value.const,) if value is not None and isinstance(value.const, bool) and not value.origins else None
