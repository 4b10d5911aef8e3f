"""Which rows a new database gets, in which order, and what of them depends on other rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from archwright.model.blueprint import Blueprint
from archwright.model.entity import Entity
from archwright.model.physical import Column, FillBy, ForeignKey, Table
from archwright.sql.creation_order import creation_order
from archwright.sql.identifier import quote_identifier

from .values import value_for

Row = Mapping[str, str | None]
"""The columns of a stored row, as text."""

_ROWS_ALONE, _ROWS_REFERRING = 6, 12


class NoParent(Exception):
    """A row can't be made: a table it must refer to has no rows."""


@dataclass(frozen=True)
class _Copy:
    """A column whose value is copied from the row that `through` refers to."""

    column: str
    through: str
    source: str


def tables_in_order(blueprint: Blueprint) -> tuple[Table, ...]:
    """The tables that hold what users see, each after those it refers to; the machinery's own tables are left out."""
    order = creation_order(blueprint.physical.tables)
    return tuple(table for table, _ in order if table.entity is not None or _joins(table))


def entity_of(blueprint: Blueprint, table: Table) -> Entity | None:
    """The entity whose rows the table keeps."""
    return next((entity for entity in blueprint.system.entities if entity.name == table.entity), None)


def row_count(table: Table, entity: Entity | None) -> int:
    """How many rows the table gets: a few, and never more than the entity is said to have."""
    wanted = _ROWS_REFERRING if _references(table) else _ROWS_ALONE
    said = entity.volume.count if entity is not None and entity.volume is not None else None
    return wanted if said is None else max(1, min(wanted, int(said.value)))


def sums(blueprint: Blueprint) -> Iterator[str]:
    """Statements that set every column that a route computes as a sum over child rows."""
    seen = set()
    for route in blueprint.physical.routes:
        for step in route.writes:
            for fill in step.fills:
                if fill.by is FillBy.SUM and (step.table, fill.column) not in seen:
                    seen.add((step.table, fill.column))
                    yield from _sum(blueprint, step.table, fill.column, fill.source)


@dataclass(frozen=True)
class Maker:
    """Makes rows that refer to rows made before."""

    blueprint: Blueprint
    now: datetime
    """The latest time in the data."""
    stored: Mapping[str, Sequence[Row]]
    """The rows there are, by table; grows while rows are made."""

    def row(self, table: Table, number: int, attempt: int) -> Row:
        """The values of the table's row `number`; those that are not in it are left to the database.

        With another `attempt` it has other values, should a constraint refuse the first. Raises NoParent.
        """
        entity = entity_of(self.blueprint, table)
        row: dict[str, str | None] = {}
        parents: dict[str, Row] = {}
        for key in table.foreign_keys:
            parent = self._parent(table, key, number, attempt)
            for name, target in zip(key.columns, key.target_columns, strict=True):
                row[name] = parent[target] if parent is not None else None
                if parent is not None:
                    parents[name] = parent
        for column in table.columns:
            if column.name not in row and not _left_to_database(column, table):
                value = value_for(table, entity, column, number + attempt * _ROWS_REFERRING, self.now)
                if value is not None or not column.nullable:
                    row[column.name] = value
        for copy in _copies(self.blueprint, table):
            if copy.through in parents and copy.source in parents[copy.through]:
                row[copy.column] = parents[copy.through][copy.source]
        return row

    def _parent(self, table: Table, key: ForeignKey, number: int, attempt: int) -> Row | None:
        rows = self.stored.get(key.target, ())
        if rows and (key.target != table.name or number > 0):
            # the first reference goes round, the second moves on after each round: pairs don't repeat early
            place = table.foreign_keys.index(key)
            return rows[(number * (1 + place) + place * (number // len(rows)) + attempt * (1 + place)) % len(rows)]
        if all(column is not None and column.nullable for column in map(table.column, key.columns)):
            return None
        raise NoParent(key.target)


def _copies(blueprint: Blueprint, table: Table) -> tuple[_Copy, ...]:
    """The columns of the table that a route copies from another row."""
    found = {
        fill.column: _Copy(fill.column, fill.through, fill.source.rpartition(".")[2])
        for route in blueprint.physical.routes
        for step in route.writes
        if step.table == table.name
        for fill in step.fills
        if fill.by is FillBy.COPY
    }
    return tuple(found.values())


def _left_to_database(column: Column, table: Table) -> bool:
    if column.identity:
        return True
    if column.default is None:
        return False
    # a time or a state that varies shows more than a default; numbers, keys and flags are best as the default says
    return column.name in table.key or not column.type.startswith(("timestamp", "date", "text"))


def _references(table: Table) -> bool:
    return any(key.target != table.name for key in table.foreign_keys)


def _joins(table: Table) -> bool:
    """Whether the table only connects rows of others, as a many-to-many relation does."""
    referring = {column for key in table.foreign_keys for column in key.columns}
    return bool(table.key) and set(table.key) <= referring


def _sum(blueprint: Blueprint, parent: str, column: str, source: str) -> Iterator[str]:
    for child in blueprint.physical.tables:
        if f"{child.name}." not in source:
            continue
        for key in child.foreign_keys:
            if key.target == parent:
                joined = " AND ".join(
                    f"{quote_identifier(child.name)}.{quote_identifier(own)} = "
                    f"{quote_identifier(parent)}.{quote_identifier(target)}"
                    for own, target in zip(key.columns, key.target_columns, strict=True)
                )
                yield (
                    f"UPDATE {quote_identifier(parent)} SET {quote_identifier(column)} = "  # noqa: S608 names are quoted
                    f"(SELECT coalesce(sum({source}), 0) FROM {quote_identifier(child.name)} WHERE {joined})"
                )
                return
