"""Checks: what the caller of a unit may rely on once the unit has returned.

`if x not in ALLOWED: raise` in a helper makes the caller's variable clean; `return x in ALLOWED` does so where the
answer was looked at. A check is told of a place: a name, or attributes and items below it (`self.sort`, `data["by"]`).
In a frame's names a place that passed a check is marked by the key of the place and `.!`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.effects import Checked, Checks
from archwright.source.flow.values import ALL_USES, Val, constant, deep_origins

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]
Path = tuple[tuple[str, Any], ...]

MARK = ".!"
"""Ends the key of a place that passed a check."""
TEST = ".?"
"""Ends the key under which the test is kept that a name holds the answer of."""
UNSET = "?.unset"
"""The key that is kept on a way that is taken only where the operators of the service have set no limit."""
_UNLIMITED: Checked = {}
"""What such a way tells: nothing, also nothing against what the others check."""
_SAME_TEXT = frozenset(
    {"lower", "upper", "casefold", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "replace", "title"}
    | {"encode", "decode"}
)
"""Who checks what these give has looked at the text itself."""
_SAME_DATA = frozenset({"str", "set", "list", "tuple", "frozenset", "sorted"})
_ITEM = re.compile(r"item '([\w -]+)'")
"""An item in the key of a place."""
_TELLING = frozenset({f.COMPARE, f.BOOL, f.UNARY, f.CALL, f.NAME, f.AWAIT})
"""Kinds of answers that tell what was checked."""


def place_of(node: Node) -> tuple[str, Path] | None:
    """The name a place starts at and the way down from it; None where the expression is no place."""
    path: list[tuple[str, Any]] = []
    while node[0] != f.NAME:
        if node[0] == f.ATTR:
            path.append(("attribute", node[3]))
        elif node[0] == f.SUBSCRIPT and node[3][0] == f.CONST:
            path.append(("item", node[3][2]))
        elif (
            node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "get" and node[3] and node[3][0][0] == f.CONST
        ):
            path.append(("item", node[3][0][2]))
        elif node[0] == f.WALRUS:
            node = node[2]
            continue
        else:
            return None
        node = node[2][2] if node[0] == f.CALL else node[2]
    return node[2], tuple(reversed(path))


def key_of(node: Node) -> str | None:
    """The key of a place among a frame's names."""
    if node[0] == f.NAME:
        return str(node[2])
    place = place_of(node)
    if place is None:
        return None
    return ".".join([place[0], *(str(what) if how == "attribute" else f"{how} {what!r}" for how, what in place[1])])


def subject(node: Node) -> Node:
    """What a test is about, without what only changes its letters or its container: `x` of `set(x.lower())`."""
    while node[0] == f.CALL:
        function = node[2]
        if function[0] == f.ATTR and function[3] in _SAME_TEXT:
            node = function[2]
        elif function[0] == f.NAME and function[2] in _SAME_DATA and len(node[3]) == 1:
            node = node[3][0]
        elif function[0] == f.ATTR and function[3] == "keys" and not node[3]:
            node = function[2]
        else:
            break
    return node


def _way(path: list[str]) -> Path | None:
    """The way down from a name, from the parts of a place's key; None where a part is told by more than a name."""
    found: list[tuple[str, Any]] = []
    for part in path:
        item = _ITEM.fullmatch(part)
        if item is None and not part.isidentifier():
            return None
        found.append(("item", item[1]) if item is not None else ("attribute", part))
    return tuple(found)


def mark(frame: Frame, key: str, uses: int = ALL_USES) -> None:
    """Remember that a place passed a check, which cleans it for `uses`."""
    known = frame.env.get(key + MARK)
    before = known.const if known is not None and isinstance(known.const, int) else 0
    frame.keep(key + MARK, Val(None, (), uses | before))
    if "." in key:
        frame.narrowed = True


def unset(frame: Frame, node: Node) -> None:
    """`if not settings.HOSTS`: who leaves it empty wants no check. A list of the code's own that is not empty, never is."""
    from archwright.source.flow.expressions import evaluate

    start = place_of(node)
    if start is None or (start[1] and start[0] in frame.env):
        return  # an attribute of what the unit works with is no setting, and to look at it again may cost a query
    value = evaluate(frame, node)
    keys = [key for key, _, _ in deep_origins(value)]
    chosen = bool(keys) and all(key[0] == "source" and key[2] == Trust.OPERATOR.value for key in keys)
    if chosen or (not keys and value.items):
        frame.keep(UNSET, constant(True))


def leave(frame: Frame, node: Node | None, truth: bool | None) -> None:
    """The unit returns here: what was checked on the way, for a true and for a false answer.

    That no check is wanted is the operators' choice, not the sender's: such a way tells nothing of what the others check.
    """
    ways = [holds for holds in (True, False) if truth is not (not holds)]
    from archwright.source.flow.refine import refine

    if UNSET in frame.env:
        frame.exits += [(holds, _UNLIMITED) for holds in ways]
        return
    untested = node is not None and node[0] == f.NAME and node[2] + TEST not in frame.env
    if node is None or untested or node[0] not in _TELLING:
        if node is not None and untested and True in ways:
            refine(frame, node, True)  # no name is known better for it: it only steers
        marked = _marked(frame)
        frame.exits += [(holds, marked) for holds in ways]
        return
    saved = frame.env
    for holds in ways:
        frame.env = dict(saved)
        refine(frame, node, holds)
        frame.exits.append((holds, _marked(frame)))
    frame.env = saved


def _marked(frame: Frame) -> Checked:
    found: Checked = {}
    if not frame.dotted:
        return found
    names = {parameter[0]: index for index, parameter in enumerate(frame.facts[4])}
    for key, value in frame.env.items():
        if key.endswith(MARK):
            name, *path = key.removesuffix(MARK).split(".")
            way = _way(path) if name in names else None
            if way is not None:
                uses = (
                    value.const if isinstance(value.const, int) else 0
                )  # marks of several ways that differ tell nothing
                found[names[name], way] = uses
    return found


def checks_of(frame: Frame) -> Checks | None:
    """What holds after every return, after those with a true answer, and after those with a false one."""
    if not any(marked for _, marked in frame.exits):
        return None
    exits = [(answer, marked) for answer, marked in frame.exits if marked is not _UNLIMITED]
    sides = []
    for holds in (True, False):
        ways = [marked for answer, marked in exits if answer is holds]
        sides.append(_common(ways))
    always = _common([marked for _, marked in exits])
    return Checks(always, sides[0], sides[1]) if always or sides[0] or sides[1] else None


def _common(ways: list[Checked]) -> Checked:
    """What passed a check on every way, for the uses that all of them clean."""
    found: Checked = {}
    for place, uses in ways[0].items() if ways else ():
        for way in ways[1:]:
            uses &= way.get(place, 0)  # noqa: PLW2901 - the fold over the ways
        if uses:
            found[place] = uses
    return found


def below(node: Node, path: Path) -> Node:
    """The expression of a place below another."""
    for how, name in path:
        node = item_of(node, name) if how == "item" else (f.ATTR, node[1], node, name)
    return node


def item_of(node: Node, key: object) -> Node:
    """The expression of `node[key]`."""
    return (f.SUBSCRIPT, node[1], node, (f.CONST, node[1], key))


def never_returns(frame: Frame, node: Node | None) -> bool:
    """True for a call after which nothing more happens here: `abort(404)`."""
    while node is not None and node[0] == f.AWAIT:
        node = node[2]
    return node is not None and node[0] == f.CALL and node[1] in frame.never
