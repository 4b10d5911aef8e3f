"""What of a request may not be written to a log as a whole."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

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


MASKED = """
import logging, os
from flask import Flask, request
from shop import settings

SECRETS = {"authorization", "cookie"}
app = Flask(__name__)

def cleaned(headers):
    kept = {}
    for name, value in headers.items():
        {body}
    return kept

def tell(headers):
    logging.info("asked with %s", headers)

@app.get("/orders")
def orders():
    tell(cleaned(dict(request.headers)))
    return []
"""


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("if name.lower() in SECRETS:\n            continue\n        kept[name] = value", 0),
        ("kept[name] = '***' if secret(name) else value", 1),
        ("if secret(name):\n            kept[name] = '***'\n        else:\n            kept[name] = value", 0),
        ("if name in ('Host', 'Accept'):\n            kept[name] = value", 0),
        ("if value:\n            kept[name] = value", 1),
        ("if name.startswith('HTTP_'):\n            continue\n        kept[name] = value", 1),
        ("kept[name] = value", 1),
    ],
)
def test_headers_that_a_function_takes_secrets_out_of(body: str, count: int, findings: Find) -> None:
    assert len(findings(RULE, MASKED.replace("{body}", body))) == count


@pytest.mark.parametrize(
    ("made", "count"),
    [
        ("{k: v for k, v in headers.items() if k.lower() not in SECRETS}", 0),
        ("{k: '***' if k in SECRETS else v for k, v in headers.items()}", 0),
        ("{k: v for k, v in headers.items() if v}", 1),
    ],
)
def test_headers_that_are_picked_in_one_expression(made: str, count: int, findings: Find) -> None:
    text = MASKED.replace("        {body}\n    return kept", f"        pass\n    return {made}")
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(("kept", "count"), [("[:6]", 0), ("[-4:]", 0), ("[:40]", 1), ("", 1)])
def test_a_few_letters_of_a_key(kept: str, count: int, findings: Find) -> None:
    text = f"""
import logging
from flask import Flask, request

app = Flask(__name__)

def mark(value):
    return f"api_key {{value{kept}}}"

@app.get("/orders")
def orders():
    api_key = mark(request.headers["X-Api-Key"])
    logging.info("asked with %s", api_key)
    return []
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(
    ("condition", "low"),
    [
        ('os.environ.get("LOG_HEADERS", "false") == "true"', True),
        ("settings.log_headers", True),
        ("app.debug", True),
        ('os.environ.get("LOG_HEADERS", "true") == "true"', False),
        ("not settings.debug", False),
        ("request.method == 'POST'", False),
    ],
)
def test_what_somebody_has_to_switch_on(condition: str, low: bool, findings: Find) -> None:
    text = MASKED.replace("        {body}\n", "        pass\n").replace(
        "tell(cleaned(dict(request.headers)))", f"if {condition}:\n        logging.info(f'{{request.headers}}')"
    )
    assert [each.confidence is Confidence.LOW for each in findings(RULE, text)] == [low]


@pytest.mark.parametrize(("name", "count"), [("public_token", 0), ("page_token", 0), ("invite_token", 1)])
def test_a_token_that_all_may_see(name: str, count: int, findings: Find) -> None:
    text = f"""
import logging
from flask import Flask

app = Flask(__name__)

@app.get("/media/<{name}>")
def media({name}):
    logging.info("asked for %s", {name})
    return ""
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(("parameter", "count"), [("site_api_key", 0), ("pk", 1)])
def test_a_field_that_addresses_are_made_with(parameter: str, count: int, findings: Find) -> None:
    text = f"""
import logging
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Site(db.Model):
    pk = db.Column(db.Integer, primary_key=True)
    api_key = db.Column(db.String(40))

@app.get("/sites/<{parameter}>")
def show({parameter}):
    site = db.session.query(Site).filter_by(pk=1).one()
    logging.info("shown: %s", site.api_key)
    return ""
"""
    assert len(findings(RULE, text)) == count


STRUCTURED = """
import structlog
from flask import Flask, request

SECRETS = {"token", "password"}
app = Flask(__name__)
LOG = structlog.get_logger()

def redact(logger, method, event):
    for api_key, value in list(event.items()):
        if api_key in SECRETS:
            event[api_key] = "***"
    return event

structlog.configure(processors=[{steps}])

@app.get("/orders")
def orders():
    token = request.args["token"]
    LOG.warning({told})
    return []
"""


@pytest.mark.parametrize(
    ("steps", "told", "count"),
    [
        ("redact", '"asked", token=token', 0),
        ("redact", 'f"asked with {token}"', 1),
        ("structlog.processors.TimeStamper()", '"asked", token=token', 1),
    ],
)
def test_what_structlog_replaces_by_its_name(steps: str, told: str, count: int, findings: Find) -> None:
    assert len(findings(RULE, STRUCTURED.replace("{steps}", steps).replace("{told}", told))) == count


TOLD = """
import logging
from flask import Flask, abort, g, request

app = Flask(__name__)

def told(headers):
    headers = dict(headers)
{}
    return headers

@app.get("/orders")
def orders():
    headers = told(request.headers)
    logging.info("asked with %s", headers)
    return []
