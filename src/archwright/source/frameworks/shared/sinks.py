"""Calls that do something with a text or a path: what most libraries that interpret, open or load have in common.

    sinks.interprets(self.calls, "subprocess.getoutput", Language.SHELL, 0, "cmd")

says that the call runs its first argument, or the one named `cmd`, as a shell command. A call that is given several texts
is handled by a handler of its own, which calls `interpret`.
"""

from __future__ import annotations

from typing import Final

from archwright.model.effect import Language
from archwright.source.flow.operators import shape
from archwright.source.flow.values import Val, deep_origins
from archwright.source.frameworks.base import CallSite, Handler

_STREAMS: Final = (("object", "io.BytesIO"), ("object", "io.StringIO"))
"""What is read or sent from memory: no path."""


def interprets(
    calls: dict[str, Handler],
    dotted: str,
    language: Language,
    index: int = 0,
    keyword: str = "",
    *,
    gives: str = "",
    api: str = "",
) -> None:
    """A call that interprets one argument. gives: the outside class of its result; api: the call as a person names it."""

    def handler(site: CallSite) -> Val | None:
        interpret(site, language, site.argument(index, keyword), api=api or dotted)
        return Val(("object", gives), site.derived().origins) if gives else None

    calls[dotted] = handler


def interpret(
    site: CallSite,
    language: Language,
    text: Val | None,
    *,
    api: str,
    parameters: bool = False,
    whole: Val | None = None,
) -> None:
    """Record that a text is interpreted; nothing where none is given. `text` may be a container of parts.

    whole: an argument of the unit that is interpreted only where its callers give a text.
    """
    if text is None:
        return
    more = {"whole": whole} if whole is not None else {}
    put = Val(("text",), deep_origins(text), text.const, None, text.text) if text.items else text
    site.emit("Interpret", language=language.value, text=put, api=api, parameters=parameters, shape=shape(put), **more)


def opens(
    calls: dict[str, Handler], dotted: str, kind: str, index: int = 0, keyword: str = "", *, gives: str = ""
) -> None:
    """A call that opens, reads, writes, sends or unpacks the file at a path. kind: `read`, `write`, `delete`, `send`, `unpack`."""

    def handler(site: CallSite) -> Val | None:
        path = site.argument(index, keyword)
        if path is not None and path.type not in _STREAMS:
            site.emit("FileAccess", kind=kind, path=path, api=dotted)
        return Val(("object", gives), site.derived().origins) if gives else None

    calls[dotted] = handler


def loads(calls: dict[str, Handler], dotted: str, index: int = 0, keyword: str = "") -> None:
    """A call that makes objects of any class of bytes or a text."""

    def handler(site: CallSite) -> Val | None:
        data = site.argument(index, keyword)
        if data is not None:
            site.emit("Deserialise", loader=dotted, data=Val(None, deep_origins(data)))
        return None

    calls[dotted] = handler
