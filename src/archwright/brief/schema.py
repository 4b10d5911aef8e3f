"""The JSON Schema (2020-12) of a brief, for completion, hover texts and checks in any editor.

It is written from the same tables that the reader walks. It is a little wider than the reader where a regular
expression can't follow: names are looked up, and expressions parsed, by the reader alone.
"""

from __future__ import annotations

import json
from typing import Any

from archwright.brief.kinds import Definitions
from archwright.brief.vocabulary import BRIEF

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def brief_schema() -> dict[str, Any]:
    """The schema, the same at every call."""
    definitions = Definitions()
    schema = BRIEF.schema(definitions)
    return {"$schema": DIALECT, **schema, "$defs": dict(sorted(definitions.found.items()))}


def brief_schema_text() -> str:
    """The schema as indented JSON with a final newline."""
    return json.dumps(brief_schema(), indent=2, ensure_ascii=False) + "\n"
