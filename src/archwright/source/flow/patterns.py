"""Patterns of `match`: which case is taken, and what its names hold."""

from __future__ import annotations

from typing import Any

from archwright.source import facts as f
from archwright.source.flow import attributes
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Val, constant


def bind_pattern(
    frame: Frame, pattern: tuple[Any, ...], subject: Val, node: tuple[Any, ...] | None = None
) -> bool | None:
    """Bind a pattern's names. True: it surely matches, False: it surely does not, None: can't know."""
    from archwright.source.flow.expressions import evaluate
    from archwright.source.flow.refine import narrow

    kind = pattern[0]
    if kind == f.P_AS:
        answer = bind_pattern(frame, pattern[2], subject, node) if pattern[2] is not None else True
        if pattern[3]:
            frame.env[pattern[3]] = subject
        return answer
    if kind == f.P_VALUE:
        value = evaluate(frame, pattern[2])
        if value.const is NO or value.origins:
            return None
        if subject.const is not NO and not subject.origins:
            return bool(subject.const == value.const)
        if node is not None and node[0] == f.NAME and node[2] in frame.env:
            frame.env[node[2]] = constant(value.const)
        return None
    if kind == f.P_OR:
        answers = [bind_pattern(frame, part, subject, None) for part in pattern[2]]
        return True if True in answers else False if all(answer is False for answer in answers) else None
    if kind == f.P_SEQUENCE:
        for index, part in enumerate(pattern[2]):
            if part[0] == f.P_STAR:
                if part[2]:
                    frame.env[part[2]] = Val(("list",), subject.origins, NO, subject.items)
            else:
                bind_pattern(frame, part, attributes.item(frame, subject, index, pattern[1]))
        return None
    if kind == f.P_MAPPING:
        for key, part in pattern[2]:
            found = attributes.subscript(frame, subject, evaluate(frame, key), pattern[1], is_slice=False)
            bind_pattern(frame, part, found)
        if pattern[3]:
            frame.env[pattern[3]] = subject
        return None
    if kind == f.P_CLASS:
        if node is not None:
            subject = narrow(frame, node, pattern[2]) or subject
        for part in pattern[3]:
            bind_pattern(frame, part, Val(None, subject.origins))
        for name, part in pattern[4]:
            bind_pattern(frame, part, attributes.attribute(frame, subject, name, pattern[1]))
        return None
    return None
