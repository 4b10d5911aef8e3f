"""From a column's SQL type to the logical type it stores, whatever the dialect."""

from __future__ import annotations

import re

from archwright.model.entity import Type

_TYPES = (
    (r"(?:big|small|medium|tiny)?int(?:eger|2|4|8)?\b", Type.INT),
    (r"(?:numeric|decimal|money)\b", Type.DECIMAL),
    (r"(?:float|double|real)", Type.FLOAT),
    (r"bool", Type.BOOL),
    (r"(?:timestamp|datetime)", Type.TIMESTAMP),
    (r"date\b", Type.DATE),
    (r"(?:uuid|uniqueidentifier)", Type.UUID),
    (r"json", Type.JSON),
    (r"(?:bytea|(?:tiny|medium|long)?blob|(?:var)?binary)", Type.BYTES),
    (r"(?:(?:tiny|medium|long)?text|n?varchar|n?char|character|citext|name\b)", Type.TEXT),
    (r"enum", Type.ENUM),
)


def logical_type(sql: str) -> Type:
    """The logical type of an SQL type such as `numeric(19,4)`; unknown where its name tells nothing, and for arrays."""
    if sql.rstrip().endswith("]"):
        return Type.UNKNOWN
    return next((type_ for pattern, type_ in _TYPES if re.match(pattern, sql.strip().lower())), Type.UNKNOWN)
