"""Browsers without a screen, converters of pages and readers of feeds: they fetch the address that they are given."""

from __future__ import annotations

from typing import ClassVar

from archwright.source.flow.values import UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.frameworks.shared.peers import ANSWER, call_peer

_FETCHES = {
    "pdfkit.from_url": (0, "url"),
    "imgkit.from_url": (0, "url"),
    "weasyprint.HTML": (-1, "url"),
    "feedparser.parse": (0, "url_file_stream_or_string"),
    "trafilatura.fetch_url": (0, "url"),
    "newspaper.Article": (0, "url"),
    "websocket.create_connection": (0, "url"),
    "websockets.connect": (0, "uri"),
    "websockets.client.connect": (0, "uri"),
    "wget.download": (0, "url"),
}
_DRIVERS = tuple(f"selenium.webdriver.{name}" for name in ("Chrome", "Firefox", "Edge", "Remote", "Safari"))


class Browsers(Framework):
    """What fetches pages for a person."""

    name = "browsers"
    packages = (
        "playwright",
        "patchright",
        "pyppeteer",
        "selenium",
        "pdfkit",
        "imgkit",
        "weasyprint",
        "feedparser",
        "trafilatura",
        "newspaper",
        "websocket",
        "websockets",
        "wget",
    )
    aliases: ClassVar[dict[str, str]] = {
        "selenium.webdriver.chrome.webdriver.WebDriver": _DRIVERS[0],
        "selenium.webdriver.firefox.webdriver.WebDriver": _DRIVERS[1],
        "selenium.webdriver.remote.webdriver.WebDriver": _DRIVERS[3],
    }

    def __init__(self) -> None:
        super().__init__()
        for dotted, (index, keyword) in _FETCHES.items():
            self.calls[dotted] = _fetch(index, keyword)
        for driver in _DRIVERS:
            self.calls[f"{driver}.get"] = _fetch(0, "url")
        self.methods["goto"] = _goto


def _fetch(index: int, keyword: str) -> Handler:
    def handler(site: CallSite) -> Val | None:
        address = site.argument(index, keyword)
        if address is not None:
            call_peer(site, address, "GET", UNKNOWN)
        return Val(None, (ANSWER,)) if address is not None and index == 0 else None

    return handler


def _goto(site: CallSite) -> Val | None:
    """`await page.goto(url)`: pages come of chains of awaited calls whose types nobody writes down."""
    address = site.argument(0, "url")
    if address is not None:
        call_peer(site, address, "GET", UNKNOWN)
    return Val(None, (ANSWER,))
