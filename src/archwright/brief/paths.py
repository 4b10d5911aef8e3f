"""Names and paths of the brief, looked up in its entities; each failure is noted at the very word that fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from archwright.brief.entities import Formula
from archwright.brief.expression import Path, enum_constants, paths
from archwright.brief.kinds import Scope
from archwright.brief.nearest import suggest
from archwright.brief.nodes import quote
from archwright.brief.words import Word, moved
from archwright.model.entity import Entity, Field, Type

Entities = Mapping[str, Entity]
TEXTUAL = frozenset({Type.TEXT, Type.EMAIL, Type.URL})
NUMERIC = frozenset({Type.INT, Type.DECIMAL, Type.MONEY, Type.FLOAT})
TEMPORAL = frozenset({Type.DATE, Type.TIMESTAMP})
UNORDERED = frozenset({Type.JSON, Type.BYTES})


@dataclass(frozen=True, slots=True)
class Found:
    """The field at the end of a path, and the entity that has it."""

    entity: Entity
    field: Field


def look_up(entities: Entities, word: Word, scope: Scope) -> Entity | None:
    """The entity a word names; None after a note."""
    found = entities.get(word.text)
    if found is None:
        hint = suggest(word.text, entities, "entities")
        scope.note(word, f"unknown entity {quote(word.text)} in {scope.path}", hint)
    return found


def field_of(entity: Entity, word: Word, scope: Scope, says: str) -> Field | None:
    """The entity's field that a word names; None after a note that begins with `says` (`my_orders reads by`)."""
    found = entity.field(word.text)
    if found is None:
        hint = suggest(word.text, [field.name for field in entity.fields], "fields")
        scope.note(word, f"{says} {quote(word.text)}, {entity.name} has no such field", hint)
    return found


def follow(entities: Entities, entity: Entity, word: Word, scope: Scope, says: str) -> Found | None:
    """The field at the end of a path such as `order.customer`; None after a note at the part that fails.

    Fields that could not be read (Type.UNKNOWN) end the path silently: their own mistake is told already.
    """
    parts = word.text.split(".")
    offset = 0
    for index, part in enumerate(parts):
        field = field_of(entity, Word(part, moved(word, offset)), scope, says)
        if field is None:
            return None
        if index == len(parts) - 1:
            return Found(entity, field)
        target = entities.get(field.relation.target) if field.relation is not None else None
        if field.relation is None and field.type is not Type.UNKNOWN:
            message = f"{says} {quote(word.text)}, but {entity.name}.{part} refers to no entity"
            scope.note(moved(word, offset + len(part) + 1), message, "only a reference has fields of its own")
        if target is None:
            return None
        if field.relation is not None and field.relation.many:
            scope.note(
                word, f"{says} {quote(word.text)}, but {entity.name}.{part} holds many", "name a single reference"
            )
            return None
        entity = target
        offset += len(part) + 1
    return None


def check_row_formula(formula: Formula, entity: Entity, scope: Scope) -> bool:
    """Whether every name in a condition on one row is a field of it, or a word of the enum it is compared with."""
    words = _enum_words(formula, {(field.name,): field for field in entity.fields})
    good = True
    for path in paths(formula.tree):
        if path in words or (len(path.parts) == 1 and entity.field(path.parts[0]) is not None):
            continue
        good = False
        word = Word(str(path), formula.at(path.offset))
        if len(path.parts) == 1:
            field_of(entity, word, scope, f"{scope.path} names")
        else:
            hint = f"write one of: {', '.join(field.name for field in entity.fields)}"
            scope.note(word, f"{scope.path} names {quote(word.text)}, but sees only the fields of its own row", hint)
    return good


def check_dotted_formula(formula: Formula, entities: Entities, scope: Scope, own: Entity | None = None) -> bool:
    """Whether every name in a formula over several entities is `Entity.field`, a field of `own`, or an enum's word."""
    known: dict[tuple[str, ...], Field] = {}
    for entity in entities.values():
        known |= {(entity.name, field.name): field for field in entity.fields}
    known |= {(field.name,): field for field in own.fields} if own is not None else {}
    words = _enum_words(formula, known)
    good = True
    for path in paths(formula.tree):
        if path in words or path.parts in known:
            continue
        good = False
        _note_dotted(path, formula, entities, scope)
    return good


def _note_dotted(path: Path, formula: Formula, entities: Entities, scope: Scope) -> None:
    word = Word(path.parts[0], formula.at(path.offset))
    entity = entities.get(word.text)
    if entity is not None and len(path.parts) == 2:
        field = Word(path.parts[1], formula.at(path.offset + len(word.text) + 1))
        field_of(entity, field, scope, f"{scope.path} names")
    elif entity is not None or (len(path.parts) == 1 and word.text[0].islower()):
        scope.note(word, f"{scope.path} names {quote(str(path))}", "write a field with its entity, such as Order.total")
    else:
        look_up(entities, word, scope)


def _enum_words(formula: Formula, fields: Mapping[tuple[str, ...], Field]) -> set[Path]:
    """The paths that are words of the enum on the other side of their comparison."""
    found: set[Path] = set()
    for left, right in enum_constants(formula.tree):
        for field, word in ((left, right), (right, left)):
            known = fields.get(field.parts)
            if known is not None and str(word) in known.values:
                found.add(word)
    return found
