"""Checks of an address by its host: `urlparse(url).netloc in ALLOWED`, `urlsplit(url).netloc == request.host`.

That there is no host tells nothing: `///host` has none for the parser, and leads browsers to `host`. A function of the project that
looks at the host and at such slashes too is taken at its word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.values import Val, deep_origins
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]
ADDRESS: Final = ".@"
"""Ends the key under which the address is kept that a name holds the parts of."""
HOST_OF: Final = ".@host"
"""Ends the key under which the parts of an address are kept whose host a name holds."""
_PARTS: Final = frozenset({"netloc", "hostname", "host", "authority"})
_SAME: Final = frozenset({"lower", "casefold", "strip", "rstrip"})
_PARSES: Final = frozenset({"urlparse", "urlsplit", "parse_url", "url_parse", "uri_reference", "urlparse_cached"})
_OWN: Final = frozenset({"request host", "request URL"})
"""What a request says of the host that it was sent to."""


_ABOUT: Final = re.compile(r"url|uri|redirect|next|host|link|target|safe", re.IGNORECASE)
"""Names of functions that may judge addresses: the others are not looked into."""


def is_host(node: Node) -> bool:
    """True for `x.netloc` and `x.hostname`."""
    return bool(node[0] == f.ATTR and node[3] in _PARTS)


def parsed(node: Node) -> Node | None:
    """`url` of `urlparse(url)`."""
    if node[0] == f.CALL and node[2][-1] in _PARSES and node[3]:
        found: Node = node[3][0]
        return found
    return None


def keep(frame: Frame, name: str, node: Node) -> None:
    """Remember of which address a name holds the parts."""
    address = parsed(node)
    if address is not None:
        frame.keep(name + ADDRESS, Val(None, (), address))
    elif is_host(_letters(node)):
        frame.keep(name + HOST_OF, Val(None, (), _letters(node)))


def _letters(node: Node) -> Node:
    """The text itself of `(text or "").lower()`."""
    while True:
        if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in _SAME:
            node = node[2][2]
        elif node[0] == f.BOOL and node[2] == "or" and node[3][-1][0] == f.CONST and not node[3][-1][2]:
            node = node[3][0]
        else:
            return node


def host_of(frame: Frame, node: Node) -> Node | None:
    """The expression of a host, `parts.netloc`, where a node is one or a name that holds one."""
    node = _letters(node)
    if is_host(node):
        return node
    return _kept(frame, node[2] + HOST_OF) if node[0] == f.NAME else None


def _kept(frame: Frame, key: str) -> Node | None:
    kept = frame.env.get(key)
    return kept.const if kept is not None and isinstance(kept.const, tuple) else None


def addresses_of(frame: Frame, node: Node) -> tuple[Node, ...]:
    """The expressions of the address whose host is a place: what is told of the host is told of them."""
    host = host_of(frame, node)
    if host is None:
        return ()
    holder = host[2]
    address = parsed(holder)
    if holder[0] == f.NAME:
        address = _kept(frame, holder[2] + ADDRESS)
    if address is None:
        return ()
    joined = address[0] == f.CALL and address[2][-1] == "urljoin" and len(address[3]) == 2
    return (address[3][1] if joined else address, *((holder,) if holder[0] == f.NAME else ()))


def own(frame: Frame, node: Node) -> bool:
    """True for a host that the sender does not choose: one written down, of the settings, or the one that was asked."""
    from archwright.source.flow.expressions import evaluate

    if node[0] == f.CONST:
        return bool(node[2])
    return all(key[0] != "source" or key[1] in _OWN for key, _, _ in deep_origins(evaluate(frame, node)))


def allows(frame: Frame, node: Node) -> bool:
    """True for a list of hosts that the sender does not choose; one with the empty host lets others through."""
    parts = node[2] if node[0] in (f.LIST, f.TUPLE, f.SET) else (node,)
    return all(own(frame, part) for part in parts)


def below(node: Node) -> bool:
    """True for the ends of hosts below a domain: `".shop.example"`. Without the dot, `evilshop.example` ends so too."""
    parts = node[2] if node[0] in (f.LIST, f.TUPLE) else (node,)
    return bool(parts) and all(
        part[0] == f.CONST and isinstance(part[2], str) and part[2][:1] == "." and "." in part[2][1:] for part in parts
    )


def judges(frame: Frame, function: Node) -> bool:
    """True for a function of the project that looks at the host of an address and at slashes that hide one."""
    from archwright.source.flow.expressions import evaluate

    if function[0] not in (f.NAME, f.ATTR) or _ABOUT.search(function[-1]) is None:
        return False
    type_ = evaluate(frame, function).type
    if type_ is None or type_[0] not in ("unit", "bound"):
        return False
    body = body_of(frame.engine.project.unit(type_[1])[1])
    return any(map(is_host, nodes(body))) and any(map(_hides, nodes(body)))


def _hides(node: Node) -> bool:
    """A text of slashes alone, more than the one that begins any path."""
    return (
        node[0] == f.CONST and isinstance(node[-1], str) and set(node[-1]) <= {"/", "\\"} and node[-1] not in ("", "/")
    )
