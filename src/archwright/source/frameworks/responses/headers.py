"""Texts that become headers: what is pasted into one can begin another, or add a parameter to it.

HTTP: Django, Werkzeug, h11 and httptools (Starlette, FastAPI, Litestar), aiohttp, Tornado, Bottle and `http.client` refuse a line
break in a header, so only the parameters of `Content-Disposition` are told; a request that is written to a socket by hand is not
looked at by anyone. Mail: `email` and Django refuse one; a message that is written by hand is sent as it is.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from archwright.model.effect import Language
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.sinks import interpret

DISPOSITION: Final = "Content-Disposition"
_FILE_NAME: Final = re.compile(r"filename\s*=\s*[\"']?\{\}")
_MAIL: Final = re.compile(r"\A\s*(?:[\w-]+:[^\n]*\n)*?[\w-]+:[^\n]*\{\}")
"""A hole in one of the lines before the first empty one."""
_REQUEST: Final = re.compile(
    r"\A[^\r\n]*\{\}[^\r\n]*HTTP/1\.[01]\r?\n|HTTP/1\.[01][^\n]*\n(?:[^\r\n]+\r?\n)*?[^\r\n]*\{\}"
)
_SOCKET: Final = "socket.socket"


def disposition(frame: Frame, position: int, name: object, value: Val) -> None:
    """Record a file's name that is pasted into the header Content-Disposition."""
    if str(name).lower() == DISPOSITION.lower() and value.origins and _FILE_NAME.search(value.text or ""):
        frame.emit(
            "Interpret",
            position,
            language=Language.HEADER.value,
            text=value,
            api=DISPOSITION,
            parameters=False,
            shape="",
        )


class WrittenHeaders(Framework):
    """Messages and requests that are written by hand."""

    name = "written-headers"
    packages = ("smtplib", "aiosmtplib", "socket", "asyncio")
    returns: ClassVar[dict[str, str]] = {"socket.socket": _SOCKET, "socket.create_connection": _SOCKET}

    def __init__(self) -> None:
        super().__init__()
        self.methods["sendmail"] = mail
        self.methods["sendall"] = self.methods["send"] = _request
        self.calls[f"{_SOCKET}.sendall"] = self.calls[f"{_SOCKET}.send"] = _request


def mail(site: CallSite) -> Val | None:
    """`server.sendmail(sender, receivers, text)`. parameters: some of what is pasted stands below the headers, where it does no harm."""
    message = site.argument(2, "msg")
    text = (message.text or "").replace("\r\n", "\n") if message is not None else ""
    if message is not None and message.origins and _MAIL.search(text):
        _, _, below = text.strip("\n").partition("\n\n")
        interpret(site, Language.HEADER, message, api="sendmail", parameters="{}" in below)
    return None


def _request(site: CallSite) -> Val | None:
    """`sock.sendall(text)`."""
    text = site.argument(0, "data")
    if text is not None and text.origins and _REQUEST.search(text.text or ""):
        interpret(site, Language.HEADER, text, api="a request written by hand")
    return None
