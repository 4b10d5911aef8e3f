"""Values that code puts into a text by hand: behind letters of its own, or between quotes that it writes itself.

Each place where a text is built marks what is put in (`Use.PASTED`, `Use.QUOTED`). So a text that reaches an interpreter shows by itself
which arguments stand in it as code, whoever calls: a value between quotes ends at the first quote in it. Numbers, dates and members of
enumerations are not marked, nor is what stands first: a text that begins with an argument may be all the caller's. What drivers can't
bind (the names behind FROM and AS, users, intervals, comments) is not marked as quoted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from archwright.model.value import Use
from archwright.source.flow.values import BIT, Key, Origin, Val, clean, deep_origins

_PASTED: Final = BIT[Use.PASTED]
_QUOTED: Final = BIT[Use.QUOTED]
_FIXED: Final = BIT[Use.FIXED]
_SQL: Final = BIT[Use.SQL_TEXT]
_SHELL: Final = BIT[Use.SHELL]
_HTML: Final = BIT[Use.HTML]
ERROR: Final[Key] = ("result", "error")
"""The key of an error that was caught: its text may repeat what was sent."""
_TEXTS: Final = frozenset({None, ("text",), ("list",), ("tuple",), ("set",), ("dict",), ("generator",), ("error",)})
"""Types of values that may hold any letters."""
NAME: Final = ("name",)
"""The type of the keys of a mapping that a caller gives: most often names that the caller's code writes down."""
_WRONG: Final = {
    "sql": (_QUOTED, _SQL),
    "query": (_QUOTED, _SQL),
    "shell": (_PASTED, _SHELL),
    "html": (_PASTED, _HTML),
    "template": (0, BIT[Use.TEMPLATE]),
    "python": (0, BIT[Use.PYTHON]),
}
"""Languages -> the mark that makes an argument in a text wrong (0: any that is in it), and the use for which it may have been cleaned."""
_QUOTES: Final = frozenset("'\"")
_CLOSED: Final = re.compile(r"""--[^\n]*\n|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_NOT_BOUND: Final = re.compile(
    r"\b(?:from|as|user|role|by|attach|database|schema|location|comment|load|extension|to|into|table|interval|timestamp|date|time|zone"
    r"|password|format|identified|collate|separator|escape|is)\s*$|\b(?:from\s+[\w{}]+|read_\w+|pragma\s+\w+)\s*\(\s*$",
    re.IGNORECASE,
)
_COMPARED: Final = re.compile(r"(?:[=<>:~]|\b(?:like|ilike|contains|matches|regexp|with|in))\s*$", re.IGNORECASE)
"""What stands before a value in double quotes; elsewhere they are around a name."""


def free(value: Val) -> bool:
    """True for a value that may hold any letters."""
    return value.type in _TEXTS


def written_down(origins: tuple[Origin, ...]) -> tuple[Origin, ...]:
    """The origins of a name that a library's convention gives a unit: also where it is one of several values, code wrote it."""
    return clean(origins, _FIXED)


def marked(origins: tuple[Origin, ...], value: Val, before: str) -> tuple[Origin, ...]:
    """The origins of a value that is put into a text. before: what the text holds until there, `{}` for what is not constant."""
    if not free(value) or not before.replace("{}", "").strip():
        return origins
    marks = _PASTED | _QUOTED if in_quotes(before) else _PASTED
    return tuple((key, cleaned | (marks & ~_harmless(cleaned)), steps) for key, cleaned, steps in origins)


def _harmless(cleaned: int) -> int:
    """The marks that say nothing of a value that was cleaned before: quotes doubled, quoted for a shell."""
    return (_QUOTED if cleaned & _SQL else 0) | (_PASTED if cleaned & _SHELL else 0)


def kept(origins: tuple[Origin, ...], put: Sequence[Origin]) -> tuple[Origin, ...]:
    """The origins of a text with the marks of what was put into it: in one place is enough, whatever the others are."""
    marks: dict[Key, int] = {}
    for key, cleaned, _ in put:
        if told := cleaned & (_PASTED | _QUOTED) & ~_harmless(cleaned):
            marks[key] = marks.get(key, 0) | told
    return tuple((key, cleaned | marks.get(key, 0), steps) for key, cleaned, steps in origins) if marks else origins


def represented(origins: tuple[Origin, ...], value: Val) -> tuple[Origin, ...]:
    """The origins of what `repr` made: a literal of Python, not of what reads the text."""
    return clean(origins, _PASTED | _QUOTED) if free(value) else origins


def in_quotes(before: str) -> bool:
    """True where a text ends inside of the quotes of a value."""
    if _QUOTES.isdisjoint(before):
        return False
    left = _CLOSED.sub(" ", before)
    start = min((at for quote in _QUOTES if (at := left.find(quote)) >= 0), default=-1)
    if start < 0:
        return False
    ahead = left[:start]
    return _COMPARED.search(ahead) is not None if left[start] == '"' else _NOT_BOUND.search(ahead) is None


def argument(slots: Mapping[str, Any]) -> bool:
    """True where an argument stands in the text of an effect in a way that is wrong whatever it is."""
    mark, use = _WRONG.get(str(slots.get("language")), (0, 0))
    text = slots.get("text")
    if not use or not isinstance(text, Val):
        return False
    return any(
        (key[0] == "parameter" or key == ERROR) and cleaned & mark == mark and not cleaned & use
        for key, cleaned, _ in deep_origins(text)
    )
