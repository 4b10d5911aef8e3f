"""Three-way merge of lines: both sides' changes to a common base, and a marked conflict where they meet.

The regions are those of diff3 (Khanna, Kunal, Pierce: "A Formal Investigation of Diff3", FSTTCS 2007): lines that match
the base on both sides are stable; between them, the side that changed wins, and where both did differently it is a conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

OURS = "<<<<<<< yours"
SPLIT = "======="
THEIRS = ">>>>>>> archwright"


@dataclass(frozen=True)
class Merge:
    """The merged text, and the lines (from 1) at which conflicts begin in it."""

    text: str
    conflicts: tuple[int, ...]


def merge(base: str, yours: str, theirs: str) -> Merge:
    """Merge the changes `base` to `yours` with the changes `base` to `theirs`. Nothing of either is lost."""
    if theirs in (yours, base):
        return Merge(yours, ())
    if yours == base:
        return Merge(theirs, ())
    lines: list[str] = []
    conflicts: list[int] = []
    for old, left, right in _regions(_split(base), _split(yours), _split(theirs)):
        if right in (left, old):
            lines += left
        elif left == old:
            lines += right
        else:
            conflicts.append(len(lines) + 1)
            lines += [f"{OURS}\n", *_ended(left), f"{SPLIT}\n", *_ended(right), f"{THEIRS}\n"]
    return Merge("".join(lines), tuple(conflicts))


def has_conflict(text: str) -> bool:
    """Whether the text still holds the marks of a conflict."""
    lines = text.splitlines()
    return OURS in lines and THEIRS in lines


def _split(text: str) -> list[str]:
    """Lines with their ends. Only line feeds end a line: str.splitlines would also cut at form feeds and the like."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _ended(lines: Sequence[str]) -> list[str]:
    return [line if line.endswith("\n") else f"{line}\n" for line in lines]


def _regions(
    base: Sequence[str], left: Sequence[str], right: Sequence[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """Stable and unstable regions in turn, each as its lines in the base and on both sides."""
    at = (0, 0, 0)
    for start_base, start_left, start_right, size in [
        *_stable(base, left, right),
        (len(base), len(left), len(right), 0),
    ]:
        if (start_base, start_left, start_right) != at:
            yield list(base[at[0] : start_base]), list(left[at[1] : start_left]), list(right[at[2] : start_right])
        if size:
            same = list(base[start_base : start_base + size])
            yield same, same, same
        at = (start_base + size, start_left + size, start_right + size)


def _stable(base: Sequence[str], left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of the base that stand on both sides: start in base, left, right, and length."""
    in_left = SequenceMatcher(None, base, left, autojunk=False).get_matching_blocks()
    in_right = SequenceMatcher(None, base, right, autojunk=False).get_matching_blocks()
    one = other = 0
    while one < len(in_left) and other < len(in_right):
        a, b = in_left[one], in_right[other]
        start, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
        if start < end:
            yield start, a.b + start - a.a, b.b + start - b.a, end - start
        if a.a + a.size < b.a + b.size:
            one += 1
        else:
            other += 1
