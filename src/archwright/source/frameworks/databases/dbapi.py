"""DB-API 2.0 drivers (PEP 249) and asyncpg: SQL text handed to a cursor or a connection."""

from __future__ import annotations

import re
from typing import ClassVar

from archwright.model.value import Use
from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Framework, mask

_DRIVERS = (
    "sqlite3",
    "psycopg2",
    "psycopg",
    "MySQLdb",
    "pymysql",
    "mysql.connector",
    "cx_Oracle",
    "oracledb",
    "pyodbc",
    "aiosqlite",
    "aiomysql",
)
_EXECUTES = ("execute", "executemany", "executescript", "mogrify", "copy_expert")
_ASYNCPG = ("execute", "executemany", "fetch", "fetchrow", "fetchval", "cursor", "prepare")

SQL_START = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*\(?\s*(?:select|insert\s+into|insert\s+or|update|delete\s+from|with|create|drop|alter|truncate|grant|replace\s+into"
    r"|merge\s+into|call|exec|explain|copy|set|lock|vacuum|analyze|refresh)\b",
    re.IGNORECASE,
)
"""How an SQL statement begins: what tells a text from any other where the receiver is unknown."""


class DbApi(Framework):
    """Cursors and connections."""

    name = "dbapi"

    returns: ClassVar[dict[str, str]] = {
        **{f"{driver}.connect": f"{driver}.Connection" for driver in _DRIVERS},
        **{f"{driver}.Connection.cursor": f"{driver}.Cursor" for driver in _DRIVERS},
        **{f"{driver}.Connection.__enter__": f"{driver}.Connection" for driver in _DRIVERS},
        **{f"{driver}.Cursor.__enter__": f"{driver}.Cursor" for driver in _DRIVERS},
        "psycopg2.extensions.connection.cursor": "psycopg2.Cursor",
        "asyncpg.connect": "asyncpg.Connection",
        "asyncpg.create_pool": "asyncpg.Pool",
        "asyncpg.Pool.acquire": "asyncpg.Connection",
        "asyncpg.Connection.transaction": "asyncpg.Transaction",
        "psycopg.AsyncConnection.connect": "psycopg.Connection",
    }
    cleaners: ClassVar[dict[str, int]] = {
        "psycopg2.sql.Identifier": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
        "psycopg2.sql.Literal": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
        "psycopg2.sql.Placeholder": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
        "psycopg.sql.Identifier": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
        "psycopg.sql.Literal": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
        "psycopg.sql.Placeholder": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
        "psycopg2.extensions.quote_ident": mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER),
        "pymysql.converters.escape_string": mask(Use.SQL_TEXT),
    }

    def __init__(self) -> None:
        super().__init__()
        for driver in _DRIVERS:
            for method in _EXECUTES:
                self.calls[f"{driver}.Cursor.{method}"] = execute
                self.calls[f"{driver}.Connection.{method}"] = execute
            for method in ("fetchone", "fetchall", "fetchmany"):
                self.calls[f"{driver}.Cursor.{method}"] = _fetched
        for holder in ("asyncpg.Connection", "asyncpg.Pool"):
            for method in _ASYNCPG:
                self.calls[f"{holder}.{method}"] = execute
        for package in ("psycopg2.sql", "psycopg.sql"):
            self.calls[f"{package}.SQL"] = _composable
            self.calls[f"{package}.Composable.format"] = _composable
            self.calls[f"{package}.SQL.format"] = _composable
        for reader in ("read_sql", "read_sql_query"):
            self.calls[f"pandas.{reader}"] = execute
        for method in (
            "execute",
            "executemany",
            "executescript",
            "fetch",
            "fetchrow",
            "fetchval",
            "fetch_all",
            "fetch_one",
            "raw_query",
        ):
            self.methods[method] = _maybe_execute


def execute(site: CallSite) -> Val:
    """SQL text runs; values given apart from it are bound."""
    text = (
        site.argument(0, "query")
        or site.argument(-1, "sql")
        or site.argument(-1, "operation")
        or site.argument(-1, "statement")
    )
    if text is not None:
        receiver = (
            site.receiver.type[1].rpartition(".")[2].lower()
            if site.receiver is not None and site.receiver.type is not None and isinstance(site.receiver.type[1], str)
            else "cursor"
        )
        site.emit(
            "Interpret",
            language="sql",
            text=text.with_type(("text",)),
            shape=shape(text),
            parameters=len(site.args) > 1 or bool(site.keywords) or bool(site.spread),
            api=f"{receiver}.{site.name.rpartition('.')[2]}",
        )
    return Val(None, (), NO) if site.receiver is None else Val(site.receiver.type, ())


def _maybe_execute(site: CallSite) -> Val | None:
    """`x.execute(text)` on something unknown, where the text begins as SQL does."""
    text = site.argument(0)
    receiver = site.receiver
    if text is None or (receiver is not None and receiver.type is not None and receiver.type[0] in ("query", "row")):
        return None
    if SQL_START.match(shape(text)):
        parameters = len(site.args) > 1 or bool(site.keywords) or bool(site.spread)
        site.emit("Interpret", language="sql", text=text, shape=shape(text), parameters=parameters, api=site.name)
        return Val(None, ())
    return None


def _fetched(site: CallSite) -> Val:
    return Val(None, ((("result", "database row"), 0, None),))


def _composable(site: CallSite) -> Val:
    """Psycopg's composed SQL: `SQL(text)` is text, what `format` puts in was cleaned by Identifier and Literal."""
    value = site.derived()
    return Val(("object", "psycopg2.sql.SQL"), value.origins, NO, None, shape(site.args[0]) if site.args else None)
