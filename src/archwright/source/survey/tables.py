"""Tables of SQL files as entities: what a schema says where no ORM says it."""

from __future__ import annotations

import re
from typing import Final

from archwright.model.base import Place
from archwright.model.entity import Check, Entity, Field, Index, Relation, Type, Unique
from archwright.model.physical import Column, Table, TableIndex
from archwright.model.sql_type import logical_type

_LENGTH: Final = re.compile(r"char[a-z ]*\(\s*(\d+)\s*\)")
_VALUES: Final = re.compile(r"^\(?\s*\"?(\w+)\"?\s+in\s*\(([^()]*)\)\s*\)?$", re.IGNORECASE)


def entity_of(table: Table, path: str, line: int) -> Entity:
    """The entity that a table keeps, named as the table. Enumerations are read from `CHECK (x IN (...))`."""
    values = {}
    for check in table.checks:
        match = _VALUES.match(check.expression)
        if match is not None:
            values[match[1]] = tuple(re.findall(r"'([^']*)'", match[2]))
    uniques = {unique.columns[0] for unique in table.uniques if len(unique.columns) == 1}
    return Entity(
        name=table.name,
        fields=tuple(
            _field(table, column, values.get(column.name, ()), column.name in uniques) for column in table.columns
        ),
        key=table.key,
        uniques=tuple(Unique(fields=unique.columns) for unique in table.uniques if len(unique.columns) > 1),
        indexes=tuple(_index(index) for index in table.indexes),
        checks=tuple(Check(name=check.name, expression=check.expression) for check in table.checks),
        table=table.name,
        place=Place(path, line),
    )


def _field(table: Table, column: Column, values: tuple[str, ...], unique: bool) -> Field:
    key = next((key for key in table.foreign_keys if key.columns == (column.name,)), None)
    length = _LENGTH.search(column.type)
    relation = Relation(target=key.target, on_delete=key.on_delete) if key is not None else None
    type_ = Type.ENUM if values else logical_type(column.type)
    return Field(
        name=column.name,
        type=Type.REFERENCE if relation is not None else type_,
        nullable=column.nullable,
        unique=unique,
        default=_default(column.default),
        values=values,
        max_length=int(length[1]) if length is not None else None,
        relation=relation,
    )


def _default(text: str | None) -> str | int | bool | None:
    if text is None:
        return None
    lowered = text.lower()
    if lowered.startswith(("now(", "current_timestamp")):
        return "now"
    if lowered in ("true", "false"):
        return lowered == "true"
    if re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    match = re.match(r"^'((?:[^']|'')*)'(?:::[\w ]+)?$", text)
    return match[1].replace("''", "'") if match is not None else None


def _index(index: TableIndex) -> Index:
    keys = tuple(("-" if key.descending else "") + key.expression for key in index.keys)
    return Index(fields=keys, unique=index.unique, where=index.where, name=index.name, method=index.method)
