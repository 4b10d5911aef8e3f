"""Addresses built of texts: whether what stands before a piece of data fixes the host that the whole leads to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from archwright.model.value import Trust, Use
from archwright.source.flow.values import BIT, NO, Origin, Val, clean, deep_origins

HOST: Final = BIT[Use.HOST]
_FIXES: Final = re.compile(r"(?:https?:)?//[^/?#\\\s]+[/?#]|/[^/\\\s]|[?#]|\.{0,2}[\w-][\w.-]*[/?#]", re.IGNORECASE)
"""A scheme and a whole host, the first letter of a path below this host, a query, a relative path. A lone slash fixes nothing:
behind it `/host` makes `//host`."""


def fixes_host(prefix: str) -> bool:
    """True where a text at the start of an address leaves nothing of the host to what follows."""
    return _FIXES.match(prefix) is not None


def anchored(text: str, before: Sequence[Val]) -> bool:
    """The same of the values that stand before a piece of data, and their text with `{}` for what is not constant.

    What begins with something unread, or with the service's own settings, is not the sender's to lead.
    """
    prefix, hole, _ = text.partition("{}")
    if prefix or not hole:
        return fixes_host(prefix)
    first = next((value for value in before if value.const is NO or value.origins), None)
    return first is not None and not any(map(_leads, deep_origins(first)))


def _leads(origin: Origin) -> bool:
    key, cleaned, _ = origin
    return key[0] == "source" and key[2] != Trust.OPERATOR.value and not cleaned & HOST


def judged(address: Val) -> Val:
    """An address that goes out after a look at which network some address belongs to: its host is taken as checked."""
    return Val(address.type, clean(address.origins, HOST), address.const, address.items, address.text, address.asked)
