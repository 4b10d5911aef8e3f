"""Puts a few rows into an empty database, so that the first request finds something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from archwright.model.blueprint import Blueprint
from archwright.model.physical import Table
from archwright.sql.identifier import quote_identifier
from archwright.sql.literal import quote_literal

from .rows import Maker, NoParent, Row, entity_of, row_count, sums, tables_in_order

_ATTEMPTS = 12
_SHOWN = 20


@dataclass
class Seeded:
    """The rows that a database holds (at most 20 of each table), and what could not be made."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    added: int = 0
    """Rows that this run put in; 0 where the database already had some."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Tables that stayed empty, and why."""


async def seed(dsn: str, blueprint: Blueprint, now: datetime) -> Seeded:
    """Fill the blueprint's tables, if all of them are empty, and return their rows.

    Raises OSError or asyncpg.PostgresError where the database can't be reached or lacks a table.
    """
    tables = tables_in_order(blueprint)
    connection = await asyncpg.connect(dsn)
    try:
        result = Seeded({table.name: await _stored(connection, table) for table in tables})
        if not any(result.rows.values()):
            async with connection.transaction():
                maker = Maker(blueprint, now, result.rows)
                for table in tables:
                    await _fill(connection, maker, table, result)
                for statement in sums(blueprint):
                    await _try(connection, statement)
                result.rows = {table.name: await _stored(connection, table) for table in tables}
        return result
    finally:
        await connection.close()


async def _fill(connection: Any, maker: Maker, table: Table, result: Seeded) -> None:
    for number in range(row_count(table, entity_of(maker.blueprint, table))):
        refusal = ""
        for attempt in range(_ATTEMPTS):
            try:
                values = maker.row(table, number, attempt)
            except NoParent as missing:
                refusal = f"it refers to {missing}, which is empty"
                break
            row, refusal = await _try(connection, _insert(table, values))
            if row is not None:
                result.rows[table.name].append(row)
                result.added += 1
                break
        if not result.rows[table.name]:
            result.left_out[table.name] = refusal
            return


async def _try(connection: Any, statement: str) -> tuple[Row | None, str]:
    """The row that the statement returns, or why the database refused it; a refusal undoes nothing else."""
    try:
        async with connection.transaction():
            record = await connection.fetchrow(statement)
            return (dict(record) if record is not None else None), ""
    except asyncpg.PostgresError as refusal:
        return None, str(refusal)


async def _stored(connection: Any, table: Table) -> list[Row]:
    order = ", ".join(quote_identifier(column) for column in table.key)
    statement = f"SELECT {_as_text(table)} FROM {quote_identifier(table.name)} ORDER BY {order} LIMIT {_SHOWN}"  # noqa: S608 names are quoted
    return [dict(record) for record in await connection.fetch(statement)]


def _insert(table: Table, values: Mapping[str, str | None]) -> str:
    into = f"INSERT INTO {quote_identifier(table.name)}"
    if not values:
        return f"{into} DEFAULT VALUES RETURNING {_as_text(table)}"
    types = {column.name: column.type for column in table.columns}
    names = ", ".join(quote_identifier(name) for name in values)
    texts = ", ".join(f"CAST({quote_literal(value)} AS {types[name]})" for name, value in values.items())
    return f"{into} ({names}) VALUES ({texts}) RETURNING {_as_text(table)}"


def _as_text(table: Table) -> str:
    names: Sequence[str] = [quote_identifier(column.name) for column in table.columns]
    return ", ".join(f"{name}::text AS {name}" for name in names)
