"""Who stands behind a role: the entity whose row is the caller, and the way from a row to its owner."""

from __future__ import annotations

from archwright.design.draft import Draft
from archwright.design.soundness import follow, main_entity
from archwright.model.entity import Entity
from archwright.model.physical import JoinStep, OwnerPath


def caller_entity(draft: Draft, role: str) -> Entity | None:
    """The entity whose row stands for a caller in that role: declared, or where all its ownership paths end."""
    declared = next((r.entity for r in draft.system.roles if r.name == role and r.entity), None)
    if declared is not None:
        return draft.system.entity(declared)
    ends: list[Entity] = []
    for operation in draft.system.operations:
        main = main_entity(draft.system, operation)
        for policy in operation.policies:
            if policy.role == role and policy.owns is not None and main is not None:
                end = _end(draft, main, policy.owns.path)
                if end is not None and end not in ends:
                    ends.append(end)
    return ends[0] if len(ends) == 1 else None


def owner_path(draft: Draft, entity: Entity, path: str) -> OwnerPath:
    """The joins from an entity's table to the column that holds the owner's id."""
    steps, columns, table = joined(draft, entity, path)
    return OwnerPath(table=table, column=columns[0], steps=steps)


def joined(draft: Draft, entity: Entity, path: str) -> tuple[tuple[JoinStep, ...], tuple[str, ...], str]:
    """A dotted path as the joins to its last table, the columns of its last field, and that table's name."""
    steps = follow(draft.system, entity, path)
    assert steps, path
    joins: list[JoinStep] = []
    for holder, name in steps[:-1]:
        field = holder.field(name)
        assert field is not None
        assert field.relation is not None
        target = field.relation.target
        joins.append(
            JoinStep(
                table=draft.table_names[holder.name],
                columns=draft.columns_of(holder.name, name),
                target=draft.table_names[target],
                target_columns=draft.keys[target],
            )
        )
    holder, name = steps[-1]
    columns = draft.columns_of(holder.name, name) or draft.keys[holder.name]
    return tuple(joins), columns, draft.table_names[holder.name]


def _end(draft: Draft, entity: Entity, path: str) -> Entity | None:
    steps = follow(draft.system, entity, path)
    if not steps:
        return None
    holder, name = steps[-1]
    field = holder.field(name)
    if field is None:
        return holder
    return draft.system.entity(field.relation.target) if field.relation is not None else None
