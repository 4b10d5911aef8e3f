"""HTTP clients: requests, httpx, aiohttp, urllib3, urllib, http.client. Each call to a peer: URL, time limit, retries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow import addresses
from archwright.source.flow.values import NO, UNKNOWN, Val, clean, constant, join_origins, origins_of
from archwright.source.frameworks.base import CallSite, Entry, Framework, Handler
from archwright.source.frameworks.shared.peers import ANSWER, call_peer, joined, limit, unverified
from archwright.source.frameworks.shared.spread import handed_on
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import ClassInfo, Project

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_MODULES = {"requests": None, "requests.api": None, "niquests": None, "httpx": 5, "curl_cffi.requests": 30}
"""Modules whose functions make a call, with the seconds after which each gives up by itself."""
_FOLLOWING = ("requests.", "niquests.")
"""Modules whose functions follow redirects unless they are told not to."""
_SESSIONS = (
    "requests.Session",
    "requests.sessions.Session",
    "niquests.Session",
    "requests_oauthlib.OAuth2Session",
    "requests_futures.sessions.FuturesSession",
    "requests_cache.CachedSession",
    "requests_html.HTMLSession",
    "authlib.integrations.requests_client.OAuth2Session",
    "cloudscraper.CloudScraper",
    "cloudscraper.create_scraper",
)
"""Sessions that keep no time limit: it is given with each call, or there is none."""
_CLIENTS = {
    "httpx.Client": 5,
    "httpx.AsyncClient": 5,
    "aiohttp.ClientSession": 300,
    "curl_cffi.requests.Session": 30,
    "curl_cffi.requests.AsyncSession": 30,
    "aiohttp_retry.RetryClient": 300,
}
"""Clients that are made with a time limit for all calls, and the one that holds where none is given."""
_REQUESTS = ("requests.Request", "requests.models.Request", "httpx.Request")
"""Requests that are made first and sent by a client later."""
_POOLS = ("urllib3.PoolManager", "urllib3.HTTPConnectionPool", "urllib3.HTTPSConnectionPool", "urllib3.ProxyManager")
_CONNECTIONS = {"http.client.HTTPConnection": "http://", "http.client.HTTPSConnection": "https://"}
_FIXED = frozenset(("object", name) for name in (*_POOLS, *_CONNECTIONS) if not name.endswith("Manager"))
"""Clients of one host: what they are asked for can't lead to another."""
_REQUEST = ("object", "urllib.request.Request")
"""The type of all requests that are made first."""
_TRANSPORTS = ("httpx.HTTPTransport", "httpx.AsyncHTTPTransport")
_CARRIERS = frozenset(
    {*_TRANSPORTS, "httpx.BaseTransport", "httpx.AsyncBaseTransport", "requests.adapters.HTTPAdapter", "requests.adapters.BaseAdapter"}
    | {"aiohttp.TCPConnector", "aiohttp.abc.AbstractResolver", "aiohttp.ThreadedResolver", "aiohttp.AsyncResolver"}
)  # fmt: skip
"""What carries the calls of a client, or looks up their hosts. An heir of the project's own may refuse addresses."""
_CONNECTED = frozenset({"urllib3.connection.HTTPConnection", "urllib3.connection.HTTPSConnection"})
"""What opens the connections of urllib3, and so of requests."""
_OPENS = ("_new_conn", "connect")
_APART = ("httpx", "aiohttp")
"""Libraries with connections of their own."""
_CONNECTOR = "aiohttp.TCPConnector"
_OWN_TRANSPORTS = tuple(("object", name) for name in (*_TRANSPORTS, _CONNECTOR))


