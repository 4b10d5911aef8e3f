"""Constants of the brief, read as the type of the field they stand for."""

from __future__ import annotations

import re
from datetime import date, datetime

from archwright.brief.kinds import Scope
from archwright.brief.lexicon import number
from archwright.brief.nearest import suggest
from archwright.brief.nodes import quote
from archwright.brief.paths import NUMERIC, TEMPORAL, TEXTUAL
from archwright.brief.words import Word
from archwright.model.entity import Field, Type

Constant = str | int | float | bool
NOW = "now"


def constant(word: Word, field: Field, scope: Scope) -> Constant | None:
    """The word as a value of the field; None after a note."""
    text = word.text
    if field.type is Type.ENUM:
        if text in field.values:
            return text
        scope.note(
            word, f"{scope.path}: {quote(text)} is no value of {field.name}", suggest(text, field.values, "values")
        )
        return None
    value, wanted = _read(text, field)
    if value is None:
        if field.type is not Type.UNKNOWN:
            scope.note(word, f"{scope.path}: {quote(text)} does not fit {field.name} ({field.type})", wanted)
        return None
    return value


def _read(text: str, field: Field) -> tuple[Constant | None, str]:
    if field.type in TEXTUAL:
        return text, ""
    if field.type is Type.BOOL:
        return {"true": True, "false": False}.get(text), "write true or false"
    if field.type in NUMERIC:
        value = number(text)
        whole = isinstance(value, int) or field.type is not Type.INT
        return (value if whole else None), "write a whole number" if field.type is Type.INT else "write a number"
    if field.type in TEMPORAL:
        return (text if text == NOW or _moment(text, field.type) else None), "write now, or a date such as 2030-12-31"
    if field.type is Type.UUID and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text):
        return text, ""
    return None, f"{field.type} has no constants here"


def _moment(text: str, type_: Type) -> bool:
    try:
        date.fromisoformat(text) if type_ is Type.DATE else datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
