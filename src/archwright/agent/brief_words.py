"""How to write a brief, in one text: an example, then every word with what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from archwright.brief.schema import brief_schema
from archwright.brief.starter import starter
from archwright.brief.vocabulary import TYPE_MEANINGS

_SCHEMA = "brief.schema.json"


def brief_words() -> str:
    """Markdown: the brief that `archwright init` writes, then the words of each of its mappings."""
    schema = brief_schema()
    parts = ["# The brief", "", "```yaml", starter("my-system", _SCHEMA).rstrip(), "```"]
    for table in (schema, *schema["$defs"].values()):
        parts += _table(table)
    parts += ["", "## Types of fields", *(f"- `{name}`: {meaning}" for name, meaning in TYPE_MEANINGS.items())]
    return "\n".join(parts) + "\n"


def _table(schema: dict[str, Any]) -> Iterator[str]:
    """The words of one mapping; nothing for a schema that is none."""
    words = {name: entry for name, entry in schema.get("properties", {}).items() if "description" in entry}
    if not words or "title" not in schema:
        return
    yield ""
    yield f"## {schema['title']}"
    for name, entry in words.items():
        examples = [each if isinstance(each, str) else json.dumps(each) for each in entry.get("examples", ())]
        yield f"- `{name}`: {entry['description']}" + (f" `{examples[0]}`" if examples else "")
