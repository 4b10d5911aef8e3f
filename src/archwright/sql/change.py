"""From one schema to the next without taking anything away: the steps, what is held back, what is refused.

Only the expanding half of "expand, then contract" (Ambler & Sadalage, "Refactoring Databases", 2006): old code must run on
the new schema while the new code is rolled out. A column or table that is gone from the design stays, and what would stop
old or new code from writing (a NOT NULL without a default) is loosened. Statements take no lock that waits for a scan:
constraints come NOT VALID and are validated after, indexes CONCURRENTLY (PostgreSQL documentation, ALTER TABLE, CREATE INDEX).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from archwright.model.physical import CheckConstraint, Column, ForeignKey, Table, TableIndex, UniqueConstraint
from archwright.sql.creation_order import creation_order, deferred_keys
from archwright.sql.ddl import add_foreign_key, column_definition, create_index, create_table
from archwright.sql.identifier import quote_identifier, quote_identifiers

T = TypeVar("T", UniqueConstraint, CheckConstraint, ForeignKey)


@dataclass(frozen=True)
class Step:
    """One statement and its undoing, without final semicolons. `alone`: it can't run inside of a transaction."""

    sql: str
    undo: str = ""
    alone: bool = False


@dataclass
class Change:
    """How to get from one schema to the next."""

    tables: list[Table] = field(default_factory=list)
    """The schema afterwards: the design's, and what is held."""
    steps: list[Step] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    """What the steps do, in a few words each, for the migration's name."""
    held: list[str] = field(default_factory=list)
    """What the design no longer has and the database keeps."""
    refused: list[str] = field(default_factory=list)
    """What can't be done without a decision of a person; if there is any, nothing is to be done."""


def change(old: tuple[Table, ...], new: tuple[Table, ...]) -> Change:
    """The steps from `old` to `new`. Equal schemas give none."""
    result = Change()
    before = {table.name: table for table in old}
    after = {table.name: table for table in new}
    added = tuple(table for table in new if table.name not in before)
    for table, keys in creation_order(added):
        # A key to a table that stays is no part of the new tables' own order; all of them can be declared at once.
        outer = tuple(key for key in table.foreign_keys if key.target in before and key not in keys)
        result.steps.append(
            Step(_bare(create_table(table, (*keys, *outer))), f"DROP TABLE {quote_identifier(table.name)}")
        )
        result.names.append(f"add {table.name}")
    for table, key in deferred_keys(added):
        if key.target not in before:
            result.steps.append(Step(_bare(add_foreign_key(table.name, key)), _drop_constraint(table, key.name)))
    for table in added:
        result.steps += [Step(_bare(create_index(table, index))) for index in table.indexes]
    for table in old:
        if table.name in after:
            result.tables.append(_table(result, table, after[table.name]))
        else:
            result.held.append(f"table {table.name} is no longer in the design; it and its rows stay")
            result.tables.append(table)
    result.tables += added
    return result


def _table(result: Change, old: Table, new: Table) -> Table:
    name = quote_identifier(new.name)
    if old.key != new.key:
        result.refused.append(f"{new.name}: the key changes from ({', '.join(old.key)}) to ({', '.join(new.key)})")
    columns = _columns(result, old, new)
    for unique in _gone(old.uniques, new.uniques):
        result.steps.append(Step(_drop_constraint(old, unique.name), _add_unique(old, unique)))
        result.names.append(f"drop {unique.name}")
    for check in _gone(old.checks, new.checks):
        result.steps.append(Step(_drop_constraint(old, check.name), _add_check(old, check)))
    for key in _gone(old.foreign_keys, new.foreign_keys):
        result.steps.append(Step(_drop_constraint(old, key.name), _bare(add_foreign_key(old.name, key))))
    for check in _gone(new.checks, old.checks):
        result.steps.append(Step(f"{_add_check(new, check)} NOT VALID", _drop_constraint(new, check.name)))
        result.steps.append(Step(f"ALTER TABLE {name}\n    VALIDATE CONSTRAINT {quote_identifier(check.name)}"))
        result.names.append(f"check {check.name}")
    for key in _gone(new.foreign_keys, old.foreign_keys):
        added = _bare(add_foreign_key(new.name, key))
        result.steps.append(Step(f"{added} NOT VALID", _drop_constraint(new, key.name)))
        result.steps.append(Step(f"ALTER TABLE {name}\n    VALIDATE CONSTRAINT {quote_identifier(key.name)}"))
        result.names.append(f"refer {key.name}")
    _indexes(result, old, new)
    return msgspec.structs.replace(new, columns=columns)


