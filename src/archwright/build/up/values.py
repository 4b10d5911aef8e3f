"""A plausible value for a column, as text that PostgreSQL reads: the same for the same row, other for another row."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from archwright.build.types import base_type
from archwright.model.entity import Entity, Field, Type
from archwright.model.physical import Column, Table

_WHOLE = {"smallint", "integer", "bigint"}
_BROKEN = {"numeric", "double precision", "real"}


def value_for(table: Table, entity: Entity | None, column: Column, row: int, now: datetime) -> str | None:
    """The text to store, or None where nothing plausible is known for the column's type.

    Args:
        table: the column's table.
        entity: the entity whose rows it keeps.
        column: no part of a foreign key.
        row: 0, 1, 2 ...; another number gives another value wherever the type has enough of them.
        now: the latest time; earlier rows are later in time.

    """
    field = entity.field(column.field) if entity is not None and column.field else None
    type_, arguments = base_type(column.type)
    place = table.columns.index(column)
    if field is not None and field.type is Type.ENUM and field.values:
        return field.values[row % len(field.values)]
    if type_ in _WHOLE:
        return str(_within(field, Decimal(row + 1 + place), Decimal(1)))
    if type_ in _BROKEN:
        return str(
            _fitting(arguments, _within(field, Decimal(10 * (row + 1) + place) - Decimal("0.05"), Decimal("0.01")))
        )
    if type_ == "text":
        noun = (entity.name if entity is not None else table.name).lower()
        return _text(noun, column, field, row, arguments)
    if type_ == "uuid":
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{table.name}/{column.name}/{row}"))
    # a later column is later: `starts` stands before `ends`
    moment = now - timedelta(days=1 + row) + timedelta(minutes=30 * place)
    return {
        "boolean": "true" if row % 2 == 0 else "false",
        "timestamptz": moment.isoformat(),
        "timestamp": moment.replace(tzinfo=None).isoformat(),
        "date": (moment + timedelta(days=place)).date().isoformat(),
        "jsonb": "{}",
        "json": "{}",
        "bytea": "\\x00",
        "interval": f"{row + 1} hours",
        "time": moment.time().isoformat(),
    }.get(type_)


def moment(now: datetime | None = None) -> datetime:
    """The full hour that has just struck, in UTC."""
    return (now or datetime.now(UTC)).replace(minute=0, second=0, microsecond=0)


def _text(noun: str, column: Column, field: Field | None, row: int, arguments: tuple[int, ...]) -> str:
    logical = field.type if field is not None else Type.TEXT
    if column.secret:
        text = f"!no password {row + 1}"  # no hash of anything: nobody can sign in with it
    elif logical is Type.EMAIL or "email" in column.name:
        text = f"{noun}{row + 1}@example.test"
    elif logical is Type.URL:
        text = f"https://example.test/{noun}/{row + 1}"
    elif column.name in {"name", "title"}:
        text = f"{noun.capitalize()} {row + 1}"
    else:
        text = f"{column.name.replace('_', ' ').capitalize()} {row + 1}"
    longest = min([*arguments, *([field.max_length] if field is not None and field.max_length else [])], default=None)
    return text if longest is None or len(text) <= longest else _short(row, longest)


def _short(row: int, length: int) -> str:
    """Capital letters, the last of which count: AAA, AAB ..."""
    letters = ""
    for _ in range(length):
        letters = chr(ord("A") + row % 26) + letters
        row //= 26
    return letters


def _within(field: Field | None, wanted: Decimal, step: Decimal) -> Decimal:
    """`wanted`, moved into the field's bounds, spread over them where there are two."""
    low = high = None
    for bound in field.bounds if field is not None else ():
        value = Decimal(str(bound.value))
        if bound.operator.startswith(">"):
            low = value + (step if bound.operator == ">" else 0)
        else:
            high = value - (step if bound.operator == "<" else 0)
    if low is not None and high is not None and high > low:
        return low + wanted % (high - low + step)
    if low is not None and wanted < low:
        return low + wanted
    if high is not None and wanted > high:
        return high - wanted
    return wanted


def _fitting(arguments: tuple[int, ...], wanted: Decimal) -> Decimal:
    """`wanted` with the digits that numeric(precision, scale) has room for."""
    if not arguments:
        return wanted
    precision, scale = arguments[0], arguments[1] if len(arguments) > 1 else 0
    return (wanted % Decimal(10) ** (precision - scale)).quantize(Decimal(1).scaleb(-scale))
