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


@pytest.mark.parametrize(
    ("name", "count"), [("row_key", 0), ("get_facet_key", 0), ("signing_key", 1), ("api_key", 1), ("row", 1)]
)
def test_a_hash_that_is_called_a_key(name: str, count: int, findings: Find) -> None:
    code = HASH.replace("{}", "").replace("made", name)
    assert sure(findings("secrets/weak-hash", code)) == count


PASSWORDS = """
import bcrypt, hashlib
from flask import Flask, request
from shop import User

app = Flask(__name__)

def {function}(password, kept):
    return hashlib.sha512(password.encode()).hexdigest() == kept

def renewed(password):
    return {slow}(password.encode(), bcrypt.gensalt())

@app.post("/login")
def login():
    return str({function}(request.form["password"], User.find(request.form["name"]).kept))
"""


@pytest.mark.parametrize(
    ("function", "slow", "count"),
    [("check_old", "bcrypt.hashpw", 0), ("check_old", "bcrypt_of", 1), ("hashed", "bcrypt.hashpw", 1)],
)
def test_a_fast_hash_of_old_passwords(function: str, slow: str, count: int, findings: Find) -> None:
    text = PASSWORDS.format(function=function, slow=slow)
    assert sure(findings("secrets/weak-hash", text)) == count


@pytest.mark.parametrize(("loop", "count"), [("for _ in range(rounds):", 0), ("if rounds:", 1)])
def test_a_hash_that_is_hashed_again(loop: str, count: int, findings: Find) -> None:
    text = f"""
import hashlib

def kept(password, salt, rounds):
    {loop}
        password = hashlib.sha256((salt + password).encode()).hexdigest()
    return password
"""
    assert sure(findings("secrets/weak-hash", text)) == count


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("drawn = ''.join(random.choice(LETTERS) for _ in range(9)); token_url = f'{BASE}?cachebust={drawn}'", 0),
        ("drawn = ''.join(random.choice(LETTERS) for _ in range(9)); token_url = f'{BASE}?token={drawn}'", 1),
        ("use(credential_id=random.choice(credential_ids))", 0),
        ("token = random.choice(LETTERS) + random.choice(LETTERS)", 2),
        ("token = ''.join(random.choice(letters) for _ in range(9))", 1),
    ],
)
def test_a_number_that_makes_no_secret(code: str, count: int, findings: Find) -> None:
    text = f"""
import random
from shop import BASE, use

LETTERS = "abcdefgh"

def made(letters, credential_ids):
    {code}
"""
    assert sure(findings("secrets/weak-randomness", text)) == count


@pytest.mark.parametrize(
    ("name", "count"), [("get_hash", 0), ("md5", 0), ("mask_address", 0), ("signed", 1), ("hash_token", 1)]
)
def test_a_helper_that_says_only_that_it_hashes(name: str, count: int, findings: Find) -> None:
    text = f"""
import hashlib
from flask import Flask, request

app = Flask(__name__)

@app.get("/rows")
def {name}():
    return hashlib.md5(request.args["wanted"].encode()).hexdigest()
"""
    assert sure(findings("secrets/weak-hash", text)) == count


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ('"""Not suitable for production\nservers."""', 0),
        ("# Never use these settings in production!", 0),
        ('"""What all servers share: not only for\ndevelopment, also in production."""', 1),
        ('DEBUG = False\n"""Not for production."""', 1),
    ],
)
def test_hashers_of_settings_that_say_whom_they_are_for(said: str, count: int, findings: Find) -> None:
    text = f'{said}\nPASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]\n'
    assert sure(findings("secrets/weak-hash", {"shop/fast.py": text})) == count


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("Tells requests apart; the same one is cached once.", 0),
        ("Recognises a document that was approved.", 1),
        ("Paid by cash.", 1),
    ],
)
def test_a_hash_of_a_function_that_says_what_for(said: str, count: int, findings: Find) -> None:
    text = f"""
from hashlib import md5
from flask import Flask, request

app = Flask(__name__)

@app.get("/rows")
def rows():
    return answer(_mark(request.args["q"]))

def _mark(asked):
    \"\"\"{said}\"\"\"
    return md5(asked.encode()).hexdigest()
"""
    assert sure(findings("secrets/weak-hash", text)) == count


@pytest.mark.parametrize(
    ("right", "count"), [("user.set_password(password)", 0), ("rehash(user, password)", 0), ("remember(user)", 1)]
)
def test_a_hash_of_an_old_password_that_is_then_replaced(right: str, count: int, findings: Find) -> None:
    text = f"""
import hashlib
from flask import Flask, request
from shop import users, rehash, remember

app = Flask(__name__)

def verify_old(user, password):
    right = hashlib.md5(password.encode()).hexdigest() == user.password[3:]
    if right:
        {right}
    return right

@app.post("/login")
def login():
    return str(verify_old(users.named(request.form["name"]), request.form["password"]))
"""
    assert sure(findings("secrets/weak-hash", text)) == count


@pytest.mark.parametrize(("label", "count"), [("sha1:", 0), ("SHA1:", 0), ("link-", 1)])
def test_a_checksum_behind_the_name_of_its_hash(label: str, count: int, findings: Find) -> None:
    text = f"""
import hashlib
from flask import Flask, request
from shop import store

app = Flask(__name__)

@app.post("/archive")
def archive():
    data = request.get_data()
    store.record([("block", f"{label}{{hashlib.sha1(data).hexdigest()}}")])
    return "ok"
"""
    assert sure(findings("secrets/weak-hash", text)) == count
