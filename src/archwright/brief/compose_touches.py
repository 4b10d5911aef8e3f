"""What an operation touches: entities, fields, new values, and the references that lead between the rows."""

from __future__ import annotations

from msgspec.structs import replace

from archwright.brief.accesses import SetDraft, TouchDraft
from archwright.brief.constants import constant
from archwright.brief.expression import Constant, Path
from archwright.brief.kinds import Scope
from archwright.brief.nearest import suggest
from archwright.brief.nodes import quote
from archwright.brief.paths import NUMERIC, Entities, check_dotted_formula, field_of, look_up
from archwright.brief.words import Word
from archwright.model.effect import WriteKind
from archwright.model.entity import Entity, Field
from archwright.model.operation import Assignment, Touch


class Touches:
    """The touches of one operation, in the order written, merged by entity and kind."""

    def __init__(self, entities: Entities, scope: Scope) -> None:
        self._entities = entities
        self._scope = scope
        self._touches: list[Touch] = []
        self._words: list[Word] = []
        self._drafts: list[TouchDraft] = []

    def add(self, draft: TouchDraft, kind: WriteKind | None, word: str) -> None:
        """Add what the drafted touch says; `word` is where it stood: read, write, update or delete."""
        scope = self._scope.inner(word)
        entity = look_up(self._entities, draft.entity, scope)
        if entity is None:
            return
        fields = [field for field in draft.fields if field_of(entity, field, scope, f"{self._scope.path} {word}s")]
        known = {field.text for field in fields}
        sets = tuple(self._assignment(entity, item, scope) for item in draft.sets if item.field.text in known)
        if kind in {WriteKind.INSERT, WriteKind.UPDATE} and draft.fields:
            kind = WriteKind.UPDATE
            for field in fields:
                if field.text in entity.key:
                    scope.note(field, f"{self._scope.path} changes the key of {entity.name}", "a key stays as it is")
        self._merge(
            Touch(entity=entity.name, fields=tuple(field.text for field in fields), kind=kind, sets=sets), draft
        )

    def _merge(self, touch: Touch, draft: TouchDraft) -> None:
        for index, known in enumerate(self._touches):
            if (known.entity, known.kind) != (touch.entity, touch.kind):
                continue
            if known.fields == touch.fields == () or set(known.fields) & set(touch.fields):
                what = touch.entity + ("." + min(set(known.fields) & set(touch.fields)) if touch.fields else "")
                self._scope.note(draft.entity, f"{self._scope.path} names {what} twice")
            fields = (*known.fields, *touch.fields) if known.fields and touch.fields else ()
            self._touches[index] = replace(known, fields=tuple(dict.fromkeys(fields)), sets=known.sets + touch.sets)
            return
        self._touches.append(touch)
        self._words.append(draft.entity)
        self._drafts.append(draft)

    def _assignment(self, entity: Entity, item: SetDraft, scope: Scope) -> Assignment:
        field = entity.field(item.field.text)
        assert field is not None
        inner = scope.inner(f"{entity.name}.{field.name}")
        if item.operator != "=" and field.type not in NUMERIC:
            scope.note(item.field, f"{inner.path} is {field.type} and can't take {item.operator}", "write =")
        else:
            self._check_value(item, field, entity, inner)
        return Assignment(field=field.name, operator=item.operator, value=item.value.text.strip())

    def _check_value(self, item: SetDraft, field: Field, entity: Entity, scope: Scope) -> None:
        tree, at = item.value.tree, item.value.at(0)
        if isinstance(tree, Path) and len(tree.parts) == 1 and entity.field(str(tree)) is None:
            constant(Word(str(tree), item.value.at(tree.offset)), field, scope)
        elif isinstance(tree, Constant):
            text = str(tree.value).lower() if isinstance(tree.value, bool) else str(tree.value)
            constant(Word(text, at), field, scope)
        else:
            check_dotted_formula(item.value, self._entities, scope, own=entity)

    @property
    def subject(self) -> Entity | None:
        """The entity that `by`, `sort` and `owns` speak of: the first one written, else the first one read."""
        written = [touch for touch in self._touches if touch.kind is not None]
        first = next(iter(written or self._touches), None)
        return self._entities.get(first.entity) if first is not None else None

    @property
    def entities(self) -> list[Entity]:
        """All entities touched."""
        return [self._entities[name] for name in dict.fromkeys(touch.entity for touch in self._touches)]

    def compose(self) -> tuple[tuple[Touch, ...], tuple[Touch, ...]]:
        """Reads and writes, each with the reference that leads to it from a row that is reached before it."""
        waiting = sorted(range(len(self._touches)), key=lambda index: self._touches[index].kind is None)
        reached: list[Entity] = []
        done: dict[int, Touch] = {}
        while waiting:
            index = next((index for index in waiting if self._within_reach(index, reached)), waiting[0])
            waiting.remove(index)
            touch = self._touches[index]
            entity = self._entities[touch.entity]
            told = self._drafts[index].through
            if reached and entity not in reached:
                touch = replace(touch, through=self._through(touch, entity, reached, index))
            elif told is not None:
                self._scope.note(told, f"{self._scope.path} begins with {entity.name}", "leave through out")
            done[index] = touch
            if entity not in reached:
                reached.append(entity)
        touches = [done[index] for index in range(len(self._touches))]
        reads = tuple(touch for touch in touches if touch.kind is None)
        return reads, tuple(touch for touch in touches if touch.kind is not None)

    def _within_reach(self, index: int, reached: list[Entity]) -> bool:
        entity = self._entities[self._touches[index].entity]
        return entity in reached or any(_references(other, entity) for other in reached)

    def _through(self, touch: Touch, entity: Entity, before: list[Entity], index: int) -> str:
        ways = [way for other in before for way in _references(other, entity)]
        told = self._drafts[index].through
        names = [f"{owner.name}.{field.name}" for owner, field in ways]
        if told is not None:
            if told.text not in names:
                hint = suggest(told.text, names, "references")
                self._scope.note(told, f"{quote(told.text)} does not lead to {entity.name} in {self._scope.path}", hint)
            return told.text
        near = [f"{owner.name}.{field.name}" for owner, field in _references(before[0], entity)]
        for choice in (names, near):
            if len(choice) == 1:
                return choice[0]
        if names:
            hint = f"write {{entity: {entity.name}, through: {names[0]}}}"
            ways_told = " and ".join(names[:3])
            self._scope.note(self._words[index], f"{ways_told} both lead to {entity.name} in {self._scope.path}", hint)
        elif touch.kind is not WriteKind.INSERT:
            others = ", ".join(other.name for other in before)
            message = f"{self._scope.path} touches {entity.name}, but no reference joins it with {others}"
            self._scope.note(self._words[index], message, "add the reference, or the entity in between")
        return ""


def _references(one: Entity, other: Entity) -> list[tuple[Entity, Field]]:
    """The references between two entities, in either direction."""
    found = []
    for owner, target in ((one, other), (other, one)):
        found += [(owner, f) for f in owner.fields if f.relation is not None and f.relation.target == target.name]
    return found