class HttpClients(Framework):
    """Calls to other services."""

    name = "http_clients"
    returns: ClassVar[dict[str, str]] = {"urllib.request.build_opener": "urllib.request.OpenerDirector"}
    aliases: ClassVar[dict[str, str]] = {
        "requests.session": "requests.Session",
        "aiohttp.client.ClientSession": "aiohttp.ClientSession",
        "aiohttp.connector.TCPConnector": "aiohttp.TCPConnector",
        "requests.packages.urllib3.util.retry.Retry": "urllib3.util.retry.Retry",
        "urllib3.Retry": "urllib3.util.retry.Retry",
        "urllib3.util.Retry": "urllib3.util.retry.Retry",
        "requests.packages.urllib3.util.Retry": "urllib3.util.retry.Retry",
    }

    def __init__(self) -> None:
        super().__init__()
        self._carries = False
        """The project has a class of its own that carries calls."""
        self._opens = False
        """The project opens the connections of urllib3 itself."""
        for module, seconds in _MODULES.items():
            self._verbs(module, seconds)
        for session in _SESSIONS:
            self._verbs(session, None)
            self.calls[session] = _client(None)
            self.calls[f"{session}.mount"] = _mount
        for client, seconds in _CLIENTS.items():
            self._verbs(client, seconds, keeps=True)
            self.calls[client] = _client(seconds)
            self.calls[f"{client}.ws_connect"] = self._request(0, "GET", seconds, keeps=True)
        for pool in _POOLS:
            self.calls[pool] = _pool
            for name in ("request", "urlopen", "request_encode_url", "request_encode_body"):
                self.calls[f"{pool}.{name}"] = self._request(1, "", None, keeps=True)
        for connection, scheme in _CONNECTIONS.items():
            self.calls[connection] = _connection(scheme)
            self.calls[f"{connection}.request"] = self._request(1, "", None, keeps=True)
        for request in _REQUESTS:
            self.calls[request] = _made(1)
        self.calls[f"{_REQUEST[1]}.prepare"] = _same
        for client in (*_SESSIONS, *_CLIENTS):
            self.calls[f"{client}.build_request"] = _made(1)
            self.calls[f"{client}.prepare_request"] = _handed
            self.calls[f"{client}.send"] = self._send
        self.calls["urllib.request.OpenerDirector.open"] = _urlopen
        self.calls["urllib3.request"] = self._request(1, "", None, keeps=False)
        self.calls["urllib.request.urlopen"] = _urlopen
        self.calls["urllib.request.urlretrieve"] = self._request(0, "GET", None, keeps=False)
        self.calls["urllib.request.Request"] = _made(0)
        self.calls["httpx.URL"] = _url
        self.calls["httpx.Timeout"] = _limits("timeout", 0)
        self.calls["aiohttp.ClientTimeout"] = _limits("total", 0)
        self.calls["urllib3.Timeout"] = self.calls["urllib3.util.Timeout"] = _limits("total", 0)
        self.calls["requests.adapters.HTTPAdapter"] = _adapter("max_retries")
        for transport in _TRANSPORTS:
            self.calls[transport] = _adapter("retries")
        self.calls[_CONNECTOR] = _connector

        self.calls["aiohttp.request"] = self._request(1, "", 300, keeps=False)

    def _verbs(self, holder: str, seconds: int | None, *, keeps: bool = False) -> None:
        for verb in _VERBS:
            self.calls[f"{holder}.{verb}"] = self._request(0, verb.upper(), seconds, keeps=keeps)
        self.calls[f"{holder}.request"] = self._request(1, "", seconds, keeps=keeps)
        self.calls[f"{holder}.stream"] = self._request(1, "", seconds, keeps=keeps)

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """None; but what carries calls is looked for."""
        for info in project.all_classes():
            bases = info.external_bases()
            self._carries = self._carries or not _CARRIERS.isdisjoint(bases)
            self._opens = self._opens or (not _CONNECTED.isdisjoint(bases) and _opens(project, info))
        return ()

    def _may_refuse(self, call: CallSite) -> bool:
        """True where the client is made with a transport of the project's own, or may be: it was handed in, or is an heir of a client."""
        receiver = call.receiver
        library = (
            receiver.type[1]
            if receiver is not None and receiver.type is not None and receiver.type[0] == "object"
            else call.name
        )
        if self._opens and not library.startswith(_APART):
            return True
        if receiver is None or "transport" in (receiver.items or {}):
            return receiver is not None
        made_elsewhere = any(key[0] == "parameter" for key, _, _ in receiver.origins)
        heir = receiver.type is not None and receiver.type[0] == "instance"
        return self._carries and (made_elsewhere or heir)

    def _request(self, url_index: int, method: str, seconds: int | None, *, keeps: bool) -> Handler:
        """A call whose URL stands at `url_index`; `keeps`: the receiver may hold a time limit; `seconds`: what holds without any."""

        def handler(call: CallSite) -> Val:
            verb = method
            if not verb:
                given = call.argument(0, "method")
                verb = given.const.upper() if given is not None and isinstance(given.const, str) else ""
            held = (call.receiver.items if call.receiver is not None else None) or {}
            timeout = _timeout(call, seconds, keeps=keeps)
            url = call.argument(url_index, "url") or handed_on(call, url_index, "url")
            fixed = call.receiver is not None and call.receiver.type in _FIXED
            if url is not None and (fixed or self._may_refuse(call)):
                url = addresses.judged(url)
            call_peer(
                call, url, verb, timeout, base=held.get("base_url"), retry="retry" in held, follows=_follows(call, held)
            )
            return Val(("object", "http.Response"), (ANSWER,))

        return handler

    def _send(self, call: CallSite) -> Val | None:
        """`session.send(request)` of a request that was made here; of one that comes from elsewhere nothing is known."""
        request = call.argument(0, "request")
        if request is None or request.type != _REQUEST:
            return None
        url = _address(request)
        held = (call.receiver.items if call.receiver is not None else None) or {}
        if url is not None and self._may_refuse(call):
            url = addresses.judged(url)
        call_peer(call, url, "", UNKNOWN, retry="retry" in held, follows=_follows(call, held))
        return Val(("object", "http.Response"), (ANSWER,))


