"""What of a request may not be written to a log as a whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "secrets/logged"
HEAD = """
import json, logging
from flask import Flask, request

app = Flask(__name__)

@app.post("/login")
def login():
    logging.info({})
    return "ok"
"""
FOUND = (
    "request.headers",
    "json.dumps(dict(request.headers))",
    '"%s", {name: value for name, value in request.headers.items()}',
    'f"cookies {request.cookies}"',
    '"login %s", request.get_json()',
    '"login %s", request.form',
)
SILENT = (
    'request.headers.get("User-Agent")',
    "list(request.headers.keys())",
    'request.headers["Accept"]',
    "len(request.cookies)",
    '"login of %s", request.form["user"]',
    "f\"form data, origin {request.form.get('origin')}\"",
)


@pytest.mark.parametrize("told", FOUND)
def test_a_whole_that_holds_secrets(told: str, findings: Find) -> None:
    assert len(findings(RULE, HEAD.replace("{}", told))) == 1


@pytest.mark.parametrize("told", SILENT)
def test_a_part_that_holds_none(told: str, findings: Find) -> None:
    assert findings(RULE, HEAD.replace("{}", told)) == []


def test_what_is_sent_elsewhere_is_no_password(findings: Find) -> None:
    text = HEAD.replace("{}", '"order %s", request.get_json()')
    assert len(findings(RULE, text)) == 1
    assert findings(RULE, text.replace("/login", "/orders")) == []


@pytest.mark.parametrize(("name", "count"), [("log", 1), ("store", 0)])
def test_headers_of_the_request_of_an_argument(name: str, count: int, findings: Find) -> None:
    text = """
        import json

        def log_request(handler, given):
            request = handler.request
            try:
                target = handler.log
            except AttributeError:
                target = given
            target.error(json.dumps(dict(request.headers), indent=2))
    """
    text = text.replace("handler.log", f"handler.{name}").replace("given", name)
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(
    ("fields", "told", "count"),
    [
        ("user: str\n    password: str", "payload.dict()", 1),
        ("user: str\n    password: str", "payload", 1),
        ("challenge: str\n    action: str", "payload.dict()", 0),
        ("challenge: str\n    action: str", "payload", 0),
        ("challenge: str\n    given: Credentials", "payload.model_dump()", 1),
        ("user: str\n    rest: dict", "payload.model_dump()", 1),
    ],
)
def test_a_model_says_whether_a_secret_is_sent(fields: str, told: str, count: int, findings: Find) -> None:
    text = f"""
import logging
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()

class Credentials(BaseModel):
    password: str

class Payload(BaseModel):
    {fields}

@app.post("/login")
def login(payload: Payload):
    logging.info(f"sign-in with {{{told}}}")
    return "ok"
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(
    ("error", "name", "count"),
    [
        ("SignatureExpired", "token", 0),
        ("(BadSignature, KeyError)", "token", 0),
        ("OSError", "token", 1),
        ("BadSignature", "password", 1),
    ],
)
def test_a_token_that_was_refused(error: str, name: str, count: int, findings: Find) -> None:
    text = f"""
import logging
from flask import Flask
from itsdangerous import BadSignature, SignatureExpired
from shop import opened

app = Flask(__name__)

@app.get("/invited/<{name}>")
def invited({name}):
    try:
        return opened({name})
    except {error}:
        logging.exception("no invitation: %s", {name})
        return "no", 400
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(("told", "count"), [("token", 1), ("token_issuer", 0)])
def test_what_a_token_says_of_itself(told: str, count: int, findings: Find) -> None:
    text = f"""
import logging
from flask import Flask, request
from vendor import claims

app = Flask(__name__)

@app.post("/logout")
def logout():
    token = request.form["logout_token"]
    token_issuer = claims(token).get("iss") or token
    logging.warning(f"no provider of {{{told}}}")
    return ""
"""
    assert len(findings(RULE, text)) == count
