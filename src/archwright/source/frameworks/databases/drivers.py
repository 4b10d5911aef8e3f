"""Database drivers: what they call things, when they open a transaction by themselves, what `with connection` does."""

from __future__ import annotations

from typing import Final, NamedTuple

from archwright.source.flow.transactions import BEFORE, CALLER, OFF, ON, Scope

IMPLICIT, CHANGES, NEVER, UNSAID = "implicit", "changes", "never", "unsaid"
"""A transaction is opened by the first statement, by the first that changes something, only when it is asked for, or who knows."""
UNKNOWN_DRIVER = "dbapi"
"""Stands for the driver of a cursor whose connection is not known: PEP 249 says how it is used."""


class Driver(NamedTuple):
    """One driver. Its connections and cursors are known as `<name>.Connection` and `<name>.Cursor`."""

    name: str
    opens: str
    commits: bool = False
    """True where leaving `with connection` commits and keeps the connection; elsewhere it is closed, or given back."""


DRIVERS: Final = (
    Driver("sqlite3", CHANGES, commits=True),
    Driver("aiosqlite", CHANGES),
    Driver("psycopg2", IMPLICIT, commits=True),
    Driver("psycopg", IMPLICIT),
    Driver("asyncpg", NEVER),
    Driver("aiopg", NEVER),
    Driver("MySQLdb", IMPLICIT),
    Driver("pymysql", IMPLICIT),
    Driver("mysql.connector", IMPLICIT),
    Driver("aiomysql", IMPLICIT),
    Driver("asyncmy", IMPLICIT),
    Driver("cx_Oracle", IMPLICIT),
    Driver("oracledb", IMPLICIT),
    Driver("pyodbc", IMPLICIT, commits=True),
    Driver("aioodbc", IMPLICIT),
    Driver("pymssql", IMPLICIT),
    Driver("duckdb", NEVER),
    Driver("databases", NEVER),
    Driver("records", NEVER),
    Driver(UNKNOWN_DRIVER, UNSAID),
)
OPENS: Final = {driver.name: driver.opens for driver in DRIVERS}

ALIASES: Final = {
    "psycopg2.extensions.connection": "psycopg2.Connection",
    "psycopg2.extensions.cursor": "psycopg2.Cursor",
    "psycopg2.extras.RealDictCursor": "psycopg2.Cursor",
    "psycopg2.extras.DictCursor": "psycopg2.Cursor",
    "psycopg2.pool.ThreadedConnectionPool": "psycopg2.Pool",
    "psycopg2.pool.SimpleConnectionPool": "psycopg2.Pool",
    "psycopg.AsyncConnection": "psycopg.Connection",
    "psycopg.AsyncCursor": "psycopg.Cursor",
    "psycopg_pool.ConnectionPool": "psycopg.Pool",
    "psycopg_pool.AsyncConnectionPool": "psycopg.Pool",
    "psycopg_pool.NullConnectionPool": "psycopg.Pool",
    "asyncpg.pool.Pool": "asyncpg.Pool",
    "asyncpg.connection.Connection": "asyncpg.Connection",
    "asyncpg.pool.PoolConnectionProxy": "asyncpg.Connection",
    "asyncpg.transaction.Transaction": "asyncpg.Transaction",
    "pymysql.connections.Connection": "pymysql.Connection",
    "pymysql.cursors.Cursor": "pymysql.Cursor",
    "pymysql.cursors.DictCursor": "pymysql.Cursor",
    "MySQLdb.connections.Connection": "MySQLdb.Connection",
    "MySQLdb.cursors.Cursor": "MySQLdb.Cursor",
    "mysql.connector.MySQLConnection": "mysql.connector.Connection",
    "mysql.connector.connection.MySQLConnection": "mysql.connector.Connection",
    "mysql.connector.pooling.MySQLConnectionPool": "mysql.connector.Pool",
    "aiosqlite.core.Connection": "aiosqlite.Connection",
    "databases.Database": "databases.Connection",
    "databases.core.Database": "databases.Connection",
    "records.Database": "records.Connection",
    "duckdb.DuckDBPyConnection": "duckdb.Connection",
}
CONNECTS: Final = {
    **{f"{driver.name}.connect": f"{driver.name}.Connection" for driver in DRIVERS},
    "psycopg.Connection.connect": "psycopg.Connection",
    "mysql.connector.Connect": "mysql.connector.Connection",
    "duckdb.default_connection": "duckdb.Connection",
}
"""The calls that give a connection; how it commits is told by their arguments."""
RETURNS: Final = {
    **{f"{driver.name}.Connection.cursor": f"{driver.name}.Cursor" for driver in DRIVERS},
    **{f"{driver.name}.create_pool": f"{driver.name}.Pool" for driver in DRIVERS},
    **{
        f"{driver.name}.Pool.{verb}": f"{driver.name}.Connection"
        for driver in DRIVERS
        for verb in ("acquire", "getconn", "connection", "get_connection")
    },
    "aiopg.Pool.cursor": "aiopg.Cursor",
    "psycopg.Connection.transaction": "psycopg.Transaction",
    "psycopg.Connection.pipeline": "psycopg.Pipeline",
    "asyncpg.Connection.transaction": "asyncpg.Transaction",
    "databases.Connection.transaction": "databases.Transaction",
    "databases.Connection.connection": "databases.Connection",
    "records.Connection.get_connection": "records.Connection",
    "records.Connection.transaction": "records.Transaction",
    "aiopg.Cursor.begin": "aiopg.Transaction",
    "aiopg.Cursor.begin_nested": "aiopg.Transaction",
    "duckdb.Connection.cursor": "duckdb.Connection",
}
SCOPES: Final = {
    **{
        f"{driver.name}.Connection": Scope(CALLER, OFF if driver.commits else BEFORE, begins=False)
        for driver in DRIVERS
    },
    **{f"{name}.Transaction": Scope(ON, BEFORE) for name in ("psycopg", "asyncpg", "databases", "records", "aiopg")},
}
"""`with connection` opens none by itself, but what runs in it does; sqlite3, psycopg2 and pyodbc commit at its end."""
