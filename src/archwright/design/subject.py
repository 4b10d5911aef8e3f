"""What an operation is about, as structure: its main entity, its kind, the rows it touches beside it."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.design.draft import Draft
from archwright.design.soundness import is_key, main_entity
from archwright.model.effect import WriteKind
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
        return {WriteKind.INSERT: Shape.CREATE, WriteKind.DELETE: Shape.DELETE}.get(
            write_kind(draft, operation, access.writes[0]), Shape.UPDATE
        )
    return Shape.READ if access.reads else Shape.CALL


def write_kind(draft: Draft, operation: Operation, touch: Touch) -> WriteKind:
    """What a write does to rows of its entity, where the touch does not say it."""
    if touch.kind is not None:
        return touch.kind
    if operation.action is Action.DELETE:
        return WriteKind.DELETE
    entity = draft.entity(touch.entity)
    by_key = main_entity(draft.system, operation) == entity and any(
        is_key(entity, f.field) for f in operation.access.filters
    )
    return WriteKind.UPDATE if touch.fields or by_key or operation.action is Action.UPDATE else WriteKind.INSERT


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


def stated(draft: Draft, touch: Touch) -> Link | None:
    """The reference that the touch names (`OrderLine.product`)."""
    name, _, reference = touch.through.partition(".")
    holder = draft.system.entity(name)
    field = holder.field(reference) if holder is not None else None
    if holder is None or field is None or field.relation is None:
        return None
    return Link(holder, field, draft.entity(field.relation.target))


def embedded(draft: Draft, operation: Operation) -> tuple[Link, ...]:
    """The entities read along with the main one, by the reference that leads to them or back."""
    main = main_entity(draft.system, operation)
    links = []
    if main is not None and not operation.access.writes:
        for touch in operation.access.reads:
            if touch.entity == main.name:
                continue
            other = draft.entity(touch.entity)
            found = stated(draft, touch) or link(other, main) or link(main, other)
            if found is not None and main in {found.holder, found.target}:
                links.append(found)
    return tuple(links)


def equality(operation: Operation) -> tuple[Filter, ...]:
    """The filters that must hold exactly, whether or not the caller may leave them out."""
    return tuple(f for f in operation.access.filters if f.operator in {"=", "in"})


def is_own_row(operation: Operation) -> bool:
    """Whether a read gives the row that stands for the caller, which the token alone names."""
    return operation.action is Action.READ_ONE and not operation.access.filters


def is_list(draft: Draft, operation: Operation) -> bool:
    """Whether a read can give more than one row: its required equalities cover no key and no unique combination."""
    main = main_entity(draft.system, operation)
    if main is None or is_own_row(operation):
        return False
    fixed = {f.field for f in equality(operation) if f.operator == "=" and not f.optional}
    if any(is_key(main, name) for name in fixed) or (main.key and set(main.key) <= fixed):
        return False
    if any(field.unique and field.name in fixed for field in main.fields):
        return False
    return not any(unique.where is None and set(unique.fields) <= fixed for unique in main.uniques)
