"""Addresses of the network: who asks which network one belongs to."""

from __future__ import annotations

from typing import Final

from archwright.source import facts as f
from archwright.source.flow.effects import JUDGES
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.crypto.made import whither
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

_LOOKS: Final = (
    "ipaddress.ip_address",
    "ipaddress.IPv4Address",
    "ipaddress.IPv6Address",
    "netaddr.IPAddress",
    "django.core.validators.validate_ipv46_address",
)
"""Who makes an address of a text may ask next which network it belongs to."""
_NETWORKS: Final = frozenset({"is_private", "is_global", "is_link_local", "is_reserved", "is_site_local", "is_unicast"})
_SHOWN: Final = frozenset({"str", "repr", "format", "print"})
"""Calls that make a text of an address: what is done with the text says nothing of its network."""


def _looks(site: CallSite) -> Val | None:
    if _asked(site.frame, site.position):
        site.frame.judged = True
        site.frame.traits.add(JUDGES)
    return None


def _asked(frame: Frame, position: int) -> bool:
    """True where the unit asks for the network of an address that it made (`ip.is_private`, `ip in BLOCKED`), or hands the address on.

    That a text is an address at all, or that it is not this machine's own, says nothing of the network behind the service.
    """
    for node in nodes(body_of(frame.facts)):
        if node[0] == f.ATTR and node[3] in _NETWORKS:
            return True
        if node[0] == f.COMPARE and any(operator in ("in", "not in") for operator, _ in node[3]):
            return True
    becomes = whither(frame, position).becomes
    calls = {word.rpartition(".")[2] for how, word in becomes if how == "call"}
    if calls & _SHOWN:
        return False
    return bool(calls) or any(how in ("return", "fill", "key") for how, _ in becomes)


CALLS: Final[dict[str, Handler]] = dict.fromkeys(_LOOKS, _looks)
"""By dotted name."""
