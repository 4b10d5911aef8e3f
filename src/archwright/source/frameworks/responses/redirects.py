"""Redirects: which calls send the client to an address, and what builds addresses of this service."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.model.value import Use
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework, Handler, mask
from archwright.source.frameworks.responses.libraries import WEB

_MOVED: Final = ("HTTPFound", "HTTPMovedPermanently", "HTTPSeeOther", "HTTPTemporaryRedirect", "HTTPPermanentRedirect")
_OWN: Final = mask(Use.HOST)


def _sends(index: int, keyword: str, api: str) -> Handler:
    """A call that redirects to one argument."""

    def handler(site: CallSite) -> Val | None:
        to = site.argument(index, keyword)
        if to is not None and to.origins:
            site.emit("Redirect", to=to, api=api)
        return None

    return handler


_HEADERS: Final = "headers of an answer"
_RESPONSES: Final = (
    *("django.http.HttpResponse", "django.http.HttpResponseRedirect", "flask.Response", "aiohttp.web.Response"),
    *("fastapi.Response", "fastapi.responses.Response", "starlette.responses.Response"),
)


def _header(site: CallSite) -> Val | None:
    """`response["Location"] = address`, `response.headers["Location"] = address`."""
    name, to = site.argument(0), site.argument(1)
    if name is not None and str(name.const).lower() == "location" and to is not None and to.origins:
        site.emit("Redirect", to=to, api="the header Location")
    return None


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
        (
            "flask.url_for",
            "django.urls.reverse",
            "django.urls.reverse_lazy",
            "django.shortcuts.resolve_url",
            "urllib.parse.urlencode",
        ),
        _OWN,
    )

    attributes: ClassVar[dict[str, str]] = {f"{response}.headers": _HEADERS for response in _RESPONSES}

    def __init__(self) -> None:
        super().__init__()
        for holder in (*_RESPONSES, _HEADERS):
            self.calls[f"{holder}.__setitem__"] = _header
        self.calls["flask.redirect"] = _sends(0, "location", "redirect")
        self.calls["django.shortcuts.redirect"] = _sends(0, "to", "redirect")
        for name in ("HttpResponseRedirect", "HttpResponsePermanentRedirect"):
            self.calls[f"django.http.{name}"] = _sends(0, "redirect_to", name)
        for library in ("starlette", "fastapi"):
            self.calls[f"{library}.responses.RedirectResponse"] = _sends(0, "url", "RedirectResponse")
        for name in _MOVED:
            self.calls[f"aiohttp.web.{name}"] = self.calls[f"pyramid.httpexceptions.{name}"] = _sends(
                0, "location", name
            )
        self.calls["tornado.web.RequestHandler.redirect"] = _sends(0, "url", "self.redirect")
        self.calls["sanic.response.redirect"] = _sends(0, "to", "redirect")
        self.calls["litestar.response.Redirect"] = _sends(0, "path", "Redirect")
        self.calls["bottle.redirect"] = _sends(0, "url", "redirect")
