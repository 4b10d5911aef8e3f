"""AMQP: pika, aio-pika, aiormq and kombu."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Val
from archwright.source.frameworks.base import CallSite, Entry, Framework, Iteration, Source
from archwright.source.frameworks.shared.channels import MESSAGE, each, name_of, publish, received, receiver, routed
from archwright.source.frameworks.shared.sites import Site, constant_of, sites, taking, unit_named, value_at

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

PIKA = "pika.channel.Channel"
CONNECTION, CHANNEL, EXCHANGE, QUEUE = (
    f"aio_pika.abc.Abstract{name}" for name in ("Connection", "Channel", "Exchange", "Queue")
)
INCOMING, ITERATOR = "aio_pika.abc.AbstractIncomingMessage", "aio_pika.abc.AbstractQueueIterator"
KOMBU = "kombu.Message"
PRODUCER, CONSUMER, SIMPLE = "kombu.Producer", "kombu.Consumer", "kombu.simple.SimpleQueue"
_ROBUST = ("Connection", "Channel", "Exchange", "Queue", "IncomingMessage", "QueueIterator")


class Amqp(Framework):
    """Clients of RabbitMQ and its like."""

    name = "amqp"
    packages = ("pika", "aio_pika", "aiormq", "kombu")
    aliases: ClassVar[dict[str, str]] = {
        **{f"aio_pika.{name}": f"aio_pika.abc.Abstract{name}" for name in _ROBUST},
        **{f"aio_pika.Robust{name}": f"aio_pika.abc.Abstract{name}" for name in _ROBUST[:4]},
        **{f"aio_pika.abc.AbstractRobust{name}": f"aio_pika.abc.Abstract{name}" for name in _ROBUST[:4]},
        "aio_pika.message.IncomingMessage": INCOMING,
        "aio_pika.robust_connection.connect_robust": "aio_pika.connect_robust",
        "pika.adapters.blocking_connection.BlockingChannel": PIKA,
        "pika.BlockingConnection": "pika.adapters.blocking_connection.BlockingConnection",
        "kombu.messaging.Producer": PRODUCER,
        "kombu.messaging.Consumer": CONSUMER,
    }
    returns: ClassVar[dict[str, str]] = {
        "pika.adapters.blocking_connection.BlockingConnection.channel": PIKA,
        "pika.SelectConnection.channel": PIKA,
        "aio_pika.connect": CONNECTION,
        "aio_pika.connect_robust": CONNECTION,
        f"{CONNECTION}.channel": CHANNEL,
        f"{INCOMING}.process": INCOMING,
        "kombu.Connection.Producer": PRODUCER,
        "kombu.Connection.SimpleQueue": SIMPLE,
        "kombu.pools.producers.acquire": PRODUCER,
    }
    attributes: ClassVar[dict[str, str]] = {f"{CHANNEL}.default_exchange": EXCHANGE}
    sources: ClassVar[dict[str, Source]] = {
        **{f"{INCOMING}.{name}": MESSAGE for name in ("body", "headers", "json", "correlation_id", "reply_to")},
        **{f"{KOMBU}.{name}": MESSAGE for name in ("body", "payload", "decode")},
        f"{SIMPLE}.get": MESSAGE,
    }
    objects = (QUEUE, ITERATOR, PIKA)

    def __init__(self) -> None:
        super().__init__()
        self.calls[f"{PIKA}.basic_publish"] = _basic_publish
        self.methods["basic_publish"] = _basic_publish
        self.calls[f"{EXCHANGE}.publish"] = _exchange_publish
        self.calls[f"{PRODUCER}.publish"] = _producer_publish
        self.calls[f"{SIMPLE}.put"] = _simple_put
        for name in ("declare_exchange", "get_exchange"):
            self.calls[f"{CHANNEL}.{name}"] = _holds(EXCHANGE)
        for name in ("declare_queue", "get_queue"):
            self.calls[f"{CHANNEL}.{name}"] = _holds(QUEUE)
        for name in ("kombu.Exchange", "kombu.Queue"):
            self.calls[name] = _holds(name)
        self.calls[f"{QUEUE}.get"] = _incoming
        self.calls[f"{QUEUE}.iterator"] = _iterator

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions handed over as callbacks, and units that loop over a queue."""
        for site in sites(engine, ("basic_consume",)):
            yield from self._basic(engine, site)
        for site in sites(engine, ("consume",), "pika"):
            yield from self._consume(engine, site)
        for site in sites(engine, ("Consumer",), "kombu"):
            yield from self._kombu(engine, site)
        for unit, queue in taking(engine, frozenset({QUEUE}), frozenset({"iterator"})):
            yield receiver(engine, unit, name_of((queue.items or {}).get("name")))

    def _basic(self, engine: Engine, site: Site) -> Iterable[Entry]:
        """pika: `basic_consume(queue, on_message_callback)`; before 1.0 the callback came first."""
        callback, queue = site.argument(1, "on_message_callback"), site.argument(0, "queue")
        unit = unit_named(engine, site.module, site.place, callback)
        if unit is None:
            callback, queue = site.argument(0, "consumer_callback"), site.argument(1, "queue")
            unit = unit_named(engine, site.module, site.place, callback)
        if unit is None:
            return
        _, facts = engine.project.unit(unit)
        names = [name for name, *_ in facts[4]][1 if facts[9] >= 0 else 0 :]
        body = received(unit, facts[2]).with_type(("text",))
        parameters = {names[3]: body, names[0]: Val(("object", PIKA))} if len(names) > 3 else {}
        yield receiver(engine, unit, _told(engine, site, queue), parameters)

    def _consume(self, engine: Engine, site: Site) -> Iterable[Entry]:
        """aio-pika: `queue.consume(callback)`."""
        unit = unit_named(engine, site.module, site.place, site.argument(0, "callback"))
        if unit is None:
            return
        queue = value_at(engine, site.module, site.place, site.call[2][2]) if len(site.call[2]) > 3 else UNKNOWN
        _, facts = engine.project.unit(unit)
        names = [name for name, *_ in facts[4]][1 if facts[9] >= 0 else 0 :]
        parameters = {names[0]: Val(("object", INCOMING))} if names else {}
        yield receiver(engine, unit, name_of((queue.items or {}).get("name")), parameters)

    def _kombu(self, engine: Engine, site: Site) -> Iterable[Entry]:
        """kombu: `Consumer(queues, callbacks=[...])`; a callback gets the decoded body first."""
        callbacks = next((value for name, value in site.call[4] if name in ("callbacks", "on_message")), None)
        queues = constant_of(
            engine, site.module, next((value for name, value in site.call[4] if name == "queues"), None)
        )
        listed = callbacks[2] if callbacks is not None and callbacks[0] in (f.LIST, f.TUPLE) else (callbacks,)
        names = [
            name_of((queue.items or {}).get("name")) for queue in ((queues.items or {}) if queues else {}).values()
        ]
        for node in listed:
            unit = unit_named(engine, site.module, site.place, node)
            if unit is not None:
                _, facts = engine.project.unit(unit)
                given = [name for name, *_ in facts[4]][1 if facts[9] >= 0 else 0 :]
                parameters = {given[0]: received(unit, facts[2])} if given else {}
                yield receiver(engine, unit, names[0] if names else "", parameters)

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        """`async for message in queue.iterator()`."""
        return each(frame, INCOMING, position) if value.type in (("object", ITERATOR), ("object", QUEUE)) else None

    def method(self, call: CallSite) -> Val | None:
        """`for method, properties, body in channel.consume(queue)`."""
        if call.name == "consume" and call.receiver is not None and call.receiver.type == ("object", PIKA):
            body = received(call.frame.unit, call.position).with_type(("text",))
            items = {0: UNKNOWN, 1: UNKNOWN, 2: body}
            return Val(("generator",), (), NO, {"*": Val(("tuple",), (), NO, items)})
        return None


