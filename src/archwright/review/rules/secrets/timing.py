"""`secrets/timing`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Crypto
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.value import Clean, Origin, OriginKind, Trust, Use, Value
from archwright.review.rule import Rule, Ungiven, Verdict, example, steps
from archwright.review.sent import sent
from archwright.review.serves import aside, names_secret

_CHECKS = re.compile(r"^_*(?:is_|has_)?(?:check|verif|valid|auth|match|compare)", re.IGNORECASE)
"""Names of methods whose answer opens something."""
_OWN_DATA = "own:data"
"""Of a comparison whose left side is an attribute of the method's instance."""
_TYPED = re.compile(r"(?:^|_)(?:otp|passcode|(?:pin|login|verif\w*|confirm\w*)_?code)$", re.IGNORECASE)
"""Names of short codes that a person types in soon after: what keeps others out is how few tries they have."""
_USED = re.compile(r"(?:^|[:_])(?:last|previous|prev|old|used|spent|consumed)_", re.IGNORECASE)
"""Names of secrets that have been used up: whoever finds one is turned away with it."""
_AGAIN = re.compile(r"confirm|again|repeat|retype|2$", re.IGNORECASE)
"""Names of what was typed twice."""


class Timing(Rule):
    """What a caller sends is compared with a secret by `==`, which ends at the first character that differs.

    Found are comparisons with an HMAC, and those of data from outside with a value that is stored, set or given to the function that
    compares, and is called a token, key, password or signature. So is a method that checks its argument against a secret of its
    instance, where nothing in the program calls it. Two values of one sender, constants, hashes of what is sent, columns of queries,
    what a form was filled with, an outcome that is only logged, what is compared to be changed, validators of the instance's own attributes,
    loops that add up how many characters differ, and used codes that are turned away when they come again are silent. Codes that a person
    types in (`verification_code`), other comparisons whose equality is turned away, and secrets that a wrong guess takes back are listed with `--all`.

    Why: the time of the answer tells how many characters are right. A sender who measures finds the secret character by
    character, or a valid signature without the key.

    Instead: `hmac.compare_digest(a, b)`, or `secrets.compare_digest`.

    Fine when: the secret is used up by one try.

    Fix safety: safe. Both sides are compared as bytes of their text, so that a missing value or one that is not ASCII
    raises no error.
    """

    name = "secrets/timing"
    impact = Impact.MEDIUM
    cwe = "CWE-208"
    security = True
    bad = (
        example(
            "a signature of a webhook",
            framework="flask",
            code="""
                import hashlib
                import hmac
                import os
                from flask import Flask, abort, request

                app = Flask(__name__)
                KEY = os.environ["HOOK_KEY"].encode()

                @app.post("/hook")
                def hook():
                    expected = hmac.new(KEY, request.get_data(), hashlib.sha256).hexdigest()
                    if request.headers["X-Signature"] != expected:
                        abort(403)
                    return "ok"
            """,
        ),
        example(
            "a token from the settings, compared in a helper",
            framework="fastapi",
            code="""
                import os
                from fastapi import FastAPI, Header, HTTPException

                app = FastAPI()
                API_TOKEN = os.environ["API_TOKEN"]

                def allowed(given):
                    return given == API_TOKEN

                @app.get("/metrics")
                def metrics(x_token: str = Header()):
                    if not allowed(x_token):
                        raise HTTPException(403)
                    return {"orders": 1}
            """,
        ),
        example(
            "a client of a library, whoever calls it",
            framework="python",
            code="""
                class Client:
                    def __init__(self, name, client_secret):
                        self.name = name
                        self.client_secret = client_secret

                    def check_client_secret(self, client_secret):
                        return self.client_secret == client_secret
            """,
        ),
    )
    good = (
        example(
            "compared in constant time; a password and its repetition; what is missing",
            framework="flask",
            code="""
                import hmac
                import os
                from flask import Flask, abort, request

                app = Flask(__name__)
                API_TOKEN = os.environ["API_TOKEN"]

                @app.post("/users")
                def users():
                    token = request.headers.get("X-Token", "")
                    if token == "" or not hmac.compare_digest(token, API_TOKEN):
                        abort(403)
                    password = request.form["password"]
                    if password != request.form["password_again"]:
                        abort(422)
                    return "ok"
            """,
        ),
    )

    def check(self, effect: Crypto, ungiven: Ungiven) -> Iterator[Verdict]:
        if effect.kind != "compare" or aside(effect):
            return
        left, right = (sent(effect, value, Use.DESERIALISE) for value in (effect.data, effect.key))
        if left is not None and right is not None:
            return
        found = left or right
        signed = effect.algorithm == "hmac"
        if found is None and not (signed and _open(effect)) and not _checks_own(effect, ungiven):
            return
        if found is not None and not signed and not _kept(effect.key if left is not None else effect.data):
            return
        if "refuses" in effect.flags and any(_USED.search(flag) for flag in effect.flags[:2]):
            return
        unsure = not {"refuses", "spent"}.isdisjoint(effect.flags)
        words = [flag.partition(":")[2] for flag in effect.flags]
        kept = words[1] if left is not None or (found is None and _OWN_DATA not in effect.flags) else words[0]
        secret = "a signature" if signed else f"`{kept}`"
        what = found.title if found is not None else "What is given"
        yield Verdict(
            message=f"{what} is compared with {secret} by ==, whose time tells how much of it is right.",
            why="A sender who measures the answers finds it character by character.",
            fix="Compare with hmac.compare_digest.",
            impact=Impact.MEDIUM,
            confidence=Confidence.LOW if unsure or (not signed and _TYPED.search(kept)) else Confidence.MEDIUM,
            trace=found.trace(effect, "compared by ==")
            if found is not None
            else steps((effect.place, "compared by ==")),
            start=found.place if found is not None else None,
            remedy=Remedy(kind=RemedyKind.COMPARE),
        )


def _open(effect: Crypto) -> bool:
    """True where the other side of a signature is an argument, which no caller here was seen to give."""
    origins = (*effect.data.origins, *effect.key.origins)
    return any(origin.kind is OriginKind.PARAMETER for origin in origins) and not any(
        origin.kind is OriginKind.SOURCE and origin.trust is not Trust.OPERATOR for origin in origins
    )


def _checks_own(effect: Crypto, ungiven: Ungiven) -> bool:
    """True in a method that checks an argument against a secret of its instance, which any caller may ask to."""
    own = [flag for flag in effect.flags if flag.startswith("own:")]
    if len(own) != 1 or not _CHECKS.search(effect.unit.rpartition(".")[2]):
        return False
    data, key = (flag.partition(":")[2] for flag in effect.flags[:2])
    kept, given = (data, effect.key) if own == [_OWN_DATA] else (key, effect.data)
    asked = bool(given.origins) and all(origin.kind is OriginKind.PARAMETER for origin in given.origins)
    again = any(_AGAIN.search(origin.name) for origin in given.origins)
    return names_secret(kept) and asked and not again and ungiven(effect) is not None


def _kept(value: Value) -> bool:
    """True where the other side is kept by the service: a setting, a field of a row, what a function is given to compare with."""
    return bool(value.origins) and all(_stored(origin) for origin in value.origins)


def _stored(origin: Origin) -> bool:
    if origin.state(Use.DESERIALISE) is Clean.DIRTY:
        return False
    return origin.kind in (OriginKind.FIELD, OriginKind.PARAMETER) or (
        origin.kind is OriginKind.SOURCE and origin.trust is Trust.OPERATOR
    )