def _opens(project: Project, info: ClassInfo) -> bool:
    """True for a class that looks up the host, or connects, by itself; a socket in the file system leads to no host."""
    units = [unit for name in _OPENS if (unit := info.method(name)) is not None]
    return any(
        all(node[0] != f.ATTR or node[3] != "AF_UNIX" for node in nodes(body_of(project.unit(unit)[1])))
        for unit in units
    )


def _follows(call: CallSite, held: Mapping[Any, Val]) -> bool | None:
    """Whether a call follows redirects where it does not say so itself: `requests.get` does, httpx does where its client is told."""
    if call.spread or "hooks" in call.keywords:
        return None
    if call.receiver is not None:
        told = held.get("follow_redirects")
        return told.const if told is not None and isinstance(told.const, bool) else None
    return True if call.name.startswith(_FOLLOWING) else None


def _timeout(call: CallSite, seconds: int | None, *, keeps: bool) -> Val | None:
    """The time limit of a call or of its client; None: there is none; unknown where that can't be told."""
    given = call.keywords.get("timeout")
    if given is not None:
        return limit(given)
    if call.spread:
        return UNKNOWN
    if keeps and call.receiver is not None:
        made = call.receiver.items
        return limit(made["timeout"]) if made is not None and "timeout" in made else UNKNOWN
    return constant(seconds) if seconds is not None else None


def _client(seconds: int | None) -> Callable[[CallSite], Val]:
    """A client keeps the time limit and the base URL that it is made with, and whether its transport tries again."""

    def handler(call: CallSite) -> Val:
        unverified(call)
        items: dict[Any, Val] = {
            name: call.keywords[name] for name in ("timeout", "base_url", "follow_redirects") if name in call.keywords
        }
        if "base_url" not in items and call.args and call.name.startswith("aiohttp"):
            items["base_url"] = call.args[0]
        if "timeout" not in items:
            items["timeout"] = UNKNOWN if call.spread else constant(seconds)
        if "event_hooks" in call.keywords:
            items.pop("follow_redirects", None)  # a hook may look at each address that an answer leads to
        transport = call.keywords.get("transport", call.keywords.get("connector"))
        if call.name.startswith("aiohttp_retry") or (transport is not None and "retry" in (transport.items or {})):
            items["retry"] = constant(True)
        if transport is not None and transport.type not in _OWN_TRANSPORTS and transport.const is NO:
            items["transport"] = transport  # one of the project's own may refuse addresses
        return Val(("object", call.name), (), NO, items)

    return handler


