"""Whether the model holds together: every name that it uses is declared. All breaches are told at once."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.design.error import DesignError
from archwright.model.base import Place
from archwright.model.entity import Entity, Type
from archwright.model.operation import Operation
from archwright.model.policy import ANYONE, AUTHENTICATED
from archwright.model.system import System

Problem = tuple[Place | None, str]


def require_sound(system: System) -> None:
    """Raise DesignError with every name that leads nowhere. A brief that was read is sound; a model by hand may not be."""
    problems = (*_repeats(system), *_entities(system), *_operations(system))
    if problems:
        raise DesignError(problems)


def _repeats(system: System) -> Iterator[Problem]:
    for kind, names in (
        ("entity", [entity.name for entity in system.entities]),
        ("operation", [operation.name for operation in system.operations]),
        ("role", [role.name for role in system.roles]),
    ):
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield None, f'{kind} "{name}" is declared more than once'


def _entities(system: System) -> Iterator[Problem]:
    for entity in system.entities:
        names = [field.name for field in entity.fields]
        for name in dict.fromkeys(name for name in names if names.count(name) > 1):
            yield entity.place, f"{entity.name} has two fields {name}"
        for field in entity.fields:
            if field.type is Type.REFERENCE and field.relation is None:
                yield field.place, f"{entity.name}.{field.name} is a reference to nothing"
            if field.relation is not None and system.entity(field.relation.target) is None:
                yield field.place, f"{entity.name}.{field.name} refers to {field.relation.target}, which is no entity"
        if entity.key != ("id",):
            yield from _missing(entity, entity.key, "key", entity.place)
        for unique in entity.uniques:
            yield from _missing(entity, unique.fields, "unique combination", entity.place)
        for index in entity.indexes:
            yield from _missing(entity, tuple(f.lstrip("-") for f in index.fields), "index", entity.place)


def _operations(system: System) -> Iterator[Problem]:
    roles = {role.name for role in system.roles} | {ANYONE, AUTHENTICATED}
    peers = {peer.name for peer in system.peers}
    for operation in system.operations:
        access = operation.access
        for touch in (*access.reads, *access.writes):
            entity = system.entity(touch.entity)
            if entity is None:
                yield operation.place, f"{operation.name} uses {touch.entity}, which is no entity"
            else:
                yield from _missing(entity, touch.fields, operation.name, operation.place)
        main = main_entity(system, operation)
        if main is not None:
            yield from _reach(system, main, operation)
        for policy in operation.policies:
            if policy.role not in roles:
                yield operation.place, f"{operation.name} is for {policy.role}, which is no role"
            if policy.owns is not None and main is not None and follow(system, main, policy.owns.path) is None:
                yield (
                    operation.place,
                    f"{operation.name}: {policy.owns.path} does not lead from {main.name} to an owner",
                )
            for condition in policy.conditions if main is not None else ():
                if main is not None and follow(system, main, condition.field) is None:
                    yield (
                        operation.place,
                        f"{operation.name}: {condition.field} does not lead from {main.name} to a field",
                    )
        for call in access.calls:
            if peers and call.peer not in peers:
                yield operation.place, f"{operation.name} calls {call.peer}, which is no declared peer"


def _reach(system: System, main: Entity, operation: Operation) -> Iterator[Problem]:
    """What the operation's filters, order and groups name: fields at the end of a path, or of the row itself."""
    access = operation.access
    for path in access.group:
        if "." in path and follow(system, main, path) is not None:
            told = f"{operation.name} groups by {path}, which another table holds"
            yield operation.place, f"{told}; group by a field of {main.name}"
    for path in (*(f.field for f in access.filters), *access.group):
        if follow(system, main, path) is None:
            known = ", ".join(field.name for field in main.fields)
            yield (
                operation.place,
                f"{operation.name}: {path} does not lead from {main.name} to a field (it has {known})",
            )
    for sort in access.sort:
        if "." in sort.field and follow(system, main, sort.field) is not None:
            copy = f"{sort.field.replace('.', '_')}: ... copied from {sort.field}"
            held = f"{operation.name} sorts {main.name} by {sort.field}, which another table holds"
            yield operation.place, f"{held}, so that no index has that order; write {copy}, and sort by the copy"
        else:
            yield from _missing(main, (sort.field,), operation.name, operation.place)


def main_entity(system: System, operation: Operation) -> Entity | None:
    """The entity that an operation's filters, order and ownership speak of: the first it writes, else the first it reads."""
    touches = operation.access.writes or operation.access.reads
    return system.entity(touches[0].entity) if touches else None


def follow(system: System, entity: Entity, path: str) -> tuple[tuple[Entity, str], ...] | None:
    """The steps of a dotted path of references, as (entity, field); None where it leads nowhere.

    A path may end in a field that is no reference: its value is then the caller's id itself. `id` owns itself.
    """
    steps: list[tuple[Entity, str]] = []
    current: Entity | None = entity
    for name in path.split("."):
        if current is None or (current.field(name) is None and not is_key(current, name)):
            return None
        steps.append((current, name))
        field = current.field(name)
        current = system.entity(field.relation.target) if field is not None and field.relation is not None else None
    return tuple(steps)


def is_key(entity: Entity, name: str) -> bool:
    """Whether the name means the entity's whole key, declared or added by the design."""
    return entity.key == (name,)


def _missing(entity: Entity, names: tuple[str, ...], user: str, place: Place | None) -> Iterator[Problem]:
    for name in names:
        if entity.field(name) is None and not is_key(entity, name):
            known = ", ".join(field.name for field in entity.fields)
            yield place, f"{user}: {entity.name} has no field {name} (it has {known})"
