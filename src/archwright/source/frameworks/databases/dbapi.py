"""Database drivers (DB-API 2.0, PEP 249, and the asynchronous ones): SQL text handed to a cursor or a connection."""

from __future__ import annotations

import re
from typing import ClassVar

from archwright.model.value import Use
from archwright.source.flow import transactions
from archwright.source.flow.operators import shape
from archwright.source.flow.transactions import OFF, ON, Scope
from archwright.source.flow.values import NO, NONE, Val
from archwright.source.frameworks.base import CallSite, Framework, Handler, mask
from archwright.source.frameworks.databases.drivers import (
    ALIASES,
    CHANGES,
    CONNECTS,
    DRIVERS,
    IMPLICIT,
    NEVER,
    OPENS,
    RETURNS,
    SCOPES,
    UNKNOWN_DRIVER,
    UNSAID,
)
from archwright.source.frameworks.databases.limits import limited

_EXECUTES = (
    "execute", "executemany", "executescript", "execute_many", "mogrify", "copy_expert", "copy", "stream",
    "fetch", "fetchrow", "fetchval", "fetchmany", "cursor_execute", "prepare", "copy_from_query", "query", "bulk_query", "sql",
    "fetch_all", "fetch_one", "fetch_val", "iterate", "execute_fetchall", "execute_insert", "query_df",
)  # fmt: skip
_FETCHES = ("fetchone", "fetchall", "fetchmany")
_CLEAN = mask(Use.SQL_TEXT, Use.SQL_IDENTIFIER)

SQL_START = re.compile(
    r"\s*(?:--[^\n]*\n\s*)*\(?\s*(?:select|insert\s+into|insert\s+or|update|delete\s+from|with|create|drop|alter|truncate|grant|replace\s+into"
    r"|merge\s+into|call|exec|explain|copy|set|lock|vacuum|analyze|refresh)\b",
    re.IGNORECASE,
)
"""How an SQL statement begins: what tells a text from any other where the receiver is unknown."""
_CONTROL = re.compile(
    r"\s*(begin|start\s+transaction|commit|end|rollback|savepoint|release)\b(\s+to\b)?", re.IGNORECASE
)
_CHANGE = re.compile(r"\s*(?:insert|update|delete|replace)\b", re.IGNORECASE)
_LOCKS = (
    (
        "row",
        re.compile(r"\bfor\s+(?:no\s+key\s+)?update\b|\bfor\s+(?:key\s+)?share\b|\bwith\s*\(\s*updlock", re.IGNORECASE),
    ),
    ("table", re.compile(r"^\s*lock\s+tables?\b", re.IGNORECASE)),
    ("advisory", re.compile(r"\bpg_(?:try_)?advisory_(?:xact_)?lock|\bget_lock\s*\(", re.IGNORECASE)),
)


