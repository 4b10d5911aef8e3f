"""What only sounds like a secret, beside its bad twin."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
KEY = "k3Yw8pQ2zL5vN7xT1mR4"


def sure(found: list[Finding]) -> int:
    return sum(each.confidence is not Confidence.LOW for each in found)


RANDOM = """
import random, string
from shop import Row, client

def {unit}(rows, order):
    {body}
"""


@pytest.mark.parametrize(
    ("unit", "body", "count"),
    [
        ("report", "return Report(token_count=random.randint(0, 500))", 0),
        ("report", "total_sessions = random.randint(0, 500)", 0),
        ("report", "return Report(session_token=random.randint(0, 500))", 1),
        ("session_ids", "known = [row.id for row in rows]; return random.sample(known, 3)", 0),
        ("session_id", "known = list(string.digits); return ''.join(random.choices(known, k=20))", 1),
        ("session_id", "known = string.digits + 'abc'; return random.choices(known, k=20)", 1),
        ("send", "client_token = str(random.random()); return client.run(task=order, clientToken=client_token)", 0),
        ("send", "client_token = str(random.random()); return client.sign_in(order, client_token)", 1),
        ("send", "session_token = str(random.random()); return client.run(order, clientToken=session_token)", 1),
        ("idempotency_token", "return str(random.random())", 0),
    ],
)
def test_numbers_picks_and_marks(unit: str, body: str, count: int, findings: Find) -> None:
    assert sure(findings("secrets/weak-randomness", RANDOM.format(unit=unit, body=body))) == count


@pytest.mark.parametrize(("given", "count"), [('"clientToken": client_token', 0), ('"token": client_token', 1)])
def test_a_mark_that_another_function_hands_on(given: str, count: int, findings: Find) -> None:
    text = f"""
import random, string
from shop import client

def client_token_generator(order):
    letters = "".join(random.choices(string.ascii_letters + string.digits, k=20))
    return f"{{order}}{{letters}}"

def send(order, client_token):
    client.run({{"order": order, {given}}})
"""
    assert sure(findings("secrets/weak-randomness", text)) == count


LOGGED = """
import jwt, logging
from flask import Flask, request

app = Flask(__name__)

@app.get("/")
def seen():
    headers = request.headers
    authorization = request.headers["Authorization"]
    claims = jwt.decode(authorization, options={"verify_signature": False})
    token_use = claims.get("token_use")
    header_names = ",".join(sorted(headers))
    logging.info({})
"""


@pytest.mark.parametrize(
    ("told", "count"),
    [
        ("f\"token use '{token_use}'\"", 0),
        ("f\"token '{authorization}' use '{token_use}'\"", 1),
        ('"%s headers: %s", len(headers), header_names', 0),
        ('"%s", ", ".join(sorted(headers))', 0),
        ('"%s headers: %s", len(headers), headers', 1),
    ],
)
def test_claims_and_names_of_headers(told: str, count: int, findings: Find) -> None:
    assert sure(findings("secrets/logged", LOGGED.replace("{}", told))) == count


TOKEN = """
import jwt, requests
from shop import kept, oauth
from flask import Flask, request

app = Flask(__name__)

def claims_of(id_token):
    return jwt.decode(id_token, options={"verify_signature": False})

@app.get("/back")
def back():
    answer = requests.post("https://id.example.com/token", data={"code": request.args["code"]}, timeout=5).json()
    {}
"""


@pytest.mark.parametrize(
    ("use", "count"),
    [
        ('return claims_of(answer["id_token"])["sub"]', 0),
        ('return claims_of(request.args["id_token"])["sub"]', 1),
        ('return jwt.decode(answer["id_token"], options={"verify_signature": False})["sub"]', 0),
        ('return jwt.decode(request.args["id_token"], options={"verify_signature": False})["sub"]', 1),
    ],
)
def test_an_id_token_by_who_gave_it(use: str, count: int, findings: Find) -> None:
    assert sure(findings("secrets/jwt", TOKEN.replace("{}", use))) == count


@pytest.mark.parametrize(
    ("given", "count"),
    [('oauth.fetch_token(code=request.args["code"])', 0), ("request.get_json()", 1), ("kept.load()", 1)],
)
def test_an_id_token_by_the_answer_that_holds_it(given: str, count: int, findings: Find) -> None:
    use = f"""answer = {given}
    token = answer.get("id_token")
    return jwt.decode(token, options={{"verify_signature": False}})["sub"]"""
    assert sure(findings("secrets/jwt", TOKEN.replace("{}", use))) == count


MISSING = "try:\n    from .local import *\nexcept ImportError:\n    {}\n"


@pytest.mark.parametrize(
    ("package", "count"),
    [
        ("from .local import *\n", 0),
        (MISSING.format('raise ImportError("write settings/local.py")'), 0),
        (MISSING.format("pass"), 1),
        ("if DEBUG:\n    from .local import *\n", 1),
        ("from .queues import *\n", 1),
        ("", 1),
    ],
)
def test_defaults_that_another_module_must_replace(package: str, count: int, findings: Find) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/settings/__init__.py": f"from .defaults import *\n{package}",
        "shop/settings/defaults.py": f'DEBUG = False\nJWT_SECRET = "{KEY}"\nENCRYPTION_KEY = "{KEY}x"\n',
        "shop/settings/queues.py": "WAIT = 5\n",
    }
    assert sure(findings("secrets/hard-coded", files)) == 2 * count


@pytest.mark.parametrize(("environment", "count"), [("unit_testing", 0), ("production", 1), ("latest", 1)])
def test_a_key_beside_an_environment_of_tests(environment: str, count: int, findings: Find) -> None:
    text = f"""
import os

def main():
    os.environ["SHOP_ENV"] = "{environment}"
    os.environ["SESSION_SECRET_KEY"] = "{KEY}"
    from shop import make
    make().run()
"""
    assert sure(findings("secrets/hard-coded", text)) == count


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ('"", max_age=0', 0),
        ('"", 0', 0),
        ('"", expires=0', 0),
        ('value="", expires="Thu, 01 Jan 1970 00:00:00 GMT"', 0),
        ("token, max_age=0 if done else 3600", 1),
        ('"", max_age=3600', 1),
        ('token, expires="Thu, 01 Jan 2099 00:00:00 GMT"', 1),
    ],
)
def test_a_cookie_that_is_taken_back(given: str, count: int, findings: Find) -> None:
    text = f"""
from flask import Flask, make_response

app = Flask(__name__)

@app.post("/sign-out/<token>/<done>")
def sign_out(token, done):
    answer = make_response("out")
    answer.set_cookie("access_token", {given}, httponly=True)
    return answer
"""
    assert sure(findings("secrets/insecure-cookie", text)) == count
