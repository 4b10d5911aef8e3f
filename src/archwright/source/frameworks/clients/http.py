"""HTTP clients: requests, httpx, aiohttp, urllib3, urllib. Each call to a peer, with its URL and its timeout."""

from __future__ import annotations

from typing import ClassVar

from archwright.source.flow.operators import shape
from archwright.source.flow.values import NO, UNKNOWN, Origin, Val, deep_origins
from archwright.source.frameworks.base import CallSite, Framework, Handler

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_MODULES = ("requests", "requests.api", "httpx", "niquests")
_SESSIONS = (
    "requests.Session",
    "requests.sessions.Session",
    "requests.session",
    "niquests.Session",
    "requests_oauthlib.OAuth2Session",
)
"""Sessions that keep no timeout: it is given with each call, or there is none."""
_CLIENTS = ("httpx.Client", "httpx.AsyncClient", "aiohttp.ClientSession", "aiohttp.client.ClientSession")
"""Clients that are made with a timeout for all calls."""
_POOLS = ("urllib3.PoolManager", "urllib3.HTTPConnectionPool", "urllib3.HTTPSConnectionPool", "urllib3.ProxyManager")

_PEER: Origin = (("result", "answer of a peer"), 0, None)


class HttpClients(Framework):
    """Calls to other services."""

    name = "http_clients"
    aliases: ClassVar[dict[str, str]] = {"requests.session": "requests.Session"}

    def __init__(self) -> None:
        super().__init__()
        for module in _MODULES:
            self._verbs(module)
            self.calls[f"{module}.stream"] = _request(1, "", keeps=False)
        for session in _SESSIONS:
            self._verbs(session)
            self.calls[session] = _session
        for client in _CLIENTS:
            self._verbs(client, keeps=True)
            self.calls[client] = _session
            self.calls[f"{client}.stream"] = _request(1, "", keeps=True)
            self.calls[f"{client}.ws_connect"] = _request(0, "GET", keeps=True)
        for pool in _POOLS:
            self.calls[pool] = _session
            for name in ("request", "urlopen", "request_encode_url", "request_encode_body"):
                self.calls[f"{pool}.{name}"] = _request(1, "", keeps=True)
        self.calls["urllib3.request"] = _request(1, "", keeps=False)
        self.calls["urllib.request.urlopen"] = _urlopen
        self.calls["urllib.request.urlretrieve"] = _request(0, "GET", keeps=False)
        self.calls["urllib.request.Request"] = _prepared

    def _verbs(self, holder: str, *, keeps: bool = False) -> None:
        for verb in _VERBS:
            self.calls[f"{holder}.{verb}"] = _request(0, verb.upper(), keeps=keeps)
        self.calls[f"{holder}.request"] = _request(1, "", keeps=keeps)


def _request(url_index: int, method: str, *, keeps: bool) -> Handler:
    """A call whose URL stands at `url_index`; `keeps`: the receiver may hold a timeout."""

    def handler(call: CallSite) -> Val:
        url = call.argument(url_index, "url")
        verb = method
        if not verb:
            given = call.argument(0, "method")
            verb = given.const.upper() if given is not None and isinstance(given.const, str) else ""
        _emit(call, url, verb, _timeout(call, keeps=keeps))
        return Val(("object", "http.Response"), (_PEER,))

    return handler


def _timeout(call: CallSite, *, keeps: bool) -> Val | None:
    """The timeout of a call or of its client; None: none was given; unknown where that can't be told."""
    given = call.keywords.get("timeout")
    if given is not None:
        return given
    if call.spread:
        return UNKNOWN
    if not keeps or call.receiver is None:
        return None
    made = call.receiver.items
    return made.get("timeout") if made is not None else UNKNOWN


def _emit(call: CallSite, url: Val | None, method: str, timeout: Val | None) -> None:
    peer = url if url is not None else UNKNOWN
    base = (
        call.receiver.items.get("base_url") if call.receiver is not None and call.receiver.items is not None else None
    )
    if base is not None:
        peer = Val(("text",), (*deep_origins(base), *deep_origins(peer)), NO, None, shape(base) + shape(peer))
    redirects = call.keywords.get("allow_redirects", call.keywords.get("follow_redirects"))
    call.emit(
        "HttpCall",
        peer=peer,
        method=method,
        timeout=timeout,
        redirects=redirects.const if redirects is not None and isinstance(redirects.const, bool) else None,
    )


def _session(call: CallSite) -> Val:
    """A client keeps the timeout and the base URL that it is made with."""
    items = {name: call.keywords[name] for name in ("timeout", "base_url") if name in call.keywords}
    if call.spread:
        items.setdefault("timeout", UNKNOWN)
    return Val(("object", call.name), (), NO, dict(items))


def _prepared(call: CallSite) -> Val:
    url = call.argument(0, "url")
    return Val(("object", "urllib.request.Request"), (), NO, {"url": url if url is not None else UNKNOWN})


def _urlopen(call: CallSite) -> Val:
    url = call.argument(0, "url")
    if url is not None and url.type == ("object", "urllib.request.Request"):
        url = url.items.get("url") if url.items is not None else UNKNOWN
    _emit(call, url, "", call.argument(2, "timeout"))
    return Val(("object", "http.Response"), (_PEER,))
