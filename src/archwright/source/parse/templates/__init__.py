"""From the text of one template to its facts (`source/facts.py`), by the front end of its language. Nothing is rendered."""

from __future__ import annotations

from archwright.source.parse.state import Fact
from archwright.source.parse.text import count_lines, decode

DJANGO, JINJA = "Django", "Jinja2"
"""The languages, as a person writes them."""


def facts_of_template(data: bytes, language: str) -> Fact:
    """File facts of the bytes of a template. Accepts any bytes; what can't be read is listed in the errors."""
    text, errors = decode(data)
    found = list(errors)
    if language == JINJA:
        from archwright.source.parse.templates.jinja import read
    else:
        from archwright.source.parse.templates.django import read
    units, links = read(text, found)
    return (units, (), count_lines(text), tuple(sorted(set(found))), links)
