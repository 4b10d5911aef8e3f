"""`limits/body`: the limit is taken away where requests are kept whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]

SERVERS = {
    "aiohttp": "from aiohttp import web\napp = web.Application(client_max_size={})\n",
    "tornado": "import tornado.httpserver\nserver = tornado.httpserver.HTTPServer(app, max_body_size={})\n",
    "tornado's application": "import tornado.web\napp = tornado.web.Application([])\napp.listen(80, max_body_size={})\n",
    "litestar": "from litestar import Litestar\napp = Litestar([], request_max_body_size={})\n",
}


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(
    ("most", "found"),
    [
        ("0", 1),
        ("None", 1),
        ("5 * 1024 * 1024 * 1024", 1),
        ("20 * 1024 * 1024", 0),
        ("1_000_000", 0),
        ("settings.MOST", 0),
    ],
)
def test_a_limit(told: Told, server: str, most: str, found: int) -> None:
    assert len(told({"app.py": SERVERS[server].format(most)}, "limits/body")) == found


@pytest.mark.parametrize("server", SERVERS)
def test_no_limit_for_bodies_that_are_taken_in_parts(told: Told, server: str) -> None:
    more = "async def upload(request):\n    async for part in request.content.iter_chunked(10):\n        keep(part)\n"
    assert (
        told({"app.py": SERVERS[server].format("0"), "upload.py": more + "stream_request_body = 1\n"}, "limits/body")
        == []
    )
