"""Entity drafts to the model, with all that they say of each other checked."""

from __future__ import annotations

import re

from archwright.brief.compose_fields import compose_field
from archwright.brief.entities import ENTITY_TABLE, Combination, Depends, EntityDraft, Formula, PartOf
from archwright.brief.expression import paths
from archwright.brief.kinds import Scope, fold
from archwright.brief.lexicon import FIELD, FIELD_NAME
from archwright.brief.nodes import quote
from archwright.brief.paths import UNORDERED, check_row_formula, field_of, follow, look_up
from archwright.brief.table import Values
from archwright.brief.words import Word
from archwright.model.entity import (
    Check,
    Entity,
    Field,
    FunctionalDependency,
    Index,
    OnDelete,
    Relation,
    Type,
    Unique,
    Volume,
)
from archwright.model.words import snake


def compose_entities(drafts: tuple[EntityDraft, ...], scope: Scope) -> dict[str, Entity]:
    """The entities by name, in the order of the brief; mistakes are noted."""
    names = {draft.name.text for draft in drafts}
    bare = {draft.name.text: _bare(draft, names, scope) for draft in drafts}
    _check_wholes(drafts, bare, scope)
    entities = {draft.name.text: _whole(draft, bare[draft.name.text], bare, scope) for draft in drafts}
    _check_keys(drafts, entities, scope)
    return entities


def _field_drafts(draft: EntityDraft, scope: Scope) -> list[tuple[Word, Values]]:
    """The fields as written, in order, good names only."""
    found: dict[str, Word] = {}
    drafts = []
    inner: Values | None = draft.values.get("fields")
    for values in (draft.values, inner):
        for name, word in values.keys.items() if values is not None else ():
            assert values is not None
            if values is draft.values and name in ENTITY_TABLE.words:
                continue
            first = found.setdefault(fold(name), word)
            if not re.fullmatch(FIELD, name):
                where = f"{draft.name.text} can't have a field {quote(name)}"
                scope.note(word, where, f"write {FIELD_NAME.mended(name)}")
            elif first is not word:
                message = f"field {quote(name)} of {draft.name.text} stands twice, but for case or `_`"
                scope.note(word, message, f"the first is in line {first.place.line}")
            else:
                drafts.append((word, values.get(name) or Values(word.place)))
    return drafts


def _bare(draft: EntityDraft, names: set[str], scope: Scope) -> Entity:
    """The entity with its fields alone: enough for paths to be followed."""
    inner = Scope(draft.name.text, scope.notes, scope.unknown)
    written = _field_drafts(draft, inner)
    fields = [compose_field(word, values, names, inner.inner(word.text)) for word, values in written]
    parent = _parent(draft, names, inner)
    if parent is not None:
        clash = next((word for word, _ in written if word.text == parent.name), None)
        if clash is None:
            fields.insert(0, parent)
        else:
            hint = f"leave the field out, or write part_of: {parent.relation.target if parent.relation else ''} as NAME"
            scope.note(clash, f"{inner.path}.{parent.name} is made by part_of already", hint)
    has_id = any(field.name == "id" for field in fields)
    if not has_id and not draft.values.has("key"):
        fields.insert(0, Field(name="id", type=Type.UUID, place=draft.place))
    if not fields:
        scope.note(draft.name, f"{draft.name.text} has no fields", "write each as name: type")
    return Entity(
        name=draft.name.text,
        fields=tuple(sorted(fields, key=lambda field: field.name != "id")),
        description=draft.values.get("about", ""),
        place=draft.place,
    )


def _parent(draft: EntityDraft, names: set[str], scope: Scope) -> Field | None:
    part_of: PartOf | None = draft.values.get("part_of")
    if part_of is None:
        return None
    if part_of.entity.text not in names:
        look_up({name: Entity(name=name, fields=()) for name in sorted(names)}, part_of.entity, scope.inner("part_of"))
        return None
    name = part_of.name.text if part_of.name is not None else snake(part_of.entity.text)
    relation = Relation(target=part_of.entity.text, part_of=True, on_delete=OnDelete.CASCADE)
    return Field(name=name, type=Type.REFERENCE, relation=relation, place=part_of.entity.place)


def _check_wholes(drafts: tuple[EntityDraft, ...], bare: dict[str, Entity], scope: Scope) -> None:
    """Note each circle of part_of once, at its first entity."""
    told: set[str] = set()
    for draft in drafts:
        chain: list[str] = []
        name: str | None = draft.name.text
        while name is not None and name not in chain:
            chain.append(name)
            parent = bare[name].parent if name in bare else None
            name = parent.relation.target if parent is not None and parent.relation is not None else None
        if name == draft.name.text and name not in told:
            told.update(chain)
            message = f"{' is part of '.join([*chain, name])}: a circle"
            hint = "for a tree write parent: -> " + name + " optional" if len(chain) == 1 else "one must be a reference"
            scope.note(draft.values.at("part_of"), message, hint)


def _check_keys(drafts: tuple[EntityDraft, ...], entities: dict[str, Entity], scope: Scope) -> None:
    """Note each circle of keys once: a key that holds itself, over whatever steps, has no columns."""
    told: set[str] = set()
    for draft in drafts:
        chain = _key_circle(draft.name.text, entities)
        if chain and not told & set(chain):
            told.update(chain)
            message = f"the key of {' holds the key of '.join([*chain, chain[0]])}: a circle"
            scope.note(draft.values.at("key"), message, "leave one of the keys out: the row then gets an id of its own")


