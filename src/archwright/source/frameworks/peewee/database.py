"""Peewee's database: statements, blocks and ends of transactions."""

from __future__ import annotations

from archwright.source.flow import transactions
from archwright.source.flow.values import NONE, Val
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.peewee.columns import expression
from archwright.source.frameworks.shared.queries import emit_sql

DATABASE = "peewee.Database"
BLOCK = "peewee.Atomic"
SAVEPOINT = "peewee.Savepoint"
MANUAL = "peewee.ManualCommit"
DATABASES = (
    *(f"peewee.{name}" for name in ("SqliteDatabase", "PostgresqlDatabase", "MySQLDatabase", "DatabaseProxy", "Proxy")),
    *(
        f"playhouse.pool.Pooled{name}"
        for name in ("SqliteDatabase", "PostgresqlDatabase", "MySQLDatabase", "PostgresqlExtDatabase")
    ),
    "playhouse.sqlite_ext.SqliteExtDatabase",
    "playhouse.postgres_ext.PostgresqlExtDatabase",
    "playhouse.sqliteq.SqliteQueueDatabase",
    "playhouse.cockroachdb.CockroachDatabase",
    "playhouse.apsw_ext.APSWDatabase",
    "playhouse.mysql_ext.MySQLConnectorDatabase",
)


def execute_sql(call: CallSite) -> Val:
    """`database.execute_sql(text, params)`."""
    emit_sql(
        call,
        call.argument(0, "sql"),
        "Database.execute_sql",
        parameters=len(call.args) > 1 or "params" in call.keywords,
    )
    return Val(("object", "peewee.Cursor"))


def maybe_block(call: CallSite) -> Val | None:
    """`x.atomic()` on something unknown: nothing but a database of Peewee has such a method."""
    return Val(("object", BLOCK)) if call.receiver is not None and call.receiver.type is None else None


def maybe_sql(call: CallSite) -> Val | None:
    """`x.execute_sql(text)` on something unknown: nothing but a database of Peewee has such a method."""
    return execute_sql(call) if call.receiver is not None and call.receiver.type is None else None


def sql(call: CallSite) -> Val:
    """`SQL(text, params)`: a part of a query as it stands."""
    emit_sql(call, call.argument(0, "sql"), "SQL", parameters=len(call.args) > 1 or "params" in call.keywords)
    return expression(None, "")


def begin(call: CallSite) -> Val:
    """`database.begin()`."""
    transactions.begin(call.frame, call.position)
    return NONE


def ending(effect: str, after: str) -> Handler:
    """The handler of what ends a transaction. after: the state that follows."""

    def handler(call: CallSite) -> Val:
        transactions.end(call.frame, call.position, effect)
        transactions.set_state(call.frame, after)
        return NONE

    return handler
