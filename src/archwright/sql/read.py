"""Reads of a route: one row by key, a page by keyset, the child rows of the parents on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archwright.model.operation import Sort
from archwright.model.physical import Embed, Route, RouteParameter, Table
from archwright.sql.identifier import quote_identifier, quote_identifiers
from archwright.sql.statements import (
    Binder,
    Scope,
    Statement,
    columns,
    parameter_condition,
    scope_conditions,
    where,
    window_condition,
)

Tables = Mapping[str, Table]
LIMIT = "limit + 1"
"""The name of the parameter for the rows to read: one more than the page, to know whether there is a next."""


def after_name(column: str) -> str:
    """The name of the parameter that holds the last row's value of a sort column."""
    return f"after {column}"


def read_row(
    table: Table, selected: Sequence[str], parameters: Sequence[RouteParameter], scope: Scope, tables: Tables
) -> Statement:
    """The row that the parameters name, if the caller may see it."""
    binder = Binder()
    conditions = [parameter_condition(table, parameter, tables, binder) for parameter in parameters]
    conditions += scope_conditions(table, scope, tables, binder)
    return binder.statement(columns(selected), f"FROM {quote_identifier(table.name)}", where(conditions), "LIMIT 1")


def read_page(
    route: Route, table: Table, selected: Sequence[str], scope: Scope, tables: Tables, *, first: bool
) -> Statement:
    """A page of a list: the first, or the one after the row whose sort values are bound."""
    assert route.pagination is not None
    binder = Binder()
    parameters = [parameter for parameter in route.parameters if parameter.column]
    conditions = [parameter_condition(table, parameter, tables, binder) for parameter in parameters]
    conditions += [window_condition(table, window) for window in route.windows]
    conditions += scope_conditions(table, scope, tables, binder)
    if not first:
        conditions.append(keyset_condition(table, route.pagination.order, binder))
    return binder.statement(
        columns(selected),
        f"FROM {quote_identifier(table.name)}",
        where(conditions),
        f"ORDER BY {order_by(table, route.pagination.order)}",
        f"LIMIT {binder.bind(LIMIT)}",
    )


def read_children(embed: Embed, parent: Table, child: Table, selected: Sequence[str]) -> Statement:
    """The first child rows of each parent, for all parents on a page at once, at most `embed.maximum` a parent."""
    binder = Binder()
    types = [_type(parent, column) for column in embed.parent_columns]
    arrays = ", ".join(
        f"{binder.bind(column)}::{type_}[]" for column, type_ in zip(embed.parent_columns, types, strict=True)
    )
    links = [
        f"{quote_identifier(column)} = parent.{quote_identifier(of_parent)}"
        for column, of_parent in zip(embed.columns, embed.parent_columns, strict=True)
    ]
    return binder.statement(
        columns(selected, qualifier="child."),
        f"FROM unnest({arrays}) AS parent ({quote_identifiers(embed.parent_columns)})",
        "CROSS JOIN LATERAL (",
        _indent(columns(selected)),
        f"    FROM {quote_identifier(child.name)}",
        _indent(where(links)),
        f"    ORDER BY {order_by(child, embed.order)}",
        f"    LIMIT {embed.maximum}",
        ") AS child",
    )


def read_referred_row(embed: Embed, parent: Table, target: Table, selected: Sequence[str]) -> Statement:
    """The rows that the parents on a page refer to, each once."""
    binder = Binder()
    arrays = ", ".join(f"{binder.bind(column)}::{_type(parent, column)}[]" for column in embed.parent_columns)
    links = [
        f"parent.{quote_identifier(of_parent)} = target.{quote_identifier(column)}"
        for column, of_parent in zip(embed.columns, embed.parent_columns, strict=True)
    ]
    return binder.statement(
        columns(selected, "SELECT DISTINCT", qualifier="target."),
        f"FROM unnest({arrays}) AS parent ({quote_identifiers(embed.parent_columns)})",
        f"JOIN {quote_identifier(target.name)} AS target ON {' AND '.join(links)}",
    )


def read_by(table: Table, column: str, field: str) -> Statement:
    """One column of the row whose unique `field` has a value."""
    binder = Binder()
    return binder.statement(
        columns((column,)),
        f"FROM {quote_identifier(table.name)}",
        f"WHERE {quote_identifier(field)} = {binder.bind(field)}",
        "LIMIT 1",
    )


