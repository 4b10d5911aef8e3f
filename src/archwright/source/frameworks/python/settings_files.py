"""configparser: what is set under a section and an option is read back there; what a file says is not known."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import ALL_USES, NO, NONE, UNKNOWN, Val, clean, deep_origins, inside, join, join_all
from archwright.source.frameworks.base import CallSite, Framework

_PARSER: Final = "configparser.ConfigParser"
_SECTION: Final = "configparser.SectionProxy"
_DEFAULT: Final = "DEFAULT"
_REST: Final = "*"
"""The item that holds what was read from elsewhere, or set under a name that is not constant."""


class SettingsFiles(Framework):
    """The parsers of configparser."""

    name = "configparser"
    packages = ("configparser",)
    aliases: ClassVar[dict[str, str]] = {
        "configparser.RawConfigParser": _PARSER,
        "configparser.SafeConfigParser": _PARSER,
    }
    objects: ClassVar[tuple[str, ...]] = (_PARSER, _SECTION)

    def __init__(self) -> None:
        super().__init__()
        self.calls[_PARSER] = _parser
        self.calls[f"{_PARSER}.set"] = _set
        self.calls[f"{_PARSER}.get"] = _get
        for name in ("getint", "getfloat", "getboolean"):
            self.calls[f"{_PARSER}.{name}"] = _number
            self.calls[f"{_SECTION}.{name}"] = _number
        self.calls[f"{_SECTION}.get"] = _get
        for name in ("read", "read_file", "readfp"):
            self.calls[f"{_PARSER}.{name}"] = _read
        for name in ("read_string", "read_dict"):
            self.calls[f"{_PARSER}.{name}"] = _read_text

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        """`parser[section][option]`."""
        if base.type == ("object", _SECTION) and base.items is not None:
            return _found(base.items["parser"], base.items["section"], index)
        return Val(("object", _SECTION), (), NO, {"parser": base, "section": index})


def _parser(site: CallSite) -> Val:
    return Val(("object", _PARSER), (), NO, {})


def _key(section: Val | None, option: Val | None) -> Any:
    """Options are told apart without regard to case."""
    if section is None or option is None or not isinstance(section.const, str) or not isinstance(option.const, str):
        return _REST
    return (section.const, option.const.lower())


def _set(site: CallSite) -> Val:
    receiver, value = site.receiver, site.argument(2, "value")
    if receiver is None or receiver.items is None or value is None:
        return NONE
    key = _key(site.argument(0, "section"), site.argument(1, "option"))
    kept = inside(value, receiver)
    items = receiver.items
    items[key] = join(items[key], kept) if key in items and (key == _REST or site.frame.loops) else kept
    return NONE


def _found(parser: Val, section: Val | None, option: Val | None) -> Val:
    items = parser.items or {}
    key = _key(section, option)
    if key == _REST:
        return join_all(list(items.values()))
    for known in (key, (_DEFAULT, key[1])):
        if known in items:
            return join(items[known], items[_REST]) if _REST in items else items[known]
    return items.get(_REST, UNKNOWN)


def _get(site: CallSite) -> Val | None:
    receiver = site.receiver
    if receiver is None or receiver.items is None:
        return None
    if receiver.type == ("object", _SECTION):
        found = _found(receiver.items["parser"], receiver.items["section"], site.argument(0, "option"))
        otherwise = site.argument(1, "fallback")
    else:
        found = _found(receiver, site.argument(0, "section"), site.argument(1, "option"))
        otherwise = site.keywords.get("fallback")
    return join(found, otherwise) if otherwise is not None else found


def _number(site: CallSite) -> Val:
    found = _get(site)
    return Val(("number",), clean(found.origins, ALL_USES) if found is not None else ())


def _read(site: CallSite) -> Val:
    if site.receiver is not None and site.receiver.items is not None:
        site.receiver.items[_REST] = UNKNOWN
    return NONE


def _read_text(site: CallSite) -> Val:
    receiver = site.receiver
    if receiver is not None and receiver.items is not None and site.args:
        receiver.items[_REST] = Val(("text",), deep_origins(site.args[0]))
    return NONE
