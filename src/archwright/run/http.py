"""Plain HTTP requests to a service under our control: every status is an answer, no redirect, no proxy, no dependency."""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Response:
    """The answer of a service; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> object:
        """The body as JSON; raises ValueError if it is none."""
        return json.loads(self.body)


def request(
    method: str, url: str, *, body: object = None, headers: Mapping[str, str] | None = None, seconds: float = 10.0
) -> Response:
    """Send one request and read the whole answer.

    Args:
        method: such as "GET".
        url: an http:// or https:// address.
        body: bytes are sent as they are; anything else is sent as JSON; None sends no body.
        headers: added to the few that a request needs.
        seconds: limit for each step of the connection.

    Raises:
        OSError: nobody listens there, or the connection broke or stalled.

    """
    parts = urlsplit(url)
    if parts.hostname is None or parts.scheme not in {"http", "https"}:
        raise ValueError(f"{url!r} is no address of the form http://host:port/path")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname, parts.port, timeout=seconds)
    sent = dict(headers or {})
    if body is None or isinstance(body, bytes):
        payload = body
    else:
        payload = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body=payload, headers=sent)
        answer = connection.getresponse()
        return Response(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    except http.client.HTTPException as problem:
        raise ConnectionError(f"no proper HTTP answer from {url}: {problem!r}") from problem
    finally:
        connection.close()


def responds(url: str, *, status: int = 200, seconds: float = 2.0) -> bool:
    """Whether GET `url` gives `status` now; nobody listening there is a no."""
    try:
        return request("GET", url, seconds=seconds).status == status
    except OSError:
        return False
