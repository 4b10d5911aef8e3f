"""What is sent to who asked: which calls make an answer, and which argument is its content."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.frameworks.base import Framework, Given
from archwright.source.frameworks.responses.libraries import WEB

_CONTENT: Final = Given(0, ("content",))
_DATA: Final = Given(0, ("data",))
_FIRST: Final = Given(0, ("response",))
_ERRORS: Final = (
    "HttpResponse",
    "HttpResponseBadRequest",
    "HttpResponseServerError",
    "HttpResponseNotFound",
    "HttpResponseForbidden",
)


class Answers(Framework):
    """Answers of all web frameworks, by their content."""

    name = "answers"
    packages = WEB
    answers: ClassVar[dict[str, Given]] = {
        "flask.jsonify": Given(0, ("",)),
        "flask.Response": _FIRST,
        "flask.make_response": _FIRST,
        "django.http.JsonResponse": _DATA,
        "rest_framework.response.Response": _DATA,
        **{f"django.http.{name}": _CONTENT for name in _ERRORS},
        **{
            f"{library}.responses.{name}": _CONTENT
            for library in ("fastapi", "starlette")
            for name in (
                "JSONResponse",
                "ORJSONResponse",
                "UJSONResponse",
                "HTMLResponse",
                "PlainTextResponse",
                "Response",
            )
        },
        "fastapi.Response": _CONTENT,
        **dict.fromkeys(("fastapi.HTTPException", "starlette.exceptions.HTTPException"), Given(1, ("detail",))),
        "aiohttp.web.json_response": _DATA,
        "aiohttp.web.Response": Given(-1, ("text", "body")),
        "sanic.response.json": Given(0, ("body",)),
        "sanic.response.text": Given(0, ("body",)),
        "tornado.web.RequestHandler.write": Given(0, ("chunk",)),
        "tornado.web.RequestHandler.finish": Given(0, ("chunk",)),
        "litestar.Response": _CONTENT,
    }
