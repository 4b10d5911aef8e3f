"""SQLAlchemy's dotted names: where each thing may be imported from, and what calls and attributes give."""

from __future__ import annotations

from typing import Final

from archwright.source.frameworks.sqlalchemy.models import BASE
from archwright.source.frameworks.sqlalchemy.values import words

SESSION = "sqlalchemy.orm.Session"
CONNECTION = "sqlalchemy.engine.Connection"
ENGINE = "sqlalchemy.engine.Engine"
MAKER = "sqlalchemy.orm.sessionmaker"
FLASK = "flask_sqlalchemy.SQLAlchemy"
PAGE = "flask_sqlalchemy.Pagination"
FUNCTIONS = "sqlalchemy.Functions"
SESSION_BLOCK = "sqlalchemy.orm.SessionBlock"
"""What `sessionmaker.begin()` gives: a session and its transaction, for one block."""
CONNECTION_BLOCK = "sqlalchemy.engine.ConnectionBlock"
"""What `engine.begin()` gives."""
TRANSACTION = "sqlalchemy.Transaction"
"""What `begin()` of a session or connection gives."""
SAVEPOINT = "sqlalchemy.NestedTransaction"
AUTOCOMMIT_BLOCK = "alembic.AutocommitBlock"

HOMES = (
    "sqlalchemy",
    "sqlalchemy.sql",
    "sqlalchemy.sql.expression",
    "sqlalchemy.future",
    "sqlalchemy.orm",
    "sqlalchemy.orm.strategy_options",
    "sqlalchemy.schema",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.sqlite",
    "sqlmodel",
    "sqlmodel.sql.expression",
)
"""Modules that offer the same functions."""
EXPRESSIONS = words(
    "and_ or_ not_ case cast try_cast type_coerce literal bindparam desc asc nulls_first nulls_last nullsfirst nullslast "
    "distinct extract tuple_ null true false between column collate over within_group any_ all_ array aggregate_order_by "
    "array_agg col outparam funcfilter"
)
_SESSIONS = (
    "sqlalchemy.orm.session.Session",
    "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.session.AsyncSession",
    "sqlalchemy.orm.scoping.scoped_session",
    "sqlalchemy.orm.scoped_session",
    "sqlalchemy.ext.asyncio.async_scoped_session",
    "sqlmodel.Session",
    "sqlmodel.orm.session.Session",
    "sqlmodel.ext.asyncio.session.AsyncSession",
)
SYNONYMS = {
    **dict.fromkeys(_SESSIONS, SESSION),
    "sqlalchemy.ext.asyncio.async_sessionmaker": MAKER,
    "sqlalchemy.orm.session.sessionmaker": MAKER,
    "sqlalchemy.Connection": CONNECTION,
    "sqlalchemy.engine.base.Connection": CONNECTION,
    "sqlalchemy.ext.asyncio.AsyncConnection": CONNECTION,
    "sqlalchemy.Engine": ENGINE,
    "sqlalchemy.engine.base.Engine": ENGINE,
    "sqlalchemy.ext.asyncio.AsyncEngine": ENGINE,
    "sqlalchemy.sql.func": "sqlalchemy.func",
    "sqlalchemy.sql.expression.func": "sqlalchemy.func",
    "sqlalchemy.sql.functions.func": "sqlalchemy.func",
    "sqlmodel.func": "sqlalchemy.func",
    "sqlalchemy.ext.declarative.DeclarativeBase": BASE,
    "sqlalchemy.orm.decl_api.DeclarativeBase": BASE,
    "sqlalchemy.ext.asyncio.AsyncAttrs": "sqlalchemy.orm.AsyncAttrs",
    "flask_sqlalchemy.extension.SQLAlchemy": FLASK,
    "flask_alembic.Alembic.op": "alembic.op",
    "sqlalchemy.orm.Query": "sqlalchemy.orm.query.Query",
    "flask_sqlalchemy.query.Query": "sqlalchemy.orm.query.Query",
}
ATTRIBUTES: Final = {
    "sqlalchemy.func": FUNCTIONS,
    f"{FLASK}.session": SESSION,
    f"{FLASK}.Model": BASE,
    f"{FLASK}.engine": ENGINE,
    f"{FLASK}.func": FUNCTIONS,
    f"{SESSION}.sync_session": SESSION,
    f"{SESSION}.bind": ENGINE,
    f"{CONNECTION}.engine": ENGINE,
    f"{ENGINE}.sync_engine": ENGINE,
}
RETURNS: Final = {
    "sqlalchemy.engine_from_config": ENGINE,
    f"{CONNECTION}.connect": CONNECTION,
    MAKER: MAKER,
    f"{MAKER}.__call__": SESSION,
    f"{MAKER}.begin": SESSION_BLOCK,
    f"{SESSION_BLOCK}.__enter__": SESSION,
    f"{CONNECTION_BLOCK}.__enter__": CONNECTION,
    f"{TRANSACTION}.__enter__": SESSION,
    f"{SAVEPOINT}.__enter__": SESSION,
    f"{SESSION}.__call__": SESSION,
    f"{SESSION}.connection": CONNECTION,
    f"{SESSION}.get_bind": ENGINE,
    f"{FLASK}.create_scoped_session": SESSION,
    f"{FLASK}.get_engine": ENGINE,
    f"{FLASK}._make_session_factory": MAKER,
    f"{FLASK}._make_scoped_session": SESSION,
    f"{FLASK}.create_session": MAKER,
    "sqlalchemy.ext.automap.automap_base": BASE,
    "sqlalchemy.orm.registry.generate_base": BASE,
    "alembic.op.get_bind": CONNECTION,
    "alembic.op.get_context": "alembic.Context",
    "alembic.Context.autocommit_block": AUTOCOMMIT_BLOCK,
    "sqlalchemy.inspect": "sqlalchemy.Inspector",
}
