"""The filters of Django's and Jinja2's own: what each gives, and what it asks of the rows it is put on."""

from __future__ import annotations

from typing import Any

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow import attributes, turns
from archwright.source.flow.frame import Frame
from archwright.source.flow.lookups import look_up
from archwright.source.flow.loops import loop_element
from archwright.source.flow.values import NO, NUMBER, TEXT, UNKNOWN_ORIGIN, Val, clean, constant, deep_origins, join
from archwright.source.frameworks.base import CallSite, mask
from archwright.source.parse.templates import DJANGO

_COUNTS = frozenset({"length", "count", "length_is"})
_CLEAN = frozenset(
    [
        "date",
        "time",
        "timesince",
        "timeuntil",
        "filesizeformat",
        "floatformat",
        "intcomma",
        "intword",
        "naturaltime",
        "naturalday",
        "ordinal",
        "pluralize",
        "yesno",
        "get_digit",
        "divisibleby",
        "int",
        "float",
        "round",
        "abs",
        "wordcount",
        "length_is",
        "localize",
        "unlocalize",
        "localtime",
    ]
)
"""What they give holds none of what they are put on."""
_ESCAPES = frozenset(
    ["escape", "e", "force_escape", "forceescape", "escapejs", "urlencode", "tojson", "json_script", "slugify"]
)
_SAME = frozenset(
    {"safe", "safeseq", "reverse", "list", "unique", "sort", "dictsort", "dictsortreversed", "slice", "default_if_none"}
)
"""What they give holds what they are put on, in another order or form."""
_ONE = frozenset({"first", "last", "random", "min", "max"})
_WALKS = frozenset({"join", "unordered_list", "tojson"})


def apply(language: str, name: str, value: Val, site: CallSite) -> Val:
    """What a filter gives. `site` is the call: the filter's name, the value, and the filter's arguments."""
    frame, position = site.frame, site.position
    if name in _COUNTS:
        _evaluate(frame, value, position)
        return NUMBER
    if name in _CLEAN:
        return TEXT
    if name in _ONE:
        return _first(frame, value, position)
    if name in ("default", "d") and len(site.args) > 2:
        return join(value, site.args[2])
    by = _attribute(language, name, site)
    if by is not None:
        return _by_attribute(language, name, value, by, site)
    if name in _WALKS:
        _each(frame, value, position)
    if name in _SAME:
        return value
    if name in _ESCAPES:
        return Val(("text",), clean(deep_origins(value), mask(Use.HTML)))
    if value.type == ("text",) or value.type is None:
        return Val(("text",), site.derived().origins or (UNKNOWN_ORIGIN,))
    return Val(None, (*deep_origins(value), UNKNOWN_ORIGIN))


def _evaluate(frame: Frame, value: Val, position: int) -> None:
    if value.type is not None and value.type[0] == "query":
        orm = frame.engine.frameworks_by_name.get(value.type[1].orm)
        if orm is not None:
            orm.evaluate(frame, value, position, "len")
    attributes.touched(frame, value)


def _first(frame: Frame, value: Val, position: int) -> Val:
    if value.type is not None and value.type[0] == "query":
        return attributes.subscript(frame, value, constant(0), position, is_slice=False)
    attributes.touched(frame, value)
    return attributes.element(frame, value, position)


def _attribute(language: str, name: str, site: CallSite) -> str | None:
    """The attribute that a filter asks of every element."""
    given = site.keywords.get("attribute")
    if given is None and len(site.args) > 2:
        takes_first = (
            ("dictsort", "dictsortreversed") if language == DJANGO else ("groupby", "selectattr", "rejectattr", "sum")
        )
        given = site.args[2] if name in takes_first else None
    return given.const if given is not None and isinstance(given.const, str) and given.const else None


def _by_attribute(language: str, name: str, value: Val, by: str, site: CallSite) -> Val:
    entered = turns.enter(site.frame)
    element = _enter(site.frame, value, site.position)
    found = _path(site.frame, element, by, site.position, called=language == DJANGO)
    turns.leave(site.frame, entered)
    if name == "map":
        return Val(("list",), (), NO, {"*": found})
    if name == "groupby":
        group = Val(("tuple",), (), NO, {0: found, 1: _plain(element), "grouper": found, "list": _plain(element)})
        return Val(("list",), (), NO, {"*": group})
    return NUMBER if name == "sum" else value


def regroup(site: CallSite) -> Val:
    """`{% regroup rows by attribute as groups %}`: each group has a `grouper` and a `list`."""
    frame = site.frame
    entered = turns.enter(frame)
    element = _enter(frame, site.args[0], site.position)
    grouper = _path(frame, element, str(site.args[1].const), site.position, called=True)
    turns.leave(frame, entered)
    group = Val(("dict",), (), NO, {"grouper": grouper, "list": _plain(element)})
    return Val(("list",), (), NO, {"*": group})


def _plain(element: Val) -> Val:
    return Val(("list",), (), NO, {"*": element})


def _path(frame: Frame, value: Val, path: str, position: int, *, called: bool) -> Val:
    for part in path.split("."):
        value = look_up(frame, value, part, position, called=called)
    return value


def _each(frame: Frame, value: Val, position: int) -> None:
    """A filter that writes every element as text."""
    entered = turns.enter(frame)
    element: Any = _enter(frame, value, position)
    attributes.as_text(frame, element, position)
    turns.leave(frame, entered)


def _enter(frame: Frame, value: Val, position: int) -> Val:
    attributes.touched(frame, value)
    return loop_element(frame, (f.CONST, position, None), value, position)
