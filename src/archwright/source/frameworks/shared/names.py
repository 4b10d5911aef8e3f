"""Names of fields that are not written down: `filter(**given)`, `order_by(given)`. Who chooses them walks the relations too."""

from __future__ import annotations

from collections.abc import Iterable

from archwright.model.effect import Language
from archwright.source import facts as f
from archwright.source.flow.values import NO, SEQUENCES, Origin, Val, join_origins, whole_argument
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.crypto.made import whither

_NAMES = "**"
"""Stands for the names in a mapping, below the key of the parameter that holds it."""

_NO_SUCH_FIELD = "FieldError"
"""The error of a query that names a field which there is none of."""


def keys(call: CallSite, api: str) -> None:
    """Record where the names of keyword arguments come from, of a call that is given some by `**`. Behind one `*` stand conditions."""
    mappings = [value for value in call.spread if value.type not in SEQUENCES]
    if mappings:
        _record(call, api, mappings)


def assigns(call: CallSite, entity: str | None, api: str, values: Iterable[Val]) -> None:
    """Record where the names of fields come from that a row is given. A mapping whose keys are known is no such thing."""
    for value in values:
        if value.items is None and value.const is NO and value.origins:
            names = value.origins if value.type == ("text",) else tuple(map(_of_mapping, value.origins))
            call.emit("Assign", entity=entity, names=Val(None, names), api=api)


def words(call: CallSite, api: str) -> None:
    """Record where the names come from that a call is given as texts, and by `*`."""
    given = [value for value in call.args if value.const is NO and (value.type is None or value.type == ("text",))]
    if given or call.spread:
        _record(call, api, [*given, *call.spread])


def _tried(call: CallSite) -> bool:
    """True for a query that is built to see whether it can be: the error is caught, and the query itself goes nowhere."""
    types = (each.rpartition(".")[2] for mark in call.frame.caught for each in mark.types)
    told = whither(call.frame, call.position)
    return _NO_SUCH_FIELD in types and not told.becomes and not told.taken


def _record(call: CallSite, api: str, values: Iterable[Val]) -> None:
    origins: tuple[Origin, ...] = ()
    for value in values:
        origins = join_origins(origins, value.origins)
        if value.type in SEQUENCES:
            for item in (value.items or {}).values():
                origins = join_origins(origins, item.origins)
    if origins and not _tried(call):
        call.emit(
            "Interpret",
            language=Language.FIELD.value,
            text=Val(("text",), tuple(_named_by_caller(call, origin) for origin in origins)),
            api=api,
            parameters=True,
            shape="{}",
        )


def _of_mapping(origin: Origin) -> Origin:
    """The names in a mapping that a caller gives: what it holds under names that the caller writes down chooses none."""
    key, cleaned, steps = origin
    return ((*key, _NAMES) if whole_argument(key) else key), cleaned, steps


def _named_by_caller(call: CallSite, origin: Origin) -> Origin:
    """The names in a function's own `**keywords` are those that its caller writes down, but for what it is given by `**` itself."""
    key, cleaned, steps = origin
    own = whole_argument(key) and key[1] == call.frame.unit
    if own and call.frame.facts[4][key[2]][1] == f.PARAM_KWARGS:
        return (*key, _NAMES), cleaned, steps
    return origin
