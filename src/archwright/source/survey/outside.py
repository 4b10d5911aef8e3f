"""Peers: the services that HTTP calls go to, as far as the code tells their addresses."""

from __future__ import annotations

import re
from typing import Final

from archwright.model.effect import HttpCall
from archwright.model.quantity import Duration

_HOST: Final = re.compile(
    r"^(?:https?|wss?|grpc|smtp)://(?:[^/@{}\s]*@)?([A-Za-z0-9.-]+(?::\d+)?)(?=[/?#]|$|\{\}(?:$|[/?#]))"
)
UNKNOWN_PEER: Final = "addresses not in the code"
"""The peer of calls whose address comes from settings, a row or a caller."""
MAIL_SERVER: Final = "mail server"
"""The peer of mail that goes to the server of the settings."""


_OWN: Final = re.compile(r"^(?:localhost|127\.0\.0\.1|0\.0\.0\.0|testserver)(?::\d+)?$")


def peer_of(call: HttpCall) -> str | None:
    """The host that a call goes to, or `UNKNOWN_PEER`; None for this machine itself, which is no peer."""
    text = call.peer.constant if isinstance(call.peer.constant, str) else call.peer.text
    if text == "smtp://":
        return MAIL_SERVER
    match = _HOST.match(text or "")
    host = match[1].lower() if match is not None else UNKNOWN_PEER
    return None if _OWN.match(host) else host


def timeout_of(call: HttpCall) -> Duration | None:
    """The time limit of a call, where it is a constant number of seconds."""
    value = call.timeout.constant if call.timeout is not None else None
    return Duration(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else None
