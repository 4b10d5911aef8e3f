"""Stores and services that are asked by a text of conditions: vector stores, SOQL, JQL, OData, what Google's services call `q`.

They have no place for bound values in such a text, or code seldom uses it. A text counts where a value stands between quotes behind a
comparison in it; which client a method belongs to need not be known then.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from archwright.model.effect import Language
from archwright.source.flow.operators import shape
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.frameworks.databases.dbapi import SQL_START
from archwright.source.frameworks.shared.sinks import interpret

_METHODS: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "where": (0, ("where",)),
    "filter": (0, ("filter", "cond")),
    "update": (0, ("cond",)),
    "delete": (0, ("expr", "filter", "where")),
    "query": (0, ("expr", "filter", "query", "soql")),
    "search": (-1, ("expr", "filter", "query_filter")),
    "hybrid_search": (-1, ("expr", "filter")),
    "list": (-1, ("q",)),
    "query_all": (0, ("query",)),
    "query_all_iter": (0, ("query",)),
    "search_issues": (0, ("jql_str",)),
    "jql": (0, ("jql",)),
    "query_entities": (0, ("query_filter", "filter")),
    "list_entities": (-1, ("filter",)),
}
"""Methods that take conditions: the place of the text, and the names it may be given by."""
_CONDITION: Final = re.compile(
    r"(?:[=<>~]|\b(?:eq|ne|like|in|contains|contains_any|not\s+in)\b)\s*[\[(]?\s*(?:['\"]|\{\}\s*[\])])|^['\"]\{\}['\"]\s+in\b",
    re.IGNORECASE,
)
"""A comparison with a value in quotes, or with a list of some."""


class Conditions(Framework):
    """Clients that take conditions as a text."""

    name = "conditions"
    packages: ClassVar[tuple[str, ...]] = (
        *(
            "pymilvus",
            "lancedb",
            "simple_salesforce",
            "googleapiclient",
            "jira",
            "atlassian",
            "azure",
            "infinity",
            "turbopuffer",
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        self.methods.update({name: _asks(name, *told) for name, told in _METHODS.items()})


def _asks(name: str, index: int, keywords: tuple[str, ...]) -> Handler:
    def handler(site: CallSite) -> Val | None:
        text = next((site.keywords[each] for each in keywords if each in site.keywords), None) or site.argument(index)
        written = shape(text) if text is not None else ""
        if "{}" in written and _CONDITION.search(written) and not SQL_START.match(written):
            interpret(site, Language.QUERY, text, api=f"the client's {name}")
        return None

    return handler
