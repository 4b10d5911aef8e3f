"""Foreign keys, and what happens to a row when the row it refers to is deleted.

- A part (`part_of`) is deleted with its parent: CASCADE.
- A required reference keeps what it refers to: RESTRICT. A history must not lose its customer by a slip.
- An optional reference is emptied: SET NULL, unless the model says otherwise.

The database holds every reference: a check in the service alone loses the race against a concurrent delete.
Source: PostgreSQL documentation, 5.5.5 "Foreign Keys".
"""

from __future__ import annotations

import msgspec

from archwright.design.draft import Draft, Stage
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity, Field, OnDelete
from archwright.model.physical import ForeignKey
from archwright.sql.identifier import fit_name


def decide(draft: Draft) -> None:
    """Add the foreign keys of every table; one decision for each way of deleting that is in use."""
    used: dict[OnDelete, list[str]] = {}
    for entity in draft.system.entities:
        table = draft.table_of(entity.name)
        keys = []
        for field in entity.fields:
            if field.relation is None or field.relation.many:
                continue
            action = on_delete(field)
            used.setdefault(action, []).append(f"{entity.name}.{field.name}")
            keys.append(foreign_key(draft, entity, field, action))
        draft.put_table(msgspec.structs.replace(table, foreign_keys=tuple(keys)))
    for action in OnDelete:
        if action in used:
            draft.decide(_decision(action, tuple(used[action])))


def on_delete(field: Field) -> OnDelete:
    """What a delete of the referred-to row does to this one."""
    assert field.relation is not None
    if field.relation.part_of:
        return OnDelete.CASCADE
    if field.nullable and field.relation.on_delete is OnDelete.RESTRICT:
        return OnDelete.SET_NULL
    if field.relation.on_delete is OnDelete.SET_NULL and not field.nullable:
        return OnDelete.RESTRICT
    return field.relation.on_delete


def foreign_key(draft: Draft, entity: Entity, field: Field, action: OnDelete) -> ForeignKey:
    """The constraint that holds a reference."""
    assert field.relation is not None
    columns = draft.columns_of(entity.name, field.name)
    table = draft.table_names[entity.name]
    return ForeignKey(
        name=fit_name(f"{table}_{'_'.join(columns)}_fkey"),
        columns=columns,
        target=draft.table_names[field.relation.target],
        target_columns=draft.keys[field.relation.target],
        on_delete=action,
    )


_CHOICES = {
    OnDelete.CASCADE: (
        "ON DELETE CASCADE",
        "A part has no meaning without its parent, so it goes with it, in the same statement.",
        Alternative(name="delete the parts in the service", because="two services or two versions will forget it"),
    ),
    OnDelete.RESTRICT: (
        "ON DELETE RESTRICT",
        "What is still referred to can't be deleted by a slip; the caller gets 409.",
        Alternative(name="CASCADE", because="one DELETE could take years of history with it"),
    ),
    OnDelete.SET_NULL: (
        "ON DELETE SET NULL",
        "The reference is optional, so the row can live on without it.",
        Alternative(name="RESTRICT", because="an optional link would forbid the deletion of its target"),
    ),
}


def _decision(action: OnDelete, users: tuple[str, ...]) -> Decision:
    choice, because, alternative = _CHOICES[action]
    return Decision(
        id=f"reference/{action.value.replace(' ', '-')}",
        title=f"References with {choice}",
        choice=choice,
        because=because,
        source="PostgreSQL documentation, 5.5.5",
        evidence=(Evidence(name="references", value=", ".join(users), source="given"),),
        alternatives=(
            alternative,
            Alternative(
                name="no foreign key", because="a check in the service loses the race against a concurrent delete"
            ),
        ),
    )


STAGE = Stage("reference", "Foreign keys", __doc__, decide)
