"""What of the service's inside is sent to who asked: the text of an error's traceback, columns that hold secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.effects import COLUMN, TRACEBACK
from archwright.source.flow.values import Val, deep_origins
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame
    from archwright.source.frameworks.base import CallSite, Given

_DEBUGGING: Final = re.compile(
    r"debug|verbose|(?:^|_)(?:dev|development|local|testing|show_\w*|expose_\w*)(?:_|$)", re.IGNORECASE
)
"""Names of what tells a machine of developers from one that serves."""

_SECRET: Final = re.compile(
    r"(?!(?:\w+_)?(?:can|may|must|is|has|no|without|allow\w*|requires?|shows?|use[ds]?|with)_)(?:\w+_)?(?:password|passwd|password_hash|hashed_password|otp_secret|totp_secret|private_key)"
)
"""Names of columns that nobody is to read but the service itself. Keys that a caller is given to sign with are meant to be shown."""


def answered(site: CallSite, given: Given) -> None:
    """Record that a call sends a traceback to who asked."""
    content = site.argument(given.place, given.names[0])
    for name in given.names[1:]:
        content = content if content is not None else site.keywords.get(name)
    if content is None and not given.names[0]:
        content = Val(("dict",), (), items=dict(site.keywords))
    if content is None and site.spread:
        content = site.spread[0]  # an override that hands on whatever it is given
    if content is not None:
        exposes(site.frame, site.position, content, site.name)


def exposes(frame: Frame, position: int, content: Val, api: str) -> None:
    """The same of a content; nothing where the function asks whether the machine is one of developers."""
    shown = tuple(origin for origin in deep_origins(content) if origin[0] == TRACEBACK or origin[0][0] == "parameter")
    if shown and not debugs(frame):
        frame.emit("Respond", position, shape=Val(None, shown), api=api)


def returned(frame: Frame) -> None:
    """The same of what a handler returns, where that is no answer that was recorded when it was made."""
    for content in frame.returns:
        if content.type is None or content.type[0] != "object":
            ends = [steps for key, _, steps in deep_origins(content) if key == TRACEBACK and steps is not None]
            position = ends[0][2] if ends and ends[0][1] == frame.unit else frame.facts[2]
            exposes(frame, position, content, "the handler's answer")


def column(frame: Frame, row: Val, name: str, position: int, api: str) -> None:
    """Record that a column of a row is sent to who asked, where its name is that of a secret."""
    if row.type is not None and row.type[0] == "row" and _SECRET.fullmatch(name) is not None:
        entity = str(row.type[1].entity).rpartition(".")[2]
        origin = (("result", f"{COLUMN}{entity}.{name}"), 0, None)
        frame.emit("Respond", position, shape=Val(None, (origin,)), api=api)


def debugs(frame: Frame) -> bool:
    """True where a function asks whether the machine is one of developers."""
    return any(
        _DEBUGGING.search(str(part[-1])) is not None
        for node in nodes(body_of(frame.facts))
        if node[0] in (f.IF, f.IFEXP)
        for part in _names(node[2])
    )


def _names(test: Any) -> list[Any]:
    return [node for node in nodes((test,)) if node[0] in (f.NAME, f.ATTR, f.CONST) and isinstance(node[-1], str)]
