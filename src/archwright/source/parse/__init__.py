"""From the text of one Python file to its facts (`source/facts.py`), by either of two front ends.

The parser of the Python that runs us is the fast one. What it refuses goes to tree-sitter, which reads newer syntax; what
that refuses too is mended: the whole statements are kept, the broken ones listed in the errors.
"""

from __future__ import annotations

import ast
import sys

from archwright.source.parse import host
from archwright.source.parse.columns import count_characters
from archwright.source.parse.lower import lower_module
from archwright.source.parse.mend import mend
from archwright.source.parse.state import Fact
from archwright.source.parse.text import Errors, count_lines, decode

MAX_UNITS = 60_000
"""Functions of a file; more are data written as code, and would not fit the numbers that units are known by (`link/module.py`)."""

_READABLE = 1_000_000
_MENDABLE = 300_000
"""Characters up to which a text that the host refuses is given to tree-sitter, and up to which it is mended.

What is no Python at all costs tree-sitter some 3 seconds per million characters; a longer file is data.
"""


def facts_of(data: bytes) -> Fact:
    """File facts of the bytes of a Python file. Accepts any bytes; what can't be read is listed in the errors."""
    text, errors = decode(data)
    return facts_of_text(text, errors)


def facts_of_text(text: str, errors: Errors | None = None) -> Fact:
    """File facts of a text whose newlines are LF."""
    found = list(errors or ())
    tree = tree_of(text, found)
    count_characters(tree, text)
    facts = lower_module(tree, count_lines(text), found)
    if len(facts[0]) > MAX_UNITS:
        found.append((1, f"not read: it holds more than {MAX_UNITS:,} functions"))
        return lower_module(host.parse(""), count_lines(text), found)
    return facts


def tree_of(text: str, found: Errors) -> ast.Module:
    """The tree of a text by whatever means reads it, columns in bytes of UTF-8; errors are added to `found`."""
    tree = _tree(text, found)
    if tree is None and len(text) > _MENDABLE:
        found.append((1, f"not read: it has errors and is longer than {_MENDABLE:,} characters"))
    elif tree is None:
        mended, broken = mend(text, _refusal)
        found += broken
        tree = _tree(mended, found, told=bool(broken))
    return tree or host.parse("")


def _tree(text: str, errors: Errors, *, told: bool = False) -> ast.Module | None:
    """The tree by the first front end that accepts the text, whose errors are added; None if neither does.

    Tree-sitter also takes some text that no Python does; why the host does not is added too, unless `told` already.
    """
    try:
        return host.parse(text)
    except host.Refused as refused:
        why = refused
    read = None
    if len(text) <= _READABLE:
        from archwright.source.parse import tree  # most of the time it takes to import this package, seldom needed

        read = tree.parse(text, thorough=len(text) <= _MENDABLE)
    if read is None:
        return None
    errors += read.errors
    if not told and read.needs <= sys.version_info.minor and not read.errors and not why.depth:
        errors.append((why.line, why.message))
    return read.module


def _refusal(text: str) -> tuple[int, str] | None:
    """Why neither front end accepts a text, in the words of the host; None if one does."""
    try:
        host.parse(text)
    except host.Refused as refused:
        from archwright.source.parse import tree

        return None if tree.parse(text, thorough=False) is not None else (refused.line, refused.message)
    return None
