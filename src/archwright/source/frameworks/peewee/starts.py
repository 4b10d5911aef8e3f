"""Methods of Peewee's models: they start a query, or run at once."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.values import NO, NONE, NUMBER, Query, Row, Val
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.peewee.columns import ORM, columns_of, conditions, fields_of, keep_fields, sent
from archwright.source.frameworks.peewee.evaluation import one_of
from archwright.source.frameworks.peewee.relations import Models, joined
from archwright.source.frameworks.shared.queries import conditioned, emit_sql, emit_write

STARTS: Final = {
    "select": "select",
    "update": "update",
    "delete": "delete",
    "insert": "insert",
    "insert_many": "insert",
    "insert_from": "insert",
    "replace": "upsert",
    "replace_many": "upsert",
}


def model_method(call: CallSite, query: Query, models: Models) -> Val | None:
    """A method of a model's class."""
    name = call.name
    query = query._replace(unit=call.frame.unit, position=call.position, flags=frozenset())
    value = Val(None, sent(call))
    kind = STARTS.get(name)
    if kind is not None:
        query = query._replace(flags=frozenset({kind}), loaded=joined(query, call.args, models))
        if kind == "select":
            query = query._replace(columns=columns_of(query, call.args))
        else:
            query = query._replace(columns=fields_of(call))
            keep_fields(call, query.entity)
        return Val(("query", query), value.origins)
    if name in ("get", "get_or_none", "get_by_id", "filter"):
        query = query._replace(flags=frozenset({"select"}))
        found, asked = conditioned(query, None, conditions(call, key=name == "get_by_id"))
        if name == "filter":
            return Val(("query", found), value.origins, asked=asked)
        return one_of(call, Val(None, value.origins, asked=asked), found)
    if name in ("create", "get_or_create"):
        upsert = name == "get_or_create"
        keep_fields(call, query.entity)
        found, asked = conditioned(query, None, conditions(call)) if upsert else (query, {})
        emit_write(
            call.frame,
            call.position,
            query.entity,
            "upsert" if upsert else "insert",
            value.origins,
            fields=fields_of(call),
            row=Row(ORM, query.entity or "", None, "new"),
            query=found if upsert else None,
            asked=asked,
        )
        row = Val(("row", Row(ORM, query.entity or "", None, "new")), (), NO, dict(call.keywords))
        return Val(("tuple",), (), NO, {0: row, 1: NUMBER}) if upsert else row
    if name in ("bulk_create", "bulk_update"):
        kind = "insert" if name == "bulk_create" else "update"
        emit_write(call.frame, call.position, query.entity, kind, value.origins, row=Row(ORM, query.entity or "", None))
        return NUMBER
    if name in ("delete_by_id", "set_by_id"):
        kind = "delete" if name == "delete_by_id" else "update"
        found, asked = conditioned(query, None, [(("id", "="), call.args[0] if call.args else None)])
        emit_write(call.frame, call.position, query.entity, kind, value.origins, query=found, asked=asked)
        return NUMBER
    if name == "raw":
        emit_sql(call, call.args[0] if call.args else None, "Model.raw", parameters=len(call.args) > 1)
        return Val(("query", query._replace(flags=frozenset({"select"}))), ())
    if name in ("create_table", "drop_table", "truncate_table"):
        change = name.partition("_")[0]
        call.emit("SchemaChange", table=(query.entity or "").rpartition(".")[2], change=change)
        return NONE
    return Val(None, ()) if name in ("alias", "noop", "table_exists", "bind", "bind_ctx") else None
