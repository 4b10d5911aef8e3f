"""One part of a project, followed: the effects of its units, and what each summary was made from, ready to be shipped."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import msgspec

from archwright.source.flow.engine import Engine
from archwright.source.flow.render import Renderer
from archwright.source.flow.transactions import CALLER

_RECURSION = 20_000
_ENCODER = msgspec.msgpack.Encoder()


class Made(msgspec.Struct, array_like=True):
    """A record of `flow.records`, with the effects that its summary holds."""

    unit: int
    general: bool
    needs: tuple[int, ...]
    names: tuple[int, ...]
    calls: tuple[tuple[int, int, int], ...]
    effects: tuple[tuple[int, int], ...] = ()
    """(Index in `Followed.effects`, `unit under judgement * 2`, plus 1 where the transaction is its caller's)."""


class Followed(msgspec.Struct, array_like=True):
    """What following some units gave."""

    effects: list[bytes]
    """Each effect once, in MessagePack."""
    records: list[Made]
    faults: tuple[tuple[int, str], ...]
    """Units that could not be followed, with the kind of the error."""


def follow(engine: Engine, renderer: Renderer, units: Iterable[int]) -> Followed:
    """The effects that the engine was asked for in the units and in what they call."""
    faults: list[tuple[int, str]] = []
    engine.forget()
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        for unit in units:
            try:
                engine.summary(unit)
            except Exception as problem:  # noqa: BLE001 - one unit that can't be followed must not hide the others
                faults.append((unit, type(problem).__name__))
    finally:
        sys.setrecursionlimit(limit)
    records = [
        Made(
            record.unit,
            record.general,
            tuple(sorted(record.needs)),
            tuple(sorted(record.names)),
            tuple((caller, unit, bits) for (caller, unit), bits in sorted(record.calls.items())),
        )
        for record in engine.recorder.records
    ]
    numbers: dict[bytes, int] = {}
    for summary in engine.summaries.values():
        held = []
        for found in summary.effects:
            effect = renderer.effect(found)
            if effect is not None:
                number = numbers.setdefault(_ENCODER.encode(effect), len(numbers))
                held.append((number, found.outer() << 1 | (found.transaction == CALLER)))
        records[summary.number].effects = tuple(held)
    return Followed(list(numbers), records, tuple(faults))
