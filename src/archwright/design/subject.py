"""What an operation is about, as structure: its main entity, its kind, the rows it touches beside it."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.design.draft import Draft
from archwright.design.soundness import is_key, main_entity
from archwright.model.entity import Entity, Field
from archwright.model.operation import Action, Filter, Operation, Touch


class Shape:
    """How an operation works on its main entity."""

    READ = "read"
    AGGREGATE = "aggregate"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    CALL = "call"


def shape(draft: Draft, operation: Operation) -> str:
    """The kind of an operation; what is only `custom` is judged by what it writes."""
    access = operation.access
    known = {
        Action.CREATE: Shape.CREATE,
        Action.UPDATE: Shape.UPDATE,
        Action.DELETE: Shape.DELETE,
        Action.AGGREGATE: Shape.AGGREGATE,
        Action.READ_ONE: Shape.READ,
        Action.READ_MANY: Shape.READ,
    }
    if operation.action in known and (access.writes or access.reads):
        return known[operation.action]
    if access.writes:
        main = main_entity(draft.system, operation)
        whole = any(not touch.fields for touch in access.writes)
        by_key = main is not None and any(is_key(main, f.field) for f in access.filters)
        return Shape.CREATE if whole and not by_key else Shape.UPDATE
    return Shape.READ if access.reads else Shape.CALL


@dataclass(frozen=True)
class Link:
    """A reference between two entities: `holder.field` refers to `target`."""

    holder: Entity
    field: Field
    target: Entity


def link(one: Entity, other: Entity) -> Link | None:
    """The one reference from `one` to `other`; composition is preferred; None where there is none or no single one."""
    fields = [
        f for f in one.fields if f.relation is not None and f.relation.target == other.name and not f.relation.many
    ]
    parts = [f for f in fields if f.relation is not None and f.relation.part_of]
    chosen = parts or fields
    return Link(one, chosen[0], other) if len(chosen) == 1 or parts else None


def named_entity(draft: Draft, touch: Touch) -> Entity:
    """The entity of a touch."""
    return draft.entity(touch.entity)


def embedded(draft: Draft, operation: Operation) -> tuple[Link, ...]:
    """The entities read along with the main one, by the reference that leads to them or back."""
    main = main_entity(draft.system, operation)
    links = []
    if main is not None and not operation.access.writes:
        for touch in operation.access.reads:
            if touch.entity == main.name:
                continue
            other = draft.entity(touch.entity)
            found = link(other, main) or link(main, other)
            if found is not None:
                links.append(found)
    return tuple(links)


def touched(operation: Operation, entity: str) -> tuple[str, ...] | None:
    """The fields of the entity that the operation writes: () for whole rows, None for none."""
    return next((touch.fields for touch in operation.access.writes if touch.entity == entity), None)


def equality(operation: Operation) -> tuple[Filter, ...]:
    """The filters that must hold exactly, whether or not the caller may leave them out."""
    return tuple(f for f in operation.access.filters if f.operator in {"=", "in"})


def is_list(draft: Draft, operation: Operation) -> bool:
    """Whether a read can give more than one row: its required equalities cover no key and no unique combination."""
    main = main_entity(draft.system, operation)
    if main is None:
        return False
    fixed = {f.field for f in equality(operation) if f.operator == "=" and not f.optional}
    if any(is_key(main, name) for name in fixed) or (main.key and set(main.key) <= fixed):
        return False
    if any(field.unique and field.name in fixed for field in main.fields):
        return False
    return not any(unique.where is None and set(unique.fields) <= fixed for unique in main.uniques)
