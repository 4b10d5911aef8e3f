"""Django's caches: `cache`, `caches[...]`, and pages that are kept whole."""

from __future__ import annotations

from typing import Any, ClassVar

from archwright.source.flow.calls import call_argument
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import UNKNOWN, Val, join
from archwright.source.frameworks.base import CallSite, Framework
from archwright.source.frameworks.shared.cached import asked, filled, prefixed, wraps
from archwright.source.frameworks.shared.times import seconds

CACHE, CACHES = "django.core.cache.backends.base.BaseCache", "django.core.cache.CacheHandler"
_ASKS = frozenset({"get", "get_many", "has_key", "ttl", "pttl", "keys", "iter_keys"})
_TIMEOUT = {"set": 2, "add": 2, "set_many": 1, "touch": 1, "get_or_set": 2}
"""Where the timeout stands among the arguments."""
_REMOVES = frozenset({"delete", "delete_many", "delete_pattern", "clear"})


class DjangoCache(Framework):
    """`django.core.cache`."""

    name = "django_cache"
    packages = ("django",)
    aliases: ClassVar[dict[str, str]] = {"django.core.cache.backends.base.BaseMemcachedCache": CACHE}
    attributes: ClassVar[dict[str, str]] = {
        "django.core.cache.cache": CACHE,
        "django.core.cache.caches": CACHES,
        "django.core.cache.get_cache": CACHE,
    }
    objects = (CACHE, CACHES)

    def __init__(self) -> None:
        super().__init__()
        self.decorators["django.views.decorators.cache.cache_page"] = _page

    def item(self, frame: Frame, base: Val, index: Val, position: int, *, is_slice: bool) -> Val | None:
        """`caches["name"]`."""
        return Val(("object", CACHE)) if base.type == ("object", CACHES) else None

    def method(self, call: CallSite) -> Val | None:
        """The methods of a cache; those that start with `a` are their asynchronous twins."""
        if call.receiver is None or call.receiver.type != ("object", CACHE):
            return None
        name = call.name if call.name == "add" else call.name.removeprefix("a")
        if name in _ASKS:
            found = asked(call, call.argument(0, "keys" if name == "get_many" else "key"))
            default = call.argument(1, "default") if name == "get" else None
            return join(found, default) if default is not None and default.const is not None else found
        if name in _REMOVES:
            return filled(call, call.argument(0, "keys" if name == "delete_many" else "key"), None, removes=True)
        if name in ("incr", "decr", "incr_version", "decr_version"):
            filled(call, call.argument(0, "key"), UNKNOWN)
            return Val(("number",))
        if name in _TIMEOUT:
            return self._set(call, name)
        if name == "lock":
            key = call.argument(0, "key")
            call.emit("Lock", kind="redis", subject=key if key is not None else UNKNOWN)
            return Val(("object", "redis.lock.Lock"))
        return None

    def _set(self, call: CallSite, name: str) -> Val:
        key = call.argument(0, "data" if name == "set_many" else "key")
        timeout = call.argument(_TIMEOUT[name], "timeout")
        ttl = seconds(timeout) if timeout is not None else UNKNOWN  # as the settings say
        if name == "add":  # only the first who asks gets it
            call.emit("Lock", kind="cache", subject=key if key is not None else UNKNOWN)
        if name == "get_or_set":
            default = call.argument(1, "default")
            asked(call, key)
            made: Any = call_argument(call.frame, default, [], call.position) if default is not None else UNKNOWN
            filled(call, key, ttl, made)
            return Val(None, made.origins)
        value = call.argument(1, "value") if name in ("set", "add") else None
        return filled(call, key, ttl, value)


def _page(site: CallSite) -> Val:
    """`@cache_page(60)`: the answer for each URL."""
    timeout = site.argument(0, "timeout")
    return wraps(site, prefixed("", site, 1), seconds(timeout) if timeout is not None else UNKNOWN)
