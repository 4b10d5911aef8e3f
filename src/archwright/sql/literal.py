"""Literals: constants as SQL text. Values of callers never come here; they travel as bound parameters."""

from __future__ import annotations

import math


def quote_literal(value: str | float | bool | None) -> str:
    """The constant as a PostgreSQL literal, whatever `standard_conforming_strings` says.

    Raises ValueError for a NUL character, which PostgreSQL text can't hold, and for infinities and NaN.
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r} has no plain SQL literal")
        return repr(value)
    if "\0" in value:
        raise ValueError("a text with a NUL character can't be stored in PostgreSQL")
    escaped = value.replace("'", "''")
    return f"E'{escaped.replace(chr(92), chr(92) * 2)}'" if "\\" in value else f"'{escaped}'"
