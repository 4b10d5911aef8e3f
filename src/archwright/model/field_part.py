"""How a part of the document that a column holds is written: `settings[url]`, what `row.settings["url"]` reads or writes."""

from __future__ import annotations

from typing import Final

UNTOLD: Final = "?"
"""Stands among the names in a document for one that is neither written down nor the sender's."""


def part_of(field: str, name: str) -> str:
    """The part of a document under a name; the field itself where it is a part already, or the name no word."""
    return f"{field}[{name}]" if not is_part(field) and name.isidentifier() else field


def is_part(field: str) -> bool:
    """True for a part of a document, False for a whole column."""
    return "[" in field


def column_of(field: str) -> str:
    """The column that a part belongs to; of a column, itself."""
    return field.partition("[")[0]


def name_in(part: str) -> str:
    """The name under which a document holds a part."""
    return part.partition("[")[2].removesuffix("]")
