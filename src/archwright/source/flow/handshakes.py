"""Contexts of TLS that no data goes through: somebody asks whether a port speaks TLS, or looks at the certificate that a server shows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

Node = tuple[Any, ...]
_LOOKS: Final = frozenset(
    {
        "getpeercert",
        "get_verified_chain",
        "get_unverified_chain",
        "cipher",
        "version",
        "selected_alpn_protocol",
        "server_hostname",
    }
    | {"do_handshake", "connect", "settimeout", "getpeername", "shutdown", "unwrap", "close"}
)
"""What is done with a connection without a word to the peer behind the handshake."""


def only_greets(frame: Frame, context: str) -> bool:
    """True for a context, by the name that it is bound to, whose connections end with the handshake: nothing is sent, and nothing is read."""
    body = [*_bodies(frame)]
    wraps = [node for node in nodes(body) if node[0] == f.CALL and _is_wrap(node[2], context)]
    if not wraps or not _only_held(body, context):
        return False
    kept = [
        target is None or (target[0] == f.NAME and _only_held(body, target[2], _LOOKS))
        for node in nodes(body)
        for made, target in _bound(node)
        if made[0] == f.CALL and _is_wrap(made[2], context)
    ]
    return all(kept) and len(kept) == len(wraps)


def _bound(node: Node) -> Iterable[tuple[Node, Node | None]]:
    """The expressions that a node binds, with what to; None: a look is taken at them, or nothing is done."""
    if node[0] == f.WITH:
        return tuple(node[2])
    if node[0] == f.ASSIGN:
        return [(node[3], target) for target in node[2]]
    alone = node[0] == f.EXPR or (node[0] == f.ATTR and node[3] in _LOOKS)
    return [(node[2], None)] if alone else ()


def _bodies(frame: Frame) -> Iterable[Any]:
    """What can see a name of the frame's unit: itself; of a module, all of it."""
    return map(body_of, frame.module.units) if frame.facts[10] < 0 else (body_of(frame.facts),)


def _is_wrap(function: Node, context: str) -> bool:
    return bool(
        function[0] == f.ATTR
        and function[3] == "wrap_socket"
        and function[2][0] == f.NAME
        and function[2][2] == context
    )


def _only_held(body: Any, name: str, attributes: frozenset[str] | None = None) -> bool:
    """True where all that is done with a name is to bind it and to take attributes of it (any, or some): it goes nowhere."""
    seen = held = 0
    for node in nodes(body):
        kind = node[0]
        if kind == f.NAME:
            seen += node[2] == name
        elif kind == f.ATTR and (attributes is None or node[3] in attributes):
            held += _named(node[2], name)
        elif kind == f.ASSIGN:
            held += sum(_named(target, name) for target in node[2])
        elif kind == f.WITH:
            held += sum(target is not None and _named(target, name) for _, target in node[2])
    return seen == held


def _named(node: Node, name: str) -> bool:
    return bool(node[0] == f.NAME and node[2] == name)


def bound_to(frame: Frame, position: int) -> str:
    """The plain name that the call at a position is bound to; empty: none."""
    for node in nodes(body_of(frame.facts)):
        if node[0] == f.ASSIGN and node[3][1] == position and node[2][0][0] == f.NAME:
            return str(node[2][0][2])
    return ""
