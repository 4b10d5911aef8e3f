"""From the text of one Python file to its facts (`source/facts.py`), by either of two front ends."""

from __future__ import annotations

from archwright.source.parse import host
from archwright.source.parse.columns import count_characters
from archwright.source.parse.lower import lower_module
from archwright.source.parse.state import Fact
from archwright.source.parse.text import Errors, count_lines, decode


def facts_of(data: bytes) -> Fact:
    """File facts of the bytes of a Python file. Accepts any bytes; what can't be read is listed in the errors."""
    text, errors = decode(data)
    return facts_of_text(text, errors)


def facts_of_text(text: str, errors: Errors | None = None) -> Fact:
    """File facts of a text whose newlines are LF."""
    found = list(errors or ())
    try:
        tree = host.parse(text)
    except host.Refused as refused:
        found.append((refused.line, refused.message))
        tree = host.parse("")
    count_characters(tree, text)
    return lower_module(tree, count_lines(text), found)
