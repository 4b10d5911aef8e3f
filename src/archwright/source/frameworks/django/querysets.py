"""The methods of Django's managers and query sets: those that narrow a query, those that run it, those that write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from archwright.source.flow import stores
from archwright.source.flow.values import NO, NUMBER, UNKNOWN, Origin, Query, Row, Val, join_origins, origins_of
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.django import evaluation
from archwright.source.frameworks.django.instances import stored
from archwright.source.frameworks.django.models import ModelInfo
from archwright.source.frameworks.django.predicates import (
    Condition,
    conditions,
    exactly,
    words,
    written_row,
    written_rows,
)
from archwright.source.frameworks.django.rows import (
    HELD,
    ORM,
    PAGED,
    interpret_text,
    prefetched_flags,
    relation_paths,
)
from archwright.source.frameworks.django.signals import Signals
from archwright.source.frameworks.shared import names
from archwright.source.frameworks.shared.held import unmark
from archwright.source.frameworks.shared.queries import annotation, conditioned, emit_read


class Asked(NamedTuple):
    """A call of a query's method."""

    call: CallSite
    value: Val
    query: Query
    origins: tuple[Origin, ...]
    """Those of the query and of all arguments."""
    models: dict[str, ModelInfo]
    signals: Signals


def method(call: CallSite, value: Val, query: Query, models: dict[str, ModelInfo], signals: Signals) -> Val | None:
    """`query.name(...)`; None for a method that is not Django's."""
    handler = _METHODS.get(call.name)
    if handler is None:
        return None
    if HELD in query.flags and call.name not in _FIGURES:  # what it is narrowed to is asked anew
        query = query._replace(flags=query.flags - {HELD})
    return handler(Asked(call, value, query, join_origins(value.origins, origins_of(call.values())), models, signals))


# --- narrowing -----------------------------------------------------------------------------------------------------
def _with(asked: Asked, origins: tuple[Origin, ...] | None = None, flags: Iterable[str] = (), **changed: Any) -> Val:
    """The same query but for what is given."""
    query = asked.query._replace(flags=asked.query.flags.union(flags), **changed)
    return Val(("query", query), asked.origins if origins is None else origins, asked=asked.value.asked)


def _same(asked: Asked) -> Val:
    return _with(asked, flags=("set",))


def _none(asked: Asked) -> Val:
    return _with(asked, flags=("set", "few"))


def _changed(asked: Asked) -> Val:
    return _with(asked, flags=("changed",))


def _filter(asked: Asked) -> Val:
    names.keys(asked.call, asked.call.name)
    added = list(conditions(asked.call, denied=asked.call.name == "exclude"))
    query, compared = conditioned(asked.query, asked.value.asked, added)
    exactly(asked.call, asked.query, asked.models)
    flags = query.flags | {"changed"} | ({"few"} if _names_one(asked, added) else set())
    return Val(("query", query._replace(flags=flags)), asked.origins, asked=compared)


def _names_one(asked: Asked, added: Iterable[Condition]) -> bool:
    """True where one of some conditions is met by one row at most: a column that no two rows share has one value."""
    model = asked.models.get(asked.query.entity or "")
    return model is not None and any(
        operator == "=" and path in model.single and value is not None and value.const is not None
        for (path, operator), value in added
    )


def _united(asked: Asked) -> Val:
    """Rows of other queries come in, however few there were."""
    return _with(asked._replace(query=asked.query._replace(flags=asked.query.flags - {"few"})), flags=("changed",))


def _ordered(asked: Asked) -> Val:
    names.words(asked.call, "order_by")
    return _with(asked, flags=("changed", "ordered"), order=words(asked.call.args))


def _locked(asked: Asked) -> Val:
    return _with(asked, flags=("locked",))


def _annotated(asked: Asked) -> Val:
    """New columns: rows have them, and what asks for them by `hasattr` finds them."""
    return _with(asked, flags=("changed", *map(annotation, asked.call.keywords)))


def _only(asked: Asked) -> Val:
    return _with(asked, asked.value.origins, columns=words(asked.call.args))


def _defer(asked: Asked) -> Val:
    return _with(asked, asked.value.origins)


