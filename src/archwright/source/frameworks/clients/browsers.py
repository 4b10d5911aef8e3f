"""Browsers without a screen, converters, readers of feeds and pages, remote procedures: they fetch the address that they are given."""

from __future__ import annotations

from typing import ClassVar

from archwright.source.flow.values import UNKNOWN, Val, deep_origins
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
    "httplib2.Http.request": (0, "uri"),
    "yt_dlp.YoutubeDL.download": (0, "url_list"),
    "yt_dlp.YoutubeDL.extract_info": (0, "url"),
    "onelogin.saml2.idp_metadata_parser.OneLogin_Saml2_IdPMetadataParser.parse_remote": (0, "url"),
}
_CLIENTS = {
    "jwt.PyJWKClient": (0, "uri"),
    "mcp.client.sse.sse_client": (0, "url"),
    "mcp.client.streamable_http.streamablehttp_client": (0, "url"),
    "suds.client.Client": (0, "url"),
    "xmlrpc.client.ServerProxy": (0, "uri"),
    "zeep.AsyncClient": (0, "wsdl"),
    "zeep.Client": (0, "wsdl"),
    **{
        f"{package}.document_loaders.{name}": (0, keyword)
        for package in ("langchain", "langchain_community")
        for name, keyword in (
            ("AsyncHtmlLoader", "web_path"),
            ("PlaywrightURLLoader", "urls"),
            ("RecursiveUrlLoader", "url"),
            ("SeleniumURLLoader", "urls"),
            ("SitemapLoader", "web_path"),
            ("UnstructuredURLLoader", "urls"),
            ("WebBaseLoader", "web_path"),
        )
    },
}
"""Objects of one address, which is fetched when they are asked for something."""
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
        "httplib2",
        "pycurl",
        "yt_dlp",
        "onelogin",
        "jwt",
        "mcp",
        "suds",
        "xmlrpc",
        "zeep",
        "langchain",
        "langchain_community",
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
        for dotted, (index, keyword) in _CLIENTS.items():
            self.calls[dotted] = _connects(index, keyword)
        self.calls["pycurl.Curl.setopt"] = _curl
        for driver in _DRIVERS:
            self.calls[f"{driver}.get"] = _fetch(0, "url")
        self.methods["goto"] = _goto


def _fetch(index: int, keyword: str) -> Handler:
    def handler(site: CallSite) -> Val | None:
        address = _asked(site, index, keyword)
        return Val(None, (ANSWER,)) if address is not None and index == 0 else None

    return handler


def _connects(index: int, keyword: str) -> Handler:
    def handler(site: CallSite) -> None:
        _asked(site, index, keyword)

    return handler


def _asked(site: CallSite, index: int, keyword: str) -> Val | None:
    """The address that a call fetches, or the list of them."""
    address = site.argument(index, keyword)
    if address is not None:
        several = address.items and address.type in (("list",), ("tuple",), ("set",))
        call_peer(site, Val(None, deep_origins(address)) if several else address, "GET", UNKNOWN)
    return address


def _curl(site: CallSite) -> None:
    """`curl.setopt(pycurl.URL, address)`; the names of the options are the object's too."""
    option, address = site.argument(0), site.argument(1)
    if option is not None and option.type is not None and str(option.type[-1]).rpartition(".")[2] == "URL" and address:
        call_peer(site, address, "", UNKNOWN)


def _goto(site: CallSite) -> Val | None:
    """`await page.goto(url)`: pages come of chains of awaited calls whose types nobody writes down."""
    address = site.argument(0, "url")
    if address is not None:
        call_peer(site, address, "GET", UNKNOWN)
    return Val(None, (ANSWER,))