def _key_circle(start: str, entities: dict[str, Entity]) -> tuple[str, ...]:
    """The entities on a way from a key through the references that it holds back to itself; none where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ways:
        way = ways.pop()
        entity = entities[way[-1]]
        fields = [field for field in entity.fields if field.name in entity.key and field.relation is not None]
        for target in [field.relation.target for field in fields if field.relation is not None]:
            if target == start:
                return way
            if target in entities and target not in seen:
                seen.add(target)
                ways.append((*way, target))
    return ()


def _whole(draft: EntityDraft, entity: Entity, entities: dict[str, Entity], scope: Scope) -> Entity:
    inner = Scope(entity.name, scope.notes, scope.unknown)
    values = draft.values
    for field in entity.fields:
        _check_copy(draft, field, entity, entities, inner)
    return Entity(
        name=entity.name,
        fields=entity.fields,
        key=_key(values, entity, inner),
        uniques=tuple(_unique(item, entity, inner.inner("unique")) for item in values.get("unique", ())),
        indexes=tuple(_index(item, entity, inner.inner("index")) for item in values.get("index", ())),
        checks=_checks(values.get("check", ()), entity, inner.inner("check")),
        dependencies=tuple(_dependency(item, entity, inner.inner("depends")) for item in values.get("depends", ())),
        volume=Volume(
            count=values.get("count"),
            growth=values.get("growth"),
            keep=values.get("keep"),
            row_size=values.get("row_size"),
            zipf=values.get("hot"),
        ),
        description=entity.description,
        place=entity.place,
    )


def _check_copy(draft: EntityDraft, field: Field, entity: Entity, entities: dict[str, Entity], scope: Scope) -> None:
    if field.copied_from is None:
        return
    read: Values = draft.values.get(field.name) or (draft.values.get("fields") or draft.values).get(field.name)
    source: Word = read.get("copied").source
    found = follow(entities, entity, source, scope, f"{scope.path}.{field.name} copies")
    if found is None or Type.UNKNOWN in {found.field.type, field.type}:
        return
    if found.field is field:
        scope.note(source, f"{scope.path}.{field.name} copies itself", "write a path such as product.price")
    elif _held(found.field) != _held(field):
        message = f"{scope.path}.{field.name} is {_held(field)}, but copies {found.entity.name}.{found.field.name}"
        scope.note(source, message, f"that is {_held(found.field)}; the two must agree")


def _held(field: Field) -> str:
    return f"-> {field.relation.target}" if field.relation is not None else str(field.type)


def _key(values: Values, entity: Entity, scope: Scope) -> tuple[str, ...]:
    key: Combination | None = values.get("key")
    if key is None:
        names = [Word("id", values.at("id"))] if entity.field("id") is not None else []
    else:
        names = list(key.fields)
        if key.where is not None:
            scope.note(values.at("key"), f"{scope.path}: a key has no condition", "write unique: ... where ...")
    for word in names:
        field = field_of(entity, word, scope, f"the key of {scope.path} names")
        if field is None:
            continue
        if field.nullable:
            scope.note(
                word,
                f"the key of {scope.path} names {quote(field.name)}, which is optional",
                "a key always has a value",
            )
        if field.type in UNORDERED or (field.relation is not None and field.relation.many):
            kind = "many references" if field.relation is not None else str(field.type)
            scope.note(
                word, f"the key of {scope.path} names {quote(field.name)}, which is {kind}", "use a uuid, int or text"
            )
    _distinct(names, scope.inner("key"))
    return tuple(word.text for word in names) or ("id",)


def _distinct(names: list[Word], scope: Scope) -> None:
    seen: set[str] = set()
    for word in names:
        if word.text in seen:
            scope.note(word, f"{scope.path} names {quote(word.text)} twice")
        seen.add(word.text)


def _columns(item: Combination, entity: Entity, scope: Scope) -> None:
    _distinct(list(item.fields), scope)
    for word in item.fields:
        field = field_of(entity, word, scope, f"{scope.path} names")
        if field is not None and field.relation is not None and field.relation.many:
            scope.note(word, f"{scope.path} names {quote(word.text)}, which holds many", "name single values")
    if item.where is not None:
        check_row_formula(item.where, entity, scope)


def _unique(item: Combination, entity: Entity, scope: Scope) -> Unique:
    _columns(item, entity, scope)
    if len(item.fields) == 1 and item.where is None:
        word = item.fields[0]
        hint = f"mark the field: {word.text}: ... unique; for several fields together write them as a + b"
        scope.note(word, f"{scope.path} names one field alone", hint)
    return Unique(
        fields=tuple(word.text for word in item.fields), where=item.where.text.strip() if item.where else None
    )


def _index(item: Combination, entity: Entity, scope: Scope) -> Index:
    _columns(item, entity, scope)
    fields = tuple(("-" if down else "") + word.text for word, down in zip(item.fields, item.descending, strict=True))
    return Index(fields=fields, where=item.where.text.strip() if item.where else None)


def _checks(formulas: tuple[Formula, ...], entity: Entity, scope: Scope) -> tuple[Check, ...]:
    found: list[Check] = []
    for formula in formulas:
        check_row_formula(formula, entity, scope)
        own = [path.parts[0] for path in paths(formula.tree) if entity.field(path.parts[0]) is not None]
        base = "_".join(dict.fromkeys(own)) or "row"
        taken = {check.name for check in found}
        name = next(
            name for index in range(len(found) + 1) if (name := f"{base}_{index + 1}" if index else base) not in taken
        )
        found.append(Check(name=name, expression=formula.text.strip()))
    return tuple(found)


def _dependency(item: Depends, entity: Entity, scope: Scope) -> FunctionalDependency:
    for word in (*item.determinant, *item.dependent):
        field_of(entity, word, scope, f"{scope.path} names")
    return FunctionalDependency(
        determinant=tuple(word.text for word in item.determinant), dependent=tuple(word.text for word in item.dependent)
    )
