"""From the text of one template to its facts (`source/facts.py`), by the front end of its language. Nothing is rendered."""

from __future__ import annotations

from archwright.source.parse.state import Fact
from archwright.source.parse.text import Errors, count_lines, decode

DJANGO, JINJA = "Django", "Jinja2"
"""The languages, as a person writes them."""
EITHER = "Django or Jinja2"
"""Of a file whose place does not tell: it is in Django's language if that front end finds nothing wrong with it."""


def facts_of_template(data: bytes, language: str) -> Fact:
    """File facts of the bytes of a template. Accepts any bytes; what can't be read is listed in the errors."""
    text, errors = decode(data)
    found: Errors = []
    units, links = _read(text, found, JINJA if language == JINJA else DJANGO)
    used = JINJA if language == JINJA else DJANGO
    if language == EITHER and found:
        others: Errors = []
        read = _read(text, others, JINJA)
        if len(others) < len(found):
            (units, links), found, used = read, others, JINJA
    return (units, (), count_lines(text), tuple(sorted({*errors, *found})), (*links, used))


def _read(text: str, errors: Errors, language: str) -> tuple[tuple[Fact, ...], Fact]:
    if language == JINJA:
        from archwright.source.parse.templates.jinja import read
    else:
        from archwright.source.parse.templates.django import read
    return read(text, errors)
