"""Cookies that answers set, and how they are kept from others: by the flags of the call, or by the library's defaults."""

from __future__ import annotations

from archwright.source.flow.operators import truth
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.responses.libraries import WEB


class Cookies(Framework):
    """`response.set_cookie(name, value, secure=..., httponly=...)`, the same words in all libraries."""

    name = "cookies"
    packages = WEB

    def __init__(self) -> None:
        super().__init__()
        for response in (
            "flask.Response",
            "django.http.HttpResponse",
            "django.http.JsonResponse",
            "django.http.HttpResponseRedirect",
            "starlette.responses.Response",
            "fastapi.Response",
            "aiohttp.web.Response",
            "tornado.web.RequestHandler",
        ):
            self.calls[f"{response}.set_cookie"] = _set
        self.methods["set_cookie"] = _set


def _set(site: CallSite) -> Val | None:
    name = site.argument(0, "key") or site.argument(0, "name")
    if name is None or len(site.args) + len(site.keywords) < 2:
        return None
    secure = site.keywords.get("secure")
    http_only = site.keywords.get("httponly")
    open_ = bool(site.spread) or len(site.args) > 5
    site.emit(
        "SetCookie",
        name=name,
        secure=_flag(secure, default=None if open_ else False),
        http_only=_flag(http_only, default=None if open_ else False),
        written=secure is not None,
        api=f"{site.name.rpartition('.')[2]}",
    )
    return None


def _flag(value: Val | None, *, default: bool | None) -> bool | None:
    """What a flag says; None where the code does not tell."""
    if value is None:
        return default
    if value.const is NO or value.origins:
        return None
    return truth(value)
