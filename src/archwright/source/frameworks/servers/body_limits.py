"""How large a request may be, where a call says so: what these servers keep in memory whole.

Sources: `aiohttp.web.Application(client_max_size=1024**2)`, where 0 and None mean no limit; `tornado.httpserver.HTTPServer` with
`max_body_size` (100 MB); `litestar.Litestar(request_max_body_size=10_000_000)`, where None means no limit.
"""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework, Handler

_CALLS: Final = {
    "aiohttp.web.Application": "client_max_size",
    "tornado.httpserver.HTTPServer": "max_body_size",
    "tornado.web.Application.listen": "max_body_size",
    "litestar.Litestar": "request_max_body_size",
}


def _limits(dotted: str, name: str) -> Handler:
    api = f"{dotted.rpartition('.')[2]}({name}=…)"

    def handler(site: CallSite) -> Val | None:
        given = site.keywords.get(name)
        if given is not None and not given.origins and (given.const is None or type(given.const) is int):
            site.emit("BodyLimit", most=given.const or 0, api=api)
        return None

    return handler


class BodyLimits(Framework):
    """Servers and applications."""

    name = "body-limits"
    packages = ("aiohttp", "tornado", "litestar")
    aliases: ClassVar[dict[str, str]] = {"litestar.app.Litestar": "litestar.Litestar"}

    def __init__(self) -> None:
        super().__init__()
        for dotted, name in _CALLS.items():
            self.calls[dotted] = _limits(dotted, name)
