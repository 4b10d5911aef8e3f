"""What an earlier run found, brought up to date after a few files were edited: only what the edits reach is followed anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from archwright.source import facts as f
from archwright.source.edits import Edit
from archwright.source.following import Followed, Made
from archwright.source.link.module import UNIT_BITS, name_key

_MASK = (1 << UNIT_BITS) - 1
_POSITION_BITS = 30
"""Identities of queries are `unit << 30 | position` (see `flow.render.identity`)."""
Follow = Callable[[list[list[int]]], list[Followed]]


class Edited:
    """The edits of a project's files, by module index, and what they make of units and places."""

    def __init__(
        self, edits: Mapping[int, Edit], own: Sequence[int], units: Sequence[int], paths: Sequence[str]
    ) -> None:
        """own: how many units each file spelt out in the earlier run; units: how many it does now; paths: of the modules."""
        self.edits = edits
        self._own = own
        self._now = units
        self._paths = {paths[index]: index for index in edits}

    def unit(self, unit: int) -> int | None:
        """The unit of now that is the same as one of the earlier run; None where it is another, or gone."""
        index = unit >> UNIT_BITS
        edit = self.edits.get(index)
        if edit is None or unit < 0:
            return unit
        own, inside = self._own[index], unit & _MASK
        if inside >= own:  # spelt out by a library's file, after those of the file itself
            return index << UNIT_BITS | self._now[index] + inside - own
        new = edit.units.get(inside)
        return index << UNIT_BITS | new if new is not None else None

    def effect(self, data: bytes) -> bytes:
        """An effect with its places where they are now."""
        if not any(path.encode() in data for path in self._paths):
            return data
        return msgspec.msgpack.encode(self._moved(msgspec.msgpack.decode(data)))

    def _moved(self, node: Any) -> Any:
        if isinstance(node, dict):
            return {key: self._moved(value) for key, value in node.items()}
        if isinstance(node, list):
            if len(node) == 3 and isinstance(node[0], str) and node[0] in self._paths and isinstance(node[1], int):
                edit = self.edits[self._paths[node[0]]]
                line, column = divmod(edit.moved(node[1] * f.COLUMNS + node[2]), f.COLUMNS)
                return [node[0], line, column]
            return [self._moved(value) for value in node]
        if isinstance(node, int) and not isinstance(node, bool) and node >> _POSITION_BITS:
            return self._identity(node)
        return node

    def _identity(self, identity: int) -> int:
        unit, position = identity >> _POSITION_BITS, identity & (1 << _POSITION_BITS) - 1
        edit = self.edits.get(unit >> UNIT_BITS)
        new = self.unit(unit) if edit is not None else None
        return identity if edit is None or new is None else new << _POSITION_BITS | edit.moved(position)


def renewed(
    parts: Sequence[Followed], ranges: Sequence[range], edited: Edited, units: Sequence[int], follow: Follow
) -> list[Followed]:
    """The parts of an earlier run as they are now. ranges: the modules of each; units: how many each module has now."""
    stale = [_stale(part, edited) for part in parts]
    todo = [_again(part, old, modules, edited, units) for part, old, modules in zip(parts, stale, ranges, strict=True)]
    chosen = [index for index, units_again in enumerate(todo) if units_again]
    fresh = dict(zip(chosen, follow([todo[index] for index in chosen]), strict=True))
    return [
        _joined(_kept(part, stale[index], ranges[index], edited), fresh.get(index)) for index, part in enumerate(parts)
    ]


def _stale(part: Followed, edited: Edited) -> set[int]:
    """The records that an edit reaches, directly or by what they were made from."""
    names = {name_key(index, name) for index, edit in edited.edits.items() for name in edit.names}
    users: dict[int, list[int]] = {}
    todo: list[int] = []
    for number, record in enumerate(part.records):
        for need in record.needs:
            users.setdefault(need, []).append(number)
        if (record.unit >= 0 and edited.unit(record.unit) is None) or not names.isdisjoint(record.names):
            todo.append(number)
    stale = set(todo)
    while todo:
        for user in users.get(todo.pop(), ()):
            if user not in stale:
                stale.add(user)
                todo.append(user)
    return stale


def _again(part: Followed, stale: set[int], modules: range, edited: Edited, units: Sequence[int]) -> list[int]:
    """The units of now to follow: those that were made from something stale in the order of then, and new ones."""
    fresh: set[int] = set()
    again: dict[int, None] = {}
    for number, record in enumerate(part.records):
        if record.general and record.unit >> UNIT_BITS in modules:
            now = edited.unit(record.unit)
            if number not in stale and now is not None:
                fresh.add(now)
            elif now is not None:
                again[now] = None
    for index in sorted(index for index in edited.edits if index in modules):
        for inside in range(units[index]):
            unit = index << UNIT_BITS | inside
            if unit not in fresh:
                again[unit] = None
    return list(again)


def _kept(part: Followed, stale: set[int], modules: range, edited: Edited) -> Followed:
    """The records that still hold and that some unit of the part needs, in terms of now."""
    live = [
        number
        for number, record in enumerate(part.records)
        if record.general and number not in stale and record.unit >> UNIT_BITS in modules
    ]
    seen = set(live)
    for number in live:  # grows while it is walked
        for need in part.records[number].needs:
            if need not in seen:
                seen.add(need)
                live.append(need)
    live.sort()
    numbers = {number: index for index, number in enumerate(live)}
    effects: dict[int, int] = {}
    records = []
    for number in live:
        record = part.records[number]
        records.append(
            Made(
                _unit(record.unit, edited),
                record.general,
                tuple(numbers[need] for need in record.needs),
                record.names,
                tuple((_unit(caller, edited), _unit(unit, edited), bits) for caller, unit, bits in record.calls),
                tuple(
                    (effects.setdefault(effect, len(effects)), _unit(outer >> 1, edited) << 1 | outer & 1)
                    for effect, outer in record.effects
                ),
            )
        )
    faults = tuple((now, kind) for unit, kind in part.faults if (now := edited.unit(unit)) is not None)
    return Followed([edited.effect(part.effects[number]) for number in effects], records, faults)


def _unit(unit: int, edited: Edited) -> int:
    now = edited.unit(unit)
    return unit if now is None else now


def _joined(kept: Followed, fresh: Followed | None) -> Followed:
    if fresh is None:
        return kept
    start, first = len(kept.records), len(kept.effects)
    shifted = list(_shifted(fresh.records, start, first))
    faults = dict.fromkeys((*kept.faults, *fresh.faults))
    return Followed([*kept.effects, *fresh.effects], [*kept.records, *shifted], tuple(faults))


def _shifted(records: Iterable[Made], start: int, first: int) -> Iterator[Made]:
    for record in records:
        yield Made(
            record.unit,
            record.general,
            tuple(need + start for need in record.needs),
            record.names,
            record.calls,
            tuple((effect + first, outer) for effect, outer in record.effects),
        )
