"""Sessions: what is put into them, by key."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.responses.libraries import WEB
from archwright.source.packed import body_of

_SESSION: Final = "session of a request"
_ASKS: Final = frozenset({"does:Read", "does:Crypto", "does:HttpCall", "does:Guard", "does:Load", "does:CacheGet"})
"""Traits of a function that asks somebody about the data before it keeps it."""
_VALIDATES: Final = frozenset({"is_valid", "validate", "validate_on_submit"})
"""Methods by which forms say whether what was sent passed all that they check."""


class Sessions(Framework):
    """`session[key] = value`."""

    name = "sessions"
    packages = WEB
    aliases: ClassVar[dict[str, str]] = {
        "flask.globals.session": "flask.session",
        "quart.session": "flask.session",
        "quart.globals.session": "flask.session",
    }
    attributes: ClassVar[dict[str, str]] = {
        f"{request}.session": _SESSION
        for request in ("django.http.HttpRequest", "fastapi.Request", "starlette.requests.Request")
    }

    def __init__(self) -> None:
        super().__init__()
        for session in ("flask.session", _SESSION):
            self.calls[f"{session}.__setitem__"] = _put
            self.calls[f"{session}.setdefault"] = _put


def _put(site: CallSite) -> Val | None:
    key, value = site.argument(0), site.argument(1)
    if key is not None and value is not None and (key.origins or value.origins or value.items):
        site.emit("SessionSet", key=key, value=value, checked=_checked(site.frame, site.position))
    return None


def _checked(frame: Frame, position: int) -> bool:
    """True where the function asked about something before: a row, a hash, a peer; or stands under a comparison or a call.

    So it is behind a form that is not valid, too, where the function ends.
    """
    return not frame.traits.isdisjoint(_ASKS) or _under(body_of(frame.facts), position, False)


def _under(body: Any, position: int, asked: bool) -> bool:
    """True where the statement at a place stands below a condition that compares two things or calls something."""
    for node in body:
        if not isinstance(node, tuple) or not node or not isinstance(node[0], int):
            continue
        if node[1] == position and asked:
            return True
        if node[0] == f.IF:
            asks = _asks(node[2])
            if any(_under(block, position, asked or asks) for block in (node[3], node[4]) if block):
                return True
            asked = asked or (_refused(node[2]) and bool(node[3]) and node[3][-1][0] in (f.RETURN, f.RAISE))
        elif (
            node[0] in (f.FOR, f.WHILE, f.WITH, f.TRY)
            and any(_under(part, position, asked) for part in node[2:] if isinstance(part, tuple))
        ) or (node[0] == f.ASSIGN and asked and any(target[1] == position for target in node[2])):
            return True
    return False


def _refused(test: Any) -> bool:
    """`not form.is_valid()`."""
    called = test[3] if test[0] == f.UNARY and test[2] == "not" else None
    return called is not None and called[0] == f.CALL and called[2][-1] in _VALIDATES


def _asks(test: Any) -> bool:
    if not isinstance(test, tuple) or not test:
        return False
    return test[0] in (f.COMPARE, f.CALL) or any(_asks(part) for part in test)