def read_figures(route: Route, table: Table, scope: Scope, tables: Tables) -> Statement:
    """The figures of an aggregate: of all rows, or for each group, at most GROUPS of them.

    A figure over another table's rows is summed for each row of the route's table first, so that one table's rows do not
    multiply another's.
    """
    binder = Binder()
    conditions = [parameter_condition(table, p, tables, binder) for p in route.parameters if p.column]
    conditions += [window_condition(table, window) for window in route.windows]
    conditions += scope_conditions(table, scope, tables, binder)
    joins = []
    shown = [quote_identifier(column) for column in route.group]
    for number, figure in enumerate(route.figures, 1):
        name = quote_identifier(figure.name)
        if figure.table == table.name:
            shown.append(f"{_figure(figure.function, figure.column)} AS {name}")
            continue
        links = [
            f"other.{quote_identifier(column)} = {quote_identifier(table.name)}.{quote_identifier(of_parent)}"
            for column, of_parent in zip(figure.columns, figure.parent_columns, strict=True)
        ]
        inner, outer = _PARTS[figure.function]
        value = "*" if figure.column is None else f"other.{quote_identifier(figure.column)}"
        parts = ", ".join(f"{part.format(value)} AS part{n}" for n, part in enumerate(inner, 1))
        joins += [
            "CROSS JOIN LATERAL (",
            f"    SELECT {parts}",
            f"    FROM {quote_identifier(figure.table)} AS other",
            f"    WHERE {' AND '.join(links)}",
            f") AS figure{number}",
        ]
        shown.append(f"{outer.format(f'figure{number}')} AS {name}")
    grouped = ", ".join(quote_identifier(column) for column in route.group)
    return binder.statement(
        "SELECT " + ",\n    ".join(shown),
        f"FROM {quote_identifier(table.name)}",
        *joins,
        where(conditions),
        f"GROUP BY {grouped}" if grouped else "",
        f"ORDER BY {grouped}" if grouped else "",
        f"LIMIT {GROUPS}" if grouped else "",
    )


GROUPS = 1000
"""Most groups of an aggregate."""
_PARTS = {
    "count": (("count({0})",), "coalesce(sum({0}.part1), 0)"),
    "sum": (("sum({0})",), "coalesce(sum({0}.part1), 0)"),
    "min": (("min({0})",), "min({0}.part1)"),
    "max": (("max({0})",), "max({0}.part1)"),
    "avg": (("sum({0})", "count({0})"), "sum({0}.part1) / nullif(sum({0}.part2), 0)"),
}
"""A function over another table's rows: its parts for each row of the route's table, and how they are put together."""


def _figure(function: str, column: str | None) -> str:
    if column is None:
        return "count(*)"
    inner = f"{function}({quote_identifier(column)})"
    return f"coalesce({inner}, 0)" if function == "sum" else inner


def order_by(table: Table, order: Sequence[Sort]) -> str:
    """The sort keys; rows whose column is NULL come last."""
    return ", ".join(
        quote_identifier(sort.field)
        + (" DESC" if sort.descending else "")
        + (" NULLS LAST" if sort.descending and _nullable(table, sort.field) else "")
        for sort in order
    )


def keyset_condition(table: Table, order: Sequence[Sort], binder: Binder) -> str:
    """The row comes after the one whose sort values are bound.

    Where all keys run one way and none is NULL this is a row comparison, which an index on the keys answers by
    starting at the right entry. Otherwise it is spelled out, with the first key's bound said apart, so that the
    index still gives the start.
    """
    names = [quote_identifier(sort.field) for sort in order]
    values = [binder.bind(after_name(sort.field)) for sort in order]
    nullable = [_nullable(table, sort.field) for sort in order]
    symbols = ["<" if sort.descending else ">" for sort in order]
    if not any(nullable) and len(set(symbols)) == 1:
        if len(order) == 1:
            return f"{names[0]} {symbols[0]} {values[0]}"
        return f"({', '.join(names)}) {symbols[0]} ({', '.join(values)})"
    options = []
    for position, (name, value, symbol) in enumerate(zip(names, values, symbols, strict=True)):
        equal = [
            f"{names[n]} IS NOT DISTINCT FROM {values[n]}" if nullable[n] else f"{names[n]} = {values[n]}"
            for n in range(position)
        ]
        later = f"{name} {symbol} {value}"
        if nullable[position]:
            later = f"({later} OR ({name} IS NULL AND {value}::{_type(table, order[position].field)} IS NOT NULL))"
        options.append(f"({' AND '.join([*equal, later])})" if equal else later)
    spelled = "(" + "\n        OR ".join(options) + ")"
    return spelled if nullable[0] else f"{names[0]} {symbols[0]}= {values[0]}\n    AND {spelled}"


def _nullable(table: Table, name: str) -> bool:
    column = table.column(name)
    return column is not None and column.nullable


def _type(table: Table, name: str) -> str:
    column = table.column(name)
    assert column is not None, name
    return column.type


def _indent(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())
