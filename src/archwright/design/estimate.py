"""Estimates of rows, bytes and pages, from the brief's counts and PostgreSQL's page layout.

A heap row costs its columns plus 24 bytes of header and 4 of line pointer; a B-tree entry its keys, aligned to 8, plus 8 of
header and 4 of line pointer, with pages filled to 90 %. Source: PostgreSQL documentation, 73.6 "Database Page Layout".
"""

from __future__ import annotations

import math

from archwright.design import assumption
from archwright.design.draft import Draft
from archwright.design.number import Number, assumed, given, plain
from archwright.model.entity import Entity
from archwright.model.physical import Table

PAGE_BYTES = 8192
FILL = 0.9
_WIDTHS = {
    "boolean": 1,
    "smallint": 2,
    "integer": 4,
    "bigint": 8,
    "uuid": 16,
    "date": 4,
    "timestamptz": 8,
    "double precision": 8,
    "text": 24,
    "jsonb": 200,
    "bytea": 500,
    "tsvector": 60,
}
_NUMERIC_WIDTH = 10


def rows(draft: Draft, entity: Entity) -> Number:
    """How many rows the entity has today; a default where the brief does not say."""
    name = f"rows of {draft.table_names.get(entity.name, entity.name)}"
    count = entity.volume.count
    if count is None:
        return assumed(name, assumption.ROWS, f"{entity.name}.count")
    return given(name, count.value, plain(count.value), entity.place)


def width(type_: str) -> int:
    """The average bytes of a column of that SQL type."""
    return _NUMERIC_WIDTH if type_.startswith("numeric") else _WIDTHS.get(type_, 24)


def row_bytes(draft: Draft, table: Table) -> float:
    """The bytes of an average row on disk: the brief's figure, or the sum of the columns' widths with headers."""
    entity = draft.system.entity(table.entity) if table.entity else None
    if entity is not None and entity.volume.row_size is not None:
        return entity.volume.row_size.value
    return 28 + sum(width(column.type) for column in table.columns)


def table_pages(row_count: float, bytes_a_row: float) -> float:
    """Pages of 8 kB that a full scan reads."""
    return max(1.0, math.ceil(row_count * bytes_a_row / PAGE_BYTES))


def index_bytes(row_count: float, widths: tuple[int, ...]) -> float:
    """The size of a B-tree over keys of these widths."""
    entry = 8 + 8 * math.ceil(sum(widths) / 8) + 4
    return max(PAGE_BYTES * 2, row_count * entry / FILL)


def index_height(row_count: float, widths: tuple[int, ...]) -> int:
    """Pages from the root to a leaf of a B-tree."""
    entry = 8 + 8 * math.ceil(sum(widths) / 8) + 4
    fan_out = max(2.0, PAGE_BYTES * FILL / entry)
    return max(1, math.ceil(math.log(max(row_count, 2), fan_out)))
