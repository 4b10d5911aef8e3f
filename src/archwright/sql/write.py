"""Writes of a route: insert one row or many, update, delete, take from a counter, lock what is referred to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archwright.model.physical import OwnerPath, Table
from archwright.sql.identifier import quote_identifier, quote_identifiers
from archwright.sql.statements import (
    Binder,
    Scope,
    Statement,
    columns,
    owner_condition,
    scope_conditions,
    where,
    wrapped,
)


@dataclass(frozen=True)
class Setting:
    """What a write puts into a column: a bound value, or SQL text of ours (`now()`, a constant)."""

    column: str
    sql: str = ""
    """SQL text; empty: the value is bound under the column's name."""
    optional: bool = False
    """For updates: a value that may be left out, which keeps the old one. Binds `column given` as well."""


@dataclass(frozen=True)
class Total:
    """A column of an inserted row that sums an expression over the child rows inserted with it."""

    column: str
    expression: str
    child: Table
    columns: tuple[str, ...]
    """The child's columns that the expression uses, each bound as an array `child.column`."""


def given_name(column: str) -> str:
    """The name of the parameter that says whether an optional value was given."""
    return f"{column} given"


def insert_row(
    table: Table, settings: Sequence[Setting], returning: Sequence[str], totals: Sequence[Total] = ()
) -> Statement:
    """INSERT of one row."""
    binder = Binder()
    values = [setting.sql or binder.bind(setting.column) for setting in settings]
    values += [_total(total, binder) for total in totals]
    names = [*(setting.column for setting in settings), *(total.column for total in totals)]
    if not names:
        return binder.statement(f"INSERT INTO {quote_identifier(table.name)} DEFAULT VALUES", _returning(returning))
    return binder.statement(_target(table, names), wrapped("VALUES (", values, ")"), _returning(returning))


def insert_rows(
    table: Table, shared: Sequence[Setting], each: Sequence[Setting], returning: Sequence[str]
) -> Statement:
    """INSERT of one row per element of the arrays bound for `each`; `shared` values are the same in all rows."""
    binder = Binder()
    same = [setting.sql or binder.bind(setting.column) for setting in shared]
    arrays = [f"{binder.bind(setting.column)}::{_type(table, setting.column)}[]" for setting in each]
    names = tuple(setting.column for setting in (*shared, *each))
    each_names = tuple(setting.column for setting in each)
    selected = [*same, *(f"item.{quote_identifier(name)}" for name in each_names)]
    return binder.statement(
        _target(table, names),
        wrapped("SELECT", selected),
        wrapped("FROM unnest(", arrays, ")"),
        wrapped("    AS item (", [quote_identifier(name) for name in each_names], ")"),
        _returning(returning),
    )


def update_row(
    table: Table,
    settings: Sequence[Setting],
    match: Sequence[str],
    returning: Sequence[str],
    *,
    scope: Scope,
    tables: Mapping[str, Table],
) -> Statement:
    """UPDATE of the row whose `match` columns have the values bound as `match column`, if the caller may reach it."""
    binder = Binder()
    assignments = []
    for setting in settings:
        name = quote_identifier(setting.column)
        if setting.optional:
            given = f"{binder.bind(given_name(setting.column))}::boolean"
            assignments.append(f"{name} = CASE WHEN {given} THEN {_cast(table, setting, binder)} ELSE {name} END")
        else:
            assignments.append(f"{name} = {setting.sql or binder.bind(setting.column)}")
    conditions = _match(match, binder) + scope_conditions(table, scope, tables, binder)
    return binder.statement(
        f"UPDATE {quote_identifier(table.name)}",
        "SET " + ",\n    ".join(assignments),
        where(conditions),
        _returning(returning),
    )


def delete_row(table: Table, match: Sequence[str], *, scope: Scope, tables: Mapping[str, Table]) -> Statement:
    """DELETE of the row whose `match` columns have the values bound as `match column`, if the caller may reach it."""
    binder = Binder()
    conditions = _match(match, binder) + scope_conditions(table, scope, tables, binder)
    return binder.statement(f"DELETE FROM {quote_identifier(table.name)}", where(conditions), _returning(tuple(match)))


def read_reached(table: Table, scope: Scope, tables: Mapping[str, Table]) -> Statement:
    """Whether the row with a key, just written, is one that the caller may reach."""
    binder = Binder()
    conditions = _match(table.key, binder) + scope_conditions(table, scope, tables, binder)
    return binder.statement(columns(table.key), f"FROM {quote_identifier(table.name)}", where(conditions), "LIMIT 1")


def change_rows(
    table: Table, settings: Sequence[Setting], match: Sequence[str], *, lists: bool, delete: bool = False
) -> Statement:
    """UPDATE or DELETE of every row whose `match` columns have the values, or (`lists`) values of arrays."""
    binder = Binder()
    if lists:
        arrays = ", ".join(f"{binder.bind(match_name(column))}::{_type(table, column)}[]" for column in match)
        names = quote_identifiers(tuple(match))
        row = f"({names})" if len(match) > 1 else names
        conditions = [f"{row} IN (SELECT {names} FROM unnest({arrays}) AS given ({names}))"]
        if len(match) == 1:
            conditions = [f"{names} = ANY({arrays})"]
    else:
        conditions = _match(match, binder)
    if delete:
        return binder.statement(f"DELETE FROM {quote_identifier(table.name)}", where(conditions))
    assignments = [f"{quote_identifier(s.column)} = {s.sql or binder.bind(s.column)}" for s in settings]
    return binder.statement(
        f"UPDATE {quote_identifier(table.name)}", "SET " + ",\n    ".join(assignments), where(conditions)
    )


