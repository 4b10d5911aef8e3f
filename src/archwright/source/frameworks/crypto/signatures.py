"""HMAC: what is signed with a key."""

from __future__ import annotations

from archwright.source.flow.compared import SIGNATURE
from archwright.source.flow.values import ALL_USES, Val, clean
from archwright.source.frameworks.base import CallSite, Framework


class Signatures(Framework):
    """`hmac`, and the HMAC of cryptography."""

    name = "signatures"
    packages = ("hmac", "cryptography", "Crypto", "Cryptodome")

    def __init__(self) -> None:
        super().__init__()
        for name in ("hmac.new", "hmac.HMAC"):
            self.calls[name] = _signing
        for name in ("hmac.HMAC.digest", "hmac.HMAC.hexdigest", "hmac.digest"):
            self.calls[name] = _signature
        self.calls["cryptography.hazmat.primitives.hmac.HMAC.finalize"] = _signature


def _signing(site: CallSite) -> Val:
    """`hmac.new(key, message, ...)`: it holds nothing of the message, but goes back to it."""
    return Val(("object", "hmac.HMAC"), clean(site.derived().origins, ALL_USES))


def _signature(site: CallSite) -> Val:
    """What only who knows the key can make: it holds nothing of what was signed, but goes back to it."""
    return Val(("text",), (SIGNATURE, *clean(site.derived().origins, ALL_USES)))
