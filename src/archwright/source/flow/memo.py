"""What is kept to be found again: `if key not in cache: cache[key] = look_up(key)`.

What fills such a memory runs once for each key, not once for each turn of the loops around it.
"""

from __future__ import annotations

from typing import Any

from archwright.source import facts as f
from archwright.source.flow.checks import key_of
from archwright.source.flow.effects import LoopMark

_STORES = frozenset({"set", "setdefault", "add", "put", "update"})
CACHES = frozenset({"cache", "lru_cache", "alru_cache", "cached", "memoize", "memoized", "cachedmethod", "ttl_cache"})
"""Last names of decorators that keep what a function gave for its arguments."""

Node = tuple[Any, ...]


def mark(unit: int, position: int) -> LoopMark:
    """The mark that cuts off the loops around."""
    return LoopMark(unit, position, "memo", None, None, False)


def fills(test: Node, body: tuple[Node, ...]) -> bool:
    """True for `if key not in memory:` and `if found is None:` where the body stores what it found.

    Of a membership test the very container must be filled; a name that was empty may have been looked up in any.
    """
    if test[0] == f.UNARY and test[2] == "not":
        inner = test[3]
        if inner[0] == f.COMPARE and len(inner[3]) == 1 and inner[3][0][0] == "in":
            return key_of(inner[3][0][1]) in _filled(body)
        return inner[0] in (f.NAME, f.WALRUS) and bool(_filled(body))
    if test[0] == f.COMPARE and len(test[3]) == 1:
        operator, right = test[3][0]
        if operator == "not in":
            return key_of(right) in _filled(body)
        if operator == "is" and right[0] == f.CONST and right[2] is None:
            return bool(_filled(body))
    return False


def finds(node: Node, rest: tuple[Node, ...]) -> bool:
    """True for `if key in memory: return memory[key]`, `if found is not None: return found`, and a filling after it."""
    if node[0] != f.IF or node[4] or not node[3] or node[3][-1][0] not in (f.RETURN, f.CONTINUE):
        return False
    test = node[2]
    if test[0] == f.COMPARE and len(test[3]) == 1:
        operator, right = test[3][0]
        if operator == "in":
            return key_of(right) in _filled(rest)
        return operator == "is not" and right[0] == f.CONST and right[2] is None and bool(_filled(rest))
    return (
        test[0] in (f.NAME, f.WALRUS) and node[3][-1][0] == f.RETURN and node[3][-1][2] == test and bool(_filled(rest))
    )


def missing(tried: tuple[Node, ...], handler: Node) -> bool:
    """True for `except KeyError:` after an item was looked for, where the handler stores one there."""
    type_ = handler[1]
    if type_ is None or type_[0] not in (f.NAME, f.ATTR) or not str(type_[-1]).endswith(("KeyError", "LookupError")):
        return False
    wanted = {key_of(node[2]) for node in _items(tried)}
    return bool(wanted & _filled(handler[3]))


def _filled(body: tuple[Node, ...]) -> set[str]:
    """The containers that statements put items into."""
    found: set[str] = set()
    for node in body:
        if node[0] == f.ASSIGN:
            found.update(key for target in node[2] if target[0] == f.SUBSCRIPT and (key := key_of(target[2])))
        elif node[0] == f.EXPR and node[2][0] in (f.CALL, f.AWAIT):
            call = node[2][2] if node[2][0] == f.AWAIT else node[2]
            if call[0] == f.CALL and call[2][0] == f.ATTR and call[2][3] in _STORES and (key := key_of(call[2][2])):
                found.add(key)
        elif node[0] == f.IF:
            found |= _filled(node[3]) | _filled(node[4])
        elif node[0] == f.TRY:
            found |= _filled(node[2]) | _filled(node[4])
        elif node[0] == f.WITH:
            found |= _filled(node[3])
    return found


def _items(body: Any) -> list[Node]:
    """The items that expressions of some statements read."""
    found: list[Node] = []
    for node in body:
        if isinstance(node, tuple) and node:
            if node[0] == f.SUBSCRIPT and len(node) == 4 and isinstance(node[2], tuple):
                found.append(node)
            found.extend(_items(node))
    return found
