"""Regular expressions as checks of a text."""

from __future__ import annotations

import re

_FLAGS = re.compile(r"^\(\?[aiLmsux]+\)")
_ESCAPED = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
"""What a bare dot can't be part of: an escape, a class of characters."""
_LETTERS = r"\[(?:[a-z]-[a-z]|[A-Z]-[A-Z]|\d-\d|\\[wd.-]|[^\]\[\\/^-])+-?\]"
_ROOT = re.compile(rf"\\?/(?:\(\?!\[?\\?/|\$|(?:\[\^[^\]]*/[^\]]*\]|{_LETTERS}|\\[wd.-]|\w)(?![*?]|\{{[0,]))")
"""A slash, and then anything but a second one: `/(?!/)`, `/[^/]`, a letter, one of a class of letters; no piece that may be missing."""
_GROUP = re.compile(r"\([^()]*\)|\[[^\]]*\]")
_FORBIDDING = re.compile(r"\[\^(?:\\.|[^\]\\])+\][+*]?", re.DOTALL)


def limits(pattern: str, how: str) -> bool:
    """True where a text that the pattern matches is limited as a whole: both ends are held, and no dot takes anything.

    `how` is the method: `fullmatch` holds both ends, `match` the first, `search` none.
    """
    body = _FLAGS.sub("", pattern.strip())
    if how == "search" and not body.startswith(("^", "\\A")):
        return False
    if how != "fullmatch" and not re.search(r"(?<!\\)(?:\\\\)*\$$|\\[Zz]$", body):
        return False
    return "." not in _ESCAPED.sub("", body)


def roots(pattern: str, how: str) -> bool:
    """True where a text that the pattern matches begins with a path of this host: one slash, and no other behind it."""
    body = _FLAGS.sub("", pattern.strip())
    held = body.startswith(("^", "\\A"))
    if "|" in _GROUP.sub("", body):
        return False
    return (held or how != "search") and _ROOT.match(body.removeprefix("^").removeprefix("\\A")) is not None


def forbids(pattern: str) -> bool:
    """True for one class of what is *not* allowed: a text in which it finds nothing is limited to the rest."""
    return _FORBIDDING.fullmatch(pattern.strip()) is not None
