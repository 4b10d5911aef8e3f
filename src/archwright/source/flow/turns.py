"""The turns of a loop: what a condition in the body, and what the body changes, say of the effects in it."""

from __future__ import annotations

from typing import Any, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.effects import LoopMark
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import UNKNOWN, Val

_AWAY = (f.RETURN, f.CONTINUE, f.BREAK)


class Entered(NamedTuple):
    """How a frame was where a loop began."""

    loops: tuple[LoopMark, ...]
    branches: int
    doubts: int
    effects: int
    changes: int


def enter(frame: Frame) -> Entered:
    """Called before the loop's mark is set."""
    return Entered(frame.loops, frame.branches, frame.doubts, len(frame.effects), frame.changes)


def begin(frame: Frame, mark: LoopMark) -> None:
    """Set a loop's mark. A condition around a loop over rows says nothing of what each turn of it does."""
    frame.loops = (*frame.loops, mark)
    if repeats((mark,)):
        frame.branches = frame.doubts = 0


def leave(frame: Frame, entered: Entered) -> None:
    """The body was walked. What it changes is known only now, so the marks on its effects are told here."""
    mine = frame.loops[len(entered.loops) :]
    if frame.changes != entered.changes and repeats(mine):
        for found in frame.effects[entered.effects :]:
            found.loops = tuple([mark._replace(changes=True) if mark in mine else mark for mark in found.loops])
    frame.loops, frame.branches, frame.doubts = entered.loops, entered.branches, entered.doubts


def repeats(loops: tuple[LoopMark, ...]) -> bool:
    """Whether some loop is over rows, as many as there are."""
    return any(mark.over == "rows" and not mark.constant for mark in loops)


def of_row(frame: Frame, test: tuple[Any, ...], value: Val | None = None) -> bool:
    """Whether a condition is about a row: that there is one, or what a column of it holds. Other rows differ, and many may pass."""
    from archwright.source.flow.expressions import evaluate

    if test[0] == f.UNARY:
        return of_row(frame, test[3])
    if test[0] == f.COMPARE:
        return of_row(frame, test[2]) or any(of_row(frame, part) for _, part in test[3])
    if test[0] == f.BOOL:
        return all(of_row(frame, part) for part in test[3])
    if value is None:
        value = evaluate(frame, test) if test[0] in (f.NAME, f.ATTR) else UNKNOWN
    if value.type is not None and value.type[0] == "row":
        return True
    return any(key[0] in ("field", "loop") for key, _, _ in value.origins)


def passes_by(node: tuple[Any, ...]) -> bool:
    """Whether what stands behind an `if` runs only where its condition, or the opposite, holds: one side goes away."""
    return any(part and part[-1][0] in _AWAY for part in (node[3], node[4]))
