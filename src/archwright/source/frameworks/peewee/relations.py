"""Relations of Peewee that come along with the rows of a query."""

from __future__ import annotations

from collections.abc import Mapping

from archwright.source.flow.values import Query, Val
from archwright.source.frameworks.peewee.columns import entity_of
from archwright.source.frameworks.shared.records import Record

Models = Mapping[str, Record]
"""The models by dotted name."""


def prefetched(value: Val, query: Query, others: list[Val], models: Models) -> Val:
    """A query whose rows bring the rows of other models along."""
    record = models.get(query.entity or "")
    loaded = set(query.loaded)
    for other in others:
        entity = entity_of(other)
        names = [n for n, r in (record.relations if record is not None else {}).items() if r.target == entity]
        loaded.update(names if entity is not None and names else ("?",))
    return Val(("query", query._replace(loaded=frozenset(loaded))), value.origins, asked=value.asked)


def joined(query: Query, args: list[Val], models: Models) -> frozenset[str]:
    """Relations that come along because the other model's columns are selected, too."""
    record = models.get(query.entity or "")
    found = set(query.loaded)
    for value in args:
        entity = entity_of(value)
        if record is None or entity == query.entity:
            continue
        names = [n for n, r in record.relations.items() if r.target == entity and not r.many]
        found.update(names or ({"?"} if entity is not None else set()))
    return frozenset(found)
