"""Flask-Caching, cachetools, aiocache, dogpile.cache, pymemcache, fastapi-cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from archwright.source.flow.calls import call_argument
from archwright.source.flow.values import NO, UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Framework, Handler
from archwright.source.frameworks.shared.cached import asked, filled, prefixed, wraps
from archwright.source.frameworks.shared.jobs import text_of
from archwright.source.frameworks.shared.times import seconds

FLASK, REGION, AIOCACHE = "flask_caching.Cache", "dogpile.cache.region.CacheRegion", "aiocache.Cache"
_MEMCACHE = (
    "pymemcache.client.base.Client",
    "pymemcache.client.hash.HashClient",
    "pymemcache.PooledClient",
    "pylibmc.Client",
)


class CacheLibraries(Framework):
    """Caches that a library puts before other stores or before functions."""

    name = "cache_libraries"
    packages = ("flask_caching", "cachetools", "aiocache", "dogpile", "pymemcache", "pylibmc", "fastapi_cache")
    aliases: ClassVar[dict[str, str]] = {
        "dogpile.cache.CacheRegion": REGION,
        "pymemcache.Client": _MEMCACHE[0],
        "pymemcache.HashClient": _MEMCACHE[1],
        "pymemcache.client.Client": _MEMCACHE[0],
        "aiocache.factory.Cache": AIOCACHE,
        "aiocache.SimpleMemoryCache": AIOCACHE,
        "aiocache.RedisCache": AIOCACHE,
        "aiocache.MemcachedCache": AIOCACHE,
        "aiocache.decorators.cached": "aiocache.cached",
        "fastapi_cache.decorator.cache": "fastapi_cache.cache",
    }
    returns: ClassVar[dict[str, str]] = {
        "dogpile.cache.make_region": REGION,
        "dogpile.cache.region.make_region": REGION,
        f"{REGION}.configure": REGION,
        f"{REGION}.configure_from_config": REGION,
        "aiocache.caches.get": AIOCACHE,
    }

    def __init__(self) -> None:
        super().__init__()
        self._store(FLASK, "timeout", 2)
        self._store(AIOCACHE, "ttl", 2)
        self._store(REGION, "expiration_time", -1)
        for client in _MEMCACHE:
            self._store(client, "expire", 2)
        self.calls[f"{REGION}.get_or_create"] = _get_or_create
        self.calls["cachetools.TTLCache"] = _keeps("ttl", 1)
        self.decorators["cachetools.cached"] = _by_cache
        self.decorators["cachetools.func.ttl_cache"] = _around("ttl", 1, 600)
        self.decorators[f"{FLASK}.cached"] = _around("timeout", 0, None, "key_prefix")
        self.decorators[f"{FLASK}.memoize"] = _around("timeout", 0, None)
        self.decorators[f"{REGION}.cache_on_arguments"] = _around("expiration_time", 1, None, "namespace")
        self.decorators["aiocache.cached"] = _around("ttl", 0, None, "key")
        self.decorators["fastapi_cache.cache"] = _around("expire", 0, None, "namespace")

    def _store(self, dotted: str, ttl: str, place: int) -> None:
        for name in ("get", "get_many", "get_multi", "exists", "has", "get_dict", "gets"):
            self.calls[f"{dotted}.{name}"] = _get
        for name in ("set", "add", "set_many", "set_multi", "replace", "increment", "incr", "decr", "cas"):
            self.calls[f"{dotted}.{name}"] = _set(ttl, place)
        for name in ("delete", "delete_many", "delete_multi", "clear", "invalidate", "delete_memoized"):
            self.calls[f"{dotted}.{name}"] = _delete


def _get(site: CallSite) -> Val:
    return asked(site, site.argument(0, "key"))


def _set(ttl: str, place: int) -> Handler:
    def handler(site: CallSite) -> Val:
        given = site.argument(place, ttl)
        return filled(
            site, site.argument(0, "key"), seconds(given) if given is not None else UNKNOWN, site.argument(1, "value")
        )

    return handler


def _delete(site: CallSite) -> Val:
    return filled(site, site.argument(0, "key"), None, removes=True)


def _get_or_create(site: CallSite) -> Val:
    """`region.get_or_create(key, creator, expiration_time)`."""
    key, creator, ttl = site.argument(0, "key"), site.argument(1, "creator"), site.argument(2, "expiration_time")
    asked(site, key)
    made = call_argument(site.frame, creator, [], site.position) if creator is not None else UNKNOWN
    filled(site, key, seconds(ttl) if ttl is not None else UNKNOWN, made)
    return made


def _keeps(ttl: str, place: int) -> Callable[[CallSite], Val]:
    def handler(site: CallSite) -> Val:
        given = site.argument(place, ttl)
        return Val(("object", site.name), (), NO, {"ttl": given} if given is not None else {})

    return handler


def _by_cache(site: CallSite) -> Val | None:
    """`@cached(cache=TTLCache(100, ttl=60))`: it stays as long as the cache says; until it is pushed out, for others."""
    cache = site.argument(0, "cache")
    items: dict[Any, Val] = (cache.items or {}) if cache is not None else {}
    return wraps(site, prefixed("", site, len(site.frame.facts[4])), items.get("ttl"))


def _around(ttl: str, place: int, default: int | None, prefix: str = "") -> Handler:
    def handler(site: CallSite) -> Val:
        given = site.argument(place, ttl)
        limit = (
            seconds(given) if given is not None else Val(("number",), (), default) if default is not None else UNKNOWN
        )
        named = text_of(site.keywords.get(prefix)) if prefix else ""
        return wraps(site, prefixed(named, site, len(site.frame.facts[4])), limit)

    return handler