def _columns(result: Change, old: Table, new: Table) -> tuple[Column, ...]:
    """The columns afterwards, in the order the database has them: new ones are added at the end."""
    table = quote_identifier(new.name)
    columns: list[Column] = []
    for was in old.columns:
        now = new.column(was.name)
        alter = f"ALTER TABLE {table}\n    ALTER COLUMN {quote_identifier(was.name)}"
        if now is None:
            result.held.append(f"column {new.name}.{was.name} is no longer in the design; it and its values stay")
            if not was.nullable and was.default is None and not was.identity:
                # Nothing undoes this: rows written meanwhile have no value, and the old code can live without the rule.
                result.steps.append(Step(f"{alter} DROP NOT NULL"))
                result.names.append(f"release {new.name} {was.name}")
            columns.append(msgspec.structs.replace(was, nullable=was.nullable or was.default is None))
            continue
        if was.type != now.type or was.identity != now.identity:
            result.refused.append(
                f"{new.name}.{was.name}: the type changes from {was.type} to {now.type}; "
                "add a column of the new type under another name, copy, then drop the old one"
            )
        if was.nullable and not now.nullable:
            result.refused.append(f"{new.name}.{was.name}: becomes required, and rows that exist may have no value")
        if not was.nullable and now.nullable:
            result.steps.append(Step(f"{alter} DROP NOT NULL"))
            result.names.append(f"free {new.name} {was.name}")
        if was.default != now.default:
            result.steps.append(Step(_default(alter, now), _default(alter, was)))
            result.names.append(f"default {new.name} {was.name}")
        columns.append(now)
    for now in new.columns:
        if old.column(now.name) is not None:
            continue
        if not now.nullable and now.default is None:
            result.refused.append(
                f"{new.name}.{now.name}: is new, required and has no default, and rows that exist have no value; "
                "give it a default, or make it optional"
            )
        undo = f"ALTER TABLE {table}\n    DROP COLUMN {quote_identifier(now.name)}"
        result.steps.append(Step(f"ALTER TABLE {table}\n    ADD COLUMN {column_definition(now)}", undo))
        result.names.append(f"add {new.name} {now.name}")
        columns.append(now)
    return tuple(columns)


def _indexes(result: Change, old: Table, new: Table) -> None:
    for unique in _gone(new.uniques, old.uniques):
        index, constraint = quote_identifier(unique.name), quote_identifier(unique.name)
        made = f"CREATE UNIQUE INDEX CONCURRENTLY {index} ON {quote_identifier(new.name)}"
        result.steps.append(
            Step(
                f"{made} ({quote_identifiers(unique.columns)})",
                f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
                alone=True,
            )
        )
        result.steps.append(
            Step(
                f"ALTER TABLE {quote_identifier(new.name)}\n    ADD CONSTRAINT {constraint} UNIQUE USING INDEX {index}",
                _drop_constraint(new, unique.name),
            )
        )
        result.names.append(f"unique {unique.name}")
    was = {index.name: _definition(old, index) for index in old.indexes}
    now = {index.name: _definition(new, index) for index in new.indexes}
    for added in new.indexes:
        if was.get(added.name) == now[added.name]:
            continue
        if added.name in was:
            result.steps.append(Step(f"DROP INDEX CONCURRENTLY {quote_identifier(added.name)}", alone=True))
        made = now[added.name].replace("INDEX ", "INDEX CONCURRENTLY ", 1)
        undo = f"DROP INDEX CONCURRENTLY {quote_identifier(added.name)}"
        result.steps.append(Step(made, undo, alone=True))
        result.names.append(f"index {added.name}")
    for dropped in old.indexes:
        if dropped.name not in now:
            drop = f"DROP INDEX CONCURRENTLY {quote_identifier(dropped.name)}"
            undo = was[dropped.name].replace("INDEX ", "INDEX CONCURRENTLY ", 1)
            result.steps.append(Step(drop, undo, alone=True))
            result.names.append(f"drop {dropped.name}")


def _definition(table: Table, index: TableIndex) -> str:
    return _bare(create_index(table, index))


def _gone(had: tuple[T, ...], has: tuple[T, ...]) -> list[T]:
    return [item for item in had if item not in has]


def _drop_constraint(table: Table, name: str) -> str:
    return f"ALTER TABLE {quote_identifier(table.name)}\n    DROP CONSTRAINT {quote_identifier(name)}"


def _add_check(table: Table, check: CheckConstraint) -> str:
    head = f"ALTER TABLE {quote_identifier(table.name)}\n    ADD CONSTRAINT {quote_identifier(check.name)}"
    return f"{head} CHECK ({check.expression})"


def _add_unique(table: Table, unique: UniqueConstraint) -> str:
    head = f"ALTER TABLE {quote_identifier(table.name)}\n    ADD CONSTRAINT {quote_identifier(unique.name)}"
    return f"{head} UNIQUE ({quote_identifiers(unique.columns)})"


def _default(alter: str, column: Column) -> str:
    return f"{alter} DROP DEFAULT" if column.default is None else f"{alter} SET DEFAULT {column.default}"


def _bare(sql: str) -> str:
    return sql.rstrip().removesuffix(";")
