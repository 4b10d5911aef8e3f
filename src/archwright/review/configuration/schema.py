"""The JSON Schema (2020-12) of a configuration, for completion and checks in any editor that knows TOML schemas.

It is written from the table that the reader walks. It takes any name of the right form for a rule, since outside packages
bring more; the reader knows which there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from archwright.model.settings import LEVELS, NEVER
from archwright.review.configuration.options import OPTIONS, PER_PATH, Kind, Option

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAME = "^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?$"


def config_schema(rules: Iterable[str]) -> dict[str, Any]:
    """The schema of `archwright.toml`, and of the table `tool.archwright`; `rules`: names offered for completion."""
    names = sorted({*rules, *(name.partition("/")[0] for name in rules)})
    per_path = _table(PER_PATH, {})
    return {
        "$schema": DIALECT,
        "title": "Configuration of archwright",
        "description": "archwright.toml, or the table [tool.archwright] of pyproject.toml.",
        **_table(OPTIONS, {Kind.PATHS: {"type": "object", "additionalProperties": per_path}}),
        "$defs": {"rule": {"anyOf": [{"enum": names}, {"type": "string", "pattern": _NAME}]}},
    }


def config_schema_text(rules: Iterable[str]) -> str:
    """The schema as indented JSON with a final newline."""
    return json.dumps(config_schema(tuple(rules)), indent=2, ensure_ascii=False) + "\n"


def _table(options: Iterable[Option], more: dict[Kind, dict[str, Any]]) -> dict[str, Any]:
    kinds: dict[Kind, dict[str, Any]] = {
        Kind.RULES: {"type": "array", "items": {"$ref": "#/$defs/rule"}},
        Kind.PATTERNS: {"type": "array", "items": {"type": "string", "minLength": 1}},
        Kind.LEVEL: {"enum": [*LEVELS, NEVER]},
        Kind.FLAG: {"type": "boolean"},
        Kind.FILE: {"type": "string", "minLength": 1},
        **more,
    }
    properties = {
        option.name: {**kinds[option.kind], "description": f"{option.about} Left out: {option.default}."}
        for option in options
    }
    return {"type": "object", "properties": properties, "additionalProperties": False}
