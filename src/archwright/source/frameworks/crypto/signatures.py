"""HMAC: what is signed with a key."""

from __future__ import annotations

from typing import ClassVar

from archwright.source.flow.compared import SIGNATURE
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework


class Signatures(Framework):
    """`hmac`, and the HMAC of cryptography."""

    name = "signatures"
    packages = ("hmac", "cryptography", "Crypto", "Cryptodome")
    returns: ClassVar[dict[str, str]] = {"hmac.new": "hmac.HMAC", "hmac.HMAC": "hmac.HMAC"}

    def __init__(self) -> None:
        super().__init__()
        for name in ("hmac.HMAC.digest", "hmac.HMAC.hexdigest", "hmac.digest"):
            self.calls[name] = _signature
        self.calls["cryptography.hazmat.primitives.hmac.HMAC.finalize"] = _signature


def _signature(site: CallSite) -> Val:
    """What only who knows the key can make: it holds nothing of what was signed."""
    return Val(("text",), (SIGNATURE,))
