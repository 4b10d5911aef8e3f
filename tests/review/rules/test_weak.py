"""Weak hashes and weak random numbers: what they serve."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
HASH = """
from hashlib import md5
from flask import Flask, request

app = Flask(__name__)

@app.get("/rows")
def rows():
    made = md5(str(sorted(request.args.items())).encode()).hexdigest(){}
    return made
"""


def sure(found: list[Finding]) -> int:
    return sum(each.confidence is not Confidence.LOW for each in found)


@pytest.mark.parametrize(
    ("comment", "count"),
    [
        ("", 1),
        ("  # noqa: S324", 0),
        ("  # noqa: E501, S324", 0),
        ("  # nosec", 0),
        ("  # skipcq BAN-B324", 0),
        ("  # noqa: E501", 1),
    ],
)
def test_a_hash_that_somebody_judged(comment: str, count: int, findings: Find) -> None:
    assert sure(findings("secrets/weak-hash", HASH.replace("{}", comment))) == count


@pytest.mark.parametrize(("path", "count"), [("shop/cache.py", 0), ("shop/rows.py", 1), ("shop/caching/rows.py", 0)])
def test_a_hash_of_a_module_that_keeps_what_was_computed(path: str, count: int, findings: Find) -> None:
    assert sure(findings("secrets/weak-hash", {path: HASH.replace("{}", "")})) == count


def test_a_judged_hash_of_a_password_is_none_the_less_weak(findings: Find) -> None:
    text = HASH.replace("str(sorted(request.args.items()))", 'request.form["password"]').replace("{}", "  # noqa: S324")
    assert sure(findings("secrets/weak-hash", text)) == 1


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("ctx_token = current.set(number)", 0),
        ("session_token = number", 1),
        ("salt = number", 0),
        ("request_nonce = number", 0),
        ("csp_nonce = number", 1),
        ("password_salt = number", 1),
        ('store.set("session_token", number)', 1),
    ],
)
def test_what_undoes_a_change_holds_nothing_of_it(line: str, count: int, findings: Find) -> None:
    text = f"""
from contextvars import ContextVar
from uuid import uuid1
from shop import store

current = ContextVar("current")

def scope():
    number = str(uuid1())
    {line}
    return None
"""
    assert sure(findings("secrets/weak-randomness", text)) == count


@pytest.mark.parametrize(("hashed", "count"), [("request.args['wanted']", 1), ("str(number)", 0)])
def test_a_hash_that_a_caller_can_choose_the_text_of(hashed: str, count: int, findings: Find) -> None:
    text = f"""
from hashlib import sha1
from flask import Flask, request

app = Flask(__name__)

@app.get("/rows/<int:number>")
def rows(number):
    auth_token = sha1({hashed}.encode()).hexdigest()
    return auth_token
"""
    text = text.replace("<int:number>", "all").replace("rows(number)", "rows()").replace("str(number)", "str(7)")
    assert sure(findings("secrets/weak-hash", text)) == count


@pytest.mark.parametrize(("argument", "count"), [("token", 0), ("text", 1)])
def test_a_token_that_was_made_of_a_password_is_none(argument: str, count: int, findings: Find) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": """
            from django.db import models

            class Member(models.Model):
                password = models.CharField(max_length=128)
        """,
        "shop/tokens.py": f"""
            import hashlib
            from shop.models import Member

            def kept({argument}):
                return hashlib.sha256({argument}.encode()).hexdigest()

            def make(pk):
                member = Member.objects.get(pk=pk)
                return kept("v1:" + member.password)
        """,
    }
    assert sure(findings("secrets/weak-hash", files)) == count


@pytest.mark.parametrize(
    ("use", "count"),
    [
        ("if made in seen: return None; \n    seen.add(made)", 0),
        ("seen[made] = request.data", 0),
        ("seen.setdefault(made, []).append(1)", 0),
        ("if made == request.args['same']: return None", 1),
        ("seen['last'] = made", 1),
        ("if made in seen: return made", 1),
        ("token = made\n    if token in seen: return None", 1),
    ],
)
def test_a_hash_that_is_only_a_key(use: str, count: int, findings: Find) -> None:
    code = HASH.replace("{}", "").replace("    return made", f"    seen = open_rows()\n    {use}")
    assert sure(findings("secrets/weak-hash", code)) == count
