"""ID tokens that a service has just asked their issuer for: the answer to a code that it handed in at the token endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.nodes import call_at, nodes
from archwright.source.packed import body_of

Node = tuple[Any, ...]
_READS: Final = frozenset({"get", "pop"})
_ASKS: Final = re.compile(r"(?:fetch|get|request|exchange|authorize|acquire|retrieve)\w*_(?:token|code)")
"""What libraries and projects call the exchange: `fetch_token`, `authorize_access_token`, `exchange_code`."""
_DEPTH: Final = 8


def asked(frame: Frame, position: int) -> bool:
    """True where the token that a call decodes is the `id_token` of an answer that its unit asked for itself."""
    body = body_of(frame.facts)
    decoded = call_at(body, position)
    if decoded is None or not decoded[3]:
        return False
    before = sorted(
        (each for each in nodes(body) if each[0] == f.ASSIGN and each[1] < position), key=lambda each: each[1]
    )
    bound = {target[2]: each[3] for each in before for target in each[2] if _name(target)}
    token = decoded[3][0]
    if _name(token):
        token = bound.get(token[2], token)
    answer = _holder(token)
    return answer is not None and any(map(_exchange, _made(answer, bound)))


def _holder(node: Node) -> Node | None:
    """What `["id_token"]` or `.get("id_token")` is read of."""
    if node[0] == f.SUBSCRIPT and _says(node[3]):
        return tuple(node[2])
    if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in _READS and node[3] and _says(node[3][0]):
        return tuple(node[2][2])
    return None


def _made(node: Node, bound: dict[str, Node]) -> Iterator[Node]:
    """The calls that a value is the result of, from the last: through names, `await` and methods of what was answered."""
    for _ in range(_DEPTH):
        if node[0] == f.CALL:
            yield node
            node = node[2]
        elif node[0] in (f.ATTR, f.AWAIT):
            node = node[2]
        elif _name(node) and node[2] in bound:
            node = bound[node[2]]
        else:
            return


def _exchange(call: Node) -> bool:
    """`client.post(...)`, `oauth.fetch_token(...)`: a request of the service's own, with what it was sent."""
    function = call[2]
    name = str(function[-1]) if function[0] in (f.ATTR, f.NAME) else ""
    return (function[0] == f.ATTR and name == "post" and bool(call[3])) or _ASKS.search(name) is not None


def _says(node: Node) -> bool:
    return bool(node[0] == f.CONST and node[2] == "id_token")


def _name(node: Node) -> bool:
    return bool(node[0] == f.NAME)
