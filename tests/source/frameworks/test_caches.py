"""Caches: which key is asked or filled, and for how long."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import CacheGet, CacheSet, Lock, Publish
from archwright.source.program import Program

Make = Callable[..., Program]

FILLED = {
    "redis": 'import redis\n\nr = redis.Redis()\n\ndef run(pk, v):\n    r.set(f"user:{pk}", v, ex=60)\n',
    "setex": 'import redis\n\ndef run(pk, v):\n    redis.from_url("redis://x").setex(f"user:{pk}", 60, v)\n',
    "milliseconds": 'import redis\n\nr = redis.StrictRedis()\n\ndef run(pk, v):\n    r.psetex(f"user:{pk}", 60000, v)\n',
    "asyncio": (
        "from datetime import timedelta\nfrom redis import asyncio as aioredis\n\nasync def run(r: aioredis.Redis, pk, v):\n"
        '    await r.set(f"user:{pk}", v, ex=timedelta(minutes=1))\n'
    ),
    "a pipeline": (
        'import redis\n\nr = redis.Redis()\n\ndef run(pk, v):\n    with r.pipeline() as p:\n        p.setex(f"user:{pk}", 60, v).execute()\n'
    ),
    "Django": 'from django.core.cache import cache\n\ndef run(pk, v):\n    cache.set(f"user:{pk}", v, 60)\n',
    "another of Django's": (
        'from django.core.cache import caches\n\ndef run(pk, v):\n    caches["slow"].set_many({f"user:{pk}": v}, timeout=60)\n'
    ),
    "Flask-Caching": (
        'from flask_caching import Cache\n\ncache = Cache()\n\ndef run(pk, v):\n    cache.set(f"user:{pk}", v, timeout=60)\n'
    ),
    "pymemcache": (
        "from pymemcache.client.base import Client\n\nc = Client('x')\n\ndef run(pk, v):\n    c.set(f'user:{pk}', v, expire=60)\n"
    ),
    "aiocache": (
        "from aiocache import Cache\n\nc = Cache(Cache.MEMORY)\n\nasync def run(pk, v):\n    await c.set(f'user:{pk}', v, ttl=60)\n"
    ),
}
AROUND = {
    "Django": "from django.views.decorators.cache import cache_page\n\n@cache_page(60 * 15)\ndef page(request):\n    pass\n",
    "Flask-Caching": "from flask_caching import Cache\n\ncache = Cache()\n\n@cache.memoize(timeout=900)\ndef page(pk):\n    pass\n",
    "cachetools": "import cachetools\n\n@cachetools.cached(cachetools.TTLCache(10, ttl=900))\ndef page(pk):\n    pass\n",
    "dogpile": (
        "from dogpile.cache import make_region\n\nregion = make_region().configure('x')\n\n"
        "@region.cache_on_arguments(expiration_time=900)\ndef page(pk):\n    pass\n"
    ),
    "fastapi-cache": "from fastapi_cache.decorator import cache\n\n@cache(expire=900)\nasync def page(pk):\n    pass\n",
}


@pytest.mark.parametrize("name", FILLED)
def test_a_cache_is_filled(name: str, program: Make) -> None:
    (effect,) = program({"app.py": FILLED[name]}, CacheSet).effects
    assert isinstance(effect, CacheSet)
    assert effect.key.text == ("{}" if "set_many" in FILLED[name] else "user:{}")
    assert effect.ttl is not None
    assert effect.ttl.constant == 60


@pytest.mark.parametrize("name", AROUND)
def test_what_a_function_gives_is_kept(name: str, program: Make) -> None:
    asked, filled = program({"app.py": AROUND[name]}, CacheGet, CacheSet).effects
    assert isinstance(asked, CacheGet)
    assert isinstance(filled, CacheSet)
    assert (asked.unit, asked.key.text) == ("app.page", "app.page({})")
    assert filled.ttl is not None
    assert filled.ttl.constant == 900


def test_how_long_it_stays(program: Make) -> None:
    text = """
        import redis
        from django.core.cache import cache

        def run(connection: redis.Redis, **options):
            connection.set("for ever", 1)
            cache.set("for ever, too", 1, None)
            cache.set("as the settings say", 1)
            connection.delete("thrown away")
    """
    found = {e.key.constant: e for e in program({"app.py": text}, CacheSet).effects if isinstance(e, CacheSet)}
    assert found["for ever"].ttl is None
    assert found["for ever, too"].ttl is None
    told = found["as the settings say"].ttl
    assert told is not None
    assert [origin.kind.value for origin in told.origins] == ["unknown"]
    assert found["thrown away"].removes


def test_locks_and_channels(program: Make) -> None:
    text = """
        import redis
        from django.core.cache import cache

        r = redis.Redis()

        def run(pk):
            r.set(f"claim:{pk}", 1, nx=True, ex=10)
            cache.add("once", 1)
            with r.lock("nightly", timeout=5):
                r.publish("orders", pk)
                r.xadd("events", {"order": pk})
    """
    effects = program({"app.py": text}, Lock, Publish).effects
    locks = [(e.kind, e.subject.constant or e.subject.text) for e in effects if isinstance(e, Lock)]
    assert locks == [("redis", "claim:{}"), ("cache", "once"), ("redis", "nightly")]
    assert [e.channel for e in effects if isinstance(e, Publish)] == ["orders", "events"]


def test_a_subscription_is_received_from(program: Make) -> None:
    text = """
        import redis

        def listen():
            subscription = redis.Redis().pubsub()
            subscription.subscribe("orders")
            for message in subscription.listen():
                print(message["data"])
    """
    (operation,) = program({"app.py": text}).operations
    assert operation.entry == "app.listen"


def test_what_is_no_cache(program: Make) -> None:
    text = "import redis\n\ndef run(d: dict, unknown):\n    {}.get('a')\n    d.get('a')\n    unknown.get('a')\n    unknown.set('a', 1)\n"
    assert program({"app.py": text}, CacheGet, CacheSet).effects == ()
