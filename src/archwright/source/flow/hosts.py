"""Checks of an address by its host: `urlparse(url).netloc in ALLOWED`, `urlsplit(url).netloc == request.host`.

That there is no host tells nothing: `///host` has none for the parser, and leads browsers to `host`. A function of the project that
looks at the host and at such slashes too is taken at its word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow import regexes, rewritten
from archwright.source.flow.addresses import HOST, ROOTED, SINGLE, fixes_host
from archwright.source.flow.values import NO, deep_origins, sent, whole_argument
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]
ADDRESS: Final = ".@"
"""Ends the key under which the address is kept that a name holds the parts of."""
HOST_OF: Final = ".@host"
"""Ends the key under which the parts of an address are kept whose host a name holds."""
DOTTED: Final = ".@dot"
"""Ends the key under which it is kept that a name holds a text that begins with a dot."""
_PARTS: Final = frozenset({"netloc", "hostname", "host", "authority"})
_PARSES: Final = frozenset({"urlparse", "urlsplit", "parse_url", "url_parse", "uri_reference", "urlparse_cached"})
OWN: Final = frozenset({"request host", "request URL"})
"""What a request says of the host that it was sent to."""
_DJANGOS: Final = frozenset({"url_has_allowed_host_and_scheme", "is_safe_url"})
"""Django's check, by its names: its second argument says which hosts are allowed."""


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


def told(frame: Frame, node: Node) -> tuple[str, Node] | None:
    """What a name that is bound to an expression holds of an address: its parts, or its host. To be kept below the name."""
    if node[0] not in (f.CALL, f.ATTR, f.BOOL):
        return None
    address = parsed(node)
    if address is not None:
        return ADDRESS, address
    host = host_of(frame, node)
    return (HOST_OF, host) if host is not None else None


def host_of(frame: Frame, node: Node) -> Node | None:
    """The expression of a host, `parts.netloc`, where a node is one or a name that holds one."""
    node = rewritten.letters(node)
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
        address = _given(frame, holder)
    if address is None:
        return ()
    joined = address[0] == f.CALL and address[2][-1] == "urljoin" and len(address[3]) == 2
    return (address[3][1] if joined else address, *((holder,) if holder[0] == f.NAME else ()))


def _given(frame: Frame, holder: Node) -> Node | None:
    """The parameter that a name holds the parts of, where another function took the address apart: `parts = parse(url)`."""
    value = frame.env.get(holder[2]) if holder[0] == f.NAME else None
    keys = {key for key, _, _ in deep_origins(value)} if value is not None else set()
    if len(keys) != 1:
        return None
    key = keys.pop()
    if not whole_argument(key) or key[1] != frame.unit:
        return None
    name = str(frame.facts[4][key[2]][0])
    return (f.NAME, holder[1], name) if name != holder[2] and name in frame.env else None


def own(frame: Frame, node: Node) -> bool:
    """True for a host that the sender does not choose: one written down, of the settings, or the one that was asked."""
    from archwright.source.flow.expressions import evaluate

    if node[0] == f.CONST:
        return bool(node[2])
    return all(key[1] in OWN for key, _, _ in filter(sent, deep_origins(evaluate(frame, node))))


def allows(frame: Frame, node: Node) -> bool:
    """True for a list of hosts that the sender does not choose; one with the empty host lets others through."""
    parts = node[2] if node[0] in (f.LIST, f.TUPLE, f.SET) else (node,)
    return all(own(frame, part) for part in parts)


def below(frame: Frame, node: Node) -> bool:
    """True for the ends of hosts below a domain: `".shop.example"`. Without the dot, `evilshop.example` ends so too."""
    if node[0] == f.NAME:
        return node[2] + DOTTED in frame.env
    parts = node[2] if node[0] in (f.LIST, f.TUPLE) else (node,)
    return bool(parts) and all(map(_below, parts))


def _below(node: Node) -> bool:
    if node[0] == f.BINOP and node[2] == "+":
        return bool(node[3][0] == f.CONST and node[3][2] == ".")
    if node[0] == f.FSTRING and node[2]:
        return bool(node[2][0][0] == f.CONST and node[2][0][2] == ".")
    return node[0] == f.CONST and isinstance(node[2], str) and node[2][:1] == "." and "." in node[2][1:]


