"""Middlewares of the project that turn away whoever is not signed in, before any handler."""

from __future__ import annotations

import re
from typing import Any, Final

from archwright.source import facts as f
from archwright.source.frameworks.shared.turned_away import refuses
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import branches, nodes

_RUNS: Final = ("__call__", "__acall__", "process_request", "process_view", "dispatch")
_SIGNED_IN: Final = "is_authenticated"
_ANONYMOUS: Final = "is_anonymous"
_SENDS_AWAY: Final = re.compile(r"log_?in|sign_?in|redirect", re.IGNORECASE)
"""Names in an answer that leads to where one signs in."""


def run_by(middleware: ClassInfo) -> list[int]:
    """The methods of a middleware that every request goes through."""
    return [unit for name in _RUNS if (unit := middleware.method(name)) is not None]


def ends_anonymous(body: Any) -> bool:
    """True for code that ends the request of whoever is not signed in: by an error, 401 or 403, or the way to the sign-in."""
    for node in branches(body):
        anonymous = _asks_anonymous(node[2])
        if anonymous is not None and _sends_away(node[3] if anonymous else node[4]):
            return True
    return False


def _asks_anonymous(test: Any) -> bool | None:
    """True for a condition that only anonymous callers meet, False for one that only others do, None for what asks neither."""
    if test[0] == f.BOOL and test[2] in ("and", "or"):
        return next((asked for part in test[3] if (asked := _asks_anonymous(part)) is not None), None)
    if test[0] == f.UNARY and test[2] == "not":
        asked = _asks_anonymous(test[3])
        return None if asked is None else not asked
    if test[0] == f.CALL and not test[3]:
        return _asks_anonymous(test[2])
    if test[0] == f.ATTR and test[3] in (_SIGNED_IN, _ANONYMOUS):
        return bool(test[3] == _ANONYMOUS)
    return None


def _sends_away(body: Any) -> bool:
    if refuses(body):
        return True
    if not body or body[-1][0] != f.RETURN:
        return False
    return any(_SENDS_AWAY.search(str(node[-1])) for node in nodes(body[-1]) if node[0] in (f.NAME, f.ATTR))
