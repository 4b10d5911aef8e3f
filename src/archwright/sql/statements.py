"""Statements: constant SQL text whose values travel as $1, $2, ..., each bound to a name the caller fills."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from archwright.model.physical import ColumnCondition, JoinStep, OwnerPath, RouteParameter, Table, Window
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
    caller_key: str = ""
    """The key column of the table that holds the caller's own row, for conditions that compare with it."""

    @property
    def asks_caller(self) -> bool:
        """Whether the caller's own id is bound."""
        return self.owner is not None or any(condition.caller is not None for condition in self.conditions)


OWNER = "owner"
"""The name of the parameter that holds the caller's own id."""


def columns(names: Iterable[str], keyword: str = "SELECT", qualifier: str = "") -> str:
    """A list of columns after a keyword, wrapped, the further lines indented."""
    return wrapped(keyword, [qualifier + quote_identifier(name) for name in names])


def wrapped(before: str, items: Iterable[str], after: str = "") -> str:
    """Items with commas between, after `before`, wrapped; the further lines indented."""
    lines = [before]
    for number, item in enumerate(items):
        separator = "," if number else ""
        space = "" if not number and before.endswith("(") else " "
        if number and len(lines[-1]) + len(item) + 3 > WIDTH:
            lines[-1] += separator
            lines.append(f"    {item}")
        else:
            lines[-1] += f"{separator}{space}{item}"
    return "\n".join(lines) + after


def where(conditions: Sequence[str]) -> str:
    """A WHERE clause, one condition a line; empty without conditions."""
    return "WHERE " + "\n    AND ".join(conditions) if conditions else ""


def operator(given: str) -> str:
    """A comparison operator, checked. Raises ValueError for another."""
    symbol = "<>" if given == "!=" else given
    if symbol not in OPERATORS:
        raise ValueError(f"{given!r} is not an operator that a condition may have; use one of {sorted(OPERATORS)}")
    return symbol


NOW = "now"
"""A condition's value that means the present time, where the column holds times."""
_TIMES = {"timestamptz": "now()", "timestamp": "now()", "date": "CURRENT_DATE"}


def along(table: str, steps: Sequence[JoinStep], condition: Callable[[str], str]) -> str:
    """A condition on the row at the end of some steps from a row of `table`.

    `condition` gets what qualifies a column there: nothing where there is no step.
    """
    if not steps:
        return condition("")
    text = condition(f"step{len(steps)}.")
    for number in range(len(steps), 0, -1):
        step = steps[number - 1]
        before = quote_identifier(table) if number == 1 else f"step{number - 1}"
        joins = " AND ".join(
            f"step{number}.{quote_identifier(target)} = {before}.{quote_identifier(column)}"
            for column, target in zip(step.columns, step.target_columns, strict=True)
        )
        inner = [columns(step.target_columns[:1], qualifier=f"step{number}.")]
        inner += [f"FROM {quote_identifier(step.target)} AS step{number}", f"WHERE {joins}", f"    AND {text}"]
        text = "EXISTS (\n" + textwrap.indent("\n".join(inner), "    ") + "\n)"
    return textwrap.indent(text, "    ").strip()


def parameter_condition(table: Table, parameter: RouteParameter, tables: Mapping[str, Table], binder: Binder) -> str:
    """The condition a route's parameter makes; one that is not given (NULL) and not required holds for every row."""
    assert parameter.column is not None
    holder = tables[parameter.steps[-1].target] if parameter.steps else table
    placeholder = binder.bind(parameter.name)
    if parameter.operator == "match":
        condition = f"{search_vector(tuple(parameter.column.split(',')))} @@ websearch_to_tsquery('{CONFIGURATION}', {placeholder})"
        cast = "text"
    else:
        column = holder.column(parameter.column)
        assert column is not None, parameter.column
        cast = f"{column.type}[]" if parameter.operator == "in" else column.type
        compared = (
            f"= ANY({placeholder}::{cast})"
            if parameter.operator == "in"
            else f"{operator(parameter.operator)} {placeholder}"
        )
        name = quote_identifier(column.name)
        condition = along(table.name, parameter.steps, _qualified(f"{name} {compared}"))
    return condition if parameter.required else f"({placeholder}::{cast} IS NULL OR {condition})"


def window_condition(table: Table, window: Window) -> str:
    """The column lies within a fixed length up to now."""
    since = f">= now() - interval '{_plain(window.length.value)} seconds'"
    return along(table.name, window.steps, _qualified(f"{quote_identifier(window.column)} {since}"))


def _plain(number: float) -> str:
    return f"{number:f}".rstrip("0").rstrip(".")


def scope_conditions(table: Table, scope: Scope, tables: Mapping[str, Table], binder: Binder) -> list[str]:
    """The conditions that keep a statement to the rows a caller may reach."""
    found = []
    for condition in scope.conditions:
        holder = tables[condition.steps[-1].target] if condition.steps else table
        compared = _compared(holder, condition, scope, binder)
        name = quote_identifier(condition.column)
        found.append(along(table.name, condition.steps, _qualified(f"{name} {compared}")))
    if scope.owner is not None:
        found.append(owner_condition(table.name, scope.owner, binder))
    return found


def _qualified(text: str) -> Callable[[str], str]:
    return lambda qualifier: f"{qualifier}{text}"


def _compared(holder: Table, condition: ColumnCondition, scope: Scope, binder: Binder) -> str:
    """The operator and the other side: a column of the caller's row, the present, or a constant."""
    symbol = operator(condition.operator)
    if condition.caller is not None:
        return f"{symbol} {_of_caller(condition.caller, scope.caller_key, binder)}"
    column = holder.column(condition.column)
    if condition.value == NOW and column is not None and column.type in _TIMES:
        return f"{symbol} {_TIMES[column.type]}"
    return f"{symbol} {quote_literal(condition.value)}"


def _of_caller(path: OwnerPath, key: str, binder: Binder) -> str:
    """A column reached from the caller's own row, as a sub-select."""
    start = path.steps[0].table if path.steps else path.table
    lines = [
        f"SELECT caller{len(path.steps)}.{quote_identifier(path.column)}",
        f"FROM {quote_identifier(start)} AS caller0",
    ]
    for number, step in enumerate(path.steps, 1):
        joins = " AND ".join(
            f"caller{number}.{quote_identifier(target)} = caller{number - 1}.{quote_identifier(column)}"
            for column, target in zip(step.columns, step.target_columns, strict=True)
        )
        lines.append(f"JOIN {quote_identifier(step.target)} AS caller{number} ON {joins}")
    lines.append(f"WHERE caller0.{quote_identifier(key)} = {binder.bind(OWNER)}")
    return "(\n" + textwrap.indent("\n".join(lines), "        ") + "\n    )"


def owner_condition(table: str, owner: OwnerPath, binder: Binder) -> str:
    """The row of `table`, or the row at the end of the owner's path from it, belongs to the caller."""
    mine = f"{quote_identifier(owner.column)} = {binder.bind(OWNER)}"
    return along(table, owner.steps, _qualified(mine))
