"""Physical tables as PostgreSQL DDL text."""

from __future__ import annotations

from archwright.model.entity import OnDelete
from archwright.model.physical import Column, ForeignKey, Table, TableIndex
from archwright.sql.creation_order import creation_order, deferred_keys
from archwright.sql.identifier import fit_name, quote_identifier, quote_identifiers

_ON_DELETE = {OnDelete.RESTRICT: "RESTRICT", OnDelete.CASCADE: "CASCADE", OnDelete.SET_NULL: "SET NULL"}


def schema_ddl(tables: tuple[Table, ...]) -> str:
    """The statements that create the tables on an empty database, in an order that works, cycles closed by ALTER."""
    statements = [create_table(table, keys) for table, keys in creation_order(tables)]
    statements += [add_foreign_key(table.name, key) for table, key in deferred_keys(tables)]
    statements += [create_index(table, index) for table, _ in creation_order(tables) for index in table.indexes]
    return "\n\n".join(statements) + "\n" if statements else ""


def create_table(table: Table, foreign_keys: tuple[ForeignKey, ...] | None = None) -> str:
    """CREATE TABLE with its constraints; `foreign_keys` limits it to those whose target exists already."""
    keys = table.foreign_keys if foreign_keys is None else foreign_keys
    lines = [column_definition(column) for column in table.columns]
    if table.key:
        name = quote_identifier(fit_name(f"{table.name}_pkey"))
        lines.append(f"CONSTRAINT {name} PRIMARY KEY ({quote_identifiers(table.key)})")
    lines += [
        f"CONSTRAINT {quote_identifier(unique.name)} UNIQUE ({quote_identifiers(unique.columns)})"
        for unique in table.uniques
    ]
    lines += [f"CONSTRAINT {quote_identifier(check.name)} CHECK ({check.expression})" for check in table.checks]
    lines += [_foreign_key(key) for key in keys]
    body = ",\n".join(f"    {line}" for line in lines)
    return f"CREATE TABLE {quote_identifier(table.name)} (\n{body}\n);"


def column_definition(column: Column) -> str:
    """One column as CREATE TABLE and ADD COLUMN write it."""
    parts = [quote_identifier(column.name), column.type]
    if column.identity:
        parts.append("GENERATED ALWAYS AS IDENTITY")
    elif column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if not column.nullable:
        parts.append("NOT NULL")
    return " ".join(parts)


def add_foreign_key(table: str, key: ForeignKey) -> str:
    """ALTER TABLE ... ADD CONSTRAINT for a foreign key."""
    return f"ALTER TABLE {quote_identifier(table)}\n    ADD {_foreign_key(key)};"


def create_index(table: Table, index: TableIndex) -> str:
    """CREATE INDEX. A key that names a column of the table is that column; anything else is an expression."""
    unique = "UNIQUE " if index.unique else ""
    keys = ", ".join(_index_key(table, key.expression) + (" DESC" if key.descending else "") for key in index.keys)
    text = f"CREATE {unique}INDEX {quote_identifier(index.name)} ON {quote_identifier(table.name)}"
    if index.method != "btree":
        text += f" USING {index.method}"
    text += f" ({keys})"
    if index.include:
        text += f" INCLUDE ({quote_identifiers(index.include)})"
    if index.where:
        text += f" WHERE {index.where}"
    return text + ";"


def _foreign_key(key: ForeignKey) -> str:
    return (
        f"CONSTRAINT {quote_identifier(key.name)} FOREIGN KEY ({quote_identifiers(key.columns)})"
        f" REFERENCES {quote_identifier(key.target)} ({quote_identifiers(key.target_columns)})"
        f" ON DELETE {_ON_DELETE[key.on_delete]}"
    )


def _index_key(table: Table, expression: str) -> str:
    return quote_identifier(expression) if table.column(expression) else f"({expression})"