def match_name(column: str) -> str:
    """The name of the parameter that says which row."""
    return f"match {column}"


def read_referred(table: Table, key: str, selected: Sequence[str], maximum: int, *, lock: bool) -> Statement:
    """The rows whose keys are in an array, in the order of the key: every writer locks them in the same order."""
    binder = Binder()
    name = quote_identifier(key)
    return binder.statement(
        columns(dict.fromkeys((key, *selected))),
        f"FROM {quote_identifier(table.name)}",
        f"WHERE {name} = ANY({binder.bind(key)}::{_type(table, key)}[])",
        f"ORDER BY {name}",
        f"LIMIT {maximum}",
        "FOR NO KEY UPDATE" if lock else "",
    )


def add_amounts(table: Table, key: str, column: str, *, floor: str | None) -> Statement:
    """Add an amount to a column of each row named, or (with a floor) take it where that much is left.

    The rows changed come back. Fewer than asked for: somewhere there was not enough, and the transaction must be undone.
    """
    binder = Binder()
    name, counter, id_ = quote_identifier(table.name), quote_identifier(column), quote_identifier(key)
    keys = f"{binder.bind(key)}::{_type(table, key)}[]"
    amounts = f"{binder.bind(column)}::numeric[]" if _is_decimal(table, column) else f"{binder.bind(column)}::bigint[]"
    return binder.statement(
        f"UPDATE {name}",
        f"SET {counter} = {name}.{counter} {'+' if floor is None else '-'} asked.amount",
        f"FROM unnest({keys}, {amounts}) AS asked (key, amount)",
        f"WHERE {name}.{id_} = asked.key",
        "" if floor is None else f"    AND {name}.{counter} - asked.amount >= {floor}",
        f"RETURNING {name}.{id_}",
    )


def read_owned(owner: OwnerPath) -> Statement:
    """Whether the row that a new row will refer to belongs to the caller; it is kept from vanishing meanwhile."""
    step = owner.steps[0]
    binder = Binder()
    conditions = [
        f"{quote_identifier(target)} = {binder.bind(column)}"
        for column, target in zip(step.columns, step.target_columns, strict=True)
    ]
    rest = OwnerPath(table=owner.table, column=owner.column, steps=owner.steps[1:])
    conditions.append(owner_condition(step.target, rest, binder))
    return binder.statement(
        columns(step.target_columns),
        f"FROM {quote_identifier(step.target)}",
        where(conditions),
        "LIMIT 1",
        "FOR KEY SHARE",
    )


def _target(table: Table, names: Sequence[str]) -> str:
    return wrapped(f"INSERT INTO {quote_identifier(table.name)} (", [quote_identifier(name) for name in names], ")")


def _total(total: Total, binder: Binder) -> str:
    arrays = ", ".join(
        f"{binder.bind(f'{total.child.name}.{column}')}::{_type(total.child, column)}[]" for column in total.columns
    )
    alias = f"{quote_identifier(total.child.name)} ({quote_identifiers(total.columns)})"
    return f"(\n    SELECT coalesce(sum({total.expression}), 0)\n    FROM unnest({arrays}) AS {alias}\n)"


def _match(match: Sequence[str], binder: Binder) -> list[str]:
    return [f"{quote_identifier(column)} = {binder.bind(match_name(column))}" for column in match]


def _cast(table: Table, setting: Setting, binder: Binder) -> str:
    return setting.sql or f"{binder.bind(setting.column)}::{_type(table, setting.column)}"


def _returning(names: Sequence[str]) -> str:
    return columns(names, "RETURNING") if names else ""


def _type(table: Table, name: str) -> str:
    column = table.column(name)
    assert column is not None, f"{table.name}.{name}"
    return column.type


def _is_decimal(table: Table, name: str) -> bool:
    return _type(table, name).startswith(("numeric", "decimal"))


def used_columns(expression: str, tables: Mapping[str, Table]) -> tuple[tuple[str, str], ...]:
    """The `table.column` pairs in an expression of the blueprint, in order, each once. Names are plain identifiers."""
    found = re.findall(r"(\w+)\.(\w+)", expression)
    return tuple(dict.fromkeys((table, column) for table, column in found if table in tables))


def insert_any(table: Table) -> Statement:
    """INSERT of a row with every column that is not numbered by the database; NULL means the column's default."""
    binder = Binder()
    given = [column for column in table.columns if not column.identity]
    values = [
        binder.bind(column.name)
        if column.default is None
        else f"coalesce({binder.bind(column.name)}::{column.type}, {column.default})"
        for column in given
    ]
    every = tuple(column.name for column in table.columns)
    if not given:
        return binder.statement(f"INSERT INTO {quote_identifier(table.name)} DEFAULT VALUES", _returning(every))
    names = [column.name for column in given]
    return binder.statement(_target(table, names), wrapped("VALUES (", values, ")"), _returning(every))
