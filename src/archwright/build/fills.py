"""Where a written column's value comes from, as an expression of Python or as SQL text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archwright.build.callers import Caller, caller
from archwright.build.code import Code
from archwright.build.error import BuildError
from archwright.build.names import attribute
from archwright.build.python import string
from archwright.build.types import base_type
from archwright.model.physical import ColumnFill, FillBy, Table, WriteStep
from archwright.sql.identifier import quote_identifier
from archwright.sql.literal import quote_literal

SQL_NOW = {"date": "CURRENT_DATE"}


@dataclass
class Rows:
    """The rows that the function holds in variables so far."""

    inserted: dict[str, str] = field(default_factory=dict)
    """Table to the variable of the row written in it."""
    referred: dict[str, str] = field(default_factory=dict)
    """Table to the variable of the rows read from it, by key."""
    chosen: dict[tuple[str, str], str] = field(default_factory=dict)
    """(table, column) to the variable of a value that depends on the caller's role."""


@dataclass(frozen=True)
class Source:
    """A value: an expression of Python, or SQL text; `skip` where the database makes it."""

    python: str = ""
    sql: str = ""
    skip: bool = False


def source(code: Code, step: WriteStep, fill: ColumnFill, rows: Rows) -> Source:
    """The value of one column. Inside of a list, `item` is the item and `position` its number from 1."""
    table = code.names.tables[step.table]
    match fill.by:
        case FillBy.BODY:
            return Source(_field(step, fill))
        case FillBy.PATH:
            return Source(code.arguments[fill.name].name)
        case FillBy.PRINCIPAL:
            return Source(_principal(code, step, fill, rows))
        case FillBy.KEY:
            return _key(code, table, fill)
        case FillBy.PARENT:
            return Source(_parent(table, fill, rows))
        case FillBy.POSITION:
            return Source("position")
        case FillBy.COPY:
            return Source(_copy(code, step, fill, rows))
        case _:
            return Source(sql=_sql(step, table, fill))


def _key(code: Code, table: Table, fill: ColumnFill) -> Source:
    """A fresh key: made here, or numbered by the database."""
    column = table.column(fill.column)
    assert column is not None, fill.column
    if base_type(column.type)[0] != "uuid":
        return Source(skip=True)
    code.own("web.keys", "uuid7")
    return Source("uuid7()")


def _sql(step: WriteStep, table: Table, fill: ColumnFill) -> str:
    """A value that SQL text of ours gives."""
    match fill.by:
        case FillBy.NOW:
            column = table.column(fill.column)
            assert column is not None, fill.column
            return SQL_NOW.get(column.type, "now()")
        case FillBy.VALUE:
            return quote_literal(fill.source)
        case FillBy.EXPRESSION:
            return fill.source
        case FillBy.INCREASE | FillBy.DECREASE:
            sign = "+" if fill.by is FillBy.INCREASE else "-"
            return f"{quote_identifier(fill.column)} {sign} {_number(step, fill)}"
    raise BuildError(f"{step.table}.{fill.column} is filled by {fill.by.value!r}, which has no value of its own")


def _number(step: WriteStep, fill: ColumnFill) -> str:
    """The number by which a column grows or falls, as SQL. Raises BuildError for anything else."""
    if re.fullmatch(r"-?\d+(\.\d+)?", fill.source):
        return f"({fill.source})" if fill.source.startswith("-") else fill.source
    raise BuildError(
        f"{step.table}.{fill.column} changes by {fill.source!r}, which is neither a number nor a written column"
    )


def _field(step: WriteStep, fill: ColumnFill) -> str:
    inside = step.many and step.items
    return f"{'item' if inside else 'body'}.{attribute(fill.name)}"


def _principal(code: Code, step: WriteStep, fill: ColumnFill, rows: Rows) -> str:
    """The caller's own key, or the variable that holds it for the roles that stand for a row."""
    if (step.table, fill.column) in rows.chosen:
        return rows.chosen[step.table, fill.column]
    return choices(code, step, fill)[0][0]


def choices(code: Code, step: WriteStep, fill: ColumnFill) -> list[tuple[str, tuple[str, ...]]]:
    """Where a value that is the caller's own comes from: expressions, each for some roles; the last for all others."""
    column = code.names.tables[step.table].column(fill.column)
    assert column is not None, fill.column
    by_caller: dict[Caller, list[str]] = {}
    for role in fill.roles:
        by_caller.setdefault(caller(code.names, role), []).append(role)
    found = [(code.caller_key(who, column), tuple(roles)) for who, roles in by_caller.items()]
    if fill.name:
        given = _field(step, fill)
        if not column.nullable:
            code.own("web.rows", "required")
            given = f"required({given}, {string('/' + fill.name)})"
        found.append((given, ()))
    return found


def _parent(table: Table, fill: ColumnFill, rows: Rows) -> str:
    for key in table.foreign_keys:
        if fill.column in key.columns and key.target == fill.source:
            target = key.target_columns[key.columns.index(fill.column)]
            return f"{rows.inserted[fill.source]}[{string(target)}]"
    raise BuildError(
        f"{table.name}.{fill.column} is filled from its parent {fill.source}, to which it has no foreign key"
    )


def _copy(code: Code, step: WriteStep, fill: ColumnFill, rows: Rows) -> str:
    origin, _, column = fill.source.partition(".")
    if rows.inserted.get(origin):
        return f"{rows.inserted[origin]}[{string(column)}]"
    through = through_value(code, step, fill, rows)
    code.own("web.rows", "copied")
    return f"copied({rows.referred[origin]}, {through}, {string(column)})"


def through_value(code: Code, step: WriteStep, fill: ColumnFill, rows: Rows) -> str:
    """The value of the column by which a copied value is found."""
    through = next((other for other in step.fills if other.column == fill.through), None)
    if through is None:
        raise BuildError(f"{step.table}.{fill.column} is copied through {fill.through}, which the step does not write")
    return source(code, step, through, rows).python
