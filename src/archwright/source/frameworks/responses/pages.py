"""Answers that a browser shows as HTML: which classes and calls make one, by their content type.

A text is HTML where the library says so unless it is told otherwise (Flask, Django, Tornado, Pyramid), or where the call says
so itself. A content type that can't be read, or that is set elsewhere in the function, leaves it open: then nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from archwright.model.effect import Language
from archwright.source.flow.values import NO, Val, chain, whole_argument
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.frameworks.responses.content import is_html, set_elsewhere
from archwright.source.frameworks.responses.libraries import WEB
from archwright.source.frameworks.responses.redirects import led_by_headers
from archwright.source.frameworks.responses.retyped import by_decorator
from archwright.source.frameworks.shared.sinks import interpret

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame


def _page(index: int, names: tuple[str, ...], kind: int, kinds: tuple[str, ...], *, default: bool, api: str) -> Handler:
    """A call that makes an answer. index, names: its content; kind, kinds: its content type; default: HTML where none is given."""

    def handler(site: CallSite) -> Val | None:
        led_by_headers(site.frame, site.position, site.keywords.get("headers"))
        content = None if _bodiless(site.keywords.values()) else _given(site, index, names)
        if content is not None and _shown(
            site.frame, content, _given(site, kind, kinds), site.keywords, default=default
        ):
            interpret(site, Language.HTML, content, api=api)
        return None

    return handler


_NO_BODY: Final = (204, 205, 304)
"""Statuses of answers without a body: whatever is written into one is not sent, or not shown."""
_NAMED_EMPTY: Final = re.compile(
    r"\b(?:HTTP_20[45]_\w+|HTTP_304_\w+|HTTPStatus\.(?:NO_CONTENT|RESET_CONTENT|NOT_MODIFIED))\b"
)


def _bodiless(told: Iterable[Val]) -> bool:
    """True where one of the arguments beside the content is such a status: 204, or a constant of a library named after it."""
    return any(
        value.const in _NO_BODY or (value.type is not None and _NAMED_EMPTY.search(str(value.type[1:])) is not None)
        for value in told
        if not value.origins and value.const is not True
    )


def _given(site: CallSite, index: int, names: tuple[str, ...]) -> Val | None:
    found = (site.argument(index, name) for name in names)
    return next((value for value in found if value is not None), None)


def _shown(frame: Frame, content: Val, kind: Val | None, keywords: dict[str, Val], *, default: bool) -> bool:
    if not _told(content) or (content.type is not None and content.type[0] not in ("text", "list", "generator")):
        return False
    said = is_html(kind, keywords.get("headers"))
    open_ = said is None and (set_elsewhere(frame) or by_decorator(frame.engine.project, frame.module, frame.facts))
    return (default if said is None else said) and not open_


def _told(content: Val) -> bool:
    return any(key[0] in ("source", "parameter", "field") for key, _, _ in content.origins)


def _sets_headers(handler: Val | None) -> bool:
    """True for a handler of Tornado whose class, or one that it inherits from in the project, says of what type its answers are."""
    type_ = handler.type if handler is not None else None
    return type_ is not None and type_[0] == "instance" and type_[1].method("set_default_headers") is not None


def _written(site: CallSite) -> Val | None:
    """Tornado's `self.write(text)`: a dictionary is JSON; a handler that sets headers of its own may answer anything.

    Where a method of the project's own is handed it, as one that is put in the place of `write`, its callers know what it is.
    """
    content = site.argument(0, "chunk")
    frame = site.frame
    if content is None or _sets_headers(site.receiver) or _sets_headers(frame.env.get(frame.self_name or "")):
        return None
    handed = content.type is None and len(content.origins) == 1 and whole_argument(content.origins[0][0])
    if (handed or content.type == ("text",)) and _shown(frame, content, None, {}, default=True):
        whole = content if handed else None
        interpret(site, Language.HTML, content, api=f"self.{site.name}", whole=whole)
    return None


class Pages(Framework):
    """Responses with a body of HTML."""

    name = "pages"
    packages = WEB
    aliases = {  # noqa: RUF012 - declared as a ClassVar by the base
        "flask.wrappers.Response": "flask.Response",
        "quart.Response": "flask.Response",
        "quart.wrappers.Response": "flask.Response",
        "werkzeug.wrappers.Response": "flask.Response",
        "werkzeug.Response": "flask.Response",
        "quart.make_response": "flask.make_response",
        "flask.helpers.make_response": "flask.make_response",
        "django.http.response.HttpResponse": "django.http.HttpResponse",
        "aiohttp.web_response.Response": "aiohttp.web.Response",
    }

    def __init__(self) -> None:
        super().__init__()
        types = ("content_type", "mimetype")
        self.calls["flask.Response"] = _page(0, ("response",), 4, types, default=True, api="Response")
        self.calls["flask.make_response"] = self._made
        for name in (
            "HttpResponse",
            "HttpResponseBadRequest",
            "HttpResponseNotFound",
            "HttpResponseForbidden",
            "HttpResponseGone",
            "HttpResponseServerError",
        ):
            self.calls[f"django.http.{name}"] = _page(0, ("content",), 1, types, default=True, api=name)
        for library in ("starlette", "fastapi"):
            html, plain = f"{library}.responses.HTMLResponse", f"{library}.responses.Response"
            self.calls[html] = _page(0, ("content",), 3, ("media_type",), default=True, api="HTMLResponse")
            self.calls[plain] = _page(0, ("content",), 3, ("media_type",), default=False, api="Response")
        self.calls["fastapi.Response"] = self.calls["fastapi.responses.Response"]
        self.calls["litestar.Response"] = _page(0, ("content",), -1, ("media_type",), default=False, api="Response")
        self.calls["aiohttp.web.Response"] = _page(
            -1, ("text", "body"), -1, ("content_type",), default=False, api="web.Response"
        )
        self.calls["sanic.response.html"] = _page(0, ("body",), -1, (), default=True, api="response.html")
        self.calls["pyramid.response.Response"] = _page(0, ("body", "text"), -1, types, default=True, api="Response")
        for base in ("tornado.web.RequestHandler",):
            self.calls[f"{base}.write"] = self.calls[f"{base}.finish"] = _written

    @staticmethod
    def _made(site: CallSite) -> Val:
        """Flask's `make_response(text, status, headers)`."""
        first = site.argument(0)
        content = first
        if first is not None and first.type == ("tuple",):
            content = (first.items or {}).get(0)
        if (
            content is not None
            and _text(content)
            and len(site.args) < 3
            and _shown(site.frame, content, None, {}, default=True)
        ):
            interpret(site, Language.HTML, content, api="make_response")
        return Val(("object", "flask.Response"))


