"""Comparisons that tell how much of a secret is right, wherever the secret is kept."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "secrets/timing"
HEAD = """
import base64, hashlib, hmac, os
from flask import Flask, abort, request
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    api_token: str

settings = Settings()
app = Flask(__name__)
CONFIG = {"token": os.environ["TOKEN"]}

def sign(body):
    return "sha1=" + hmac.new(b"key", body, hashlib.sha1).hexdigest()

def allowed(password):
    return request.authorization.password == password

def basic(expected_password):
    user, given = base64.b64decode(request.headers["Authorization"].split(" ")[1]).decode().split(":", 1)
    return given == expected_password

@app.post("/hook")
def hook():
    given = request.headers["X-Given"]
    if {}:
        abort(403)
    return "ok"
"""
FOUND = {
    "a signature of a helper": "sign(request.get_data()) != given",
    "a signature in a text": "given != f\"sha256={hmac.new(b'k', request.get_data()).hexdigest()}\"",
    "an item of a dictionary": 'given != CONFIG["token"]',
    "the application's configuration": 'given != app.config["API_TOKEN"]',
    "settings": "given != settings.api_token",
    "the environment, in a text": "given != f\"Bearer {os.environ['API_KEY']}\"",
    "the environment, asked for": 'given != os.getenv("API_KEY")',
    "basic authentication": 'request.authorization.password != os.environ["ADMIN_PASSWORD"]',
}
SILENT = {
    "in constant time": "not hmac.compare_digest(given, settings.api_token)",
    "a constant": 'given != "token"',
    "two of one sender": 'given != request.form["token"]',
    "a kind of token": 'given != CONFIG["token_type"]',
    "no secret": "given != settings.language",
    "empty": 'given == ""',
    "an id that was taken of a token": 'str(CONFIG["id"]) != shop_id_from_token(given)',
    "what a form was filled with": 'given != form.initial.get("secret")',
    "what tells versions of a page apart": 'token != CONFIG["token_etag"]',
}


def lines(found: list[Finding], text: str) -> list[str]:
    return [text.splitlines()[each.line - 1].strip() for each in found]


@pytest.mark.parametrize("title", FOUND)
def test_a_comparison_with_a_secret(title: str, findings: Find) -> None:
    text = HEAD.replace("{}", FOUND[title])
    assert f"if {FOUND[title]}:" in lines(findings(RULE, text), text)


@pytest.mark.parametrize("title", SILENT)
def test_a_comparison_that_tells_nothing(title: str, findings: Find) -> None:
    text = HEAD.replace("{}", SILENT[title])
    assert f"if {SILENT[title]}:" not in lines(findings(RULE, text), text)


def test_a_secret_that_the_function_is_given_to_compare_with(findings: Find) -> None:
    text = HEAD.replace("{}", "given is None")
    found = lines(findings(RULE, text), text)
    assert found == ["return request.authorization.password == password", "return given == expected_password"]


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("row.token = given", 0),
        ("change_token(row, given)", 0),
        ("abort(403)", 1),
        ("log(given)\n        raise PermissionError", 1),
    ],
)
def test_a_look_whether_something_has_to_be_changed(body: str, count: int, findings: Find) -> None:
    text = f"""
from flask import Flask, abort, request
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Hook(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    token = db.Column(db.String(40))

@app.post("/hooks/<int:number>")
def hook(number):
    row = db.session.get(Hook, number)
    given = request.headers["X-Given"]
    if given != row.token:
        {body}
    return "ok"
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(
    ("method", "found"),
    [
        ("def verify_token(self, token):\n        return token == self.token", True),
        ("def check_password(self, given):\n        return given == self.password", True),
        ("def validate_password(self, password_again):\n        return password_again == self.password", False),
        ("def find_token(self, token):\n        return token == self.token", False),
        ("def check_name(self, token):\n        return token == self.name", False),
    ],
)
def test_a_method_that_checks_what_any_caller_gives(method: str, found: bool, findings: Find) -> None:
    assert bool(findings(RULE, f"class Client:\n    {method}\n")) is found


def test_a_signature_in_other_letters(findings: Find) -> None:
    text = """
import base64, hashlib, hmac
from django.utils.encoding import force_str

def signature(key, message):
    return force_str(base64.urlsafe_b64encode(hmac.new(key, message, hashlib.sha1).digest()))

def verify(given, key, message):
    return force_str(given) == signature(key, message)
"""
    assert len(findings(RULE, text)) == 1


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("logging.info('seen', extra={'ok': 1}, valid=given == app.config['API_TOKEN'])", 0),
        ("valid = given == app.config['API_TOKEN']", 1),
    ],
)
def test_an_outcome_that_is_only_logged(line: str, count: int, findings: Find) -> None:
    text = HEAD.replace("import base64,", "import logging, base64,").replace("if {}:\n        abort(403)", line)
    assert sum("X-Given" in each.message for each in findings(RULE, text)) == count


