"""Stores with a query language of their own, as texts: Cypher of Neo4j, AQL of ArangoDB. Values are bound apart from the text."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from archwright.model.effect import Language
from archwright.source.flow.operators import shape
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.frameworks.shared.sinks import interpret

_CYPHER: Final = re.compile(r"\s*(?:match|optional\s+match|merge|unwind|create)\s*[\[({\w$]", re.IGNORECASE)
_DRIVER: Final = "neo4j.Driver"
_SESSION: Final = "neo4j.Session"
_TRANSACTION: Final = "neo4j.Transaction"


class Graphs(Framework):
    """Drivers of Neo4j and ArangoDB."""

    name = "graphs"
    packages = ("neo4j", "arango", "aioarango")
    aliases: ClassVar[dict[str, str]] = {
        "neo4j.AsyncDriver": _DRIVER,
        "neo4j.AsyncSession": _SESSION,
        "neo4j.AsyncTransaction": _TRANSACTION,
        "neo4j.ManagedTransaction": _TRANSACTION,
    }
    returns: ClassVar[dict[str, str]] = {
        "neo4j.GraphDatabase.driver": _DRIVER,
        "neo4j.AsyncGraphDatabase.driver": _DRIVER,
        f"{_DRIVER}.session": _SESSION,
        f"{_SESSION}.begin_transaction": _TRANSACTION,
    }

    def __init__(self) -> None:
        super().__init__()
        self.calls[f"{_DRIVER}.execute_query"] = _runs("query_", "Driver.execute_query")
        self.calls[f"{_SESSION}.run"] = _runs("query", "Session.run")
        self.calls[f"{_TRANSACTION}.run"] = _runs("query", "Transaction.run")
        for name in ("arango.aql.AQL", "aioarango.aql.AQL"):
            self.calls[f"{name}.execute"] = _runs("query", "aql.execute")
        self.methods["execute"] = _maybe_aql
        self.methods["run"] = _maybe_cypher


def _runs(keyword: str, api: str) -> Handler:
    def handler(site: CallSite) -> Val | None:
        interpret(site, Language.QUERY, site.argument(0, keyword), api=api, parameters=len(site.args) > 1)
        return None

    return handler


def _maybe_cypher(site: CallSite) -> Val | None:
    """`session.run(text)`, whatever the session is, where the text begins as Cypher does."""
    text = site.argument(0, "query")
    if text is not None and _CYPHER.match(shape(text)):
        interpret(site, Language.QUERY, text, api="session.run", parameters=len(site.args) > 1)
    return None


def _maybe_aql(site: CallSite) -> Val | None:
    """`database.aql.execute(text)`, whatever the database is."""
    type_ = site.receiver.type if site.receiver is not None else None
    if type_ is not None and type_[0] == "member" and type_[2] == "aql":
        interpret(site, Language.QUERY, site.argument(0, "query"), api="aql.execute")
    return None
