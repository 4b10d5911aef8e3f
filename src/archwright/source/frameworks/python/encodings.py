"""Encodings: what they give is the same data in other letters."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Handler


def _recoded(site: CallSite) -> Val:
    return site.derived(("text",))


CALLS: Final[dict[str, Handler]] = {
    f"{module}.{name}": _recoded
    for module, names in (
        ("base64", ("b64decode", "b64encode", "urlsafe_b64decode", "urlsafe_b64encode", "standard_b64decode", "standard_b64encode")),
        ("base64", ("b32decode", "b32encode", "b16decode", "b16encode", "b85decode", "b85encode", "a85decode", "a85encode")),
        ("base64", ("decodebytes", "encodebytes")),
        ("binascii", ("hexlify", "unhexlify", "a2b_hex", "b2a_hex", "a2b_base64", "b2a_base64")),
        ("codecs", ("encode", "decode")),
        ("builtins.bytes", ("fromhex",)),
        ("builtins.bytearray", ("fromhex",)),
    )
    for name in names
}  # fmt: skip
"""By dotted name."""
