"""Filters of document stores: dictionaries in which a value that is itself a dictionary holds operators.

`{"user": name}` compares where `name` is a text, and does whatever `{"$ne": null}` asks for where the sender may give a
dictionary instead. Texts and numbers are clean, and so is what stands behind an operator that takes a plain value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from archwright.model.effect import Language
from archwright.source.flow.values import NO, Origin, Val, join_origins
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.shared.sinks import interpret

_CODE: Final = frozenset({"$where", "$function", "$accumulator"})
"""Operators that run a text as JavaScript."""
_PARTS: Final = frozenset({"$and", "$or", "$nor", "$match"})
_PLAIN: Final = frozenset({"text", "number"})
_DEPTH: Final = 4


def filtered(site: CallSite, document: Val | None, api: str) -> None:
    """Record what of a filter, or of a pipeline, a sender may fill with operators, and what is run as code."""
    if document is None:
        return
    origins: tuple[Origin, ...] = ()
    for value, code in _open(document, _DEPTH):
        if code:
            interpret(site, Language.QUERY, value, api=f"{api} with $where")
        elif value.type is None or value.type[0] not in _PLAIN:
            origins = join_origins(origins, value.origins)
    if origins:
        site.emit(
            "Interpret", language=Language.FILTER.value, text=Val(None, origins), api=api, parameters=True, shape="{}"
        )


def _open(value: Val, depth: int) -> Iterator[tuple[Val, bool]]:
    """The values at places where an operator is read, and the texts that are code."""
    if value.items is None or not depth:
        yield value, False
        return
    for name, item in value.items.items():
        if name in _CODE:
            yield item, True
        elif value.type == ("list",) or name in _PARTS:
            yield from _open(item, depth - 1)
        elif not str(name).startswith("$") and (item.items is None or name == "*"):
            yield item, False
    if value.origins:
        yield Val(None, value.origins, NO), False
