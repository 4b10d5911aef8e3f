"""Identifiers: which names PostgreSQL takes bare, and how the others are quoted."""

from __future__ import annotations

import hashlib
import re

from archwright.sql.keywords import RESERVED

MAXIMUM_BYTES = 63
"""NAMEDATALEN - 1: PostgreSQL cuts longer names silently, so that two of them may become one."""

_BARE = re.compile(r"[a-z_][a-z0-9_]*")


def is_bare(name: str) -> bool:
    """Whether the name means itself without quotes: lower case, no odd character, not a reserved word."""
    return _BARE.fullmatch(name) is not None and name not in RESERVED


def quote_identifier(name: str) -> str:
    """The name as SQL text, quoted only where it must be.

    Raises ValueError for what no quoting can carry: an empty name, a NUL character, more than 63 bytes of UTF-8.
    """
    if not name or "\0" in name:
        raise ValueError(f"{name!r} can't be an SQL identifier: it is empty or holds a NUL character")
    if len(name.encode()) > MAXIMUM_BYTES:
        raise ValueError(f"{name!r} can't be an SQL identifier: PostgreSQL would cut it to {MAXIMUM_BYTES} bytes")
    return name if is_bare(name) else '"' + name.replace('"', '""') + '"'


def quote_identifiers(names: tuple[str, ...]) -> str:
    """Several names, separated by commas."""
    return ", ".join(quote_identifier(name) for name in names)


def fit_name(name: str) -> str:
    """The name as it is, or cut to PostgreSQL's 63 bytes with a digest that keeps it apart from its likes."""
    if len(name.encode()) <= MAXIMUM_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name.encode()[: MAXIMUM_BYTES - 9].decode(errors="ignore") + "_" + digest
