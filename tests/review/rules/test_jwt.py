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


LOGGED = """
import jwt, logging
from flask import Flask, request

app = Flask(__name__)
log = logging.getLogger(__name__)

@app.post("/")
def seen():
    claims = jwt.decode(request.form["token"], options={"verify_signature": False})
    {}
"""


@pytest.mark.parametrize(
    ("use", "confidence"),
    [
        ('log.info("by %s", claims["sub"])', Confidence.LOW),
        ('user = claims.get("sub"); log.warning(f"by {user}")', Confidence.LOW),
        ('log.info("by %s", claims["sub"]); return claims["sub"]', Confidence.HIGH),
        ('log.info("by %s", claims["sub"]); request.user = claims["sub"]', Confidence.HIGH),
        ('log.info("by %s", claims["sub"]); request.session["user"] = claims["sub"]', Confidence.HIGH),
        ('log.info("by %s", claims["sub"]); login(claims["sub"])', Confidence.HIGH),
    ],
)
def test_claims_that_are_only_logged(use: str, confidence: Confidence, findings: Find) -> None:
    assert [each.confidence for each in findings(RULE, LOGGED.replace("{}", use))] == [confidence]


@pytest.mark.parametrize(
    ("use", "confidence"),
    [
        ('peer = Peer.find(issuer=claims["iss"]); found = peer.opened(request.form); return found.get("sub")', []),
        ('hint = claims.get("sub"); return redirect(f"/login?{urlencode({\'hint\': hint})}")', []),
        ('hint = claims.get("sub"); request.session["user"] = hint; return redirect("/")', [Confidence.HIGH]),
        ('return User.find(claims["sub"])', [Confidence.HIGH]),
        ('return dict(claims).get("email")', [Confidence.HIGH]),
        ('return claims["profile"]["email"]', [Confidence.HIGH]),
        ('return claims.get(request.args["which"])', [Confidence.LOW]),
        ('return claims.get("exp")', []),
    ],
)
def test_what_is_done_by_an_unchecked_claim(use: str, confidence: list[Confidence], findings: Find) -> None:
    text = LOGGED.replace("import jwt, logging", "import jwt, logging\nfrom urllib.parse import urlencode").replace(
        "{}", use
    )
    text = text.replace("import Flask, request", "import Flask, redirect, request\nfrom shop import Peer, User")
    assert [each.confidence for each in findings(RULE, text)] == confidence


@pytest.mark.parametrize(
    ("token", "count"),
    [
        ("issued({'sub': request.form['user']})", 0),
        ("issued({'sub': 1}) if request.form.get('new') else request.form['token']", 1),
        ("issued({'sub': 1})), claims_of(request.form['token']", 1),
        ("request.form['token']", 1),
    ],
)
def test_a_token_that_the_program_has_just_made(token: str, count: int, findings: Find) -> None:
    text = f"""
import jwt
from flask import Flask, request
from shop import KEY

app = Flask(__name__)

def issued(claims):
    return jwt.encode(claims, KEY, algorithm="RS256")

def claims_of(token):
    return jwt.decode(token, options={{"verify_signature": False}})

@app.post("/token")
def token():
    return [claims_of({token})]
"""
    assert sum(each.confidence is not Confidence.LOW for each in findings(RULE, text)) == count