def _connector(call: CallSite) -> Val:
    """`TCPConnector(resolver=...)`: one of the project's own may refuse addresses, as an heir of the connector may."""
    unverified(call)
    resolver = call.keywords.get("resolver")
    own = resolver is not None and resolver.type is not None and resolver.type[0] == "instance"
    return Val(resolver.type if own and resolver is not None else ("object", _CONNECTOR), ())


def _mount(call: CallSite) -> Val:
    """`session.mount("https://", HTTPAdapter(max_retries=3))`."""
    adapter = call.argument(1, "adapter")
    held = call.receiver.items if call.receiver is not None else None
    if held is not None and adapter is not None and adapter.items and "retry" in adapter.items:
        held["retry"] = constant(True)
    if held is not None and adapter is not None and adapter.type is not None and adapter.type[0] == "instance":
        held["transport"] = adapter
    return Val(None, ())


def _adapter(name: str) -> Callable[[CallSite], Val]:
    """What carries the calls; it tries again where it is told how often."""

    def handler(call: CallSite) -> Val:
        given = call.keywords.get(name)
        again = given is not None and given.const not in (0, None, False)
        return Val(("object", call.name), (), NO, {"retry": constant(True)} if again else None)

    return handler


def _pool(call: CallSite) -> Val:
    """urllib3 tries three times unless it is told otherwise. A pool of one host knows its peer."""
    unverified(call)
    items: dict[Any, Val] = {"timeout": call.keywords.get("timeout", UNKNOWN if call.spread else constant(None))}
    retries = call.keywords.get("retries")
    if retries is None or retries.const not in (0, False):
        items["retry"] = constant(True)
    host = call.argument(0, "host") if call.name.endswith("ConnectionPool") else None
    if host is not None:
        items["base_url"] = joined(constant("https://" if "HTTPS" in call.name else "http://"), host)
    return Val(("object", call.name), (), NO, items)


def _connection(scheme: str) -> Callable[[CallSite], Val]:
    def handler(call: CallSite) -> Val:
        host = call.argument(0, "host")
        items: dict[Any, Val] = {"timeout": call.keywords.get("timeout", constant(None))}
        if host is not None:
            items["base_url"] = joined(constant(scheme), host)
        return Val(("object", call.name), (), NO, items)

    return handler


def _limits(name: str, place: int) -> Callable[[CallSite], Val]:
    """An object of time limits: the one for the whole call, or for each read."""

    def handler(call: CallSite) -> Val:
        given = call.argument(place, name)
        for other in ("read", "sock_read"):
            given = given if given is not None else call.keywords.get(other)
        return Val(("object", call.name), (), NO, {"limit": given if given is not None else constant(None)})

    return handler


def _made(place: int) -> Callable[[CallSite], Val]:
    """A request that keeps its address alone: what else it holds leads nowhere."""

    def handler(call: CallSite) -> Val:
        url = call.argument(place, "url")
        held = (call.receiver.items if call.receiver is not None else None) or {}
        if url is not None and "base_url" in held:
            url = joined(held["base_url"], url)
        return Val(_REQUEST, (), NO, {"url": url if url is not None else UNKNOWN})

    return handler


def _url(call: CallSite) -> Val:
    """`httpx.URL(address, host=...)`, `httpx.URL(path=...)`: what else it is made of leads to no other host."""
    leading = [call.argument(0, "url"), *map(call.keywords.get, ("host", "netloc"))]
    led = origins_of([value for value in (*leading, *call.spread) if value is not None])
    text = call.args[0].text if call.args and not call.keywords else None
    return Val(("text",), join_origins(led, clean(origins_of(call.values()), addresses.HOST)), NO, None, text)


def _same(call: CallSite) -> Val | None:
    return call.receiver


def _handed(call: CallSite) -> Val | None:
    return call.argument(0, "request")


def _address(request: Val | None) -> Val | None:
    """The address of a request that was made before, or an address itself."""
    if request is not None and request.type == _REQUEST:
        return request.items.get("url") if request.items is not None else UNKNOWN
    return request


def _urlopen(call: CallSite) -> Val:
    url = _address(call.argument(0, "url"))
    given = call.argument(2, "timeout")
    call_peer(call, url, "", limit(given) if given is not None else None, follows=True)
    return Val(("object", "http.Response"), (ANSWER,))
