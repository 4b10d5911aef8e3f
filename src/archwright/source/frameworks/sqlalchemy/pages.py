"""Flask-SQLAlchemy's extras: pages of a query, and rows whose absence is an answer of its own."""

from __future__ import annotations

from archwright.source.flow.values import NO, Query, Val, join_origins
from archwright.source.frameworks.base import CallSite
from archwright.source.frameworks.sqlalchemy.names import PAGE
from archwright.source.frameworks.sqlalchemy.values import bound, element_of, listed, query_of, read


def page(call: CallSite, value: Val, query: Query) -> Val:
    """A page: its rows are fetched, and all there are counted, unless it is told `count=False`."""
    read(call.frame, call.position, query, value.origins, "many", value.asked)
    told = call.keywords.get("count")
    if told is None or told.const is not False:
        counting = query._replace(flags=query.flags | {"aggregate"})
        read(call.frame, call.position, counting, value.origins, "aggregate", value.asked)
    return Val(("object", PAGE), (), NO, {"items": listed(_scalars(query), value)})


def paginate(call: CallSite) -> Val | None:
    """`db.paginate(select(...))`, since version 3."""
    statement = call.argument(0, "select")
    query = query_of(statement)
    return page(call, statement, query) if query is not None and statement is not None else None


def one_or_404(call: CallSite) -> Val | None:
    """`db.first_or_404(statement)`, `db.one_or_404(statement)`."""
    statement = call.argument(0, "statement")
    query = query_of(statement)
    if query is None or statement is None:
        return None
    read(
        call.frame, call.position, query, join_origins(statement.origins, bound(call.args[1:])), "one", statement.asked
    )
    return element_of(_scalars(query), statement)


def _scalars(query: Query) -> Query:
    """The result of a statement, of whose rows the first column is taken; the legacy Query does so by itself."""
    return query if "session" in query.flags else query._replace(flags=query.flags | {"scalars"})
