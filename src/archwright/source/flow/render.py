"""Found effects as model objects: made only for the kinds that somebody asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from archwright.model import effect as m
from archwright.model.base import Place
from archwright.model.field_part import UNTOLD
from archwright.model.operation import Command, GraphqlField, Http, Message, Schedule
from archwright.model.value import Origin, OriginKind, Step, Trust, Use, Value
from archwright.source import facts as f
from archwright.source.flow.calls import QUEUE
from archwright.source.flow.declared_types import spelt
from archwright.source.flow.effects import Found, LoopMark, repeated
from archwright.source.flow.values import ALL_USES, BIT, USES, Key, Val, chain, deep_origins
from archwright.source.flow.values import NO as NO_CONSTANT
from archwright.source.frameworks.base import Entry
from archwright.source.link.project import Project

_SETTINGS = (
    (
        re.compile(r"(?:^|/)(?:tests?|testing)(?:/|\.py$)|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"),
        m.Setting.TEST,
    ),
    (re.compile(r"(?:^|/)(?:migrations|alembic/versions|versions)/[^/]*\.py$"), m.Setting.MIGRATION),
    (
        re.compile(r"(?:^|/)(?:management/commands|scripts|bin|tools|cli)/|(?:^|/)(?:cli|manage)\.py$"),
        m.Setting.COMMAND,
    ),
    (re.compile(r"(?:^|/)tasks(?:\.py$|/)"), m.Setting.TASK),
)
_TRIGGERED = {
    Http: m.Setting.REQUEST,
    GraphqlField: m.Setting.REQUEST,
    Message: m.Setting.TASK,
    Schedule: m.Setting.TASK,
    Command: m.Setting.COMMAND,
}
"""What runs the unit behind an operation, by what triggers it."""
_CLASSES: dict[str, type[m.Effect]] = {
    kind.__name__: kind for kind in vars(m).values() if isinstance(kind, type) and issubclass(kind, m.Effect)
}
_KINDS = {
    "source": OriginKind.SOURCE,
    "parameter": OriginKind.PARAMETER,
    "field": OriginKind.FIELD,
    "result": OriginKind.RESULT,
    "unknown": OriginKind.UNKNOWN,
}


class Renderer:
    """Turns `Found` records into the model's effects."""

    def __init__(self, project: Project, entries: Mapping[int, Iterable[Entry]]) -> None:
        self._project = project
        self._entries = entries
        self._settings: dict[int, m.Setting] = {}
        self._steps: dict[tuple[int, int, str], Step] = {}
        self._makers: dict[str, Callable[[Found], m.Effect]] = {
            "Interpret": self._interpret,
            "Read": self._read,
            "Load": self._load,
            "Write": self._write,
            "Store": self._store,
            "Publish": self._publish,
            "Enqueue": self._enqueue,
            "Crypto": self._crypto,
        }

    def effect(self, found: Found) -> m.Effect | None:
        """The model's effect, or None for a kind that is no effect of the model.

        A kind without a maker of its own is told by its slots, which are named as the fields of the model's class.
        """
        maker = self._makers.get(found.kind)
        if maker is not None:
            return maker(found)
        kind = _CLASSES.get(found.kind)
        return kind(**self._common(found), **self._told(found, kind)) if kind is not None else None

    def _told(self, found: Found, kind: type[m.Effect]) -> dict[str, Any]:
        fields = kind.__struct_fields__
        told = {name: self._slot(slot) for name, slot in found.slots.items() if name in fields}
        if "entity" in told:
            told["entity"] = _short(told["entity"])
        return told

    def _slot(self, slot: Any) -> Any:
        if isinstance(slot, Val):
            return self.value(slot)
        if isinstance(slot, tuple):
            return tuple(self._slot(each) for each in slot)
        return slot

    def place(self, unit: int, position: int) -> Place:
        """A place in a file of the project."""
        module, _ = self._project.unit(unit)
        return Place(module.path, f.line_of(position), f.column_of(position))

    def value(self, value: Val, *, way: bool = True) -> Value:
        """An abstract value as the model tells it. way: with all steps of its origins; else where they enter only."""
        origins = tuple(
            self._origin(key, cleaned, chain(steps) if way else chain(steps)[:1])
            for key, cleaned, steps in deep_origins(value)
            if key[0] != "loop"
        )
        const = value.const if isinstance(value.const, (str, int, float, bool)) else None
        if (not origins and value.const is not NO_CONSTANT) or (not origins and value.text is not None):
            origins = (Origin(kind=OriginKind.CONSTANT),)
        return Value(origins=origins, constant=const, text=value.text)

    def _origin(self, key: Key, cleaned: int, way: list[tuple[int, int, str]]) -> Origin:
        kind = _KINDS[key[0]]
        name, trust = "", Trust.UNKNOWN
        if kind is OriginKind.SOURCE:
            name, trust = str(key[1]), Trust(key[2])
        elif kind is OriginKind.FIELD:
            name = f"{str(key[1]).rpartition('.')[2]}.{key[2]}"
        elif kind is OriginKind.RESULT:
            name = str(key[1])
        elif kind is OriginKind.PARAMETER:
            name = self._project.argument_name(key[1], key[2], key[3:])
            if spelt(self._project, key[1], key[2], key[3:]):
                cleaned |= ALL_USES
        return Origin(
            kind=kind,
            name=name,
            trust=trust,
            steps=tuple(map(self._step, way)),
            clean_for=_uses(cleaned),
        )

    def _step(self, step: tuple[int, int, str]) -> Step:
        known = self._steps.get(step)
        if known is None:
            unit, position, note = step
            known = self._steps[step] = Step(place=self.place(unit, position), note=note)
        return known

    def _common(self, found: Found) -> dict[str, Any]:
        place = self.place(found.unit, found.position)
        setting = m.Setting.TASK if found.deferred == QUEUE else self.setting(found.outer())
        facts = self._project.unit(found.unit)[1]
        depends = found.slots.get("depends") if found.loops else None
        turns = {key for key, _, _ in deep_origins(depends)} if isinstance(depends, Val) else set()
        context = m.Context(
            transaction=m.Transaction(found.transaction or m.Transaction.UNKNOWN),
            deferred=found.deferred,
            setting=setting,
            is_async=bool(facts[8] & f.ASYNC),
            sometimes=found.sometimes,
            loops=tuple(
                self._loop(mark, ("loop", mark.unit, mark.position) in turns) for mark in repeated(found.loops)
            ),
            caught=tuple(m.Caught(place=self.place(c.unit, c.position), types=c.types) for c in found.caught),
            calls=tuple(self.place(unit, position) for unit, position in found.calls),
        )
        return {"place": place, "unit": self._project.unit_name(found.unit), "context": context}

    def setting(self, unit: int) -> m.Setting:
        """What runs a unit: what triggers it where a library calls it, else what the place of its file says by convention."""
        known = self._settings.get(unit)
        if known is None:
            path = self._project.unit(unit)[0].path
            known = next((s for pattern, s in _SETTINGS if pattern.search(path)), m.Setting.UNKNOWN)
            entries = tuple(self._entries.get(unit, ()))
            if any(entry.loops is not None for entry in entries):
                known = m.Setting.REQUEST
            for entry in entries if known is not m.Setting.TEST else ():
                if entry.operation is not None and entry.operation.trigger is not None:
                    known = _TRIGGERED[type(entry.operation.trigger)]
                    break
            self._settings[unit] = known
        return known

    def _loop(self, mark: LoopMark, concerned: bool) -> m.LoopContext:
        return m.LoopContext(
            place=self.place(mark.unit, mark.position),
            over=mark.over,
            entity=_short(mark.entity),
            query=identity(mark.query),
            constant=mark.constant,
            part=mark.part,
            changes=mark.changes,
            concerned=concerned and not mark.constant,
        )

    def _interpret(self, found: Found) -> m.Effect:
        value = self.value(found.slots["text"])
        shape = found.slots.get("shape")
        if shape is not None and value.text is None:
            value = Value(origins=value.origins, constant=value.constant, text=shape)
        return m.Interpret(
            **self._common(found),
            language=m.Language(found.slots["language"]),
            text=value,
            parameters=found.slots.get("parameters", False),
            api=found.slots.get("api", ""),
        )

    def _read(self, found: Found) -> m.Effect:
        slots = found.slots
        return m.Read(
            **self._common(found),
            entity=_short(slots.get("entity")),
            many=m.Many(slots.get("many", "unknown")),
            predicate=self._conditions(slots),
            limit=self.value(slots["limit"]) if "limit" in slots else None,
            columns=tuple(slots.get("columns", ())),
            order=tuple(slots.get("order", ())),
            loaded=tuple(slots.get("loaded", ())),
            locked=slots.get("locked", False),
            built=self._built(slots.get("built"), found),
            query=identity(slots.get("built")) or 0,
        )

    def _load(self, found: Found) -> m.Effect:
        slots = found.slots
        return m.Load(
            **self._common(found),
            entity=_short(slots.get("entity")),
            relation=slots["relation"],
            by_key=slots.get("by_key", False),
            many=m.Many(slots.get("many", "one")),
            loaded=tuple(slots.get("loaded", ())),
            built=self._built(slots.get("built"), found),
            query=identity(slots.get("built")),
        )

    def _built(self, built: tuple[int, int] | None, found: Found) -> Place | None:
        if built is None or built == (found.unit, found.position):
            return None
        return self.place(*built)

    def _write(self, found: Found) -> m.Effect:
        slots = found.slots
        row = slots.get("row")
        return m.Write(
            **self._common(found),
            entity=_short(slots.get("entity")),
            kind=m.WriteKind(slots["kind"]),
            row=identity(row),
            fields=tuple(slots.get("fields", ())),
            condition=self._conditions(slots),
            count_used=slots.get("count_used", False),
        )

    def _store(self, found: Found) -> m.Effect:
        names = found.slots.get("names")
        declared = (names.items if names is not None else None) or {}
        told = tuple(sorted(map(str, declared))) if "*" not in declared else ()
        if names is not None and not told and any(key[0] != "source" for key, _, _ in names.origins):
            told = (UNTOLD,)
        return m.Store(**self._common(found), **{**self._told(found, m.Store), "names": told})

    def _conditions(self, slots: dict[str, Any]) -> tuple[m.Condition, ...]:
        """The conditions of a query, with what they compare with where it is known: what it goes back to, not the way."""
        compared = slots.get("compared")
        values = (compared.items if compared is not None else None) or {}
        return tuple(
            m.Condition(path=path, operator=operator, value=self.value(values[path, operator], way=False))
            if (path, operator) in values
            else m.Condition(path=path, operator=operator)
            for path, operator in slots.get("filters", ())
        )

    def _publish(self, found: Found) -> m.Effect:
        slots = found.slots
        return m.Publish(
            **self._common(found),
            channel=_text(slots["channel"]),
            message=self.value(slots["message"]),
        )

    def _crypto(self, found: Found) -> m.Effect:
        told = self._told(found, m.Crypto)
        algorithm = found.slots["algorithm"]
        name = algorithm if isinstance(algorithm, str) else _text(algorithm)
        return m.Crypto(**self._common(found), **{**told, "algorithm": name.lower()})

    def _enqueue(self, found: Found) -> m.Effect:
        slots = found.slots
        arguments = tuple(self.value(each) for each in (slots["arguments"].items or {}).values())
        return m.Enqueue(**self._common(found), task=_text(slots["task"]), arguments=arguments)


@lru_cache(maxsize=1024)
def _uses(cleaned: int) -> frozenset[Use]:
    """The uses of a bit set."""
    return frozenset(use for use in USES if cleaned & BIT[use])


def _text(name: Val) -> str:
    """A name as the code builds it, `{}` for what is not constant; empty where nothing of it is known."""
    text = name.const if isinstance(name.const, str) and not name.origins else name.text
    return text if text is not None and text.strip("{}") else ""


def identity(built: tuple[int, int] | None) -> int | None:
    """A query's identity: where it was built."""
    return (built[0] << 30) | (built[1] & (1 << 30) - 1) if built is not None else None


def _short(entity: str | None) -> str | None:
    return entity.rpartition(".")[2] if entity else entity
