"""What is kept in the fields of rows, so that who reads a field can be told who wrote it: the effect `Store`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from archwright.model.field_part import column_of, part_of
from archwright.model.value import Use
from archwright.source.flow import withheld
from archwright.source.flow.frame import Frame
from archwright.source.flow.own_checks import looks_at
from archwright.source.flow.values import ALL_USES, BIT, NO, UNKNOWN_ORIGIN, Origin, Query, Val, deep_origins

KIND: Final = "Store"
ANY: Final = "*"
"""Stands for a field of a row where data tells which."""
_TELLING: Final = frozenset({"source", "parameter"})


def read(frame: Frame, entity: str, field: str, position: int) -> Origin:
    """The origin of what a row's field holds, where it is read."""
    return ("field", entity, field), 0, (None, frame.unit, position, noted(entity, field))


def columns_read(query: Query) -> Origin:
    """The origin of what a query of columns gives: of the one that it asks for, or of some."""
    field = query.columns[0] if len(query.columns) == 1 and "__" not in query.columns[0] else ANY
    entity = query.entity or ""
    steps = (None, query.unit, query.position, noted(entity, field)) if query.unit >= 0 else None
    return ("field", entity, field), 0, steps


def noted(entity: str, field: str) -> str:
    """What a trace says where a field is read."""
    short = entity.rpartition(".")[2]
    return f"read from {short}.{field}" if field != ANY else f"read from {short}"


def keep(frame: Frame, position: int, entity: str | None, field: str, value: Val) -> None:
    """A field of a row is given a value: told where somebody outside may have sent it."""
    kinds = frame.engine.kinds
    if entity is None or (kinds is not None and KIND not in kinds):
        return
    if field != ANY and _document(value):
        for name, part in (value.items or {}).items():
            keep(frame, position, entity, part_of(field, name), part)
        return
    harmless = BIT[Use.FIELDS] if field == ANY else ALL_USES  # the names of what is declared are not the sender's
    origins = tuple(each for each in deep_origins(value) if each[0][0] in _TELLING and each[1] & harmless != harmless)
    if origins and not looks_at(frame.engine, entity, column_of(field)):
        given = field == ANY or any(key[0] == "parameter" for key, _, _ in value.origins)
        names = {"names": _names(value)} if given else {}
        origins = withheld.from_staff(frame.facts, field, origins)
        frame.emit(KIND, position, entity=entity, field=field, value=Val(None, origins), **names)


def _document(value: Val) -> bool:
    """True for a mapping of which each key is written down in the code: who reads one part of it gets nothing of another."""
    return (
        value.type == ("dict",)
        and bool(value.items)
        and all(isinstance(name, str) and name != "*" for name in value.items or ())
        and not any(key[0] in _TELLING for key, _, _ in value.origins)
    )


def _names(mapping: Val) -> Val:
    """What tells the names of the fields that a mapping, or the values in one, are put into; unknown where it is several things."""
    whole = tuple(each for each in mapping.origins if each[0][0] != "loop")
    told = all(each[0][0] == "source" for each in whole) or len(whole) == 1
    return Val(None, whole if told else (UNKNOWN_ORIGIN,), NO, mapping.items)


def keep_all(
    frame: Frame, position: int, entity: str | None, given: Mapping[Any, Val], spread: Iterable[Val] = ()
) -> None:
    """Fields are given values by their names, and by mappings whose names are known or not."""
    for name, value in given.items():
        if isinstance(name, str):
            keep(frame, position, entity, name, value)
    for mapping in spread:
        if mapping.items:
            keep_all(frame, position, entity, mapping.items)
        elif mapping.origins and mapping.const is NO:
            keep(frame, position, entity, ANY, mapping)


def chosen(name: Val) -> bool:
    """True for a field's name that somebody outside, or a caller, chooses."""
    return any(key[0] in _TELLING and not cleaned & BIT[Use.FIELDS] for key, cleaned, _ in name.origins)


def put(frame: Frame, position: int, holder: Val, name: str, index: Val, value: Val) -> None:
    """Something is put into what a field holds: `row.settings["url"] = value`, where `holder` is `row.settings`."""
    for key, _, _ in holder.origins:
        if key[0] == "field" and key[2] == name:
            part = part_of(name, index.const) if isinstance(index.const, str) else name
            keep(frame, position, key[1], part, value)
