"""Certificates that nobody looks at: `ssl`; clients tell it by keyword (`shared.peers`)."""

from __future__ import annotations

from archwright.source.flow.handshakes import bound_to, only_greets
from archwright.source.flow.opted import opted
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.crypto.made import made


class Tls(Framework):
    """TLS without a look at the peer's certificate."""

    name = "tls"
    packages = ("ssl", "OpenSSL")

    def __init__(self) -> None:
        super().__init__()
        self.calls["ssl._create_unverified_context"] = _context
        self.calls["ssl._create_stdlib_context"] = _context


def _context(site: CallSite) -> None:
    if not opted(site.frame, site.position) and not only_greets(site.frame, bound_to(site.frame, site.position)):
        made(site, "tls", flags=("unverified",), algorithm="context")
