"""The figures of a survey that every format tells."""

from __future__ import annotations

from collections import Counter

from archwright.model.base import Model
from archwright.model.blueprint import Blueprint
from archwright.model.operation import Command, GraphqlField, Http, Message, Operation, Schedule
from archwright.model.policy import ANYONE


class Figures(Model, frozen=True, kw_only=True):
    """Counts, and the entity that most operations write."""

    entities: int
    endpoints: int
    open_endpoints: int
    """Endpoints before which nothing was found that asks who calls."""
    apart: int
    """Operations whose writes stand in no one transaction, as far as the code tells."""
    graphql: int
    tasks: int
    commands: int
    processes: int
    peers: int
    busiest: str = ""
    busiest_writers: int = 0
    busiest_readers: int = 0
    busiest_outside: int = 0
    """Operations that are known to write it outside of a transaction."""


def figures(blueprint: Blueprint) -> Figures:
    """Count what a blueprint holds."""
    system = blueprint.system
    kinds = Counter(type(operation.trigger) for operation in system.operations)
    writers: Counter[str] = Counter()
    readers: Counter[str] = Counter()
    for operation in system.operations:
        writers.update({touch.entity for touch in operation.access.writes})
        readers.update({touch.entity for touch in operation.access.reads})
    busiest = min(writers or readers, key=lambda name: (-writers[name], -readers[name], name), default="")
    return Figures(
        entities=len(system.entities),
        endpoints=kinds[Http],
        open_endpoints=sum(is_open(operation) for operation in system.operations),
        apart=sum(is_apart(operation) for operation in system.operations),
        graphql=kinds[GraphqlField],
        tasks=kinds[Message] + kinds[Schedule],
        commands=kinds[Command],
        processes=len(blueprint.physical.processes),
        peers=len(system.peers),
        busiest=busiest,
        busiest_writers=writers[busiest],
        busiest_readers=readers[busiest],
        busiest_outside=sum(
            any(touch.entity == busiest and touch.outside for touch in operation.access.writes)
            for operation in system.operations
        ),
    )


def is_open(operation: Operation) -> bool:
    """True for an endpoint before which nothing was found that asks who calls; code in its body may still do so."""
    return isinstance(operation.trigger, Http) and not any(policy.role != ANYONE for policy in operation.policies)


def is_apart(operation: Operation) -> bool:
    """True where several writes of an operation are known not to commit together."""
    access = operation.access
    if len(access.writes) < 2:
        return False
    return any(touch.outside for touch in access.writes) or (bool(access.reach) and not access.together)


def said_of_busiest(found: Figures) -> str:
    """Who writes and reads the busiest entity."""
    written = f"written by {counted(found.busiest_writers, 'operation')}"
    outside = f", {found.busiest_outside:,} of them outside a transaction" if found.busiest_outside else ""
    return f"{written}{outside}, read by {found.busiest_readers:,}"


def counted(number: int, one: str, many: str = "") -> str:
    """`1 entity`, `58 entities`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
