"""What a text is clean for by the letters that it may hold: a slug, a parameter of a path whose pattern lists them."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache
from re import _parser  # type: ignore[attr-defined]
from typing import Final

from archwright.model.value import Use
from archwright.source.flow.ambiguous import Automaton, UnreadError
from archwright.source.flow.values import ALL_USES
from archwright.source.frameworks.base import mask

WORD: Final = mask(
    Use.PATH,
    Use.HTML,
    Use.SHELL,
    Use.SQL_TEXT,
    Use.TEMPLATE,
    Use.HEADER,
    Use.LOG,
    Use.REGEX,
    Use.XML,
    Use.LDAP,
    Use.XPATH,
)
"""What letters, digits and dashes are clean for; they may still be the name of a host."""
PART: Final = mask(Use.SEGMENT, Use.RELATIVE, Use.URL)
"""What a text without slashes and colons is clean for."""
DOTTED: Final = WORD & ~mask(Use.PATH, Use.REGEX)
"""What the same with dots are clean for."""
_PLAIN: Final = frozenset("-_")
_MILD: Final = frozenset("-_.,~@+")
"""They end no value, no tag and no part of a path."""
_LOOPS: Final = re.compile(r"[*+{]")


def confined(pattern: str) -> int:
    """The uses that a text is clean for which a regular expression matches as a whole; 0 where it lets other letters through."""
    try:
        return _uses(pattern)
    except (re.error, UnreadError, OverflowError, RecursionError):
        return 0


@lru_cache(maxsize=1024)
def _uses(pattern: str) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        classes = Automaton(_parser.parse(pattern), whole=False).classes
    if not classes:
        return 0
    if all(len(each) == 1 for each in classes) and _LOOPS.search(pattern) is None:
        return ALL_USES  # one of the words that are written down
    odd = {letter for each in classes for letter in each if not letter.isalnum()}
    return WORD | PART if odd <= _PLAIN else DOTTED | PART if odd <= _MILD else 0