def _told(engine: Engine, site: Site, node: Any) -> str:
    return name_of(constant_of(engine, site.module, node))


def _holds(dotted: str) -> Any:
    """An exchange or a queue, by its name."""

    def handler(site: CallSite) -> Val:
        name = site.argument(0, "name")
        return Val(("object", dotted), (), NO, {"name": name} if name is not None else None)

    return handler


def _basic_publish(site: CallSite) -> Val:
    to = routed(site.argument(0, "exchange"), site.argument(1, "routing_key"))
    publish(site, to, site.argument(2, "body"))
    return Val(None, ())


def _exchange_publish(site: CallSite) -> Val:
    held = (site.receiver.items or {}).get("name") if site.receiver is not None else None
    publish(site, routed(held, site.argument(1, "routing_key")), site.argument(0, "message"))
    return Val(None, ())


def _producer_publish(site: CallSite) -> Val:
    exchange = site.keywords.get("exchange")
    if exchange is not None and exchange.items:
        exchange = exchange.items.get("name", exchange)
    publish(site, routed(exchange, site.argument(1, "routing_key")), site.argument(0, "body"))
    return Val(None, ())


def _simple_put(site: CallSite) -> Val:
    publish(site, None, site.argument(0, "message"))
    return Val(None, ())


def _incoming(site: CallSite) -> Val:
    return Val(("object", INCOMING))


def _iterator(site: CallSite) -> Val:
    return Val(("object", ITERATOR))
