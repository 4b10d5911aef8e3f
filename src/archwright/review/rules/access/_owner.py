"""Whose a row is: the relation of an entity to the people who call."""

from __future__ import annotations

import re
from typing import NamedTuple

from archwright.model.entity import Entity

_PERSON = re.compile(r"(?:^|_|[a-z])(?:User|Customer|Member|Account|Profile)$")
"""Entities that stand for a person who signs in."""
_OWNS = re.compile(r"^(?:owner|user|customer|member|account|profile|recipient|holder)(?:_id)?$")
"""Fields by which a row belongs to one person."""
_MADE = re.compile(r"^(?:author|creator|created_by|added_by|uploaded_by|uploader|submitter|poster)(?:_id)?$")
"""Fields that say who made a row; others may be meant to work on it."""


_OWNED = frozenset({"owner", "owner_id"})
"""Of these, what says that a row is somebody's though its name is a person's: a mail account with an owner."""


class Owned(NamedTuple):
    """How a row belongs to a person."""

    field: str
    sure: bool
    """False where the field says who made the row, and not whose it is."""


def is_person(entity: str) -> bool:
    """True for an entity that stands for a person who signs in: what is done about people names others."""
    return _PERSON.search(entity) is not None


def owner_of(entity: Entity) -> Owned | None:
    """The field that says whose a row is; None where none does, or where the row stands for the person."""
    person = is_person(entity.name)
    made: Owned | None = None
    for field in entity.fields:
        relation = field.relation
        if relation is None or relation.many or not _PERSON.search(relation.target):
            continue
        if person and (field.name not in _OWNED or relation.target == entity.name):
            continue
        if _OWNS.match(field.name):
            return Owned(field.name, True)
        if _MADE.match(field.name):
            made = made or Owned(field.name, False)
    return made
