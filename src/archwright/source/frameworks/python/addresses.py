"""Addresses of the network: who asks which network one belongs to, and what connects to one without HTTP."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.effects import JUDGES
from archwright.source.flow.values import UNKNOWN, Val, constant
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.shared.peers import call_peer, joined

_LOOKS: Final = (
    "ipaddress.ip_address",
    "ipaddress.IPv4Address",
    "ipaddress.IPv6Address",
    "netaddr.IPAddress",
    "django.core.validators.validate_ipv46_address",
)
"""Who makes an address of a text asks something of it next: `is_global`, `in BLOCKED`."""


def _looks(site: CallSite) -> Val | None:
    site.frame.judged = True
    site.frame.traits.add(JUDGES)
    return None


def _pair(site: CallSite) -> Val | None:
    """A connection to `(host, port)`."""
    address = site.argument(0, "address")
    if address is not None:
        host = address.items.get(0) if address.type == ("tuple",) and address.items else None
        _connects(site, host if host is not None else address)
    return None


def _host(site: CallSite) -> Val | None:
    host = site.argument(0, "host")
    if host is not None:
        _connects(site, host)
    return None


def _connects(site: CallSite, host: Val) -> None:
    call_peer(site, joined(constant("tcp://"), host), "", UNKNOWN)


CALLS: Final[dict[str, Handler]] = {
    **dict.fromkeys(_LOOKS, _looks),
    "socket.create_connection": _pair,
    "socket.socket.connect": _pair,
    "socket.socket.connect_ex": _pair,
    "asyncio.open_connection": _host,
}
