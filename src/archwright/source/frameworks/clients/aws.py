"""AWS: boto3, aioboto3, aiobotocore. Queues, topics and streams are sent to and received from; every other call is one to a peer."""

from __future__ import annotations

from typing import Any, ClassVar

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Val, constant
from archwright.source.frameworks.base import CallSite, Framework, Iteration
from archwright.source.frameworks.shared.channels import publish, received
from archwright.source.frameworks.shared.jobs import text_of
from archwright.source.frameworks.shared.peers import ANSWER, call_peer

CLIENT, SESSION, PAGES, CONFIG = "boto3.Client", "boto3.Session", "boto3.Pages", "botocore.config.Config"
_READS = 60
"""Seconds that botocore waits for an answer unless it is told otherwise; it tries again by itself."""
_TYPED = {
    f"{package}_{service}.client.{name}Client": service
    for package in ("mypy_boto3", "types_aiobotocore", "types_boto3")
    for service, name in (
        ("s3", "S3"),
        ("sqs", "SQS"),
        ("sns", "SNS"),
        ("dynamodb", "DynamoDB"),
        ("events", "EventBridge"),
        ("kinesis", "Kinesis"),
        ("firehose", "Firehose"),
        ("lambda", "Lambda"),
        ("ses", "SES"),
        ("sesv2", "SESV2"),
        ("kms", "KMS"),
        ("sts", "STS"),
        ("secretsmanager", "SecretsManager"),
        ("ssm", "SSM"),
        ("cloudwatch", "CloudWatch"),
        ("logs", "CloudWatchLogs"),
    )
}
"""The names that the packages of type stubs give to clients."""
_SENDS = {
    "sqs.send_message": ("QueueUrl", "MessageBody"),
    "sqs.send_message_batch": ("QueueUrl", "Entries"),
    "sqs.send_messages": ("", "Entries"),
    "sns.publish": ("TopicArn", "Message"),
    "sns.publish_batch": ("TopicArn", "PublishBatchRequestEntries"),
    "events.put_events": ("EventBusName", "Entries"),
    "kinesis.put_record": ("StreamName", "Data"),
    "kinesis.put_records": ("StreamName", "Records"),
    "firehose.put_record": ("DeliveryStreamName", "Record"),
    "firehose.put_record_batch": ("DeliveryStreamName", "Records"),
}
_TAKES = frozenset({"sqs.receive_message", "sqs.receive_messages", "kinesis.get_records"})
_LOCAL = frozenset(
    {
        "generate_presigned_url",
        "generate_presigned_post",
        "get_waiter",
        "close",
        "can_paginate",
        "__enter__",
        "__aenter__",
    }
)
"""Methods that ask nobody."""


class Aws(Framework):
    """Clients and resources of botocore's services."""

    name = "aws"
    packages = ("boto3", "aioboto3", "aiobotocore", "botocore")
    aliases: ClassVar[dict[str, str]] = {
        "boto3.session.Session": SESSION,
        "aioboto3.Session": SESSION,
        "aiobotocore.session.AioSession": SESSION,
        "botocore.session.Session": SESSION,
        "botocore.client.Config": CONFIG,
        "aiobotocore.config.AioConfig": CONFIG,
    }
    returns: ClassVar[dict[str, str]] = {
        "aiobotocore.session.get_session": SESSION,
        "botocore.session.get_session": SESSION,
    }
    objects = (CLIENT, PAGES, *_TYPED)

    def __init__(self) -> None:
        super().__init__()
        for name in (
            "boto3.client",
            "boto3.resource",
            *(f"{SESSION}.{m}" for m in ("client", "resource", "create_client")),
        ):
            self.calls[name] = _client
        self.calls[CONFIG] = _config

    def attribute(self, frame: Frame, value: Val, name: str, position: int) -> Val | None:
        """`resource.buckets`, `client.exceptions`: parts of the same service."""
        if value.type != ("object", CLIENT):
            return None
        return value if name in ("meta", "client", "buckets", "objects", "tables", "queues") else None

    def method(self, call: CallSite) -> Val | None:
        """A method of a client is one call to the service; of a resource, a name with a capital makes a part of it."""
        receiver = call.receiver
        if receiver is None or receiver.type is None or receiver.type[1] == PAGES:
            return self._pages(call, receiver)
        typed = _TYPED.get(receiver.type[1])
        known = {"service": constant(typed), "timeout": UNKNOWN, "endpoint_url": UNKNOWN} if typed is not None else {}
        items: dict[Any, Val] = receiver.items or known
        service = text_of(items.get("service"))
        if call.name[:1].isupper():
            return Val(receiver.type, (), NO, {**items, **({"name": call.args[0]} if call.args else {})})
        if call.name in ("get_paginator", "get_queue_by_name", "create_queue"):
            return self._part(call, receiver, items, service)
        key = f"{service}.{call.name}"
        if key in _SENDS:
            channel, message = _SENDS[key]
            to = call.keywords.get(channel) if channel else None
            publish(call, to if to is not None else items.get("name"), call.keywords.get(message))
            return Val(("dict",), (ANSWER,))
        if call.name in _LOCAL:
            return Val(None, (ANSWER,)) if not call.name.startswith("__") else receiver
        _ask(call, items, service)
        if key in _TAKES:
            body = received(call.frame.unit, call.position)
            return Val(None, body.origins)
        return Val(None, (ANSWER,))

    def iterate(self, frame: Frame, value: Val, position: int) -> Iteration | None:
        """A collection of a resource, or pages."""
        return Iteration(Val(None, (ANSWER,)), "items")

    def _part(self, call: CallSite, receiver: Val, items: dict[Any, Val], service: str) -> Val | None:
        if call.name == "get_paginator":
            return Val(("object", PAGES), (), NO, items)
        _ask(call, items, service)
        name = call.keywords.get("QueueName")
        return Val(receiver.type, (), NO, {**items, **({"name": name} if name is not None else {})})

    def _pages(self, call: CallSite, receiver: Val | None) -> Val | None:
        if receiver is None or call.name != "paginate":
            return None
        items = receiver.items or {}
        _ask(call, items, text_of(items.get("service")))
        return Val(("object", PAGES), (ANSWER,))


def _ask(call: CallSite, items: dict[Any, Val], service: str) -> None:
    endpoint = items.get("endpoint_url")
    if endpoint is None or (endpoint.const is None and not endpoint.origins):
        endpoint = constant(f"https://{service}.amazonaws.com") if service else UNKNOWN
    call_peer(call, endpoint, "", items.get("timeout", constant(_READS)), retry=True)


def _client(site: CallSite) -> Val:
    """`boto3.client("s3", endpoint_url=..., config=Config(read_timeout=5))`."""
    items: dict[Any, Val] = {}
    service = site.argument(0, "service_name")
    if service is not None:
        items["service"] = service
    if "endpoint_url" in site.keywords:
        items["endpoint_url"] = site.keywords["endpoint_url"]
    config = site.keywords.get("config")
    if config is not None or site.spread:
        items["timeout"] = (config.items or {}).get("timeout", UNKNOWN) if config is not None else UNKNOWN
    return Val(("object", CLIENT), (), NO, items)


def _config(site: CallSite) -> Val:
    given = site.keywords.get("read_timeout", UNKNOWN if site.spread else constant(_READS))
    return Val(("object", CONFIG), (), NO, {"timeout": given})
