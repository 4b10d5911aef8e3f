"""Broken text made to parse: what is not whole is replaced by `pass`, in place, and reported.

The smallest broken statements go; the function, class or branch around them stays, so that every whole statement keeps its
position and its surroundings.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from archwright.source.parse.blocks import Clause, Start, clauses, items, starts

Check = Callable[[str], tuple[int, str] | None]
"""Why a text does not parse, as `(line, message)`; None if it does."""

_EFFORT = 40
_MOST = 500_000
"""How many times the text may be parsed over, and how many characters, in all, before the rest is given up."""

_CONFLICT = re.compile(r"^<<<<<<< .*$", re.MULTILINE)
_MARKERS = re.compile(r"^(?:<<<<<<< .*|\|\|\|\|\|\|\| .*|=======|>>>>>>> .*)$", re.MULTILINE)
_CLASS = re.compile(r"\s*class\s+(\w+)")
_STAND_INS = {
    "if": "if 1:",
    "elif": "elif 1:",
    "else": "else:",
    "for": "if 1:",
    "while": "if 1:",
    "with": "if 1:",
    "try": "try:",
    "except": "except Exception:",
    "finally": "finally:",
}
"""A head that leaves the body where it was. A function has none: without its parameters its body says little."""


def mend(text: str, check: Check) -> tuple[str, list[tuple[int, str]]]:
    """A text of as many lines that `check` accepts, unless it is past mending, and the errors: `(line, message)`."""
    errors = [(text.count("\n", 0, mark.start()) + 1, "a merge conflict") for mark in _CONFLICT.finditer(text)]
    mender = _Mender(_MARKERS.sub("", text) if errors else text, check)
    mender.body(starts("\n".join(mender.lines)), len(mender.lines), 0)
    return "\n".join(mender.lines), errors + mender.errors


class _Mender:
    def __init__(self, text: str, check: Check) -> None:
        self.lines = text.split("\n")
        self.errors: list[tuple[int, str]] = []
        self._check = check
        self._effort = min(_EFFORT * len(text) + 10_000, _MOST)
        self._dropped_to = -1

    def body(self, found: list[Start], end: int, indent: int, *, cases: bool = False) -> None:
        """Mend the statements (or cases) of one body, indented by `indent`; the last one ends before line `end`."""
        groups = items(found)
        for index, group in enumerate(groups):
            first = group[0][0]
            stop = groups[index + 1][0][0] if index + 1 < len(groups) else end
            if group[0][1] != indent:
                self._drop(first, stop, "", (first + 1, "unexpected indent"))
                continue
            wrapper = "match 1:" if cases else "if 1:" if indent else ""
            why = self._why(first, self.lines[first:stop], wrapper)
            if why is not None and not self._compound(clauses(group, stop), wrapper):
                self._drop(first, stop, "case _: pass" if cases else "pass", why)

    def _compound(self, found: list[Clause], wrapper: str) -> bool:
        """Mend a compound statement from inside; False if it is not one, or past mending."""
        if not any(clause.body for clause in found):
            return False
        before = len(self.errors)
        heads = [self._head(clause, wrapper) for clause in found]
        if any(head is None for head in heads):
            del self.errors[before:]
            return False
        for clause, head in zip(found, heads, strict=True):
            self.lines[clause.first : clause.body_first] = head or []
            if clause.body:
                self.body(clause.body, clause.end, clause.body[0][1], cases=clause.word == "match")
        first, end = found[0].first, found[-1].end
        return self._why(first, self.lines[first:end], wrapper) is None

    def _head(self, clause: Clause, wrapper: str) -> list[str] | None:
        """The lines of a head, made whole where a colon or a stand-in does it; None where not."""
        lines = self.lines[clause.first : clause.body_first]
        why = self._why_head(clause, lines, wrapper)
        if why is None:
            return lines
        margin = _margin(lines[0])
        closed = [*lines]
        closed[-1] = closed[-1].rstrip() + ":"
        named = _CLASS.match(lines[0])
        stand_in = f"class {named[1]}:" if named else _STAND_INS.get(clause.word)
        options = [closed] if stand_in is None else [closed, [margin + stand_in] + [""] * (len(lines) - 1)]
        for option in options:
            if self._why_head(clause, option, wrapper) is None:
                self._note(why)
                return option
        return None

    def _why_head(self, clause: Clause, lines: list[str], wrapper: str) -> tuple[int, str] | None:
        """Why a head with `pass` for its body does not parse, given what it follows."""
        margin = _margin(lines[0])
        before = {"elif": "if 1: pass", "else": "if 1: pass", "except": "try: pass", "finally": "try: pass"}
        opening = [margin + before[clause.word]] if clause.word in before else []
        inside = [margin + (" case _: pass" if clause.word == "match" else " pass")] if clause.body else []
        closing = [margin + "finally: pass"] if clause.word == "try" else []
        whole = [*opening, *lines, *inside, *closing]
        return self._why(clause.first - len(opening), whole, wrapper)

    def _why(self, first: int, lines: list[str], wrapper: str) -> tuple[int, str] | None:
        """Why some lines that start at line `first` (from 0) do not parse below the head `wrapper` ("": none)."""
        text = "\n".join([*([wrapper] if wrapper else []), *lines, ""])
        self._effort -= len(text)
        if self._effort < 0:
            return first + 1, "not read: too many errors before it"
        why = self._check(text)
        if why is None:
            return None
        return first + max(1, min(why[0] - bool(wrapper), len(lines))), why[1]

    def _drop(self, first: int, end: int, stand_in: str, why: tuple[int, str]) -> None:
        """Replace some lines by a statement; of neighbours that are dropped, only the first tells why."""
        if self._dropped_to != first:
            self._note(why)
        self._dropped_to = end
        text = _margin(self.lines[first]) + stand_in if stand_in else ""
        self.lines[first:end] = [text] + [""] * (end - first - 1)

    def _note(self, why: tuple[int, str]) -> None:
        if why not in self.errors:
            self.errors.append(why)


def _margin(line: str) -> str:
    """The blanks a line begins with."""
    return line[: len(line) - len(line.lstrip())]
