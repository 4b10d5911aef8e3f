"""web.py: what a request holds, and what leads its client elsewhere."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.frameworks.base import Framework, Source
from archwright.source.frameworks.responses.redirects import sends

_MOVED: Final = ("redirect", "found", "seeother", "tempredirect")


class WebPy(Framework):
    """`web.input()`, `raise web.seeother(address)`."""

    name = "webpy"
    packages = ("web",)
    sources: ClassVar[dict[str, Source]] = {
        "web.input": Source("request value"),
        "web.data": Source("request body"),
        "web.cookies": Source("cookie"),
    }

    def __init__(self) -> None:
        super().__init__()
        for name in _MOVED:
            self.calls[f"web.{name}"] = sends(0, "url", f"web.{name}")
