"""Methods whose text is of letters that no data chooses, whatever they are called on: points in time, hexadecimal digits."""

from __future__ import annotations

from typing import Final

from archwright.model.value import Use
from archwright.source.flow.values import ALL_USES, Val, clean, join_origins, origins_of
from archwright.source.frameworks.base import CallSite, Handler, mask

_SPELT: Final = ALL_USES & ~mask(Use.LENGTH, Use.REVEAL, Use.FIXED)
"""Digits tell as much as what they spell, and are as many."""


def _spelt(site: CallSite) -> Val | None:
    """`when.isoformat()`, `key.hex()`: what stands between the digits is all that an argument says."""
    if site.receiver is None:
        return None
    return Val(("text",), join_origins(clean(origins_of([site.receiver]), _SPELT), origins_of(site.values())))


METHODS: Final[dict[str, Handler]] = dict.fromkeys(("isoformat", "hex", "hexdigest", "strftime"), _spelt)
"""By method name."""
