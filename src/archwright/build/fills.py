"""Where a written column's value comes from, as an expression of Python or as SQL text."""

from __future__ import annotations

from dataclasses import dataclass, field

from archwright.build.code import Code
from archwright.build.error import BuildError
from archwright.build.names import attribute
from archwright.build.python import string
from archwright.build.types import base_type, kind
from archwright.model.physical import ColumnFill, FillBy, Table, WriteStep
from archwright.sql.literal import quote_literal

SQL_NOW = {"date": "CURRENT_DATE"}


@dataclass
class Rows:
    """The rows that the function holds in variables so far."""

    inserted: dict[str, str] = field(default_factory=dict)
    """Table to the variable of the row written in it."""
    referred: dict[str, str] = field(default_factory=dict)
    """Table to the variable of the rows read from it, by key."""


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
            return Source(_principal(code, step, table, fill))
        case FillBy.KEY:
            column = table.column(fill.column)
            assert column is not None, fill.column
            if base_type(column.type)[0] == "uuid":
                code.own("web.keys", "uuid7")
                return Source("uuid7()")
            return Source(skip=True)
        case FillBy.PARENT:
            return Source(_parent(table, fill, rows))
        case FillBy.POSITION:
            return Source("position")
        case FillBy.NOW:
            column = table.column(fill.column)
            assert column is not None, fill.column
            return Source(sql=SQL_NOW.get(column.type, "now()"))
        case FillBy.VALUE:
            return Source(sql=quote_literal(fill.source))
        case FillBy.COPY:
            return Source(_copy(code, step, fill, rows))
    raise BuildError(f"{step.table}.{fill.column} is filled by {fill.by.value!r}, which has no value of its own")


def _field(step: WriteStep, fill: ColumnFill) -> str:
    inside = step.many and step.items
    return f"{'item' if inside else 'body'}.{attribute(fill.name)}"


def _principal(code: Code, step: WriteStep, table: Table, fill: ColumnFill) -> str:
    column = table.column(fill.column)
    assert column is not None, fill.column
    key = code.principal_key(kind(column).plain)
    if not fill.name:
        return key
    roles = ", ".join(string(role) for role in fill.roles)
    given = _field(step, fill)
    if not column.nullable:
        code.own("web.rows", "required")
        given = f"required({given}, {string('/' + fill.name)})"
    return f"{key} if principal.has({roles}) else {given}"


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
    if origin in rows.inserted:
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
