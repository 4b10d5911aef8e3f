"""Hooks of a view class that ask, before its methods run, whether the caller may work on the row that the path names.

The row: what `get_object` gives, and what is looked up by a parameter of the path. What the function that is asked does with it is its own matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.nodes import branches, nodes
from archwright.source.packed import body_of
from archwright.source.survey.strangers import CALLER

_SPEAKS: Final = re.compile(
    r"perm(?:s|_|it|ission|$)|access|allow|authori[sz]|polic(?:y|ies)|(?:^|_)can_|owns|owner|belongs|member|forbid",
    re.IGNORECASE,
)
"""Names of functions that say whether somebody may."""
_ANSWERS: Final = re.compile(r"^(?:has_perms?|ahas_perms?|has_permissions?|has_object_permission|can_\w+|is_\w+)$")
"""Of these, those that answer with a truth, which nobody looks at where the call is a statement of its own."""
_NO_KEYS: Final = frozenset({"self", "cls", "request", "args", "kwargs"})
_ASKED: Final = (f.CALL, f.COMPARE)


def asks_of_row(facts: Any, own: Callable[[str], Any | None]) -> str:
    """The name by which a hook that may answer in the place of a method asks of the row; empty: it does not. `own`: methods of its class."""
    hook = _Hook(facts)
    for call in hook.calls():
        name = last_name(call[2])
        if not _SPEAKS.search(name) or hook.drops(call):
            continue
        if hook.is_given_row(call):
            return name
        of_class = own(name) if call[2][0] == f.ATTR and call[2][2][0] == f.NAME and call[2][2][2] == "self" else None
        if of_class is not None and of_class is not facts and _Hook(of_class).meets():
            return name
    for branch in branches(hook.body):
        if any(way and way[-1][0] in (f.RAISE, f.RETURN) for way in branch[3:5]) and hook.meet_in(branch[2]):
            return "user"
    return ""


def decides_by_row(facts: Any) -> bool:
    """True for a test of the caller (`test_func`) that brings the row and the caller together: a comparison, a function that is given both."""
    return _Hook(facts).meets()


class _Hook:
    """The names of a function that stand for the row, or for the caller."""

    def __init__(self, facts: Any) -> None:
        self.body = body_of(facts)
        self._found = list(nodes(self.body))
        self._rows = {str(parameter[0]) for parameter in facts[4]} - _NO_KEYS
        self._callers: set[str] = set()
        bound = [(target, node[3]) for node in self._found if node[0] == f.ASSIGN for target in node[2]]
        more = True
        while more:
            more = False
            for target, value in bound:
                for names, says in ((self._rows, self._of_row), (self._callers, self._of_caller)):
                    new = (name for part in (_parts(target) if says(value) else ()) if (name := _named(part)))
                    for name in new:
                        more = more or name not in names
                        names.add(name)

    def calls(self) -> Iterator[Any]:
        return (node for node in self._found if node[0] == f.CALL)

    def drops(self, call: Any) -> bool:
        """True for a question whose answer nobody looks at, and that raises nothing."""
        alone = any(node[0] == f.EXPR and node[2] is call for node in self._found)
        raises = dict(call[4]).get("raise_exception")
        if raises is not None and raises[0] == f.CONST:
            return alone and not raises[2]
        return alone and _ANSWERS.match(last_name(call[2])) is not None and raises is None

    def is_given_row(self, call: Any) -> bool:
        """`has_permission(user, row)`, `row.may_be_edited_by(user)`."""
        given = (*call[3], *(value for _, value in call[4]))
        held = call[2][0] == f.ATTR and self._of_row(call[2][2])
        return any(map(self._of_row, given)) or (held and any(map(self._of_caller, given)))

    def meets(self) -> bool:
        """True where some comparison or call brings the row and the caller together."""
        return self.meet_in(self.body)

    def meet_in(self, body: Any) -> bool:
        asked = (node for node in nodes(body) if node[0] in _ASKED)
        return any(self._of_row(node) and self._of_caller(node) for node in asked)

    def _of_row(self, node: Any) -> bool:
        return any(self._is_row(part) for part in nodes(node))

    def _of_caller(self, node: Any) -> bool:
        return any(
            (part[0] == f.ATTR and CALLER.match(part[3]))
            or (CALLER.match(name := _named(part)) or name in self._callers)
            for part in nodes(node)
        )

    def _is_row(self, node: Any) -> bool:
        if node[0] == f.CALL:
            function = node[2]
            by_key = function[0] == f.ATTR and function[3] in ("get", "pop") and last_name(function[2]) == "kwargs"
            return by_key or last_name(function) == "get_object"
        if node[0] == f.SUBSCRIPT:
            return last_name(node[2]) == "kwargs"
        return _named(node) in self._rows or _named(node) == "self.object"


def _named(node: Any) -> str:
    """`row`, `self.row`; empty for anything else."""
    if node[0] == f.NAME:
        return str(node[2])
    if node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] == "self":
        return f"self.{node[3]}"
    return ""


def _parts(target: Any) -> tuple[Any, ...]:
    return target[2] if target[0] in (f.TUPLE, f.LIST) else (target,)
