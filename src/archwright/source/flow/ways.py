"""Containers that one of two ways of control changes: the other way has them as they were before.

A list is one value under all of its names, changed in place. So what the first way puts into it is taken note of
(`Frame.changed`), the second way gets a copy of what stood in it before, and where both meet it holds what either left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archwright.source.flow.values import Val, join

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Env = dict[str, Val]
Copies = list[tuple[Val, Val]]
"""Each container that the first way changed, with the copy that the second way has."""


def note(frame: Frame, container: Val) -> None:
    """A container is about to be changed."""
    if container.items is not None:
        frame.changed.append((container, dict(container.items), container.const))


def apart(frame: Frame, start: int, env: Env) -> Copies:
    """Give `env`, the names at the start of the second way, copies of what the first way changed since `start`."""
    first: dict[int, tuple[Val, dict[Any, Val], Any]] = {}
    for entry in frame.changed[start:]:
        first.setdefault(id(entry[0]), entry)
    copies: dict[int, tuple[Val, Val]] = {}
    for name, value in env.items() if first else ():
        before = first.get(id(value))
        if before is None:
            continue
        if id(value) not in copies:
            _, items, const = before
            copies[id(value)] = (value, Val(value.type, value.origins, const, items, value.text, value.asked))
        env[name] = copies[id(value)][1]
    return list(copies.values())


def meet(frame: Frame, copies: Copies, first: Env | None, second: Env | None) -> None:
    """Both ways meet: one container again, where both get here."""
    if first is None or second is None:
        return
    for held, copy in copies:
        note(frame, held)
        both = join(held, copy)
        held.items, held.const = both.items, both.const
        for name in [name for name, value in second.items() if value is copy]:
            second[name] = held
