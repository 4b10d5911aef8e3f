"""Which fields an index will hold: what is unique, looked up by, sorted by, or part of a key."""

from __future__ import annotations

from archwright.design.soundness import main_entity
from archwright.model.entity import Entity
from archwright.model.system import System


def keyed_fields(system: System, entity: Entity) -> frozenset[str]:
    """The names of the entity's fields that some B-tree holds."""
    names = set(entity.key)
    names |= {field.name for field in entity.fields if field.unique}
    names |= {name for unique in entity.uniques for name in unique.fields}
    names |= {name.lstrip("-") for index in entity.indexes for name in index.fields}
    for operation in system.operations:
        if main_entity(system, operation) == entity:
            names |= {f.field for f in operation.access.filters if f.operator != "match"}
            names |= {sort.field for sort in operation.access.sort}
    return frozenset(names)
