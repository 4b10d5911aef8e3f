"""Which lines of a file are not as they were in an older state of the code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

from archwright.model.finding import Finding
from archwright.report.lines import lines_of

Text = Callable[[str], str | None]
"""The text of a file by its path; None where there is no such file."""

_PAIRS = 400
"""Files that are gone which a new file is compared with, to see whether it was renamed."""
_ALIKE = 0.5
"""The share of lines in common from which a new file is taken for a renamed one, as git does."""
_LINES = 20_000
"""Lines of a changed part up to which it is compared line by line; in a longer one, lines that are nowhere in the old text count."""


class Changes:
    """Compares files when they are asked for, each once."""

    def __init__(self, old: Text, new: Text, gone: Iterable[str]) -> None:
        """gone: paths that only the older state has."""
        self._old = old
        self._new = new
        self._gone = sorted(gone)[:_PAIRS]
        self._lines: dict[str, frozenset[int] | None] = {}

    def touch(self, finding: Finding) -> bool:
        """Whether the finding's place, or a step of its trace, lies on changed lines."""
        places = [(finding.path, finding.line, finding.end_line)]
        places += [(step.path, step.line, step.line) for step in finding.trace]
        return any(self._changed(path, first, max(first, last)) for path, first, last in places)

    def _changed(self, path: str, first: int, last: int) -> bool:
        if path not in self._lines:
            self._lines[path] = self._compared(path)
        changed = self._lines[path]
        return changed is None or any(line in changed for line in range(first, last + 1))

    def _compared(self, path: str) -> frozenset[int] | None:
        """The changed lines of a file as it is now; None: all of them."""
        new = lines_of(self._new(path) or "")
        before = self._old(path)
        old = lines_of(before) if before is not None else self._renamed(new)
        return None if old is None else changed_lines(old, new)

    def _renamed(self, new: list[str]) -> list[str] | None:
        """The older text of a file that has another name now."""
        best: tuple[float, list[str]] = (_ALIKE, [])
        counts = Counter(new)
        for path in self._gone:
            old = lines_of(self._old(path) or "")
            longest = max(len(old), len(new), 1)
            if min(len(old), len(new)) / longest > best[0]:
                alike = sum((counts & Counter(old)).values()) / longest
                if alike > best[0]:
                    best = (alike, old)
        return best[1] or None


def changed_lines(old: list[str], new: list[str]) -> frozenset[int]:
    """The lines (from 1) of `new` that are not in `old` at the same place among the others."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    before, after = old[start : len(old) - end], new[start : len(new) - end]
    if len(before) + len(after) > _LINES:
        there = set(before)
        return frozenset(start + number for number, line in enumerate(after, 1) if line not in there)
    found: set[int] = set()
    for tag, _, _, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag in ("replace", "insert"):
            found.update(range(start + first + 1, start + last + 1))
    return frozenset(found)
