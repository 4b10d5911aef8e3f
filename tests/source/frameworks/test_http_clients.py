"""Calls to peers: URL, method and timeout, whatever the client."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import HttpCall, Swallow
from archwright.model.value import Clean, Use
from archwright.source.program import Program

Make = Callable[..., Program]

CALLS = {
    "requests": ('requests.get("http://a/b", timeout=3)', ("http://a/b", "GET", 3)),
    "requests without": ('requests.post("http://a/b", json={})', ("http://a/b", "POST", None)),
    "requests.request": ('requests.request("put", "http://a/b", timeout=1)', ("http://a/b", "PUT", 1)),
    "session": ('with requests.Session() as s:\n    s.delete(url="http://a/b")', ("http://a/b", "DELETE", None)),
    "httpx": ('httpx.get("http://a/b", timeout=2)', ("http://a/b", "GET", 2)),
    "client's own": ('with httpx.Client(timeout=7) as c:\n    c.get("http://a/b")', ("http://a/b", "GET", 7)),
    "base URL": ('c = httpx.AsyncClient(base_url="http://a", timeout=7)\nawait c.get("/b")', ("http://a/b", "GET", 7)),
    "aiohttp": (
        'async with aiohttp.ClientSession() as s:\n    async with s.get("http://a/b") as answer:\n        pass',
        ("http://a/b", "GET", 300),
    ),
    "urllib": ('urllib.request.urlopen("http://a/b", timeout=4)', ("http://a/b", "", 4)),
    "urllib request": ('urllib.request.urlopen(urllib.request.Request("http://a/b"))', ("http://a/b", "", None)),
    "urllib3": ('urllib3.PoolManager().request("GET", "http://a/b")', ("http://a/b", "GET", None)),
}
OTHERS = {
    "a dictionary": '{}.get("http://a/b")',
    "something unknown": 'def f(client):\n    client.get("http://a/b")',
    "only prepared": 'urllib.request.Request("http://a/b")',
}


def files(body: str) -> dict[str, str]:
    text = "import aiohttp, httpx, requests, urllib.request, urllib3\n\nasync def run():\n"
    return {"app.py": text + "".join(f"    {line}\n" for line in body.splitlines())}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_to_a_peer(name: str, program: Make) -> None:
    body, (url, method, timeout) = CALLS[name]
    (call,) = program(files(body), HttpCall).effects
    assert isinstance(call, HttpCall)
    assert (call.peer.constant or call.peer.text, call.method) == (url, method)
    assert (call.timeout.constant if call.timeout is not None else None) == timeout


@pytest.mark.parametrize("name", OTHERS)
def test_no_call_to_a_peer(name: str, program: Make) -> None:
    assert program(files(OTHERS[name]), HttpCall).effects == ()


def test_a_timeout_that_cannot_be_told_is_unknown(program: Make) -> None:
    text = "import httpx\n\nasync def run(client: httpx.AsyncClient):\n    await client.get('http://a')\n"
    (call,) = program({"app.py": text}, HttpCall).effects
    assert isinstance(call, HttpCall)
    assert call.timeout is not None
    assert [origin.kind.value for origin in call.timeout.origins] == ["unknown"]


def test_a_swallowed_call(program: Make) -> None:
    body = 'try:\n    requests.post("http://a/b", timeout=1)\nexcept requests.RequestException:\n    pass'
    (swallow,) = program(files(body), Swallow).effects
    assert isinstance(swallow, Swallow)
    assert "http" in swallow.protects


CARRIED = """
import httpx
import requests
from flask import Flask, request

app = Flask(__name__)

class Guarding({base}):
    def send(self, *args, **kwargs):
        return super().send(*args, **kwargs)

class Own(requests.Session):
    def __init__(self):
        super().__init__()
        self.mount("http://", Guarding())

def fetch(client: httpx.Client, url):
    return client.get(url)

@app.get("/")
def view():
    url = request.args["url"]
    {call}
    return ""
"""


@pytest.mark.parametrize(
    ("base", "call", "dirty"),
    [
        ("requests.adapters.HTTPAdapter", "Own().get(url)", False),
        ("object", "Own().get(url)", True),
        ("requests.adapters.HTTPAdapter", "requests.get(url)", True),
        ("requests.adapters.HTTPAdapter", "s = requests.Session(); s.mount('http://', Guarding()); s.get(url)", False),
        ("requests.adapters.HTTPAdapter", "requests.Session().get(url)", True),
        ("httpx.BaseTransport", "fetch(httpx.Client(transport=Guarding()), url)", False),
        ("object", "fetch(httpx.Client(), url)", True),
    ],
)  # fmt: skip
def test_what_a_project_carries_calls_with_may_refuse_addresses(
    program: Make, base: str, call: str, dirty: bool
) -> None:
    made = program({"app.py": CARRIED.format(base=base, call=call)}, HttpCall)
    states = {each.peer.state(Use.HOST) for each in made.effects if isinstance(each, HttpCall)}
    assert (Clean.DIRTY in states) is dirty