def _values(asked: Asked) -> Val:
    names.words(asked.call, asked.call.name)
    named = asked.call.name.startswith("values") and not asked.call.keywords.keys() - {"flat"}
    return _with(asked, flags=("values",), columns=words(asked.call.args) if named else ())


def _loaded(asked: Asked) -> Val:
    if len(asked.call.args) == 1 and asked.call.args[0].const is None:  # None takes back what was asked for
        return _with(asked, asked.value.origins)
    paths = relation_paths(asked.call, asked.call.name == "select_related")
    known = prefetched_flags(asked.call)
    return _with(asked, asked.value.origins, flags=known, loaded=asked.query.loaded | paths)


def _page(asked: Asked) -> Val:
    """A page of a paginator, which counts first to know whether there is such a page."""
    if PAGED in asked.query.flags:
        evaluation.count_pages(asked.call.frame, asked.value, asked.query, asked.call.position)
    flags = (asked.query.flags - {PAGED}) | {"changed", "limited"}
    return Val(("query", asked.query._replace(flags=flags)), asked.value.origins, asked=asked.value.asked)


def _receiver(asked: Asked) -> Val:
    return asked.value


# --- running -------------------------------------------------------------------------------------------------------
def _one(asked: Asked) -> Val:
    names.keys(asked.call, asked.call.name)
    return evaluation.one(asked.call, asked.value, asked.query, asked.origins, asked.models)


def _figure(asked: Asked) -> Val:
    return evaluation.figure(asked.call, asked.value, asked.query, asked.origins)


def _in_bulk(asked: Asked) -> Val:
    emit_read(asked.call.frame, asked.call.position, asked.query, asked.origins, "many", asked.value.asked)
    return Val(("dict",), (), NO, {"*": evaluation.row_of(asked.query, asked.value)})


def _explain(asked: Asked) -> Val:
    emit_read(asked.call.frame, asked.call.position, asked.query, asked.origins, "many", asked.value.asked)
    return Val(("text",))


# --- writing -------------------------------------------------------------------------------------------------------
def _create(asked: Asked) -> Val:
    names.assigns(asked.call, asked.query.entity, f"{asked.call.name}(**…)", asked.call.spread)
    return _written(asked, "insert", asked.call.keywords)


def _get_or_create(asked: Asked) -> Val:
    """A row and whether it was made; what `defaults` says is among its columns."""
    given = {name: value for name, value in asked.call.keywords.items() if name not in ("defaults", "create_defaults")}
    defaults = asked.call.keywords.get("defaults")
    if defaults is not None and defaults.items is not None:
        given.update({name: value for name, value in defaults.items.items() if isinstance(name, str)})
    return Val(("tuple",), (), NO, {0: _written(asked, "upsert", given), 1: NUMBER})


def _written(asked: Asked, kind: str, given: dict[str, Val]) -> Val:
    entity = asked.query.entity
    stores.keep_all(asked.call.frame, asked.call.position, entity, given, asked.call.spread)
    written_row(asked.call, asked.query, kind, asked.origins)
    row = stored(Val(("row", Row(ORM, entity, None, "new")) if entity else None, (), NO, dict(given)))
    if entity is not None:
        asked.signals.send(asked.call.frame, "save", entity, row, asked.call.position)
    return row


def _update(asked: Asked) -> Val:
    names.assigns(asked.call, asked.query.entity, f"{asked.call.name}(**…)", asked.call.spread)
    call, entity = asked.call, asked.query.entity
    if call.name in ("update", "aupdate"):
        stores.keep_all(call.frame, call.position, entity, call.keywords, call.spread)
    written_rows(call, asked.value, asked.query, "update", asked.origins)
    unmark(asked.call.frame, asked.value, "held")
    return NUMBER


def _delete(asked: Asked) -> Val:
    written_rows(asked.call, asked.value, asked.query, "delete", asked.origins)
    unmark(asked.call.frame, asked.value, "held")
    if asked.query.entity is not None:  # Django fetches the rows first where somebody listens
        row = evaluation.row_of(asked.query, asked.value)
        asked.signals.send(asked.call.frame, "delete", asked.query.entity, row, asked.call.position)
    return Val(("tuple",), (), NO, {0: NUMBER, 1: UNKNOWN})


