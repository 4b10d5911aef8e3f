"""SQLAlchemy's transactions: sessions and connections that begin one with the first statement, blocks, savepoints, autocommit."""

from __future__ import annotations

import re
from typing import Final

from archwright.source.flow import transactions
from archwright.source.flow.transactions import BEFORE, CALLER, OFF, ON, UNCLEAR, Scope
from archwright.source.flow.values import NO, NONE, Val, constant
from archwright.source.frameworks.base import CallSite, Handler
from archwright.source.frameworks.shared.held import forget_all_relations
from archwright.source.frameworks.sqlalchemy.names import (
    AUTOCOMMIT_BLOCK,
    CONNECTION,
    CONNECTION_BLOCK,
    ENGINE,
    SAVEPOINT,
    SESSION,
    SESSION_BLOCK,
    TRANSACTION,
)

SCOPES: Final = {
    SESSION: Scope(CALLER, BEFORE, begins=False),
    CONNECTION: Scope(CALLER, BEFORE, begins=False),
    SESSION_BLOCK: Scope(ON, BEFORE),
    CONNECTION_BLOCK: Scope(ON, BEFORE),
    TRANSACTION: Scope(ON, OFF, begins=False),
    SAVEPOINT: Scope(ON, ON, begins=False),
    AUTOCOMMIT_BLOCK: Scope(OFF, BEFORE, begins=False),
}
_SESSION_NAME: Final = re.compile(r"(?:^|_)(?:db_?)?session$")
_AUTOCOMMIT: Final = {"autocommit": constant(True)}
_CREATES: Final = (
    "sqlalchemy.create_engine",
    "sqlalchemy.engine.create_engine",
    "sqlmodel.create_engine",
    "sqlalchemy.ext.asyncio.create_async_engine",
    "sqlmodel.ext.asyncio.engine.create_async_engine",
)


def handlers() -> dict[str, Handler]:
    """The calls that begin, end or keep off transactions."""
    found: dict[str, Handler] = {
        **dict.fromkeys(_CREATES, _giving(ENGINE)),
        f"{ENGINE}.execution_options": _giving(ENGINE),
        f"{ENGINE}.connect": _giving(CONNECTION),
        f"{ENGINE}.begin": _giving(CONNECTION_BLOCK),
        f"{CONNECTION}.execution_options": _giving(CONNECTION),
    }
    for holder in (SESSION, CONNECTION, TRANSACTION, SAVEPOINT):
        found[f"{holder}.commit"] = _commit
        found[f"{holder}.rollback"] = _rollback
    for holder in (SESSION, CONNECTION):
        found[f"{holder}.begin"] = _begin
        found[f"{holder}.begin_nested"] = _savepoint
        for verb in ("close", "aclose", "remove", "reset", "invalidate"):
            found[f"{holder}.{verb}"] = _closed
    found[f"{TRANSACTION}.start"] = _again
    return found


def autocommits(value: Val | None) -> bool:
    """True for an engine or connection whose statements are committed one by one."""
    return value is not None and value.items is not None and "autocommit" in value.items


def _giving(dotted: str) -> Handler:
    """An engine or connection, that autocommits if it is told to or is made of one that does."""

    def handler(call: CallSite) -> Val:
        level = call.keywords.get("isolation_level")
        told = level is not None and isinstance(level.const, str) and level.const.upper() == "AUTOCOMMIT"
        on = told or (level is None and autocommits(call.receiver))
        return Val(("object", dotted), call.receiver.origins if call.receiver else (), NO, _AUTOCOMMIT if on else None)

    return handler


def _begin(call: CallSite) -> Val:
    nested = call.keywords.get("nested")
    if nested is not None and nested.const is True:
        return _savepoint(call)
    if not autocommits(call.receiver):
        transactions.begin(call.frame, call.position)
    return Val(("object", TRANSACTION), call.receiver.origins if call.receiver is not None else ())


def _savepoint(call: CallSite) -> Val:
    call.emit("TransactionBegin", savepoint=True)
    transactions.implied(call.frame)
    return Val(("object", SAVEPOINT), call.receiver.origins if call.receiver is not None else ())


def _is_savepoint(call: CallSite) -> bool:
    return call.receiver is not None and call.receiver.type == ("object", SAVEPOINT)


def _commit(call: CallSite) -> Val:
    """`commit`; of a savepoint it keeps nothing yet. The rows of the session expire, unless it was told `expire_on_commit=False`."""
    if not _is_savepoint(call):
        forget_all_relations(call.frame)
        transactions.end(call.frame, call.position, "Commit")
    return NONE


def _rollback(call: CallSite) -> Val:
    forget_all_relations(call.frame)
    if _is_savepoint(call):
        call.emit("Rollback")
    else:
        transactions.end(call.frame, call.position, "Rollback")
    return NONE


def _closed(call: CallSite) -> Val:
    """A session that is closed rolls back what was not committed."""
    transactions.set_state(call.frame, OFF)
    return NONE


def _again(call: CallSite) -> Val | None:
    return call.receiver


def maybe(verb: str) -> Handler:
    """`x.commit()` or `x.rollback()` on something unknown: of what the code calls a session, it is one's; of the rest, who knows."""

    def ended(call: CallSite) -> Val | None:
        if call.args or call.keywords:
            return None
        forget_all_relations(call.frame)
        if _called_session(call):
            transactions.end(call.frame, call.position, verb)
            return NONE
        transactions.set_state(call.frame, UNCLEAR)
        return None

    return ended


def _called_session(call: CallSite) -> bool:
    """True for an attribute or an argument that is named as sessions are, and of which nothing else is known.

    Neither the sessions of web frameworks nor those of HTTP clients have `commit` or `rollback`.
    """
    receiver = call.receiver
    if receiver is None:
        return False
    if receiver.type is not None:
        return receiver.type[0] == "member" and _SESSION_NAME.search(receiver.type[2]) is not None
    keys = [key for key, _, _ in receiver.origins if key[0] != "unknown"]
    if len(keys) != 1 or keys[0][0] != "parameter":
        return False
    name = keys[0][3] if len(keys[0]) > 3 else call.frame.engine.project.unit(keys[0][1])[1][4][keys[0][2]][0]
    return _SESSION_NAME.search(name) is not None
