"""What is known of quotes in a text: that it holds none, or that it is one quoted literal.

A literal begins and ends with a quote and holds none in between. Three tests tell it together, so they are read as one condition: all of an `and` that holds, or of an `or` that does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow.checks import key_of
from archwright.source.flow.values import BIT, Val, clean

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]
_QUOTES = {"'": BIT[Use.PYTHON] | BIT[Use.SHELL], '"': BIT[Use.PYTHON]}
"""What one literal in these quotes is clean for: inside double quotes a shell still reads `$` and backticks."""
NO_QUOTE = BIT[Use.XPATH]
"""What a text is clean for that holds no quote: a literal of XPath ends at the quote it began with, and nothing escapes it."""
_ENDS = frozenset({"startswith", "endswith"})


def quoted(frame: Frame, parts: tuple[Node, ...], holds: bool) -> None:
    """Clean the texts of which the parts, all of which held (or failed), say that they are one literal."""
    if len(parts) < 3:
        return
    told: dict[tuple[str, str], set[str]] = {}
    for part in parts:
        fact = _fact(part, holds)
        if fact is not None:
            key, quote, what = fact
            told.setdefault((key, quote), set()).add(what)
    for (key, quote), facts in told.items():
        value = frame.env.get(key)
        if len(facts) == 3 and value is not None:
            frame.env[key] = Val(value.type, clean(value.origins, _QUOTES[quote]), value.const, value.items, value.text)


def without(frame: Frame, quote: object, node: Node) -> None:
    """A text that holds no such quote can't end a literal of XPath, which knows no other way to write one."""
    key = key_of(node)
    value = frame.env.get(key) if key is not None and quote in _QUOTES else None
    if key is not None and value is not None:
        frame.env[key] = Val(value.type, clean(value.origins, NO_QUOTE), value.const, value.items, value.text)


def _fact(node: Node, holds: bool) -> tuple[str, str, str] | None:
    """The key of a text, a quote, and what a test says of the two: `startswith`, `endswith`, `inside` (there is none inside)."""
    while node[0] == f.UNARY and node[2] == "not":
        node, holds = node[3], not holds
    if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in _ENDS and holds:
        quote, what, about = _constant(node[3]), node[2][3], node[2][2]
    elif node[0] == f.COMPARE and len(node[3]) == 1 and node[3][0][0] == ("not in" if holds else "in"):
        quote, what, about = _constant((node[2],)), "inside", _middle(node[3][0][1])
    else:
        return None
    key = key_of(about) if about is not None else None
    return (key, quote, what) if key is not None and quote in _QUOTES else None


def _constant(nodes: tuple[Node, ...]) -> str:
    return nodes[0][2] if len(nodes) == 1 and nodes[0][0] == f.CONST and isinstance(nodes[0][2], str) else ""


def _middle(node: Node) -> Node | None:
    """`x` of `x[1:-1]`."""
    if node[0] != f.SUBSCRIPT or node[3][0] != f.SLICE:
        return None
    lower, upper = node[3][2], node[3][3]
    first = lower is not None and lower[0] == f.CONST and lower[2] == 1
    return node[2] if first and _minus_one(upper) else None


def _minus_one(node: Node | None) -> bool:
    if node is None:
        return False
    if node[0] == f.UNARY:
        return bool(node[2] == "-" and node[3][0] == f.CONST and node[3][2] == 1)
    return bool(node[0] == f.CONST and node[2] == -1)
