"""Query sets of Tortoise ORM: conditions, orders, limits, relations taken along, rows that are written."""

from __future__ import annotations

from typing import Any

from archwright.source.flow import stores
from archwright.source.flow.values import NO, NONE, NUMBER, UNKNOWN, Query, Row, Val, join_origins, origins_of
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.django.predicates import conditions, listed_words, words
from archwright.source.frameworks.shared.names import assigns
from archwright.source.frameworks.shared.queries import LIMIT, conditioned, emit_read, emit_sql, emit_write
from archwright.source.frameworks.shared.record_rows import element

ORM = "tortoise"
_SAME = frozenset(
    [
        "all",
        "distinct",
        "offset",
        "group_by",
        "using_db",
        "force_index",
        "use_index",
        "annotate",
        "resolve_ordering",
        "union",
    ]
)
_ONE = frozenset({"get", "get_or_none", "first", "last", "latest", "earliest"})


def query_method(call: CallSite, value: Val, query: Query) -> Val | None:
    """A method of a query set, or of a model's class, where a query starts."""
    name = call.name
    frame, position = call.frame, call.position
    if query.via is None and not query.filters and not query.flags:
        query = query._replace(unit=frame.unit, position=position)
    origins = join_origins(value.origins, origins_of(call.values()))
    changed = query.flags | {"changed"}
    if name in ("filter", "exclude"):
        found, asked = conditioned(
            query._replace(flags=changed), value.asked, conditions(call, denied=name == "exclude")
        )
        return Val(("query", found), origins, asked=asked)
    if name in _ONE:
        found, asked = conditioned(query._replace(flags=changed | {"one"}), value.asked, conditions(call))
        return Val(("query", found), origins, asked=asked)
    if name in ("prefetch_related", "select_related"):
        loaded = query.loaded | relation_paths(call)
        return Val(("query", query._replace(loaded=loaded, flags=changed)), value.origins, asked=value.asked)
    if name == "order_by":
        return Val(("query", query._replace(order=words(call.args))), value.origins, asked=value.asked)
    if name == "limit":
        asked = {**(value.asked or {}), LIMIT: call.args[0] if call.args else UNKNOWN}
        return Val(("query", query._replace(flags=changed | {"limited"})), origins, asked=asked)
    if name == "select_for_update":
        return Val(("query", query._replace(flags=changed | {"locked"})), value.origins, asked=value.asked)
    if name in ("only", "values", "values_list"):
        flags = query.flags | ({"values"} if name != "only" else set())
        found = query._replace(flags=flags, columns=words(call.args) if not call.keywords else ())
        return Val(("query", found), value.origins, asked=value.asked)
    if name in _SAME:
        return Val(("query", query._replace(flags=query.flags)), origins, asked=value.asked)
    if name in ("count", "exists"):
        found, asked = conditioned(query, value.asked, conditions(call))
        emit_read(frame, position, found, origins, "exists" if name == "exists" else "aggregate", asked)
        return NUMBER
    if name == "in_bulk":
        emit_read(frame, position, query, origins, "many")
        return Val(("dict",), (), NO, {"*": element(query, value)})
    if name in ("create", "get_or_create", "update_or_create"):
        return _created(call, query, origins)
    if name in ("update", "delete"):
        fields = tuple(call.keywords) if name == "update" else ()
        if name == "update":
            assigns(call, query.entity, "update(**…)", call.spread)
            stores.keep_all(frame, position, query.entity, call.keywords, call.spread)
        emit_write(frame, position, query.entity, name, origins, fields=fields, query=query, asked=value.asked)
        return NUMBER
    if name in ("bulk_create", "bulk_update"):
        fields = listed_words(call.argument(1, "fields")) if name == "bulk_update" else ()
        row = Row(ORM, query.entity or "", None)
        emit_write(
            frame,
            position,
            query.entity,
            name.removeprefix("bulk_").replace("create", "insert"),
            origins,
            fields=fields,
            row=row,
        )
        return NUMBER
    if name in ("add", "remove", "clear") and "related" in query.flags:
        emit_write(frame, position, query.entity, "update", origins, row=Row(ORM, query.entity or "", None))
        return NONE
    if name == "raw":
        emit_sql(call, call.argument(0, "sql"), "Model.raw", parameters=False)
        return Val(("query", query._replace(flags=frozenset({"raw"}))), ())
    return None


def relation_paths(call: CallSite) -> frozenset[str]:
    """The relation paths that texts name, each prefix included; `?` where one can't be read."""
    found = {"?"} if call.spread else set()
    for value in call.args:
        if not isinstance(value.const, str) or value.origins:
            found.add("?")
            continue
        parts = value.const.split("__")
        found.update(".".join(parts[: end + 1]) for end in range(len(parts)))
    return frozenset(found)


def _created(call: CallSite, query: Query, origins: tuple[Any, ...]) -> Val:
    insert = call.name == "create"
    found, asked = (query, {}) if insert else conditioned(query, None, conditions(call))
    defaults = call.keywords.get("defaults")
    inner = [str(key) for key in (defaults.items or {}) if key != "*"] if defaults is not None else []
    names = [name for name in call.keywords if name not in ("defaults", "using_db")]
    given = {name: call.keywords[name] for name in names}
    mappings = (*call.spread, *((defaults,) if defaults is not None else ()))
    assigns(call, query.entity, f"{call.name}(**…)", mappings)
    stores.keep_all(call.frame, call.position, query.entity, given, mappings)
    emit_write(
        call.frame,
        call.position,
        query.entity,
        "insert" if insert else "upsert",
        origins,
        fields=dict.fromkeys([*names, *inner]),
        row=Row(ORM, query.entity or "", None, "new"),
        query=None if insert else found,
        asked=asked,
    )
    row = Val(("row", Row(ORM, query.entity or "", None, "new")), (), NO, dict(call.keywords) if insert else None)
    return row if insert else Val(("tuple",), (), NO, {0: row, 1: NUMBER})
