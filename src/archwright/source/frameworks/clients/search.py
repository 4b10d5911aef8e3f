"""Elasticsearch and OpenSearch: each call of a client is one to the cluster."""

from __future__ import annotations

from typing import Any, ClassVar

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Val, constant
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.peers import ANSWER, call_peer, limit

CLIENT = "elasticsearch.Elasticsearch"
_LIMIT = 10
"""Seconds that a client waits unless it is told otherwise."""
_PARTS = frozenset(
    {"indices", "cluster", "cat", "ingest", "tasks", "snapshot", "nodes", "ml", "security", "sql", "transport"}
)
_HELPERS = ("bulk", "async_bulk", "streaming_bulk", "parallel_bulk", "scan", "async_scan", "reindex")
_LOCAL = frozenset({"options", "close", "__enter__", "__aenter__"})


class Search(Framework):
    """Search clusters."""

    name = "search"
    packages = ("elasticsearch", "opensearchpy", "elasticsearch7", "elasticsearch8")
    aliases: ClassVar[dict[str, str]] = {
        f"{package}.{name}": CLIENT
        for package in ("elasticsearch", "elasticsearch7", "elasticsearch8", "opensearchpy")
        for name in ("AsyncElasticsearch", "OpenSearch", "AsyncOpenSearch", "Elasticsearch")
        if f"{package}.{name}" != CLIENT
    }
    objects = (CLIENT,)

    def __init__(self) -> None:
        super().__init__()
        self.calls[CLIENT] = _client
        for package in ("elasticsearch", "opensearchpy"):
            for name in _HELPERS:
                self.calls[f"{package}.helpers.{name}"] = _helped

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        """`client.indices`: a part of the same client."""
        return value if name in _PARTS else None

    def method(self, call: CallSite) -> Val | None:
        """`client.search(index=..., query=...)`."""
        if call.receiver is None:
            return None
        if call.name in _LOCAL:
            return call.receiver
        _ask(call, call.receiver)
        return Val(None, (ANSWER,))


def _client(site: CallSite) -> Val:
    hosts = site.argument(0, "hosts")
    if hosts is not None and hosts.items:
        hosts = next(iter(hosts.items.values()))
    given = site.keywords.get("request_timeout", site.keywords.get("timeout"))
    items: dict[Any, Val] = {"host": hosts if hosts is not None and hosts.type == ("text",) else UNKNOWN}
    items["timeout"] = given if given is not None else UNKNOWN if site.spread else constant(_LIMIT)
    again = site.keywords.get("retry_on_timeout")
    if again is not None and again.const is True:
        items["retry"] = constant(True)
    return Val(("object", CLIENT), (), NO, items)


def _ask(call: CallSite, client: Val) -> None:
    held = client.items or {}
    given = call.keywords.get("request_timeout", held.get("timeout", UNKNOWN))
    call_peer(call, held.get("host", UNKNOWN), "", limit(given), retry="retry" in held)


def _helped(site: CallSite) -> Val | None:
    """`helpers.bulk(client, actions)`."""
    client = site.argument(0, "client")
    if client is None:
        return None
    _ask(site, client)
    return Val(None, (ANSWER,))
