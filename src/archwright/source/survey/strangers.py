"""Branches that turn a caller away because a row is somebody else's: a field of the row is compared with who calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name, written
from archwright.source.frameworks.shared.turned_away import refuses
from archwright.source.nodes import branches, nodes

CALLER: Final = re.compile(r"^(?:current_|request_)?user$")
"""Names of who calls."""
_OF_CALLER: Final = frozenset({"id", "pk", "uuid", "username", "email", "identity"})
"""What tells one caller from another."""
_NOT_FOUND: Final = re.compile(r"^(?:Http404|NotFound\w*|not_?found)$", re.IGNORECASE)
_UNEQUAL: Final = frozenset({"!=", "is not", "not in"})
_EQUAL: Final = frozenset({"==", "is", "in"})
_NO_ROW: Final = frozenset({"request", "self", "cls", "settings", "g", "session"})
_OF_VIEW: Final = frozenset({"request", "kwargs", "args", "user"})
"""Attributes of a view that are no row."""


def turns_strangers_away(body: Any, *, before: bool = False) -> str:
    """The comparison by which a body turns away callers whose the row is not, as written; empty: it does not.

    before: it runs before a handler, so that whatever it returns is an answer in the handler's place.
    """
    for node in branches(body):
        then, otherwise = (_ends(way, before=before) for way in node[3:5])
        for compared in nodes(node[2]):
            if compared[0] == f.COMPARE and len(compared[3]) == 1:
                operator, right = compared[3][0]
                away = (then and operator in _UNEQUAL) or (otherwise and operator in _EQUAL)
                if away and _one_of_each(compared[2], right):
                    return written(compared)
    return ""


def _one_of_each(left: Any, right: Any) -> bool:
    return (_is_caller(left) and _is_of_row(right)) or (_is_caller(right) and _is_of_row(left))


def _is_caller(node: Any) -> bool:
    """`request.user`, `user.id`, `self.request.user.pk`."""
    if node[0] == f.ATTR and node[3] in _OF_CALLER:
        node = node[2]
    if node[0] == f.NAME:
        return CALLER.match(node[2]) is not None
    return bool(node[0] == f.ATTR and CALLER.match(node[3]) and last_name(node[2]) in _NO_ROW)


def _is_of_row(node: Any) -> bool:
    """`row.owner`, `row.owner.id`, `self.object.owner`: more than a name, and nothing of the caller or the request."""
    parts: list[str] = []
    while node[0] == f.ATTR:
        parts.append(node[3])
        node = node[2]
    if node[0] != f.NAME or not parts or CALLER.match(node[2]):
        return False
    of_view = node[2] == "self" and len(parts) > 1 and parts[-1] not in _OF_VIEW
    return of_view or node[2] not in _NO_ROW


def _ends(body: Any, *, before: bool) -> bool:
    """True for statements that end with an error, or with an answer that turns the caller away or finds nothing."""
    if not body:
        return False
    last = body[-1]
    if last[0] == f.RAISE or (before and last[0] == f.RETURN):
        return True
    return refuses(body) or any(map(_NOT_FOUND.match, _called(last)))


def _called(statement: Any) -> Iterator[str]:
    return (last_name(node[2]) for node in nodes(statement) if node[0] == f.CALL)
