"""A PostgreSQL server that answers, whoever runs it."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import quote, urlsplit, urlunsplit

from . import wire
from .errors import DatabaseUnavailable

SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(slots=True)
class Postgres:
    """A server that answers. Leaving the `with` block stops it if it is ours; others are left alone."""

    kind: Literal["url", "embedded", "installed", "shared"]
    version: str
    log: Path | None
    _url: str
    _socket: Path | None = None
    _own: ExitStack | None = None
    """What ends with us: the server's process, then our lock on its log."""

    @property
    def owned(self) -> bool:
        """Whether we started it: False for a URL, and for a data folder that another program of ours serves."""
        return self._own is not None

    def dsn(self, database: str | None = None) -> str:
        """The connection URL, as asyncpg, SQLAlchemy and psql read it; for another database of the server if named."""
        if database is None:
            return self._url
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{quote(database, safe='')}"))

    def ensure_database(self, database: str) -> str:
        """Create the database if a server of ours does not have it yet, and return its connection URL.

        A server given by URL is not touched: there the person who gave it decides what exists.
        """
        if self._socket is not None:
            name = database.replace('"', '""')
            try:
                wire.execute(self._socket, f'CREATE DATABASE "{name}"', user=SUPERUSER, database="postgres")
            except wire.ServerRefused as refusal:
                if refusal.code not in {"42P04", "23505"}:  # it exists; another program creates it at this moment
                    raise DatabaseUnavailable(f"database {database!r} can't be created: {refusal}") from None
        return self.dsn(database)

    def stop(self) -> None:
        """End the server if it is ours, and wait until it is gone."""
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