_TEXTS: Final = ("query", "form field", "request value", "cookie", "request header", "path parameter", "request path")


def _text(value: Val) -> bool:
    """True for what can only be a text: a view may also return a dictionary, which becomes JSON."""
    if value.type is not None or value.const is not NO:
        return value.type == ("text",)
    if value.items or any(
        note.startswith("passed to ") for _, _, steps in value.origins for _, _, note in chain(steps)
    ):
        return False  # what a function made of it may be a dictionary, on one way at least
    sources = [str(key[1]) for key, _, _ in value.origins if key[0] == "source"]
    return bool(sources) and all(name.startswith(_TEXTS) for name in sources)


def returned(frame: Frame, _: Val) -> None:
    """What a view of Flask returns: a text is a page of HTML, whatever type another answer of the view is given."""
    for value in frame.returns:
        content = value
        if value.type == ("tuple",) and value.items:
            content = value.items.get(0, value)
            rest = [item for key, item in value.items.items() if key != 0]
            for item in rest:
                led_by_headers(frame, frame.facts[2], item)
            if _bodiless(rest):
                continue
            if any(item.type != ("number",) for item in rest):
                continue  # headers, which may hold another content type
        if not _text(content) or not _told(content):
            continue
        ends = [steps for _, _, steps in content.origins if steps is not None and steps[1] == frame.unit]
        position = ends[0][2] if ends else frame.facts[2]
        frame.emit(
            "Interpret", position, language="html", text=content, api="the view's answer", parameters=False, shape=""
        )
