"""Addresses built of texts: whether what stands before a piece of data fixes the host that the whole leads to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from archwright.model.value import Use
from archwright.source.flow.values import BIT, NO, Origin, Val, clean, deep_origins, sent

HOST: Final = BIT[Use.HOST]
ROOTED: Final = BIT[Use.ROOTED]
SINGLE: Final = BIT[Use.SINGLE]
_RELATIVE: Final = BIT[Use.RELATIVE]
_FIXES: Final = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:)?//[^/?#\\\s]+[/?#]|(?!https?:)[a-z][a-z0-9+.-]*:///|/[^/\\\s]|[?#]|\.{0,2}[\w-][\w.-]*[/?#]",
    re.IGNORECASE,
)
"""A scheme and a whole host, a scheme of files, the first letter of a path below this host, a query, a relative path. A lone slash
fixes nothing: behind it `/host` makes `//host`."""
_AUTHORITY: Final = re.compile(r"(?:\{\}|[a-z][a-z0-9+.-]*)?:?//[^/?#\\\s]+[/?#]", re.IGNORECASE)
"""The scheme and the whole host at the start of an address, either of which may be put in."""

_BEHIND: Final = frozenset("?#")
"""Begin the query and the fragment of an address."""


def fixes_host(prefix: str) -> bool:
    """True where a text at the start of an address leaves nothing of the host to what follows."""
    return _FIXES.match(prefix) is not None


def fixed(cleaned: int) -> bool:
    """True for data that was cleaned for some uses and can't lead to another host."""
    return bool(cleaned & HOST) or cleaned & (ROOTED | SINGLE) == ROOTED | SINGLE


def below_root(origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """What stands behind a slash at the start of an address: where it begins with none itself, it is a path of this host."""
    return tuple((key, cleaned | HOST if cleaned & _RELATIVE else cleaned, steps) for key, cleaned, steps in origins)


def anchored(text: str, before: Sequence[Val]) -> bool:
    """The same of the values that stand before a piece of data, and their text with `{}` for what is not constant.

    What begins with something unread, or with the service's own settings, is not the sender's to lead. Behind a host with its end, and
    behind the mark of a query or of a fragment, no host begins any more, whoever chose what stands before.
    """
    if not _BEHIND.isdisjoint(text) or _AUTHORITY.match(text) is not None:
        return True
    prefix, hole, behind = text.partition("{}")
    if prefix or not hole or behind.startswith("://"):
        return fixes_host(prefix)
    first = next((value for value in before if value.const is NO or value.origins), None)
    return first is not None and not any(map(leads, deep_origins(first)))


def leads(origin: Origin) -> bool:
    """True for data of a sender's that may hold a host."""
    return sent(origin) and not fixed(origin[1])


def judged(address: Val) -> Val:
    """An address that goes out after a look at which network some address belongs to: its host is taken as checked."""
    return Val(address.type, clean(address.origins, HOST), address.const, address.items, address.text, address.asked)