class DbApi(Framework):
    """Cursors and connections."""

    name = "dbapi"
    aliases: ClassVar[dict[str, str]] = ALIASES
    returns: ClassVar[dict[str, str]] = RETURNS
    scopes: ClassVar[dict[str, Scope]] = SCOPES
    cleaners: ClassVar[dict[str, int]] = {
        **{
            f"{package}.sql.{name}": _CLEAN
            for package in ("psycopg2", "psycopg")
            for name in ("Identifier", "Literal", "Placeholder")
        },
        "psycopg2.extensions.quote_ident": _CLEAN,
        "pymysql.converters.escape_string": mask(Use.SQL_TEXT),
        "MySQLdb.escape_string": mask(Use.SQL_TEXT),
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls.update({maker: _connected(made) for maker, made in CONNECTS.items()})
        for driver in DRIVERS:
            connection, cursor = f"{driver.name}.Connection", f"{driver.name}.Cursor"
            for holder in (connection, cursor, f"{driver.name}.Pool"):
                self.calls.update({f"{holder}.{method}": execute for method in _EXECUTES})
            self.calls.update({f"{cursor}.{method}": _fetched for method in _FETCHES})
            self.calls[f"{connection}.cursor"] = _cursor(cursor, driver.opens)
            self.calls[f"{connection}.begin"] = _begin
            for holder in (connection, f"{driver.name}.Transaction"):
                self.calls[f"{holder}.start"] = _begin
                self.calls[f"{holder}.commit"] = _ending("Commit")
                self.calls[f"{holder}.rollback"] = _ending("Rollback")
            self.calls[f"{connection}.close"] = _closed
        for helper in ("execute_values", "execute_batch"):
            self.calls[f"psycopg2.extras.{helper}"] = _execute_many
        for package in ("psycopg2.sql", "psycopg.sql"):
            for maker in ("SQL", "Composed", "Composable.format", "SQL.format", "SQL.join", "Composed.join"):
                self.calls[f"{package}.{maker}"] = _composable
        for reader in ("read_sql", "read_sql_query"):
            self.calls[f"pandas.{reader}"] = execute
        for verb in ("sql", "query", "execute"):
            self.calls[f"duckdb.{verb}"] = execute
        for method in (
            "execute", "executemany", "executescript", "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "raw_query",
            "query", "command", "query_df", "run_query", "execute_sql", "execute_query", "query_items",
        ):  # fmt: skip
            self.methods[method] = _maybe_execute
        self.methods["cursor"] = _maybe_cursor


# --- connections ---------------------------------------------------------------------------------------------------
def _connected(made: str) -> Handler:
    """`connect(...)`: what its arguments and later assignments say of commits is kept with the connection."""

    def handler(call: CallSite) -> Val:
        told = {name: call.keywords[name] for name in ("autocommit", "isolation_level") if name in call.keywords}
        return Val(("object", made), call.derived().origins, NO, dict(told))

    return handler


def _cursor(made: str, opens: str) -> Handler:
    def handler(call: CallSite) -> Val | None:
        if opens == NEVER and call.args:  # asyncpg: `cursor(query, ...)`
            return execute(call)
        receiver = call.receiver
        return Val(("object", made), (), NO, receiver.items if receiver is not None else None)

    return handler


def _commits_each(receiver: Val | None) -> bool | None:
    """True for a connection, or a cursor of one, that commits each statement; None where it can't be told."""
    items = (receiver.items if receiver is not None else None) or {}
    if "autocommit" in items:
        said = items["autocommit"]
        return said.const if isinstance(said.const, bool) and not said.origins else None
    if "isolation_level" in items:
        return items["isolation_level"].const is None
    return False


def _begin(call: CallSite) -> Val | None:
    transactions.begin(call.frame, call.position)
    return call.receiver


def _ending(effect: str) -> Handler:
    def handler(call: CallSite) -> Val:
        transactions.end(call.frame, call.position, effect)
        return NONE

    return handler


def _closed(call: CallSite) -> Val:
    """What was not committed is rolled back."""
    if not call.frame.blocks:
        transactions.set_state(call.frame, OFF)
    return NONE


def _maybe_cursor(call: CallSite) -> Val | None:
    """`x.cursor()` on something unknown: connections of every driver have it."""
    receiver = call.receiver
    if receiver is None or (receiver.type is not None and receiver.type[0] not in ("object", "member")):
        return None
    return Val(("object", f"{UNKNOWN_DRIVER}.Cursor"))


# --- statements ----------------------------------------------------------------------------------------------------
def execute(site: CallSite) -> Val | None:
    """SQL text runs; values given apart from it are bound. What is no text but a query of an ORM is the ORM's."""
    text = site.argument(0, "query")
    for name in ("sql", "operation", "statement", "command"):
        text = text if text is not None else site.argument(-1, name)
    if text is None:
        return _given(site)
    if text.type is not None and text.type[0] == "query":
        return None
    _interpret(site, text, parameters=len(site.args) > 1 or bool(site.keywords.keys() - {"query"}) or bool(site.spread))
    return _given(site)


def _given(site: CallSite) -> Val:
    if site.receiver is None or site.receiver.type is None:
        return Val(None, (), NO)
    return Val(site.receiver.type, (), NO, site.receiver.items)


def _interpret(site: CallSite, text: Val, *, parameters: bool) -> None:
    receiver = site.receiver.type if site.receiver is not None else None
    dotted = receiver[1] if receiver is not None and isinstance(receiver[1], str) else ""
    written = shape(text)
    _open(site, OPENS.get(dotted.rpartition(".")[0], ""), written)
    site.emit(
        "Interpret",
        language="sql",
        text=text.with_type(("text",)),
        shape=written,
        parameters=parameters,
        api=f"{dotted.rpartition('.')[2].lower() or 'cursor'}.{site.name.rpartition('.')[2]}",
    )
    limited(site, text, written)
    for kind, pattern in _LOCKS:
        if pattern.search(written):
            site.emit("Lock", kind=kind, subject=text)
            break
    _control(site, written)


def _open(site: CallSite, opens: str, written: str) -> None:
    """The statement opens a transaction where the driver does so by itself."""
    if transactions.state_of(site.frame) == ON or _CONTROL.match(written):
        return
    if opens == UNSAID:
        transactions.set_state(site.frame, transactions.UNCLEAR)
    elif opens == IMPLICIT or (opens == CHANGES and _CHANGE.match(written)):
        each = _commits_each(site.receiver)
        if each is None:
            transactions.set_state(site.frame, transactions.UNCLEAR)
        elif not each:
            transactions.implied(site.frame)


def _control(site: CallSite, written: str) -> None:
    """`BEGIN`, `COMMIT` and `ROLLBACK` as statements."""
    found = _CONTROL.match(written)
    if found is None:
        return
    word = found.group(1).lower().split()[0]
    if word in ("begin", "start"):
        transactions.begin(site.frame, site.position)
    elif word == "savepoint":
        site.emit("TransactionBegin", savepoint=True)
    elif word == "rollback" and found.group(2):
        site.emit("Rollback")
    elif word != "release":
        transactions.end(site.frame, site.position, "Rollback" if word == "rollback" else "Commit")


def _maybe_execute(site: CallSite) -> Val | None:
    """`x.execute(text)` on something unknown, where the text begins as SQL does."""
    text = site.argument(0, "query")
    receiver = site.receiver
    if text is None or (receiver is not None and receiver.type is not None and receiver.type[0] in ("query", "row")):
        return None
    written = shape(text)
    if SQL_START.match(written) or (_CONTROL.match(written) and len(written) <= 40):
        parameters = len(site.args) > 1 or bool(site.keywords) or bool(site.spread)
        site.emit("Interpret", language="sql", text=text, shape=written, parameters=parameters, api=site.name)
        limited(site, text, written)
        for kind, pattern in _LOCKS:
            if pattern.search(written):
                site.emit("Lock", kind=kind, subject=text)
        _control(site, written)
        return Val(None, ())
    return None


def _execute_many(site: CallSite) -> Val:
    """`psycopg2.extras.execute_values(cursor, sql, rows)`."""
    text = site.argument(1, "sql")
    cursor = site.argument(0, "cur")
    if text is not None:
        _interpret(CallSite(site.frame, site.position, site.name, cursor, [text], {}, []), text, parameters=True)
    return NONE


def _fetched(site: CallSite) -> Val:
    return Val(None, ((("result", "database row"), 0, None),))


def _composable(site: CallSite) -> Val:
    """Psycopg's composed SQL: `SQL(text)` is text, what `format` puts in was cleaned by Identifier and Literal."""
    value = site.derived()
    text = shape(site.args[0]) if site.args and site.receiver is None else None
    if text is None and site.receiver is not None:
        text = site.receiver.text
    return Val(("object", "psycopg2.sql.SQL"), value.origins, NO, None, text)
