"""What an operation reads, writes and calls: the effects of every unit that its entry reaches."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archwright.model.effect import (
    CacheGet,
    CacheSet,
    Effect,
    Enqueue,
    HttpCall,
    Interpret,
    Language,
    Load,
    Publish,
    Read,
    Transaction,
    Write,
    WriteKind,
)
from archwright.model.entity import Entity
from archwright.model.operation import Access, PeerCall, Touch
from archwright.model.quantity import Duration
from archwright.model.system import Channel
from archwright.source import facts as f
from archwright.source.flow.calls import QUEUE
from archwright.source.nodes import nodes
from archwright.source.packed import body_of
from archwright.source.program import Program
from archwright.source.survey.outside import UNKNOWN_PEER, peer_of, timeout_of
from archwright.source.survey.texts import SqlTexts
from archwright.source.survey.touched import Touched, slowest
from archwright.source.survey.units import Units
from archwright.source.tests_left_out import is_test
from archwright.sql.named_tables import named_tables

WANTED: frozenset[type[Effect]] = frozenset(
    {Read, Write, Load, HttpCall, Interpret, Publish, Enqueue, CacheGet, CacheSet}
)
"""The kinds of effect that a survey reads."""
_KINDS = {"insert": WriteKind.INSERT, "update": WriteKind.UPDATE, "delete": WriteKind.DELETE}
_NAMES = (f.NAME, f.ATTR)
_MAX_UNITS = 20_000


class Accesses:
    """Accesses by entry unit."""

    def __init__(self, program: Program, entities: Iterable[Entity]) -> None:
        self._program = program
        self._entities = {entity.name: entity for entity in entities}
        self._tables = {entity.table: entity.name for entity in self._entities.values() if entity.table}
        self._units: dict[int, Touched] = {}
        self._texts = SqlTexts(program.project)
        self._read_texts: set[int] = set()
        self._called: dict[int, list[int]] = {}
        self._naming: dict[int, bool] = {}
        self._reverse = {
            (field.relation.target, field.relation.reverse): entity.name
            for entity in reversed(list(self._entities.values()))
            for field in entity.fields
            if field.relation is not None and field.relation.reverse is not None
        }
        self._channels: dict[str, Channel] = {}
        self._peers_at: dict[tuple[str, int], str] = {}
        units = Units(program.project)
        for effect in program.effects:
            # what a helper does to its arguments belongs to the caller who gave them
            started = effect.context.calls[0] if effect.context.calls else effect.place
            unit = units.at(started)
            if unit is None or is_test(started.path) or effect.context.deferred == QUEUE:
                continue
            self._add(self._units.setdefault(unit, Touched()), effect)

    def _add(self, touched: Touched, effect: Effect) -> None:
        if isinstance(effect, Read):
            self._reads(touched, effect.entity)
        elif isinstance(effect, Load):
            self._reads(touched, self._target(effect))
        elif isinstance(effect, Write):
            if effect.entity in self._entities:
                touched.writes.add((effect.entity, effect.kind))
                if effect.context.transaction is Transaction.OFF:
                    touched.outside.add((effect.entity, effect.kind))
        elif isinstance(effect, Publish):
            touched.publishes.add(effect.channel)
            self._channels.setdefault(effect.channel, Channel(name=effect.channel, place=effect.place))
        elif isinstance(effect, Enqueue):
            touched.publishes.add(effect.task)
            self._channels.setdefault(effect.task, Channel(name=effect.task, kind="task", place=effect.place))
        elif isinstance(effect, HttpCall):
            timeout = timeout_of(effect)
            peer = peer_of(effect)
            if peer is not None:
                self._peers_at[effect.place.path, effect.place.line] = peer
                touched.calls.add((peer, timeout.value if timeout is not None else None))
        elif isinstance(effect, (CacheGet, CacheSet)):
            touched.cached(effect)
        elif isinstance(effect, Interpret) and effect.language is Language.SQL and effect.text.text:
            self._statement(touched, effect.text.text)

    def holds_sql(self, entry: int) -> bool:
        """True where a unit that an entry reaches holds or names an SQL statement on an entity's table."""
        return bool(self._tables) and any(self._names_tables(unit) for unit in self._reached([entry]))

    def _names_tables(self, unit: int) -> bool:
        known = self._naming.get(unit)
        if known is None:
            named = [named_tables(text) for text in self._texts.of(unit)]
            tables = {name for each in named for name in (*each.reads, *(table for table, _ in each.writes))}
            known = self._naming[unit] = not tables.isdisjoint(self._tables)
        return known

    def peer_at(self, path: str, line: int) -> str:
        """The peer that is called at a place; `UNKNOWN_PEER` where the code does not tell."""
        return self._peers_at.get((path, line), UNKNOWN_PEER)

    def of(self, entries: Iterable[int]) -> Access:
        """What the units do that some entries reach, together."""
        together = Touched()
        for unit in self._reached(entries):
            self._read_text(unit)
            own = self._units.get(unit)
            if own is not None:
                together.add(own)
        return Access(
            reads=tuple(Touch(entity=name) for name in sorted(together.reads)),
            writes=tuple(
                Touch(entity=name, kind=kind, outside=(name, kind) in together.outside)
                for name, kind in _kinds(together.writes)
            ),
            publishes=tuple(sorted(together.publishes - {""})),
            caches=together.caches(),
            calls=tuple(
                PeerCall(peer=peer, timeout=Duration(limit) if limit is not None else None)
                for peer, limit in sorted(slowest(together.calls).items())
            ),
        )

    def _reached(self, entries: Iterable[int]) -> list[int]:
        todo = deque(entries)
        seen = dict.fromkeys(todo)
        while todo and len(seen) < _MAX_UNITS:
            for callee in self._callees(todo.popleft()):
                if callee not in seen:
                    seen[callee] = None
                    todo.append(callee)
        return list(seen)

    def _callees(self, unit: int) -> list[int]:
        """The units that a unit calls: those that the flow of values led to, and those that it calls by name."""
        known = self._called.get(unit)
        if known is None:
            module, facts = self._program.project.unit(unit)
            found = set(self._program.called_by(unit))
            for call in _calls(body_of(facts)):
                target = self._program.project.resolve_expression(module, call[2])
                if target is not None and target.kind == "unit":
                    found.add(target.value)
            known = self._called[unit] = sorted(found)
        return known

    def channels(self) -> tuple[Channel, ...]:
        """Every channel that is published to and every task that is queued, with the first place that does so."""
        return tuple(self._channels[name] for name in sorted(self._channels) if name)

    def peers(self) -> Mapping[str, float | None]:
        """Every peer that some unit outside of the tests calls, with the longest time limit; None: a call without one."""
        return slowest({call for touched in self._units.values() for call in touched.calls})

    def _reads(self, touched: Touched, entity: str | None) -> None:
        if entity in self._entities:
            touched.reads.add(entity)

    def _target(self, effect: Load) -> str | None:
        """The entity that a lazy load fetches: the far side of the relation."""
        name = effect.entity
        for part in effect.relation.split("."):
            name = self._follow(name, part)
        return name

    def _follow(self, name: str | None, relation: str) -> str | None:
        entity = self._entities.get(name) if name is not None else None
        if entity is None:
            return None
        for field in entity.fields:
            if field.relation is not None and field.name in (relation, f"{relation}_id"):
                return field.relation.target
        return self._reverse.get((entity.name, relation))

    def _read_text(self, unit: int) -> None:
        """Tables that the unit's SQL texts name. Only names of known tables count, so a text that is no SQL says nothing."""
        if not self._tables or unit in self._read_texts:
            return
        self._read_texts.add(unit)
        texts = self._texts.of(unit)
        if texts:
            touched = self._units.setdefault(unit, Touched())
            for text in texts:
                self._statement(touched, text)

    def _statement(self, touched: Touched, text: str) -> None:
        named = named_tables(text)
        touched.reads |= {self._tables[name] for name in named.reads if name in self._tables}
        touched.writes |= {(self._tables[name], _KINDS[kind]) for name, kind in named.writes if name in self._tables}


def _calls(body: Any) -> Iterator[tuple[Any, ...]]:
    """Calls of names in statements."""
    return (node for node in nodes(body) if node[0] == f.CALL and node[2][0] in _NAMES)


def _kinds(writes: set[tuple[str, WriteKind]]) -> list[tuple[str, WriteKind]]:
    order = list(WriteKind)
    return sorted(writes, key=lambda write: (write[0], order.index(write[1])))
