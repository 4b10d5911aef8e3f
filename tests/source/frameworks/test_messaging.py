"""Brokers: messages that are sent, units that receive, and what they are given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Interpret, Publish
from archwright.model.operation import Message
from archwright.model.value import Clean, Trust, Use
from archwright.source.program import Program

Make = Callable[..., Program]

SENT = {
    "FastStream and Kafka": """
        from faststream.kafka import KafkaBroker

        broker = KafkaBroker("localhost:9092")

        async def run(order):
            await broker.publish(order, topic="orders")
    """,
    "a publisher object": """
        from faststream.nats import NatsBroker

        broker = NatsBroker()
        publisher = broker.publisher("orders")

        async def run(order):
            await publisher.publish(order)
    """,
    "pika": """
        import pika

        def run(order):
            channel = pika.BlockingConnection(pika.ConnectionParameters("localhost")).channel()
            channel.basic_publish(exchange="", routing_key="orders", body=order)
    """,
    "aio-pika": """
        import aio_pika

        async def run(order):
            connection = await aio_pika.connect_robust("amqp://localhost")
            async with connection:
                channel = await connection.channel()
                await channel.default_exchange.publish(aio_pika.Message(body=order), routing_key="orders")
    """,
    "kafka-python": """
        from kafka import KafkaProducer

        class Sender:
            def __init__(self):
                self.producer = KafkaProducer()

            def run(self, order):
                self.producer.send("orders", order)
    """,
    "confluent": """
        from confluent_kafka import Producer

        producer = Producer({})

        def run(order):
            producer.produce("orders", value=order)
    """,
    "nats": """
        import nats

        async def run(order):
            client = await nats.connect()
            stream = client.jetstream()
            await stream.publish("orders", order)
    """,
    "a helper that is told the channel": """
        from confluent_kafka import Producer

        producer = Producer({})

        def send(topic, order):
            producer.produce(topic, order)

        def run():
            send("orders", b"1")
    """,
    "channels": """
        from asgiref.sync import async_to_sync
        from channels.layers import get_channel_layer
        import django

        def run(order):
            async_to_sync(get_channel_layer().group_send)("orders", {"type": "order", "order": order})
    """,
}
RECEIVED = {
    "FastStream and RabbitMQ": """
        from faststream.rabbit import RabbitBroker, RabbitQueue

        broker = RabbitBroker()

        @broker.subscriber(RabbitQueue("orders"))
        async def take(body):
            cursor.execute("select " + body)
    """,
    "a router of FastStream": """
        from faststream.redis import RedisRouter

        router = RedisRouter()

        @router.subscriber(list="orders")
        async def take(body: str):
            cursor.execute("select " + body)
    """,
    "pika": """
        import pika

        def take(channel, method, properties, body):
            cursor.execute("select " + body)

        def run(channel):
            channel.basic_consume(queue="orders", on_message_callback=take)
    """,
    "aio-pika": """
        import aio_pika

        async def take(message):
            cursor.execute("select " + message.body.decode())

        async def run():
            channel = await (await aio_pika.connect_robust("amqp://localhost")).channel()
            queue = await channel.declare_queue("orders")
            await queue.consume(take)
    """,
    "aio-pika, a loop": """
        import aio_pika

        async def take():
            connection = await aio_pika.connect_robust("amqp://localhost")
            channel = await connection.channel()
            queue = await channel.declare_queue("orders")
            async with queue.iterator() as messages:
                async for message in messages:
                    async with message.process():
                        cursor.execute("select " + message.body.decode())
    """,
    "aiokafka": """
        from aiokafka import AIOKafkaConsumer

        async def take():
            consumer = AIOKafkaConsumer("orders", bootstrap_servers="localhost")
            await consumer.start()
            async for message in consumer:
                cursor.execute("select " + message.value)
    """,
    "confluent": """
        from confluent_kafka import Consumer

        class Worker:
            def __init__(self):
                self.consumer = Consumer({})
                self.consumer.subscribe(["orders"])

            def take(self):
                while True:
                    message = self.consumer.poll(1.0)
                    cursor.execute("select " + message.value())
    """,
    "nats": """
        import nats

        async def run():
            client = await nats.connect()

            async def take(message):
                cursor.execute("select " + message.data.decode())

            await client.subscribe("orders", cb=take)
    """,
}


@pytest.mark.parametrize("name", SENT)
def test_a_message_is_sent(name: str, program: Make) -> None:
    found = [effect for effect in program({"app.py": SENT[name]}, Publish).effects if isinstance(effect, Publish)]
    assert [effect.channel for effect in found if effect.channel] == ["orders"]


def test_a_channel_that_depends_on_data_is_told_by_its_shape(program: Make) -> None:
    text = "import nats\n\nasync def run(key):\n    nc = await nats.connect()\n    await nc.publish(f'order.{key}.paid', b'')\n"
    (effect,) = program({"app.py": text}, Publish).effects
    assert isinstance(effect, Publish)
    assert effect.channel == "order.{}.paid"


@pytest.mark.parametrize("name", RECEIVED)
def test_a_message_is_received(name: str, program: Make) -> None:
    text = "import sqlite3\n\ncursor = sqlite3.connect('x').cursor()\n"
    made = program({"db.py": text, "app.py": RECEIVED[name] + "\n        from db import cursor\n"}, Interpret)
    (operation,) = made.operations
    channel = operation.trigger.channel if isinstance(operation.trigger, Message) else ""
    assert channel == "orders"
    (statement,) = made.effects
    assert isinstance(statement, Interpret)
    assert statement.text.state(Use.SQL_TEXT) is Clean.DIRTY
    assert [origin.trust for origin in statement.text.origins] == [Trust.UNKNOWN]


def test_what_a_subscriber_gives_is_sent_on(program: Make) -> None:
    text = """
        from faststream.kafka import KafkaBroker

        broker = KafkaBroker()

        @broker.subscriber("orders", "returns")
        @broker.publisher("bills")
        async def bill(order: int) -> int:
            return order
    """
    made = program({"app.py": text}, Publish)
    (sent,) = made.effects
    assert isinstance(sent, Publish)
    assert sent.channel == "bills"
    assert sorted(str(operation) for operation in made.operations) == ["message orders", "message returns"]


def test_others_publish_too(program: Make) -> None:
    text = "import kafka, pika, nats\n\ndef run(post, queue):\n    post.publish('a')\n    queue.send('a', 1)\n    queue.consume(run)\n"
    made = program({"app.py": text}, Publish)
    assert made.effects == ()
