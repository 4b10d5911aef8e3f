"""Certificates that nobody looks at: `ssl`, aiohttp's connectors; clients tell it by keyword (`shared.peers`)."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.opted import opted
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.crypto.made import made
from archwright.source.frameworks.shared.peers import unverified

_CONNECTORS: Final = ("aiohttp.TCPConnector", "aiohttp.connector.TCPConnector")


class Tls(Framework):
    """TLS without a look at the peer's certificate."""

    name = "tls"
    packages = ("ssl", "aiohttp", "OpenSSL")

    def __init__(self) -> None:
        super().__init__()
        self.calls["ssl._create_unverified_context"] = _context
        self.calls["ssl._create_stdlib_context"] = _context
        for name in _CONNECTORS:
            self.calls[name] = _connector


def _context(site: CallSite) -> None:
    if not opted(site.frame, site.position):
        made(site, "tls", flags=("unverified",), algorithm="context")


def _connector(site: CallSite) -> None:
    unverified(site)
