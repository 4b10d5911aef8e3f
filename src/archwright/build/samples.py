"""Values for tests: legal for their column, apart from each other where they must be."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from archwright.build.python import string
from archwright.build.types import base_type, input_type
from archwright.model.entity import Entity, Field, Type
from archwright.model.physical import Column, FillBy, Route, Table

Imports = tuple[tuple[str, str], ...]
PLENTY = 1000
"""What a counter holds that operations take from."""


@dataclass(frozen=True)
class Sample:
    """A Python expression, and what must be imported for it. `number` counts the rows made so far."""

    text: str
    imports: Imports = ()


def counters(routes: Collection[Route]) -> frozenset[tuple[str, str]]:
    """The columns that operations take from: (table, column)."""
    return frozenset(
        (step.table, fill.column)
        for route in routes
        for step in route.writes
        for fill in step.fills
        if fill.by is FillBy.DECREASE
    )


def sample(table: Table, entity: Entity | None, column: Column, *, plenty: bool = False) -> Sample:
    """A value for the column as asyncpg takes it. Later columns get greater values, so that ranges are in order."""
    field = entity.field(column.field) if entity is not None and column.field else None
    unique = _unique(table, column.name)
    position = [other.name for other in table.columns].index(column.name)
    if field is not None and field.type is Type.ENUM and field.values:
        return Sample(string(field.values[0]))
    base = base_type(column.type)[0]
    match base:
        case "text" | "citext":
            return _text(table, entity, column, field, unique=unique)
        case "smallint" | "integer" | "bigint":
            return Sample("number" if unique else str(PLENTY if plenty else _whole(field, position)))
        case "numeric":
            value = str(PLENTY) if plenty else _decimal(field, position)
            return Sample(f"Decimal({string(value)})", (("decimal", "Decimal"),))
        case "boolean":
            return Sample("True")
        case "date":
            return Sample(
                f"date(2030, 1, 1) + timedelta(days={'number' if unique else position})",
                (("datetime", "date"), ("datetime", "timedelta")),
            )
        case "timestamptz" | "timestamp":
            zone = "UTC" if base == "timestamptz" else "UTC).replace(tzinfo=None"
            return Sample(
                f"datetime.now({zone}) + timedelta(minutes={position})",
                (("datetime", "UTC"), ("datetime", "datetime"), ("datetime", "timedelta")),
            )
        case "uuid":
            return Sample("uuid4()", (("uuid", "uuid4"),))
        case "json" | "jsonb":
            return Sample('"{}"')
        case "bytea":
            return Sample('b"bytes"')
        case _:
            return Sample("number / 8" if unique else "1.5")


def as_json(value: str, column: Column) -> str:
    """The sample as JSON takes it."""
    match base_type(column.type)[0]:
        case "uuid" | "numeric":
            return f"str({value})"
        case "date" | "timestamptz" | "timestamp":
            return f"({value}).isoformat()"
        case "json" | "jsonb":
            return "{}"
        case "bytea":
            return '"Ynl0ZXM="'
        case _:
            return value


def _unique(table: Table, name: str) -> bool:
    keys = [table.key, *(unique.columns for unique in table.uniques)]
    keys += [tuple(k.expression for k in index.keys) for index in table.indexes if index.unique]
    return any(name in key for key in keys)


def _text(table: Table, entity: Entity | None, column: Column, field: Field | None, *, unique: bool) -> Sample:
    kind = field.type if field is not None and field.relation is None else Type.TEXT
    if kind is Type.EMAIL:
        return Sample('f"{uuid4()}@example.test"', (("uuid", "uuid4"),))
    if kind is Type.URL:
        return Sample('f"https://example.test/{uuid4()}"', (("uuid", "uuid4"),))
    longest = _longest(input_type(table, entity, column).text)
    if unique:
        return Sample("uuid4().hex", (("uuid", "uuid4"),)) if longest >= 32 else Sample("str(number)")
    return Sample('f"text {number}"') if longest >= 20 else Sample(string("t"[:longest]))


def _longest(annotation: str) -> int:
    _, _, after = annotation.partition("max_length=")
    digits = after.partition(",")[0].partition(")")[0]
    return int(digits) if digits.isdigit() else 10_000


def _limits(field: Field | None) -> tuple[float | None, float | None, bool]:
    low = high = None
    strict = False
    for bound in field.bounds if field is not None else ():
        if bound.operator in {">=", ">"}:
            low = bound.value
            strict = bound.operator == ">"
        else:
            high = bound.value - (1 if bound.operator == "<" and float(bound.value).is_integer() else 0)
    return low, high, strict


def _whole(field: Field | None, position: int) -> int:
    low, high, strict = _limits(field)
    value = 1 + position if low is None else int(low) + int(strict) + (position if low else 1 + position) * (not strict)
    return value if high is None or value <= high else int(high)


def _decimal(field: Field | None, position: int) -> str:
    low, high, _ = _limits(field)
    value = 1 + position + 0.5 if low is None else low + 1 + position + 0.5
    return f"{value if high is None or value <= high else high:g}"