"""


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (
            (
                "if 'Authorization' in headers:",
                "    headers['Authorization'] = '[secret]'",
                "headers['Cookie'] = '***'",
            ),
            0,
        ),
        (("headers.pop('Authorization', None)", "headers.pop('Cookie', None)"), 0),
        (("del headers['authorization']", "masked = '; '.join(headers)", "headers['cookie'] = masked"), 0),
        (("headers['Authorization'] = '[secret]'",), 1),
        (("headers['Authorization'] = 'Bearer ' + headers['X-Token']", "headers['Cookie'] = 'a=b'"), 1),
        (("headers['Accept'] = '***'",), 1),
        (("del g.kept['Authorization']", "del g.kept['Cookie']"), 1),
    ],
)
def test_headers_that_a_function_takes_the_secrets_out_of(lines: tuple[str, ...], count: int, findings: Find) -> None:
    text = TOLD.replace("{}", "\n".join(f"    {line}" for line in lines))
    assert len(findings(RULE, text)) == count


ASKED = """
import logging
from flask import Flask, abort, request

app = Flask(__name__)
KEY = "X-Api-Key"

@app.get("/orders")
def orders():
    \"\"\"All orders.\"\"\"
    api_key = request.headers.get(KEY)
    {}
    return []
"""


@pytest.mark.parametrize(
    ("body", "sure"),
    [
        (
            "if not api_key:\n        return 'no key', 401\n    else:\n        logging.info('asked with %r', api_key)",
            False,
        ),
        ("if api_key is None:\n        abort(401)\n    logging.info('asked with %r', api_key)", False),
        ("if not api_key:\n        abort(401)\n    logging.info('asked with %r', api_key)\n    check(api_key)", True),
        ("if api_key != app.config['KEY']:\n        abort(401)\n    logging.info('asked with %r', api_key)", True),
        ("if api_key:\n        logging.info('asked with %r', api_key)", True),
        ("logging.info('asked with %r', api_key)", True),
    ],
)
def test_a_header_that_is_only_asked_to_be_there(body: str, sure: bool, findings: Find) -> None:
    found = findings(RULE, ASKED.replace("{}", body))
    assert [each.confidence is not Confidence.LOW for each in found] == [sure]


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        ('safe_headers.pop("Authorization", None)', False),
        ('del safe_headers["authorization"]', False),
        ('safe_headers["Authorization"] = "[hidden]"', False),
        ('safe_headers.pop("Accept", None)', True),
        ('headers.pop("Authorization", None)', True),
        ('if order:\n        safe_headers.pop("Authorization", None)', True),
        ("pass", True),
    ],
)
def test_headers_without_the_one_that_lets_in(taken: str, told: bool, findings: Find) -> None:
    text = f"""
import logging, requests
from flask import Flask, request

app = Flask(__name__)

def headers_for(token):
    return {{"Accept": "text/html", **({{"Authorization": f"Bearer {{token}}"}} if token else {{}})}}

@app.get("/orders/<order>")
def orders(order):
    headers = headers_for(request.headers["Authorization"])
    safe_headers = headers.copy()
    {taken}
    logging.info(f"headers: {{safe_headers}}")
    return requests.get("https://stock.example.org", headers=headers).json()
"""
    assert bool(findings(RULE, text)) is told


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        ('name != "Authorization"', 0),
        ('name.lower() not in ("authorization", "cookie")', 0),
        ('value and name != "Authorization"', 0),
        ('not value or name != "Authorization"', 1),
        ('name not in ("Accept", "Host")', 1),
        ('name == "Authorization"', 1),
    ],
)
def test_headers_of_which_a_comprehension_leaves_one_out(condition: str, count: int, findings: Find) -> None:
    text = f"""
import logging, requests
from flask import Flask, request

app = Flask(__name__)

def headers_for(token):
    return {{"Accept": "text/html", **({{"Authorization": f"Bearer {{token}}"}} if token else {{}})}}

@app.get("/orders")
def orders():
    headers = headers_for(request.headers["Authorization"])
    safe_headers = {{name: value for name, value in headers.items() if {condition}}}
    logging.info("headers: %s", safe_headers)
    return requests.get("https://stock.example.org", headers=headers).json()
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(
    ("taken", "count"),
    [
        ('headers.pop("Authorization"); headers.pop("Cookie")', 0),
        ('headers.pop("Authorization")', 1),
        ('headers.pop("Cookie")', 1),
    ],
)
def test_all_headers_without_both_that_let_in(taken: str, count: int, findings: Find) -> None:
    text = f"""
import logging
from flask import Flask, request

app = Flask(__name__)

@app.get("/orders")
def orders():
    headers = dict(request.headers)
    {taken}
    logging.info("headers: %s", headers)
    return "ok"
"""
    assert len(findings(RULE, text)) == count


@pytest.mark.parametrize(("taken", "count"), [("password", 0), ("coupon", 1), ("csrf_token", 1)])
def test_a_form_without_its_password(taken: str, count: int, findings: Find) -> None:
    text = f"""
import logging
from flask import Flask, request

app = Flask(__name__)

@app.post("/login")
def login():
    form = request.get_json()
    form.pop("{taken}", None)
    logging.info("form: %s", form)
    return "ok"
"""
    assert len(findings(RULE, text)) == count