def _bulk_create(asked: Asked) -> Val:
    upsert = any(asked.call.keywords.get(name, NONE).const is True for name in ("update_conflicts",))
    kind = "upsert" if upsert else "insert"
    asked.call.emit("Write", entity=asked.query.entity, kind=kind, depends=Val(None, asked.origins))
    return asked.call.argument(0, "objs") or UNKNOWN


_LINKS: Final = {"add": "insert", "remove": "delete", "clear": "delete"}


def _link(asked: Asked) -> Val:
    """Many to many: rows of the table between are written, and `set` reads first which there are. Else: keys of the far rows."""
    name = asked.call.name.removeprefix("a") if asked.call.name not in _LINKS else asked.call.name
    via: tuple[Row, str] | None = asked.query.via
    model = asked.models.get(via[0].entity) if via is not None else None
    relation = model.relations.get(via[1]) if model is not None and via is not None else None
    between = relation.between if relation is not None else ""
    if between and name == "set":
        emit_read(asked.call.frame, asked.call.position, asked.query, asked.value.origins, "many", asked.value.asked)
    kind = _LINKS.get(name, "update") if between else "update"
    asked.call.emit("Write", entity=between or asked.query.entity, kind=kind, depends=Val(None, asked.origins))
    return Val(None, (), None)


# --- text ----------------------------------------------------------------------------------------------------------
def _raw(asked: Asked) -> Val:
    call = asked.call
    parameters = len(call.args) > 1 or "params" in call.keywords
    interpret_text(call, call.argument(0, "raw_query"), "Manager.raw", parameters=parameters)
    return _with(asked, (), flags=("raw",))


def _extra(asked: Asked) -> Val:
    for place, key in ((0, "select"), (1, "where"), (3, "tables"), (4, "order_by")):
        given = asked.call.argument(place, key)
        interpret_text(asked.call, given, "QuerySet.extra", parameters="params" in asked.call.keywords)
    return _with(asked, asked.value.origins, flags=("changed",))


NONE: Final = Val(None, (), None)
Handler = Callable[[Asked], Val]


def _both(name: str) -> tuple[str, str]:
    """A method and its asynchronous twin."""
    return name, f"a{name}"


_FIGURES: Final = frozenset(each for name in ("count", "exists", "aggregate", "contains") for each in _both(name))
_ONES: Final = ("get", "first", "last", "latest", "earliest", "get_by_natural_key")
_METHODS: Final[dict[str, Handler]] = {
    **dict.fromkeys(("all", "get_queryset", "iterator", "aiterator", "alias", "contains_aggregate"), _same),
    **dict.fromkeys(("filter", "exclude", "complex_filter"), _filter),
    **dict.fromkeys(("distinct", "reverse", "using", "intersection", "difference"), _changed),
    "union": _united,
    "none": _none,
    "only": _only,
    "defer": _defer,
    **dict.fromkeys(("values", "values_list", "dates", "datetimes"), _values),
    **dict.fromkeys(("select_related", "prefetch_related"), _loaded),
    **dict.fromkeys(("page", "get_page"), _page),
    **dict.fromkeys(("as_manager", "from_queryset", "db_manager", "__call__", "_clone", "_chain"), _receiver),
    "order_by": _ordered,
    "annotate": _annotated,
    "select_for_update": _locked,
    **{each: _one for name in _ONES for each in _both(name)},
    **dict.fromkeys(_FIGURES, _figure),
    **dict.fromkeys(_both("in_bulk"), _in_bulk),
    **dict.fromkeys(_both("explain"), _explain),
    **{each: _create for name in ("create", "create_user", "create_superuser") for each in _both(name)},
    **{each: _get_or_create for name in ("get_or_create", "update_or_create") for each in _both(name)},
    **{each: _update for name in ("update", "bulk_update") for each in _both(name)},
    **dict.fromkeys(_both("delete"), _delete),
    **dict.fromkeys(_both("bulk_create"), _bulk_create),
    **{each: _link for name in ("add", "set", "remove", "clear") for each in _both(name)},
    "raw": _raw,
    "extra": _extra,
}
