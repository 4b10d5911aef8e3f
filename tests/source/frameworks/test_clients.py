"""Clients of other services: peers, time limits, retries."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import HttpCall, Publish
from archwright.model.operation import Message
from archwright.source.program import Program

Make = Callable[..., Program]

CALLS: dict[str, tuple[str, tuple[str, object, bool]]] = {
    "httpx by itself": ('httpx.get("http://a")', ("http://a", 5, False)),
    "no limit": ('httpx.get("http://a", timeout=None)', ("http://a", None, False)),
    "an object of limits": (
        'httpx.Client(timeout=httpx.Timeout(9, connect=2)).get("http://a")',
        ("http://a", 9, False),
    ),
    "limits of aiohttp": (
        'aiohttp.ClientSession("http://a", timeout=aiohttp.ClientTimeout(total=7)).get("/b")',
        ("http://a/b", 7, False),
    ),
    "connecting and reading": ('requests.get("http://a", timeout=(3, 8))', ("http://a", 8, False)),
    "an adapter": (
        's = requests.Session()\ns.mount("http://", requests.adapters.HTTPAdapter(max_retries=3))\ns.get("http://a")',
        ("http://a", None, True),
    ),
    "a transport": ('httpx.Client(transport=httpx.HTTPTransport(retries=2)).get("http://a")', ("http://a", 5, True)),
    "urllib3": ('urllib3.HTTPSConnectionPool("a").request("GET", "/b")', ("https://a/b", None, True)),
    "http.client": ('http.client.HTTPSConnection("a", timeout=4).request("GET", "/b")', ("https://a/b", 4, False)),
    "S3": ('boto3.client("s3").put_object(Bucket="b", Key="k", Body=b"")', ("https://s3.amazonaws.com", 60, True)),
    "S3 elsewhere": (
        'boto3.client("s3", endpoint_url="http://a", config=Config(read_timeout=5)).get_object(Bucket="b", Key="k")',
        ("http://a", 5, True),
    ),
    "mail": ('with smtplib.SMTP("mail.a", timeout=3) as s:\n    s.send_message(m)', ("smtp://mail.a", 3, False)),
    "Elasticsearch": (
        'Elasticsearch("http://a", request_timeout=30).indices.create(index="x")',
        ("http://a", 30, False),
    ),
    "gRPC": ('grpc.insecure_channel("a:50051").unary_unary("/s/m")(b"", timeout=2)', ("grpc://a:50051", 2, False)),
}
HEAD = """
import aiohttp, boto3, grpc, http.client, httpx, requests, requests.adapters, smtplib, urllib3
from botocore.config import Config
from elasticsearch import Elasticsearch

def run(m):
"""


@pytest.mark.parametrize("name", CALLS)
def test_a_peer_is_called(name: str, program: Make) -> None:
    body, (peer, timeout, retry) = CALLS[name]
    text = HEAD + "".join(f"    {line}\n" for line in body.splitlines())
    (call,) = program({"app.py": text}, HttpCall).effects
    assert isinstance(call, HttpCall)
    assert call.peer.constant == peer
    assert (call.timeout.constant if call.timeout is not None else None) == timeout
    assert call.retry is retry


def test_a_function_that_is_called_again(program: Make) -> None:
    text = """
        import requests
        from tenacity import retry, stop_after_attempt

        @retry(stop=stop_after_attempt(3))
        def again():
            requests.get("http://a", timeout=1)

        def once():
            requests.get("http://b", timeout=1)
    """
    found = {
        call.peer.constant: call.retry
        for call in program({"app.py": text}, HttpCall).effects
        if isinstance(call, HttpCall)
    }
    assert found == {"http://a": True, "http://b": False}


def test_a_helper_that_is_told_the_address(program: Make) -> None:
    text = "import requests\n\ndef fetch(url):\n    requests.get(url)\n\ndef run():\n    fetch('http://a')\n"
    effects = program({"app.py": text}, HttpCall).effects
    assert "http://a" in [call.peer.constant for call in effects if isinstance(call, HttpCall)]


def test_one_of_two_addresses_is_not_told_for_both(program: Make) -> None:
    text = "import requests\n\ndef run(url):\n    requests.get(url or 'http://a')\n"
    (call,) = program({"app.py": text}, HttpCall).effects
    assert isinstance(call, HttpCall)
    assert call.peer.text is None


def test_queues_and_topics(program: Make) -> None:
    text = """
        import boto3
        from google.cloud import pubsub_v1

        queue = boto3.resource("sqs").Queue("orders")

        def run(order):
            boto3.client("sns").publish(TopicArn="bills", Message=order)
            queue.send_message(MessageBody=order)
            publisher = pubsub_v1.PublisherClient()
            publisher.publish(publisher.topic_path("shop", "returns"), order)

        def take(message):
            print(message.data)

        def listen():
            subscriber = pubsub_v1.SubscriberClient()
            subscriber.subscribe("payments", callback=take)
    """
    made = program({"app.py": text}, Publish)
    assert [effect.channel for effect in made.effects if isinstance(effect, Publish)] == ["bills", "orders", "returns"]
    (operation,) = made.operations
    assert (operation.entry, operation.trigger) == ("app.take", Message(channel="payments"))


def test_what_asks_nobody(program: Make) -> None:
    text = """
        import boto3
        from django.core.mail import EmailMessage

        def run(things):
            boto3.client("s3").generate_presigned_url("get_object")
            EmailMessage("subject", "body")
            things.publish("a")
            things.send("b")
    """
    assert program({"app.py": text}, HttpCall, Publish).effects == ()
