"""Streams in memory: what is written comes back as one text, in the order of the writes."""

from __future__ import annotations

from typing import Final

from archwright.model.value import Use
from archwright.source.flow import attributes, operators
from archwright.source.flow.values import (
    NO,
    NONE,
    NUMBER,
    TEXT,
    UNKNOWN,
    Val,
    clean,
    constant,
    deep_origins,
    inside,
    join,
)
from archwright.source.frameworks.base import CallSite, Handler, mask

_CLASSES: Final = ("io.StringIO", "io.BytesIO")
_NO_PATH: Final = mask(Use.PATH, Use.SEGMENT, Use.PARENTS, Use.RELATIVE)
"""What bytes in memory are clean for: they are the contents of a file, not its name."""
_WRITTEN: Final = "written"
"""The item of a stream that holds its text."""


def _stream(dotted: str) -> Handler:
    def handler(site: CallSite) -> Val:
        first = site.argument(0, "initial_value") or site.argument(-1, "initial_bytes")
        if first is not None and dotted == "io.BytesIO" and first.origins:
            first = Val(first.type, clean(first.origins, _NO_PATH), first.const, first.items, first.text)
        return Val(("object", dotted), (), NO, {_WRITTEN: first if first is not None else constant("")})

    return handler


def _write(site: CallSite) -> Val:
    if site.args:
        _add(site, site.args[0])
    return NUMBER


def _write_lines(site: CallSite) -> Val:
    if site.args:
        _add(site, attributes.element(site.frame, site.args[0], site.position))
    return NONE


def _add(site: CallSite, value: Val) -> None:
    items = site.receiver.items if site.receiver is not None else None
    if items is None or site.receiver is None:
        return
    old = items.get(_WRITTEN, TEXT)
    added = operators.concatenate(site.frame, site.position, [old, inside(value, site.receiver)])
    items[_WRITTEN] = join(old, added) if site.frame.loops else added


def _value(site: CallSite) -> Val | None:
    items = site.receiver.items if site.receiver is not None else None
    return items.get(_WRITTEN, UNKNOWN) if items is not None else None


def _lines(site: CallSite) -> Val | None:
    written = _value(site)
    return Val(("list",), (), NO, {"*": Val(("text",), deep_origins(written))}) if written is not None else None


def _truncate(site: CallSite) -> Val:
    items = site.receiver.items if site.receiver is not None else None
    if items is not None and site.args and site.args[0].const == 0 and not site.frame.loops:
        items[_WRITTEN] = constant("")
    return NUMBER


CALLS: Final[dict[str, Handler]] = {}
"""By dotted name."""
for _class in _CLASSES:
    CALLS[_class] = _stream(_class)
    CALLS[f"{_class}.write"] = _write
    CALLS[f"{_class}.writelines"] = _write_lines
    CALLS[f"{_class}.readlines"] = _lines
    CALLS[f"{_class}.truncate"] = _truncate
    for _name in ("getvalue", "read", "readline", "getbuffer"):
        CALLS[f"{_class}.{_name}"] = _value