def begins(frame: Frame, beginning: Node, holds: bool) -> int:
    """The uses for which an address is clean that begins with a text, or with none of some texts.

    What begins with a host of the service's own and a slash stays there. What begins with one slash alone does too, and that
    takes two tests: `/host` behind the first slash is another host. A beginning that can't be read may end with its slash.
    """
    from archwright.source.flow.expressions import evaluate

    parts = beginning[2] if beginning[0] in (f.TUPLE, f.LIST) else (beginning,)
    values = [evaluate(frame, part) for part in parts]
    if not holds:
        return SINGLE if any(value.const == "//" for value in values) else 0
    if not all(own(frame, part) or isinstance(value.const, str) for part, value in zip(parts, values, strict=True)):
        return 0
    texts = [value.const if isinstance(value.const, str) else "" for value in values]
    if all(fixes_host(text) if text else value.const is NO for text, value in zip(texts, values, strict=True)):
        return HOST
    return ROOTED if all(text[:1] == "/" for text in texts) else 0


def lets_any(frame: Frame, name: str, asked: tuple[Node, ...], allowed: Node | None) -> bool:
    """True for a check of hosts that is given the hosts of the sender: `url_has_allowed_host_and_scheme(url, {urlsplit(url).netloc})`."""
    from archwright.source.flow.expressions import evaluate

    if name not in _DJANGOS or allowed is None or not asked:
        return False
    return any(key[0] == "source" and key[1] not in OWN for key, _, _ in deep_origins(evaluate(frame, allowed)))


def judges(frame: Frame, function: Node) -> bool:
    """True for a function of the project that looks at the host of an address and at slashes that hide one.

    So does one that asks Django's check, which does both, and knows hosts of its own beside: whom else it lets through is named there.
    """
    judging, unit = frame.engine.judging, _about(frame, function)
    if unit is None:
        return False
    if unit not in judging:
        body = body_of(frame.engine.project.unit(unit)[1])
        looked = any(map(is_host, nodes(body))) and any(_hides(node) or _routed(node) for node in nodes(body))
        judging[unit] = looked or _asks_django(body)
    return judging[unit]


def _asks_django(body: Any) -> bool:
    """True for code that asks Django's check for hosts that are not the address's own, and lets nothing through for a slash."""
    asked = False
    for node in nodes(body):
        if node[0] == f.CALL and node[2][-1] in _DJANGOS:
            given = (*node[3][1:], *(value for _, value in node[4]))
            if any(is_host(each) for part in given for each in nodes(part)):
                return False
            asked = True
        elif node[0] == f.CALL and node[2][-1] == "startswith" and node[3]:
            if any(each[0] == f.CONST and each[2] == "/" for each in nodes(node[3][0])):
                return False
        elif node[0] == f.COMPARE and is_host(node[2]):
            return False  # compared with what may be no host at all: followed by itself
    return asked


def overlooks(frame: Frame, function: Node) -> int | None:
    """A function of the project that takes an address apart and whose answer, all the same, tells nothing of the host; None: it is none."""
    unit = _about(frame, function)
    if unit is None or judges(frame, function):
        return None
    return unit if any(parsed(node) for node in nodes(body_of(frame.engine.project.unit(unit)[1]))) else None


def _about(frame: Frame, function: Node) -> int | None:
    """The function of the project that is called, by its name one that may judge addresses."""
    from archwright.source.flow.expressions import evaluate

    if function[0] not in (f.NAME, f.ATTR) or _ABOUT.search(function[-1]) is None:
        return None
    type_ = evaluate(frame, function).type
    return int(type_[1]) if type_ is not None and type_[0] in ("unit", "bound") else None


def looked_behind(frame: Frame) -> bool:
    """True where the unit looks at a host and asks for the slashes that hide one too: what it says of addresses is taken at its word."""
    body = body_of(frame.facts)
    return any(map(_hides, nodes(body))) and any(map(is_host, nodes(body)))


def _routed(node: Node) -> bool:
    """`resolve(parts.path)`: no route begins with the slashes that hide a host."""
    return bool(node[0] == f.CALL and node[2][-1] == "resolve" and len(node[3]) == 1 and node[3][0][-1] == "path")


def _hides(node: Node) -> bool:
    """A text of slashes alone, two of them or more: behind the first stands a host. Or a pattern of one slash and no other behind it."""
    text = node[-1] if node[0] == f.CONST else None
    if not isinstance(text, str):
        return False
    return ("//" in text and set(text) <= {"/", "\\"}) or (text[:1] == "^" and regexes.roots(text, "match"))
