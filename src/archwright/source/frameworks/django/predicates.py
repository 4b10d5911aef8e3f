"""What Django's query methods say in their arguments: conditions, orders, columns, limits, and the fields of a write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from archwright.source.flow import ways
from archwright.source.flow.effects import Checks
from archwright.source.flow.values import ALL_USES, AMOUNT, NO, UNKNOWN, Origin, Query, Row, Val, clean
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.django.models import ModelInfo
from archwright.source.frameworks.django.rows import ORM
from archwright.source.frameworks.shared import names
from archwright.source.frameworks.shared.queries import LIMIT, UNREAD, conditioned, emit_write

_Q = ("object", "django.db.models.Q")
_LOOKUPS: Final = {
    "exact": "=",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "in": "in",
    "isnull": "is null",
    "range": "between",
    "iexact": "iexact",
    "contains": "contains",
    "icontains": "icontains",
    "startswith": "startswith",
    "istartswith": "istartswith",
    "endswith": "endswith",
    "iendswith": "iendswith",
    "regex": "regex",
    "iregex": "iregex",
    "search": "search",
}
"""The lookups that end a keyword; others are parts of the path (transforms, keys of JSON)."""
_NOT_FIELDS: Final = frozenset({"defaults", "create_defaults", "through_defaults"})

Condition = tuple[tuple[str, str], Val | None]


def conditions(call: CallSite, *, denied: bool = False) -> Iterator[Condition]:
    """The conditions that a call's arguments add: keywords, `Q` objects; the rest is unread."""
    for value in call.args:
        if value.type == _Q and value.items is not None:
            yield from ((_denied(key, denied), item) for key, item in value.items.items())
        elif value.type is None or value.type[0] not in ("class", "query"):
            yield UNREAD, None
    for name in sorted(call.keywords):
        if name not in _NOT_FIELDS:
            yield _denied(condition(name), denied), call.keywords[name]
    if call.spread:
        yield UNREAD, None


def condition(keyword: str) -> tuple[str, str]:
    """Path and operator of a keyword: `customer__name__icontains` is `customer.name`, `icontains`."""
    *path, last = keyword.split("__")
    operator = _LOOKUPS.get(last) if path else None
    return ".".join(path if operator else [*path, last]), operator or "="


def exactly(call: CallSite, query: Query, models: Mapping[str, ModelInfo]) -> None:
    """Tell what a query has checked by being built: a column of numbers is compared with nothing else, whoever sent it.

    Source: `IntegerField.get_prep_value`, `UUIDField.to_python`, which raise before the database is asked.
    """
    model = models.get(query.entity or "")
    if model is None:
        return
    bound = {
        index: value
        for index, (name, value) in enumerate(call.keywords.items())
        if name.removesuffix("__exact") in model.exact and value.items is None
    }
    if bound:
        call.frame.checked = (Checks(dict.fromkeys(((index, ()) for index in bound), ALL_USES), {}, {}), bound)
        call.frame.exact.add(call.position)


def _denied(told: tuple[str, str], denied: bool) -> tuple[str, str]:
    if not denied:
        return told
    return told[0], "!=" if told[1] == "=" else f"not {told[1]}"


def q_object(call: CallSite) -> Val:
    """`Q(name=value)`: its conditions are read, what `|`, `&` and `~` make of it is not."""
    names.keys(call, "Q")
    whole = not call.args and not call.spread
    items: dict[Any, Val] = {condition(name): value for name, value in call.keywords.items()} if whole else {}
    return Val(_Q, call.derived().origins, NO, items if whole else None)


def q_added(call: CallSite) -> Val:
    """`q.add(other, Q.AND)`: it changes `q` itself. Like `|` and `&`, what comes of both is not read."""
    receiver = call.receiver
    if receiver is not None and receiver.items is not None:
        ways.note(call.frame, receiver)
        receiver.items.clear()
        receiver.items[UNREAD] = UNKNOWN
    return Val(_Q, call.derived().origins)


def words(values: list[Val]) -> tuple[str, ...]:
    """The constant texts among arguments, none where one can't be read."""
    found = [value.const for value in values if isinstance(value.const, str) and not value.origins]
    return tuple(found) if len(found) == len(values) else ()


def listed_words(value: Val | None) -> tuple[str, ...]:
    """The texts of a list that is known whole; empty where it is not."""
    if value is None or value.items is None or "*" in value.items:
        return ()
    return words(list(value.items.values()))


def limited(asked: dict[Any, Val] | None, index: Val) -> dict[Any, Val]:
    """What a query that is sliced asks for."""
    lower, upper = ((index.items or {}).get(side) for side in (0, 1))
    if upper is None:
        return dict(asked or {})
    first = lower is None or lower.const in (0, None)
    return {**(asked or {}), LIMIT: upper if first else UNKNOWN.with_origins(clean(upper.origins, AMOUNT))}


def written_row(call: CallSite, query: Query, kind: str, origins: tuple[Origin, ...]) -> None:
    """`create`, `get_or_create`, `update_or_create`: which fields are set, and by which a row is looked for first."""
    defaults = call.keywords.get("defaults")
    inner = [str(key) for key in (defaults.items or {}) if key != "*"] if defaults is not None else []
    fields = [*(name.partition("__")[0] for name in call.keywords if name not in _NOT_FIELDS), *inner]
    names.assigns(call, query.entity, f"{call.name}(defaults=…)", [defaults] if defaults is not None else [])
    asked: dict[Any, Val] = {}
    if kind == "upsert":
        query, asked = conditioned(query._replace(filters=()), None, conditions(call))
    made = Row(ORM, query.entity or "", None, "new")
    emit_write(
        call.frame,
        call.position,
        query.entity,
        kind,
        origins,
        fields=dict.fromkeys(fields),
        row=made,
        query=query if kind == "upsert" else None,
        asked=asked,
    )


def written_rows(call: CallSite, value: Val, query: Query, kind: str, origins: tuple[Origin, ...]) -> None:
    """`update`, `delete` and `bulk_update` of all rows that a query finds."""
    bulk = call.name.endswith("bulk_update")
    fields = listed_words(call.argument(1, "fields")) if bulk else tuple(call.keywords) if kind == "update" else ()
    emit_write(
        call.frame,
        call.position,
        query.entity,
        kind,
        origins,
        fields=fields,
        row=Row(ORM, query.entity or "", None) if bulk else None,
        query=query,
        asked=value.asked,
    )
