"""Regular expressions that replace: what no longer stands in a text of which a class of characters was taken."""

from __future__ import annotations

import re
import string
from typing import Final

from archwright.model.value import Use
from archwright.source.flow.values import NO, Val, clean, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite, Handler, mask

_ONE_CHARACTER: Final = re.compile(r"(?:\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|[^\\()\[\]{}|^$*+?])\+?", re.DOTALL)
"""A pattern of one character, or of a run of such: quick to run, and gone everywhere once it is replaced."""


_STRUCTURE: Final = frozenset(string.punctuation + string.whitespace) - frozenset("-_.")
"""What a text needs to be more than a word or a name to whatever reads it."""
_WORDS = mask(
    Use.SQL_TEXT, Use.SHELL, Use.HTML, Use.TEMPLATE, Use.LDAP, Use.XPATH, Use.XML, Use.REGEX, Use.LOG, Use.HEADER
)


def without(pattern: object, new: object) -> int:
    """The uses for which a text is clean in which a pattern was replaced everywhere; 0 where that can't be told."""
    if not isinstance(pattern, str) or not isinstance(new, str) or not _ONE_CHARACTER.fullmatch(pattern):
        return 0
    try:
        compiled = re.compile(pattern)
    except re.error:
        return 0
    found = mask(Use.LOG, Use.HEADER) if compiled.fullmatch("\n") and "\n" not in new else 0
    if not _STRUCTURE & frozenset(new) and all(map(compiled.fullmatch, _STRUCTURE)):
        found |= _WORDS
    undotted = compiled.fullmatch(".") is not None and "." not in new
    if compiled.fullmatch("/"):
        # where dots stay, `..` may be all that is left: no file, but a folder
        return found | (0 if "/" in new else mask(Use.PATH) if undotted else mask(Use.SEGMENT, Use.RELATIVE))
    return found | (mask(Use.PARENTS) if undotted else 0)


def _replaced(site: CallSite, pattern: object, new: Val | None, text: Val | None) -> Val:
    origins = join_origins(deep_origins(text) if text is not None else (), deep_origins(new) if new is not None else ())
    for value in site.spread:
        origins = join_origins(origins, deep_origins(value))
    everywhere = len(site.args) + len(site.keywords) == (2 if site.receiver is not None else 3)
    cleaned = without(pattern, new.const) if new is not None and everywhere and not new.origins else 0
    return Val(("text",), clean(origins, cleaned))


def _sub(site: CallSite) -> Val:
    """`re.sub(pattern, new, text)`."""
    first = site.argument(0, "pattern")
    pattern = first.const if first is not None and not first.origins else NO
    if first is not None and first.type == ("object", "re.Pattern"):
        pattern = first.text
    return _replaced(site, pattern, site.argument(1, "repl"), site.argument(2, "string"))


def _method(site: CallSite) -> Val:
    """`pattern.sub(new, text)`."""
    pattern = site.receiver.text if site.receiver is not None else None
    return _replaced(site, pattern, site.argument(0, "repl"), site.argument(1, "string"))


CALLS: Final[dict[str, Handler]] = {"re.sub": _sub, "re.Pattern.sub": _method}
"""By dotted name."""
