"""Where a schema is read from beside code: a file of SQL, or a running database."""

from __future__ import annotations

from pathlib import Path

from archwright.run.query import QueryError, fetch, kind_of, shown
from archwright.source.parse.text import decode
from archwright.sql.catalog import (
    POSTGRES_COLUMNS,
    POSTGRES_CONSTRAINTS,
    POSTGRES_INDEXES,
    SQLITE_STATEMENTS,
    postgres_text,
    sqlite_text,
)


def schema_text(source: str) -> tuple[str, str]:
    """(name to show, SQL text) of a file or an address. Raises OSError for a file that can't be read, QueryError for a database."""
    kind = kind_of(source)
    if kind == "postgres":
        columns, constraints, indexes = fetch(source, (POSTGRES_COLUMNS, POSTGRES_CONSTRAINTS, POSTGRES_INDEXES))
        return shown(source), postgres_text(columns, constraints, indexes)
    if kind == "sqlite":
        return shown(source), sqlite_text(fetch(source, (SQLITE_STATEMENTS,))[0])
    if kind == "other":
        raise QueryError(
            f"{shown(source)}: only PostgreSQL and SQLite are read",
            "pass a dump of the schema, such as mysqldump --no-data",
        )
    return Path(source).name, decode(Path(source).read_bytes())[0]
