"""Did you mean: the nearest word of a brief to a wrong one, also where it is a word of another language."""

from __future__ import annotations

from collections.abc import Iterable

from archwright.model import nearest as words

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


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that a person most likely meant, or None."""
    return words.nearest(word, known, SYNONYMS)


def suggest(word: str, known: Iterable[str], label: str) -> str:
    """A hint: the nearest word, or the list of known ones under `label`."""
    return words.suggest(word, known, label, SYNONYMS)
