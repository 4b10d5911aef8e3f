"""Statements: constant SQL text whose values travel as $1, $2, ..., each bound to a name the caller fills."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from archwright.model.physical import ColumnCondition, OwnerPath, RouteParameter, Table, Window
from archwright.sql.identifier import quote_identifier
from archwright.sql.literal import quote_literal
from archwright.sql.search import CONFIGURATION, search_vector

WIDTH = 100
"""Longest line of a list of columns."""
OPERATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
"""What a condition may compare with; anything else is refused, so that no text of a brief becomes SQL."""


@dataclass(frozen=True)
class Statement:
    """SQL text without a final semicolon, and the names of its parameters in the order of $1, $2, ..."""

    sql: str
    parameters: tuple[str, ...]


@dataclass
class Binder:
    """Numbers the parameters of one statement; the same name is the same parameter."""

    names: list[str] = field(default_factory=list)

    def bind(self, name: str) -> str:
        """The placeholder of a parameter."""
        if name not in self.names:
            self.names.append(name)
        return f"${self.names.index(name) + 1}"

    def statement(self, *lines: str) -> Statement:
        """The lines that are not empty as one statement."""
        return Statement("\n".join(line for line in lines if line), tuple(self.names))


@dataclass(frozen=True)
class Scope:
    """The rows a caller may reach: those of an owner, those under conditions, or (neither) all."""

    owner: OwnerPath | None = None
    conditions: tuple[ColumnCondition, ...] = ()


OWNER = "owner"
"""The name of the parameter that holds the caller's own id."""


def columns(names: Iterable[str], keyword: str = "SELECT", qualifier: str = "") -> str:
    """A list of columns after a keyword, wrapped, the further lines indented."""
    lines = [keyword]
    for name in names:
        shown = qualifier + quote_identifier(name)
        separator = "" if lines == [keyword] else ","
        if len(lines[-1]) + len(shown) + 3 > WIDTH:
            lines[-1] += separator
            lines.append(f"    {shown}")
        else:
            lines[-1] += f"{separator} {shown}"
    return "\n".join(lines)


def where(conditions: Sequence[str]) -> str:
    """A WHERE clause, one condition a line; empty without conditions."""
    return "WHERE " + "\n    AND ".join(conditions) if conditions else ""


def operator(given: str) -> str:
    """A comparison operator, checked. Raises ValueError for another."""
    symbol = "<>" if given == "!=" else given
    if symbol not in OPERATORS:
        raise ValueError(f"{given!r} is not an operator that a condition may have; use one of {sorted(OPERATORS)}")
    return symbol


def parameter_condition(table: Table, parameter: RouteParameter, binder: Binder) -> str:
    """The condition a route's parameter makes; one that is not given (NULL) and not required holds for every row."""
    assert parameter.column is not None
    if parameter.operator == "match":
        searched = search_vector(tuple(parameter.column.split(",")))
        placeholder = binder.bind(parameter.name)
        condition = f"{searched} @@ websearch_to_tsquery('{CONFIGURATION}', {placeholder})"
        return condition if parameter.required else f"({placeholder}::text IS NULL OR {condition})"
    column = table.column(parameter.column)
    assert column is not None, parameter.column
    name = quote_identifier(column.name)
    placeholder = binder.bind(parameter.name)
    if parameter.operator == "in":
        condition = f"{name} = ANY({placeholder}::{column.type}[])"
    else:
        condition = f"{name} {operator(parameter.operator)} {placeholder}"
    if parameter.required:
        return condition
    cast = (
        f"{column.type}[]" if parameter.operator == "in" else "text" if parameter.operator == "match" else column.type
    )
    return f"({placeholder}::{cast} IS NULL OR {condition})"


def window_condition(window: Window) -> str:
    """The column lies within a fixed length up to now."""
    return f"{quote_identifier(window.column)} >= now() - interval '{window.length.value:g} seconds'"


def scope_conditions(table: Table, scope: Scope, binder: Binder) -> list[str]:
    """The conditions that keep a statement to the rows a caller may reach."""
    conditions = [
        f"{quote_identifier(condition.column)} {operator(condition.operator)} {quote_literal(condition.value)}"
        for condition in scope.conditions
    ]
    if scope.owner is not None:
        conditions.append(owner_condition(table.name, scope.owner, binder))
    return conditions


def owner_condition(table: str, owner: OwnerPath, binder: Binder) -> str:
    """The row of `table`, or the row at the end of the owner's path from it, belongs to the caller."""
    condition = f"{quote_identifier(owner.column)} = {binder.bind(OWNER)}"
    if not owner.steps:
        return condition
    condition = f"step{len(owner.steps)}.{condition}"
    for number in range(len(owner.steps), 0, -1):
        step = owner.steps[number - 1]
        before = quote_identifier(table) if number == 1 else f"step{number - 1}"
        joins = " AND ".join(
            f"step{number}.{quote_identifier(target)} = {before}.{quote_identifier(column)}"
            for column, target in zip(step.columns, step.target_columns, strict=True)
        )
        condition = f"EXISTS (\n    SELECT 1 FROM {quote_identifier(step.target)} AS step{number} WHERE {joins} AND {condition}\n)"
    return textwrap.indent(condition, "    ").strip()
