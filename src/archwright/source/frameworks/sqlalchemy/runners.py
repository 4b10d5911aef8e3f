"""The calls that run a statement, on a session, a connection, or on something unknown that is handed one."""

from __future__ import annotations

from archwright.source.flow import attributes
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.sqlalchemy import sessions
from archwright.source.frameworks.sqlalchemy.values import query_of


def runners() -> dict[str, Handler]:
    """Verb -> what it does."""

    def rows(call: CallSite) -> Val | None:
        return sessions.run(call, "rows")

    def scalars(call: CallSite) -> Val | None:
        return sessions.run(call, "scalars")

    return {
        "execute": rows,
        "stream": rows,
        "scalars": scalars,
        "stream_scalars": scalars,
        "scalar": sessions.scalar,
        "scalar_one": sessions.scalar,
        "exec": sessions.exec_,
    }


def only_statements(handler: Handler) -> Handler:
    """A handler for a receiver that is not known: it speaks where a statement is handed over."""

    def only(call: CallSite) -> Val | None:
        first = call.argument(0, "statement")
        if first is None:
            return None
        attributes.touched(call.frame, first)
        query = query_of(first)
        if query is None or query.flags.isdisjoint(("statement", "text", "table", "session")):
            return None
        return handler(call)

    return only
