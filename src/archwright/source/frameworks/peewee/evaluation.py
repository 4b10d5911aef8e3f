"""When a query of Peewee runs: what it reads, loads or writes, and what it gives."""

from __future__ import annotations

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, NUMBER, Query, Row, Val
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.peewee.columns import ORM, conditions
from archwright.source.frameworks.shared.queries import conditioned, emit_read, emit_write, path_of
from archwright.source.frameworks.shared.record_rows import element, emit_load, is_there


def one_of(call: CallSite, value: Val, query: Query) -> Val:
    """`get()` and its like: the query runs, and gives one row."""
    found, asked = conditioned(query, value.asked, conditions(call) if call.name == "get" and call.args else ())
    if "related" not in query.flags or "changed" in query.flags:
        emit_read(call.frame, call.position, found if call.args else query, value.origins, "one", asked)
    else:
        evaluated(call.frame, value, query, call.position)
    return element(query, value)


def run(frame: Frame, position: int, value: Val, query: Query) -> Val:
    """`execute()`: what the query was started as."""
    kind = next((each for each in ("insert", "update", "delete", "upsert") if each in query.flags), None)
    if kind is None:
        evaluated(frame, value, query, position)
        return Val(("list",), (), NO, {"*": element(query, value)})
    one = Row(ORM, query.entity or "", None, "new") if kind in ("insert", "upsert") else None
    emit_write(
        frame,
        position,
        query.entity,
        kind,
        value.origins,
        fields=query.columns,
        row=one,
        query=query if one is None else None,
        asked=value.asked,
    )
    return NUMBER


def evaluated(frame: Frame, value: Val, query: Query, position: int) -> None:
    """The query runs: a read, or the load of a relation of one row."""
    if query.via is not None and "changed" not in query.flags:
        row, name = query.via
        if not is_there(row, name):
            emit_load(frame, value, row, path_of(row, name), position, "many")
        return
    emit_read(frame, position, query, value.origins, "many", value.asked)
