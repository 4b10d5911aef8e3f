"""Reading a database that somebody else runs: a few queries in one connection, nothing written."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

SECONDS: Final = 20.0
"""The longest that connecting, and each query, may take."""
_POSTGRES: Final = re.compile(r"^postgres(?:ql)?(?:\+\w+)?://")
_SQLITE: Final = re.compile(r"^sqlite(?:\+\w+)?:///")
_SQLITE_FILE: Final = (".db", ".sqlite", ".sqlite3")


class QueryError(Exception):
    """The database could not be asked; the message says why and holds no password, `advice` what to do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def kind_of(source: str) -> str:
    """`postgres` or `sqlite` for the address of a database, `other` for one of a kind that can't be read, else empty."""
    if _POSTGRES.match(source):
        return "postgres"
    if _SQLITE.match(source) or source.endswith(_SQLITE_FILE):
        return "sqlite"
    return "other" if re.match(r"^[a-z][\w+]*://", source) else ""


def shown(source: str) -> str:
    """The address as it may be shown: kind, host and database; neither user nor password."""
    if kind_of(source) == "sqlite":
        return Path(_SQLITE.sub("", source)).name
    parts = urlsplit(source)
    return f"{parts.scheme.partition('+')[0]}://{parts.hostname or 'localhost'}{parts.path}"


def fetch(source: str, queries: Sequence[str]) -> list[list[Sequence[Any]]]:
    """The rows of each query. Raises QueryError."""
    if kind_of(source) == "sqlite":
        return _sqlite(Path(unquote(_SQLITE.sub("", source))), queries)
    import asyncio  # a twentieth of a second, and few ask a database

    return asyncio.run(_postgres(_POSTGRES.sub("postgresql://", source), queries))


def _sqlite(path: Path, queries: Sequence[str]) -> list[list[Sequence[Any]]]:
    if not path.is_file():
        raise QueryError(f"there is no file {path}", "name an SQLite database that exists")
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=SECONDS)
        try:
            return [connection.execute(query).fetchall() for query in queries]
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise QueryError(f"can't read {path}: {error}", "name an SQLite database") from error


async def _postgres(dsn: str, queries: Sequence[str]) -> list[list[Sequence[Any]]]:
    try:
        import asyncpg
    except ImportError as error:
        raise QueryError(
            "reading a PostgreSQL database needs asyncpg", "pip install 'archwright[up]', or pass a dump: pg_dump -s"
        ) from error
    try:
        connection = await asyncpg.connect(dsn, timeout=SECONDS, command_timeout=SECONDS)
        try:
            async with connection.transaction(readonly=True):
                return [await connection.fetch(query) for query in queries]
        finally:
            await connection.close()
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = str(error).strip().split("\n")[0] or type(error).__name__
        raise QueryError(
            f"can't read {shown(dsn)}: {why}", "check the address; SELECT on the catalogues is enough"
        ) from error
