"""Connections that are no HTTP: to a database, a cache, a mail server, a directory, another machine's shell."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, UNKNOWN, Val, constant, deep_origins
from archwright.source.frameworks.base import CallSite, Given
from archwright.source.frameworks.shared.peers import call_peer, joined

_SCHEME: Final = constant("tcp://")
"""Stands before a bare host."""
_SENT: Final = frozenset({"source", "parameter", "field"})


def connect(site: CallSite, given: Given) -> None:
    """Record that a call connects to a host that data from outside or a row may choose; hosts of the code and of the settings are no news."""
    host = _host(site, given)
    if host is not None and any(key[0] in _SENT for key, _, _ in deep_origins(host)):
        call_peer(site, joined(_SCHEME, Val(("text",), deep_origins(host), NO, None, shape(host))), "", UNKNOWN)


def _host(site: CallSite, given: Given) -> Val | None:
    found = site.argument(given.place, given.names[0])
    for name in given.names[1:]:
        found = found if found is not None else site.keywords.get(name)
    if found is not None and found.items and found.type in (("list",), ("tuple",)):
        return next(iter(found.items.values()))  # (host, port), or the first of several hosts
    for each in site.spread if found is None else ():
        items = each.items
        if each.type in (("list",), ("tuple",)):
            continue
        named = next((items[name] for name in given.names if name in items), None) if items else None
        if named is not None or not items:
            return named if named is not None else each
    return found
