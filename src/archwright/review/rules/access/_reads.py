"""Endpoints that only read are compared with those that only read: what few may change, all may be meant to see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from archwright.model.effect import Effect, Enqueue, HttpCall, Read, Write
from archwright.model.entity import Entity
from archwright.review.endpoint import Endpoint
from archwright.review.rules.access._owner import is_person, owner_of

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def changes(endpoint: Endpoint, effects: Iterable[Effect]) -> bool:
    """True where an endpoint changes anything, or its method says so: what it asks of callers need not hold for who only reads."""
    return endpoint.changes or any(isinstance(each, Write) for each in effects)


def only_reads(endpoint: Endpoint, effects: Iterable[Effect]) -> bool:
    """True where its methods say so, and it hands nothing on; `ANY` does not tell."""
    acts = any(isinstance(each, (Write, Enqueue, HttpCall)) for each in effects)
    return bool(endpoint.methods) and endpoint.methods <= _READS and not acts


def reads_private(effects: Iterable[Effect], entities: Mapping[str, Entity]) -> bool:
    """True for rows that belong to one person, and rows that stand for one: not everybody is meant to see them."""
    read = [entities.get(each.entity or "") for each in effects if isinstance(each, Read)]
    return any(
        is_person(each.name) or ((owner := owner_of(each)) is not None and owner.sure)
        for each in read
        if each is not None
    )
