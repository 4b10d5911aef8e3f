"""Addresses taken apart, put together and percent-encoded: `urllib.parse`.

The host of what is put together is that of the part `netloc`. Without one the path may hold it: the path of `////host` is
`//host`, which a browser reads as another host. So a cleared `netloc` cleans nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from archwright.model.value import Use
from archwright.source.flow import addresses, hosts
from archwright.source.flow.values import NO, NUMBER, Origin, Val, clean, deep_origins, join_origins
from archwright.source.frameworks.base import CallSite, Handler, mask

_PARSED: Final = ("scheme", "netloc", "path", "params", "query", "fragment")
_SPLIT: Final = ("scheme", "netloc", "path", "query", "fragment")
_FIELDS: Final = frozenset(_PARSED)
_NO_SLASH: Final = mask(Use.PATH)
"""What ends at the first slash holds none."""
_ENCODED: Final = mask(Use.HTML, Use.URL, Use.SQL_TEXT, Use.LOG, Use.HEADER)
_ONE_PART: Final = mask(Use.SEGMENT, Use.RELATIVE)
"""What is encoded with its slashes is one part of a path, `..` at worst: dots stay."""


def _take_apart(names: tuple[str, ...]) -> Handler:
    """`urlsplit(address)`: a tuple whose parts have names."""

    def handler(site: CallSite) -> Val:
        address = site.argument(0, "url") or site.argument(0, "urlstring")
        origins = deep_origins(address) if address is not None else ()
        found: dict[Any, Val] = {}
        for index, name in enumerate(names):
            found[index] = found[name] = _part(name, origins)
        for name in ("hostname", "username", "password"):
            found[name] = _part("netloc", origins)
        found["port"] = NUMBER
        return Val(("tuple",), (), NO, found)

    return handler


def _part(name: str, origins: tuple[Origin, ...]) -> Val:
    cleaned = addresses.HOST | _NO_SLASH if name == "scheme" else _NO_SLASH if name == "netloc" else 0
    return Val(("text",), clean(origins, cleaned))


def _put_together(site: CallSite) -> Val | None:
    """`urlunsplit(parts)`."""
    parts = site.argument(0, "components")
    items = parts.items if parts is not None else None
    return _whole(items) if items else site.derived(("text",))


def _whole(items: Mapping[Any, Val]) -> Val:
    """The address that some parts make, by their places or their names."""
    netloc = items.get(1, items.get("netloc"))
    led = netloc is None or (netloc.const is NO and any(map(_foreign, deep_origins(netloc))))
    empty = netloc is not None and not netloc.origins and netloc.const in ("", None)
    origins: tuple[Origin, ...] = ()
    for name, value in items.items():
        if isinstance(name, int) or name == "*":
            origins = join_origins(origins, deep_origins(value))
    return Val(("text",), origins if led or empty else clean(origins, addresses.HOST), NO, None, "{}")


def _foreign(origin: Origin) -> bool:
    return addresses.leads(origin) and origin[0][1] not in hosts.OWN


def _replace(site: CallSite) -> Val | None:
    """`parts._replace(netloc="")`."""
    items = _parts(site)
    if items is None or not _FIELDS.issuperset(site.keywords):
        return None
    names = _PARSED if "params" in items else _SPLIT
    changed = dict(items)
    for name, value in site.keywords.items():
        if name in names:
            changed[name] = changed[names.index(name)] = value
    return Val(("tuple",), (), NO, changed)


def _geturl(site: CallSite) -> Val | None:
    items = _parts(site)
    return _whole(items) if items is not None else None


def _parts(site: CallSite) -> Mapping[Any, Val] | None:
    items = site.receiver.items if site.receiver is not None else None
    return items if items is not None and "netloc" in items else None


def _quote(kept: str) -> Handler:
    """`quote(text, safe=...)`. kept: the letters that stay as they are where the call names none."""

    def handler(site: CallSite) -> Val | None:
        text, safe = site.argument(0, "string"), site.argument(1, "safe")
        if text is None:
            return None
        stays = kept if safe is None else safe.const
        return encoded(text, slashes=not isinstance(stays, str) or "/" in stays)

    return handler


def encoded(text: Val, *, slashes: bool) -> Val:
    """What percent-encoding makes of a text; slashes: they stay."""
    return Val(("text",), clean(deep_origins(text), _ENCODED if slashes else _ENCODED | _ONE_PART), NO, None, "{}")


CALLS: Final[dict[str, Handler]] = {
    "urllib.parse.quote": _quote("/"),
    "urllib.parse.quote_plus": _quote(""),
    "urllib.parse.urlparse": _take_apart(_PARSED),
    "urllib.parse.urlsplit": _take_apart(_SPLIT),
    "urllib.parse.urlunparse": _put_together,
    "urllib.parse.urlunsplit": _put_together,
}
"""By dotted name."""
METHODS: Final[dict[str, Handler]] = {"_replace": _replace, "geturl": _geturl}
"""By method name, on what `CALLS` took apart."""
