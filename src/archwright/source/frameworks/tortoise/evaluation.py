"""When a query set of Tortoise ORM runs: what it reads or loads."""

from __future__ import annotations

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Query, Val
from archwright.source.frameworks.shared.queries import emit_read, path_of
from archwright.source.frameworks.shared.record_rows import emit_load, is_there


def evaluated(frame: Frame, value: Val, query: Query, position: int) -> None:
    """The query runs: a read, or the load of a relation of one row."""
    if query.via is not None and "changed" not in query.flags:
        load(frame, value, query, position, "many")
    else:
        emit_read(frame, position, query, value.origins, "many", value.asked)


def load(frame: Frame, value: Val, query: Query, position: int, many: str) -> None:
    """A relation of one row is fetched, where its rows did not come along."""
    row, name = query.via  # type: ignore[misc]
    if not is_there(row, name):
        emit_load(frame, value, row, path_of(row, name), position, many)
