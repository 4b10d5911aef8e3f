"""Connections of Tortoise ORM: statements, blocks and ends of transactions."""

from __future__ import annotations

from typing import Final

from archwright.source.flow import transactions
from archwright.source.flow.transactions import OFF
from archwright.source.flow.values import NONE, UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.shared.queries import emit_sql

CONNECTION: Final = "tortoise.Connection"
BLOCK: Final = "tortoise.transactions.Transaction"
EXECUTES: Final = {
    "execute_query": True,
    "execute_query_dict": True,
    "execute_insert": True,
    "execute_many": True,
    "execute_script": False,
}
"""Methods of a connection, and whether they take values apart from the text."""


def execute(call: CallSite) -> Val:
    """A statement as text, on a connection."""
    verb = call.name.rpartition(".")[2]
    parameters = EXECUTES[verb] and (len(call.args) > 1 or "values" in call.keywords)
    emit_sql(call, call.argument(0, "query"), f"connection.{verb}", parameters=parameters)
    return Val(None, ((("result", "database row"), 0, None),))


def raw_sql(call: CallSite) -> Val:
    """`RawSQL(text)`: a part of a query as it stands."""
    emit_sql(call, call.argument(0, "sql"), "RawSQL", parameters=False)
    return UNKNOWN


def atomic(call: CallSite) -> Val:
    """`@atomic()`: a transaction around a function."""
    return Val(("object", "tortoise.transactions.Atomic"))


def ending(effect: str) -> Handler:
    """The handler of what ends a transaction."""

    def handler(call: CallSite) -> Val:
        transactions.end(call.frame, call.position, effect)
        transactions.set_state(call.frame, OFF)
        return NONE

    return handler
