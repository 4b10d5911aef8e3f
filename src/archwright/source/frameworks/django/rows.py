"""Rows and queries of Django: what ties a row to its query, relation paths, calls that change what is loaded, raw SQL."""

from __future__ import annotations

from archwright.source.flow.operators import shape
from archwright.source.flow.values import (
    NO,
    UNKNOWN,
    Row,
    Val,
    constant,
    origins_of,
)
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.queries import LIMIT, annotation, came_along, emit_sql, path_of

ORM = "django_orm"
"""The framework file that answers for these rows and queries."""
HELD = "held"
"""The flag of a query set that was given away with its rows."""
PAGED = "paged"
"""The flag of a paginator, which is the query that it cuts into pages."""


def is_loaded(row: Row, path: str, *, joined: bool = True) -> bool:
    """True where a relation path came along with the row, or where what came along can't be read.

    `select_related()` without names (`*`) joins relations to one row, and theirs; `joined` is false for rows of many: managers
    fetch them each time, of a shared row too.
    """
    if row.query is None:
        return False
    loaded = row.query.loaded
    return came_along(loaded, path) or "*" in loaded if joined else path in loaded or "?" in loaded


def annotated(row: Row, name: str) -> bool:
    """True where the query of a row computes a column of that name: each row has it, a property of the name is not asked."""
    return row.query is not None and row.path != "new" and annotation(path_of(row, name)) in row.query.flags


def annotations_below(row: Row, relation: str) -> frozenset[str]:
    """The flags of the rows of a relation: the columns that the query of its own computed which brought them along."""
    prefix = annotation(f"{path_of(row, relation)}.")
    flags = row.query.flags if row.query is not None else frozenset()
    return frozenset(annotation(flag[len(prefix) :]) for flag in flags if flag.startswith(prefix))


def prefetched_flags(call: CallSite) -> tuple[str, ...]:
    """The flags for what the queries of `prefetch_related(Prefetch(path, query))` compute, and for their order."""
    found: list[str] = []
    for items in (value.items or {} for value in call.args):
        path, columns = items.get("path", UNKNOWN).const, items.get("columns", UNKNOWN).items
        if isinstance(path, str):
            path = path.replace("__", ".")
            found += [annotation(f"{path}.{column}") for column in columns or ()]
            found += [_in_order(path)] if "ordered" in items else []
    return tuple(found)


def _in_order(path: str) -> str:
    """The flag of a query that brings the rows of a relation along in an order of their own."""
    return f"ordered:{path}"


def comes_ordered(row: Row, name: str) -> bool:
    """True where the rows of a relation that came along may have been put in order by their own query."""
    path = path_of(row, name)
    return row.query is not None and (_in_order(path) in row.query.flags or path not in row.query.loaded)


def relation_paths(call: CallSite, joined: bool) -> frozenset[str]:
    """The relation paths of select_related or prefetch_related, each prefix included; `?` where one can't be read."""
    if joined and not call.args and not call.spread:
        return frozenset({"*"})
    paths = {"?"} if call.spread else set()
    for value in call.args:
        if isinstance(value.const, str) and not value.origins:
            text = value.const
        elif value.items is not None and "path" in value.items and isinstance(value.items["path"].const, str):
            text = value.items["path"].const
        elif value.const is None:
            continue
        else:
            paths.add("?")
            continue
        parts = text.split("__")
        paths.update(".".join(parts[: end + 1]) for end in range(len(parts)))
    return frozenset(paths)


def prefetch_object(call: CallSite) -> Val:
    """`Prefetch(path, queryset)`: the path, where nothing beside it changes what is loaded."""
    path = call.argument(0, "lookup")
    inner = call.argument(1, "queryset")
    items = {"path": path if path is not None else UNKNOWN}
    if inner is not None and inner.type is not None and inner.type[0] == "query":
        mark = annotation("")
        computed = (flag.removeprefix(mark) for flag in sorted(inner.type[1].flags) if flag.startswith(mark))
        items["columns"] = Val(("dict",), (), NO, dict.fromkeys(computed, UNKNOWN))
        if "ordered" in inner.type[1].flags:
            items["ordered"] = constant(True)
    if call.argument(2, "to_attr") is not None:
        items["path"] = UNKNOWN
    if inner is not None and inner.type is not None and inner.type[0] == "query" and inner.type[1].loaded:
        items["path"] = UNKNOWN  # what it loads along with itself lies below the path: not followed, so not judged
    return Val(("object", "django.db.models.Prefetch"), (), NO, items)


def paginated(call: CallSite) -> Val:
    """A paginator, and each page of it, is the query that it cuts into pages."""
    first = call.argument(0, "object_list")
    if first is None or first.type is None or first.type[0] != "query":
        return UNKNOWN
    query = first.type[1]
    size = call.argument(1, "per_page")
    asked = {**(first.asked or {}), **({LIMIT: size} if size is not None else {})}
    return Val(("query", query._replace(flags=query.flags | {PAGED})), first.origins, asked=asked)


def prefetched_now(call: CallSite) -> Val:
    """Rows get relations after they were fetched: from here on it can't be known which of them are loaded."""
    for value in [call.args[0], *(call.args[0].items or {}).values()] if call.args else []:
        if value.type is not None and value.type[0] == "row":
            value.type = ("row", value.type[1]._replace(query=None))
    return Val(None, (), None)


def raw_sql(call: CallSite) -> Val:
    """`RawSQL(text, params)`."""
    interpret_text(call, call.argument(0, "sql"), "RawSQL", parameters=len(call.args) > 1)
    return Val(("object", "django.db.models.RawSQL"))


def interpret_text(call: CallSite, text: Val | None, api: str, *, parameters: bool) -> None:
    """Record that SQL text runs; a list of texts counts as all of them."""
    if text is None:
        return
    if text.items is not None:
        text = Val(("text",), origins_of([text]), NO, None, ", ".join(shape(item) for item in text.items.values()))
    emit_sql(call, text, api, parameters=parameters)
