"""Full-text search with the core of PostgreSQL: the one expression that an index and its queries must share."""

from __future__ import annotations

from archwright.sql.identifier import quote_identifier

CONFIGURATION = "simple"
"""Words as they are written, lower-cased, no stemming: right for names and codes in any language."""


def search_vector(columns: tuple[str, ...]) -> str:
    """The tsvector of some text columns, as an immutable expression that can be indexed.

    The configuration is written out: `to_tsvector(text)` alone depends on a setting and can't be indexed
    (PostgreSQL documentation, 12.2.2 "Creating Indexes").
    """
    words = " || ' ' || ".join(f"coalesce({quote_identifier(column)}, '')" for column in columns)
    return f"to_tsvector('{CONFIGURATION}', {words})"
