"""Kafka: kafka-python, aiokafka and confluent-kafka."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, Val, join_all
from archwright.source.frameworks.base import CallSite, Entry, Framework, Iteration, Source
from archwright.source.frameworks.shared.channels import MESSAGE, each, name_of, publish, receiver
from archwright.source.frameworks.shared.sites import taking

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

RECORD, CONFLUENT = "kafka.ConsumerRecord", "confluent_kafka.Message"
_PRODUCERS = {
    "kafka.KafkaProducer": ("send",),
    "aiokafka.AIOKafkaProducer": ("send", "send_and_wait"),
    "confluent_kafka.Producer": ("produce",),
    "confluent_kafka.SerializingProducer": ("produce",),
    "confluent_kafka.avro.AvroProducer": ("produce",),
    "confluent_kafka.aio.AIOProducer": ("produce",),
}
_CONSUMERS = {
    "kafka.KafkaConsumer": RECORD,
    "aiokafka.AIOKafkaConsumer": RECORD,
    "confluent_kafka.Consumer": CONFLUENT,
    "confluent_kafka.DeserializingConsumer": CONFLUENT,
    "confluent_kafka.avro.AvroConsumer": CONFLUENT,
}
_TAKES = frozenset({"poll", "getone", "getmany", "consume"})


class Kafka(Framework):
    """Producers and consumers."""

    name = "kafka"
    packages = ("kafka", "aiokafka", "confluent_kafka")
    aliases: ClassVar[dict[str, str]] = {
        "kafka.producer.KafkaProducer": "kafka.KafkaProducer",
        "kafka.consumer.KafkaConsumer": "kafka.KafkaConsumer",
        "kafka.consumer.fetcher.ConsumerRecord": RECORD,
        "aiokafka.ConsumerRecord": RECORD,
        "aiokafka.structs.ConsumerRecord": RECORD,
        "aiokafka.producer.AIOKafkaProducer": "aiokafka.AIOKafkaProducer",
        "aiokafka.consumer.AIOKafkaConsumer": "aiokafka.AIOKafkaConsumer",
        "confluent_kafka.cimpl.Producer": "confluent_kafka.Producer",
        "confluent_kafka.cimpl.Consumer": "confluent_kafka.Consumer",
        "confluent_kafka.cimpl.Message": CONFLUENT,
    }
    sources: ClassVar[dict[str, Source]] = {
        f"{dotted}.{name}": MESSAGE for dotted in (RECORD, CONFLUENT) for name in ("value", "key", "headers")
    }
    objects = tuple(_CONSUMERS)

    def __init__(self) -> None:
        super().__init__()
        for producer, names in _PRODUCERS.items():
            for name in names:
                self.calls[f"{producer}.{name}"] = _send
        for consumer, message in _CONSUMERS.items():
            self.calls[consumer] = _consumer
            self.calls[f"{consumer}.subscribe"] = _subscribe
            for name in ("poll", "getone"):
                self.calls[f"{consumer}.{name}"] = _taken(message, name)
            for name in ("consume", "getmany"):
                self.calls[f"{consumer}.{name}"] = _taken(message, name)

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Units that loop over a consumer, or ask it for messages."""
        for unit, consumer in taking(engine, frozenset(_CONSUMERS), _TAKES, loops=True):
            topics = [name_of(topic) for topic in (consumer.items or {}).values()]
            for topic in dict.fromkeys(topics) or ("",):
                yield receiver(engine, unit, topic)

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        """`for record in consumer`."""
        message = _CONSUMERS.get(value.type[1]) if value.type is not None else None
        return each(frame, message, position) if message is not None else None


def _send(site: CallSite) -> Val:
    """`send(topic, value)`, `produce(topic, value)`."""
    publish(site, site.argument(0, "topic"), site.argument(1, "value"))
    return Val(None, ())


def _consumer(site: CallSite) -> Val:
    """A consumer of topics; confluent's gets its configuration, and its topics from `subscribe`."""
    topics = {} if site.name.startswith("confluent") else dict(enumerate(site.args))
    return Val(("object", site.name), (), NO, topics)


def _subscribe(site: CallSite) -> Val:
    topics = site.argument(0, "topics")
    held = site.receiver.items if site.receiver is not None else None
    if held is not None and topics is not None:
        for topic in (topics.items or {}).values():
            held[len(held)] = topic
    return Val(None, ())


def _taken(message: str, name: str) -> Callable[[CallSite], Val]:
    """One message, a list of them, or (kafka-python, aiokafka) lists by partition."""
    one = Val(("object", message))

    def handler(site: CallSite) -> Val:
        if name == "getone" or (name == "poll" and message == CONFLUENT):
            return one
        many = Val(("list",), (), NO, {"*": one})
        return many if message == CONFLUENT else Val(("dict",), (), NO, {"*": join_all([many])})

    return handler
