"""Django's managers: which one a relation asks, and what a manager's own `get_queryset` loads along with every query of it."""

from __future__ import annotations

from archwright.source.flow.calls import call_unit
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Query, Val
from archwright.source.frameworks.django.models import query_method
from archwright.source.frameworks.django.rows import ORM
from archwright.source.link.project import Project

_UNREAD = frozenset({"?"})


def manager_method(project: Project, query: Query, name: str) -> int | None:
    """The unit of the project that `name` calls on a query's manager or query set."""
    for each in (query.manager or "").split():
        holder = project.class_named(each)
        unit = query_method(holder, name) if holder is not None else None
        if unit is not None:
            return unit
    return None


def managed(frame: Frame, query: Query, position: int) -> Query:
    """The query that a manager starts with: its own `get_queryset` says what comes along, `?` where that can't be read."""
    unit = manager_method(frame.engine.project, query, "get_queryset")
    if unit is None:
        return query
    bare = Query(ORM, query.entity, -1, 0, manager=query.manager)  # the same for all who ask: it is followed once
    made = call_unit(frame, unit, [Val(("query", bare))], {}, [], position).type
    known = made is not None and made[0] == "query" and made[1].orm == ORM
    return query._replace(loaded=query.loaded | (made[1].loaded if made is not None and known else _UNREAD))
