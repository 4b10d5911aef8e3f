"""What calls that make something cryptographic have in common: the effect, with where its result goes."""

from __future__ import annotations

from typing import Any

from archwright.source.flow.destinations import Destinations, destinations
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Val, deep_origins
from archwright.source.frameworks.base import CallSite


def made(
    site: CallSite,
    kind: str,
    *,
    algorithm: Val | str = "",
    flags: tuple[str, ...] = (),
    api: str = "",
    followed: bool = False,
    **slots: Val | None,
) -> None:
    """Record that something cryptographic is made at a call. followed: where its result goes matters to the rules.

    slots: `data` and `key` of the effect, where they are given.
    """
    engine = site.frame.engine
    if engine.kinds is not None and "Crypto" not in engine.kinds:
        return
    told = whither(site.frame, site.position) if followed else None
    values: dict[str, Any] = {name: whole(value) for name, value in slots.items() if value is not None}
    if told is not None:
        values["becomes"], values["made_of"], values["taken"] = told.becomes, told.made_of, told.taken
    site.emit("Crypto", kind=kind, algorithm=algorithm, flags=flags, api=api or site.name, **values)


def whither(frame: Frame, position: int) -> Destinations:
    """Where the result of the call at a position of the frame's unit goes."""
    known = frame.engine.whither
    key = (frame.unit, position)
    if key not in known:
        known[key] = destinations(frame.facts, position)
    return known[key]


def whole(value: Val) -> Val:
    """A value with what is inside of it; bytes that are constant as a text."""
    if isinstance(value.const, bytes) and not value.origins:
        text = value.const.decode("latin-1")
        return Val(("text",), (), text, None, text)
    return Val(value.type, deep_origins(value), value.const, None, value.text) if value.items else value


def text_of(value: Val | None) -> str:
    """A constant text; empty where it is none."""
    return value.const if value is not None and isinstance(value.const, str) and not value.origins else ""


def is_false(value: Val | None) -> bool:
    """True where a value is the constant False (None and 0 are no answer to a question)."""
    return value is not None and value.const is not NO and value.const is False and not value.origins
