"""Cookies that answers set, and how they are kept from others: by the flags of the call, or by the library's defaults."""

from __future__ import annotations

import re
from typing import Final

from archwright.source.flow.operators import truth
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.responses.libraries import WEB

_PAST: Final = re.compile(r"\b19\d\d\b")
"""A date that a cookie is taken back with: the browsers' first day, or another long gone."""


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
    if name is None or len(site.args) + len(site.keywords) < 2 or _taken_back(site):
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


def _taken_back(site: CallSite) -> bool:
    """True for a cookie without a value that has ended when it comes: the browser forgets what it had, and sends nothing."""
    value = site.argument(1, "value")
    if value is not None and value.const not in ("", None):
        return False
    age, until = site.argument(2, "max_age"), site.keywords.get("expires")
    if age is not None and isinstance(age.const, int) and age.const <= 0:
        return True
    end = until.const if until is not None else NO
    return end == 0 or (isinstance(end, str) and _PAST.search(end) is not None)


def _flag(value: Val | None, *, default: bool | None) -> bool | None:
    """What a flag says; None where the code does not tell."""
    if value is None:
        return default
    if value.const is NO or value.origins:
        return None
    return truth(value)
