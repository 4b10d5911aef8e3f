"""`with`: what entering and leaving context managers does around a block."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archwright.source.flow import calls, dispatch, transactions
from archwright.source.flow.effects import CaughtMark
from archwright.source.flow.expressions import assign, evaluate
from archwright.source.flow.frame import Frame
from archwright.source.flow.swallow import judge_suppress, suppressed
from archwright.source.flow.transactions import Entered
from archwright.source.flow.values import NONE, Val

Body = tuple[tuple[Any, ...], ...]


def managed(frame: Frame, node: tuple[Any, ...], block: Callable[[Frame, Any], bool]) -> bool:
    """Interpret a `with` statement; `block` interprets statements. False where its end is never reached."""
    saved, saved_traits = frame.caught, frame.traits
    suppressing = []
    entered: list[tuple[Val, Entered | None, int]] = []
    for expression, target in node[2]:
        value = evaluate(frame, expression)
        types = suppressed(frame, expression)
        if types:
            suppressing.append(expression)
            frame.caught = (*frame.caught, CaughtMark(frame.unit, expression[1], types))
        entered.append((value, transactions.enter(frame, value, expression[1]), expression[1]))
        if target is not None or _ours(value, "enter") is not None:
            held = dispatch.enter(frame.engine, frame, value, expression[1])
            if target is not None:
                assign(frame, target, held)
    frame.traits = set()
    result = block(frame, node[3])
    frame.caught = saved
    inside, frame.traits = frame.traits, saved_traits | frame.traits
    for value, scope, position in reversed(entered):
        unit = _ours(value, "exit")
        if unit is not None and result:
            calls.call_unit(frame, unit, [value, NONE, NONE, NONE], {}, [], position)
        transactions.leave_block(frame, scope)
    for expression in suppressing:
        judge_suppress(frame, expression, inside)
    return result or bool(suppressing)


def _ours(value: Val, name: str) -> int | None:
    """The method of the project that enters or leaves a context manager."""
    if value.type is None or value.type[0] != "instance":
        return None
    return transactions.of_class(value.type[1], name)
