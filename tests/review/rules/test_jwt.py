"""Tokens whose claims are taken unchecked: by whom, and after what."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "secrets/jwt"
APP = """
import jwt, requests
from flask import Flask, request

app = Flask(__name__)

def sender(token):
    return jwt.decode(token, options={"verify_signature": False})["sub"]

@app.post("/")
def login():
    token = request.form["token"]
    {}
    return jwt.decode(token, options={"verify_signature": False})["sub"]
"""


@pytest.mark.parametrize(
    ("before", "confidence"),
    [
        ("pass", Confidence.HIGH),
        ("requests.get(ISSUER, headers={'Authorization': f'Bearer {token}'}).raise_for_status()", Confidence.LOW),
        ("client.userinfo(token={'access_token': token})", Confidence.LOW),
        ("requests.get(ISSUER, params={'state': token})", Confidence.HIGH),
    ],
)
def test_a_token_that_its_issuer_accepted(before: str, confidence: Confidence, findings: Find) -> None:
    found = findings(RULE, APP.replace("{}", before))
    assert [each.confidence for each in found if each.function == "login"] == [confidence]


@pytest.mark.parametrize(("call", "confidence"), [("pass", Confidence.LOW), ("sender(token)", Confidence.HIGH)])
def test_a_helper_that_nothing_calls(call: str, confidence: Confidence, findings: Find) -> None:
    found = findings(RULE, APP.replace("{}", call))
    assert [each.confidence for each in found if each.function == "sender"] == [confidence]
