"""Addresses built of texts: whether what stands before a piece of data fixes the host that the whole leads to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from archwright.model.value import Use
from archwright.source.flow.values import BIT, NO, Val, deep_origins

HOST: Final = BIT[Use.HOST]
_FIXES: Final = re.compile(r"(?:https?:)?//[^/?#\\\s]+[/?#]|/[^/\\\s]|[?#]|\.{0,2}[\w-][\w.-]*[/?#]", re.IGNORECASE)
"""A scheme and a whole host, the first letter of a path below this host, a query, a relative path. A lone slash fixes nothing:
behind it `/host` makes `//host`."""


def fixes_host(prefix: str) -> bool:
    """True where a text at the start of an address leaves nothing of the host to what follows."""
    return _FIXES.match(prefix) is not None


def anchored(text: str, before: Sequence[Val]) -> bool:
    """The same of the values that stand before a piece of data, and their text with `{}` for what is not constant. What begins with something unread is not the sender's to lead."""
    prefix, hole, _ = text.partition("{}")
    if prefix or not hole:
        return fixes_host(prefix)
    first = next((value for value in before if value.const is NO or value.origins), None)
    return first is not None and not any(
        key[0] == "source" and not cleaned & HOST for key, cleaned, _ in deep_origins(first)
    )
