"""Did you mean: the nearest known word to a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

SYNONYMS = {
    "bigint": "int",
    "blob": "bytes",
    "boolean": "bool",
    "currency": "money",
    "datetime": "timestamp",
    "double": "float",
    "guid": "uuid",
    "integer": "int",
    "jsonb": "json",
    "nullable": "optional",
    "null": "optional",
    "number": "decimal",
    "numeric": "decimal",
    "price": "money",
    "real": "float",
    "string": "text",
    "str": "text",
    "timestamptz": "timestamp",
    "uri": "url",
    "varchar": "text",
    "auth": "who",
    "create": "write",
    "permission": "who",
    "cache": "stale",
    "consistency": "stale",
    "delete_rule": "on_delete",
    "description": "about",
    "doc": "about",
    "enum": "values",
    "filter": "by",
    "index_by": "index",
    "latency": "p95",
    "limit": "page",
    "method": "at",
    "order": "sort",
    "order_by": "sort",
    "path": "at",
    "primary_key": "key",
    "retention": "keep",
    "role": "who",
    "route": "at",
    "rows": "count",
    "rps": "rate",
    "schedule": "every",
    "sla": "availability",
    "transaction": "together",
    "url_path": "at",
    "where": "by",
}
"""Words of other languages for ours."""

_LISTED = 14


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a person most likely meant, or None. Case and `-`/`_` do not count."""
    choices = {_plain(name): name for name in known}
    plain = _plain(word)
    if plain in choices:
        return choices[plain]
    synonym = SYNONYMS.get(plain)
    if synonym in choices:
        return synonym
    if len(plain) > 80:
        return None
    close = get_close_matches(plain, sorted(choices), n=1, cutoff=0.6)
    return choices[close[0]] if close else None


def suggest(word: str, known: Iterable[str], label: str) -> str:
    """A hint: the nearest word, or the list of known ones under `label`."""
    names = list(known)
    meant = nearest(word, names)
    if meant is not None:
        return f"did you mean {meant}?"
    if not names:
        return f"{label}: none yet"
    more = ", ..." if len(names) > _LISTED else ""
    return f"{label}: {', '.join(names[:_LISTED])}{more}"


def _plain(word: str) -> str:
    return word.lower().replace("-", "_")
