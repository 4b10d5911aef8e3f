"""Compressed data of those who send requests, and of those who send to a channel."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
REQUEST = """
import zlib
from flask import Flask, request

app = Flask(__name__)

@app.post("/events")
def events():
    return {"size": len(zlib.decompress(request.get_data()))}
"""
QUEUE = """
import zlib
import boto3

def consume(address):
    answer = boto3.client("sqs").receive_message(QueueUrl=address)
    for message in answer["Messages"]:
        print(zlib.decompress(message["Body"]))
"""


@pytest.mark.parametrize(("code", "confidence"), [(REQUEST, Confidence.MEDIUM), (QUEUE, Confidence.LOW)])
def test_who_may_send(code: str, confidence: Confidence, findings: Find) -> None:
    assert [each.confidence for each in findings("limits/decompression", code)] == [confidence]
