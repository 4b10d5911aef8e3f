"""A database's own catalogue, told as the SQL that would make its tables: so one reader reads files and databases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from archwright.sql.identifier import quote_identifier

Row = Sequence[object]

POSTGRES_COLUMNS: Final = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity <> '',
    CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname = ANY (current_schemas(false))
ORDER BY c.relname, a.attnum
"""
"""(table, column, type, not null, identity, default) of the schemas on the search path; partitions are their table's."""
POSTGRES_CONSTRAINTS: Final = """
SELECT c.relname, o.conname, pg_get_constraintdef(o.oid)
FROM pg_constraint o
JOIN pg_class c ON c.oid = o.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE o.contype IN ('p', 'u', 'f', 'c') AND NOT c.relispartition AND n.nspname = ANY (current_schemas(false))
ORDER BY c.relname, o.conname
"""
"""(table, name, definition)."""
POSTGRES_INDEXES: Final = """
SELECT pg_get_indexdef(i.indexrelid)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indrelid
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = ANY (current_schemas(false)) AND NOT c.relispartition AND c.relkind IN ('r', 'p')
    AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u', 'x'))
ORDER BY c.relname, x.relname
"""
"""Definitions of the indexes that no constraint made."""
SQLITE_STATEMENTS: Final = """
SELECT sql FROM sqlite_master
WHERE sql IS NOT NULL AND type IN ('table', 'index') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
ORDER BY type = 'index', name
"""
"""SQLite keeps the statements as they were given."""


def postgres_text(columns: Iterable[Row], constraints: Iterable[Row], indexes: Iterable[Row]) -> str:
    """The statements that would make the tables that the three queries above tell of."""
    parts: dict[str, list[str]] = {}
    for table, column, type_, required, identity, default in columns:
        words = [quote_identifier(str(column)), str(type_)]
        if identity:
            words.append("GENERATED ALWAYS AS IDENTITY")
        elif default is not None:
            words.append(f"DEFAULT {default}")
        if required:
            words.append("NOT NULL")
        parts.setdefault(str(table), []).append(" ".join(words))
    for table, name, definition in constraints:
        if str(table) in parts:
            parts[str(table)].append(f"CONSTRAINT {quote_identifier(str(name))} {definition}")
    made = []
    for table, lines in parts.items():
        inner = ",\n    ".join(lines)
        made.append(f"CREATE TABLE {quote_identifier(table)} (\n    {inner}\n);")
    return "\n\n".join([*made, *(f"{index[0]};" for index in indexes)]) + "\n"


def sqlite_text(statements: Iterable[Row]) -> str:
    """The statements with an end to each."""
    return "".join(f"{statement[0]};\n" for statement in statements)