@pytest.mark.parametrize(("name", "found"), [("fingerprint", False), ("signature", True)])
def test_marks_of_two_things_that_the_service_holds(name: str, found: bool, findings: Find) -> None:
    text = f"""
import hashlib, hmac
from shop import KEY

def made(url):
    return hmac.new(KEY, url.encode(), hashlib.sha256).hexdigest()

def same(record, url):
    kept_{name} = record["{name}"]
    own_{name} = made(url)
    return kept_{name} == own_{name}
"""
    assert bool(findings(RULE, text)) is found


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("differ = 0\n    for a, b in zip(signature, given):\n        differ += a != b\n    return differ == 0", 0),
        (
            "differ = 0\n    for n in range(len(given)):\n        if signature[n] != given[n]:\n            differ |= 1\n    return not differ",
            0,
        ),
        ("for a, b in zip(signature, given):\n        if a != b:\n            return False\n    return True", 1),
        (
            "tries = 0\n    for each in range(3):\n        tries += 1\n        if signature == given:\n            break\n    return tries < 3",
            1,
        ),
        ("return signature == given", 1),
    ],
)
def test_a_loop_that_adds_up_what_differs(body: str, count: int, findings: Find) -> None:
    text = f"""
import hmac
from flask import Flask, abort, request

app = Flask(__name__)

def same(given):
    signature = hmac.new(b"key", request.get_data(), "sha256").hexdigest()
    {body}

@app.post("/hook")
def hook():
    if not same(request.headers["X-Signature"]):
        abort(403)
    return "ok"
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(
    ("decorator", "count"),
    [
        ('@validate("password")', 0),
        ('@observe("password")', 0),
        ("@field_validator('password')", 0),
        ("@password.validator", 0),
        ("@logged", 1),
    ],
)
def test_a_validator_of_the_attributes_of_its_instance(decorator: str, count: int, findings: Find) -> None:
    text = f"""
from traitlets import Unicode, validate, observe
from traitlets.config import Configurable

class Service(Configurable):
    password = Unicode(config=True)
    admin_password = Unicode(config=True)

    {decorator}
    def _validate_password(self, proposal):
        if self.admin_password == proposal.value:
            raise ValueError("cannot be the same")
        return proposal.value
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(
    ("name", "sure"),
    [("verification_code", False), ("pin_code", False), ("otp", False), ("reset_code", True), ("api_token", True)],
)
def test_codes_that_people_type_in(name: str, sure: bool, findings: Find) -> None:
    text = f"""
from django.db import models
from django.http import HttpResponse

class Phone(models.Model):
    {name} = models.CharField(max_length=80)

def check(request):
    phone = Phone.objects.get(user=request.user)
    if request.POST["{name}"] == phone.{name}:
        return HttpResponse("ok")
    return HttpResponse(status=403)
"""
    found = findings(RULE, text)
    assert [each.confidence is not Confidence.LOW for each in found] == [sure]


@pytest.mark.parametrize(
    ("field", "body", "told"),
    [
        ("last_code_token", "if row.last_code_token is not None and row.last_code_token == given: raise Refused()", ""),
        ("used_token", "if given == row.used_token: raise Refused('used')", ""),
        ("api_token", "if given == row.api_token: raise Refused('not this one')", "low"),
        ("last_token", "if given != row.last_token: raise Refused()", "medium"),
        ("api_token", "if given != row.api_token: raise Refused()", "medium"),
        ("api_token", "if given == row.api_token: raise HTTPFound('/admin')", "medium"),
        ("session_token", "if given != row.session_token:\n        end(row)\n        raise Refused()", "medium"),
        ("session_token", "if given != row.session_token:\n        revoke_all(row)\n        raise Refused()", "low"),
        ("session_token", "if given != row.session_token:\n        row.delete()\n        raise Refused()", "low"),
        (
            "session_token",
            "if given == row.session_token:\n        row.delete()\n        return HttpResponse()",
            "medium",
        ),
    ],
)
def test_what_hangs_on_the_outcome(field: str, body: str, told: str, findings: Find) -> None:
    text = f"""
from django.db import models
from django.http import HttpResponse
from shop.errors import HTTPFound, Refused
from shop.keys import end, revoke_all

class Device(models.Model):
    {field} = models.CharField(max_length=80)

def check(request):
    row = Device.objects.get(user=request.user)
    given = request.POST["token"]
    {body}
    return HttpResponse("ok")
"""
    assert [each.confidence.value for each in findings(RULE, text)] == ([told] if told else [])
