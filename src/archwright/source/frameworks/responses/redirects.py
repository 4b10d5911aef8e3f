"""Redirects: which calls send the client to an address, and what builds addresses of this service."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow import dispatch, hosts
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework, Handler, mask
from archwright.source.frameworks.responses.cross_origin import reflects
from archwright.source.frameworks.responses.headers import disposition
from archwright.source.frameworks.responses.libraries import WEB
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

_MOVED: Final = ("HTTPFound", "HTTPMovedPermanently", "HTTPSeeOther", "HTTPTemporaryRedirect", "HTTPPermanentRedirect")
_OWN: Final = mask(Use.HOST)
_QUOTED: Final = mask(Use.HTML)
"""What builders of addresses write as `%22` and `%3C` ends no attribute and begins no tag."""
_WITH_ADDRESS: Final = frozenset({"row", "instance"})
"""Types of what is no address but has one, which the project's own code makes: `get_absolute_url`."""


def sends(index: int, keyword: str, api: str) -> Handler:
    """A call that redirects to one argument."""

    def handler(site: CallSite) -> Val | None:
        to = site.argument(index, keyword)
        text = to is not None and (to.type is None or to.type[0] not in _WITH_ADDRESS)
        if to is not None and text and to.origins and not hosts.looked_behind(site.frame):
            site.emit("Redirect", to=to, api=api)
        return None

    return handler


_HEADERS: Final = dispatch.HEADERS
_LOCATION: Final = "the header Location"
_RESPONSES: Final = (
    *("django.http.HttpResponse", "django.http.HttpResponseRedirect", "flask.Response", "aiohttp.web.Response"),
    *("fastapi.Response", "fastapi.responses.Response", "starlette.responses.Response"),
)


def _header(site: CallSite) -> Val | None:
    """`response["Location"] = address`, `response.headers["Location"] = address`."""
    name, to = site.argument(0), site.argument(1)
    if name is not None and to is not None:
        disposition(site.frame, site.position, name.const, to)
        reflects(site.frame, site.position, name.const, to)
    if name is not None and str(name.const).lower() == "location" and to is not None and to.origins:
        _leads(site.frame, site.position, to)
    return None


def _leads(frame: Frame, position: int, to: Val) -> None:
    """`Location` beside the status 201 says where a new thing is, and leads nobody there."""
    if not any(map(_creates, nodes(body_of(frame.facts)))):
        frame.emit("Redirect", position, to=to, api=_LOCATION)


def _creates(node: Any) -> bool:
    if node[0] == f.CONST:
        return bool(node[2] == 201)
    return node[0] in (f.NAME, f.ATTR) and isinstance(node[-1], str) and "CREATED" in node[-1]


def led_by_headers(frame: Frame, position: int, headers: Val | None) -> None:
    """Record that an answer made with a dictionary of headers leads somewhere: `headers={"Location": address}`."""
    items = headers.items if headers is not None else None
    for name, to in (items or {}).items():
        disposition(frame, position, name, to)
        reflects(frame, position, name, to)
        if str(name).lower() == "location" and to.origins:
            _leads(frame, position, to)


class Redirects(Framework):
    """Answers that send the client elsewhere."""

    name = "redirects"
    packages = WEB
    aliases: ClassVar[dict[str, str]] = {
        "flask.helpers.redirect": "flask.redirect",
        "quart.redirect": "flask.redirect",
        "werkzeug.utils.redirect": "flask.redirect",
        "quart.url_for": "flask.url_for",
        "flask.helpers.url_for": "flask.url_for",
        "django.core.urlresolvers.reverse": "django.urls.reverse",
        "django.urls.base.reverse": "django.urls.reverse",
        "django.http.response.HttpResponseRedirect": "django.http.HttpResponseRedirect",
        "django.http.response.HttpResponsePermanentRedirect": "django.http.HttpResponsePermanentRedirect",
    }
    cleaners: ClassVar[dict[str, int]] = dict.fromkeys(
        ("flask.url_for", "django.urls.reverse", "django.urls.reverse_lazy", "urllib.parse.urlencode"), _OWN | _QUOTED
    ) | {"django.shortcuts.resolve_url": _OWN}

    attributes: ClassVar[dict[str, str]] = {f"{response}.headers": _HEADERS for response in _RESPONSES}

    def __init__(self) -> None:
        super().__init__()
        for holder in (*_RESPONSES, _HEADERS):
            self.calls[f"{holder}.__setitem__"] = _header
        self.calls["flask.redirect"] = sends(0, "location", "redirect")
        self.calls["django.shortcuts.redirect"] = sends(0, "to", "redirect")
        for name in ("HttpResponseRedirect", "HttpResponsePermanentRedirect"):
            self.calls[f"django.http.{name}"] = sends(0, "redirect_to", name)
        for library in ("starlette", "fastapi"):
            self.calls[f"{library}.responses.RedirectResponse"] = sends(0, "url", "RedirectResponse")
        for name in _MOVED:
            self.calls[f"aiohttp.web.{name}"] = self.calls[f"pyramid.httpexceptions.{name}"] = sends(
                0, "location", name
            )
        for name in ("set_header", "add_header"):
            self.calls[f"tornado.web.RequestHandler.{name}"] = _header
        self.calls["tornado.web.RequestHandler.redirect"] = sends(0, "url", "self.redirect")
        self.calls["sanic.response.redirect"] = sends(0, "to", "redirect")
        self.calls["litestar.response.Redirect"] = sends(0, "path", "Redirect")
        self.calls["bottle.redirect"] = sends(0, "url", "redirect")
        self.calls["flask_multipass.Multipass.logout"] = sends(0, "return_url", "Multipass.logout")
