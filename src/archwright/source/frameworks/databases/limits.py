"""`LIMIT` in SQL texts: how many rows are fetched, where a value of the program says so."""

from __future__ import annotations

import re
from typing import Any, Final

from archwright.source.flow.values import Val, deep_origins
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.queries import emit_take

_LIMIT: Final = re.compile(
    r"\blimit\s+(?:(?P<hole>\{\})|(?P<next>%s|\?)|\$(?P<number>\d+)|%\((?P<word>\w+)\)s|:(?P<name>\w+))", re.IGNORECASE
)
_NEXT: Final = re.compile(r"%s|\?")
"""Placeholders that stand for the values one after another."""

_COUNTS: Final = re.compile(
    r"\s*select\s+count\s*\([^()]*\)(?:\s+as\s+\w+)?\s+from\b(?!.*\bgroup\s+by\b)", re.IGNORECASE | re.DOTALL
)
"""Statements that give one row, however many they count."""


def limited(site: CallSite, text: Val, written: str) -> None:
    """Record how many rows a statement fetches. written: the text, `{}` for each part that is not constant."""
    found = _LIMIT.search(written)
    if found is None or _COUNTS.match(written):
        return
    if found["hole"]:
        # of a text with several holes it isn't kept which of the data stands in which
        amount = Val(None, text.origins) if written.count("{}") == 1 else None
    elif found["number"]:
        amount = site.argument(int(found["number"]), "")
    else:
        name = found["word"] or found["name"]
        key: Any = name or len(_NEXT.findall(written[: found.start()]))
        given = site.argument(1, "parameters")
        amount = given.items.get(key) if given is not None and given.items is not None else None
    if amount is not None:
        emit_take(site.frame, site.position, None, Val(None, deep_origins(amount)))
