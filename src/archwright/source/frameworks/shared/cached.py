"""What caches have in common: a key that is asked, and a key that is filled for some time."""

from __future__ import annotations

from typing import Final

from archwright.source.flow.values import NO, UNKNOWN, Origin, Val, constant, origins_of
from archwright.source.frameworks.base import CallSite

CACHED: Final[Origin] = (("result", "cached value"), 0, None)


def asked(site: CallSite, key: Val | None) -> Val:
    """Record that a cache is asked; gives what it holds."""
    name = key if key is not None else UNKNOWN
    site.emit("CacheGet", key=named(name), depends=Val(None, origins_of([name])))
    return Val(None, (CACHED,))


def filled(site: CallSite, key: Val | None, ttl: Val | None, value: Val | None = None, *, removes: bool = False) -> Val:
    """Record that a cache is filled, or (`removes`) that an entry is thrown away. ttl: seconds; None: it stays for ever."""
    name = key if key is not None else UNKNOWN
    depends = Val(None, origins_of([each for each in (name, value) if each is not None]))
    kept = None if ttl is None or (ttl.const is None and not ttl.origins) else ttl
    site.emit("CacheSet", key=named(name), ttl=kept, removes=removes, depends=depends)
    return Val(None, ())


def named(key: Val) -> Val:
    """A key as a text, with its shape where it is built of parts; of a collection of keys, what they are made of."""
    if key.items and key.type in (("list",), ("tuple",), ("set",), ("dict",), ("generator",)):
        return Val(None, origins_of([key]), NO, None, "{}")
    return key


def prefixed(prefix: str, site: CallSite, parameters: int) -> Val:
    """The key under which a decorator keeps what a function gave: the function, and its arguments."""
    name = prefix or site.frame.engine.project.unit_name(site.frame.unit)
    return constant(name) if not parameters else Val(("text",), (), NO, None, f"{name}({{}})")


def wraps(site: CallSite, key: Val, ttl: Val | None) -> Val:
    """A decorator that keeps what a function gives: the cache is asked first, and filled after."""
    asked(site, key)
    return filled(site, key, ttl)
