"""`secrets/jwt`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Crypto
from archwright.model.finding import Confidence, Impact
from archwright.model.value import OWN_TOKEN, Clean, OriginKind, Use
from archwright.review.program import Program
from archwright.review.rule import Rule, Ungiven, Verdict, example, steps
from archwright.review.serves import aside

_WHO = frozenset(
    {"sub", "user_id", "userid", "userId", "user", "uid", "id", "email", "username", "preferred_username", "name"}
    | {"role", "roles", "scope", "scopes", "groups", "permissions", "is_admin", "admin", "tenant_id", "oid"}
)
"""Claims that say who somebody is, or what they may do."""

_CHECKS = re.compile(r"decode|verif|validat|key", re.IGNORECASE)
"""Calls that are given a claim to find a key by, and to check the token with it."""
_IDENTITY = re.compile(r"(?:^|_)id_?token$", re.IGNORECASE)
"""What an ID token of OpenID Connect is called."""
_LOGS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_TEXTS = frozenset({"str", "repr", "format"})
_ADDRESS = frozenset({"urlencode", "quote", "quote_plus", "join", "build_absolute_uri", "update", "dict", "all", "any"})
"""What an address with a claim in its query is made by."""
_REDIRECT = re.compile(r"redirect", re.IGNORECASE)
_USES = frozenset({"return", "condition", "index", "fill", "held"})
"""What else may become of a claim: somebody acts on it."""


class Jwt(Rule):
    """A signed token whose signature proves nothing: it is not checked, or the token itself says how.

    Found are `decode` with the check switched off where the claims that say who somebody is are used, the algorithm
    `none`, and algorithms taken from the token's own header. With `--all`: expiry that is not checked, and tokens for a
    user that never end, claims that are only logged or whose names the code does not say. A look into a token for what finds its key
    (`iss`, `kid`), when it ends, or where its sender is sent back to, is silent, as are a token that the program has just made and an ID
    token that the service itself has just asked the issuer's token endpoint for.

    Why: anyone writes a token with any user in it. What checks no signature takes it.

    Instead: `jwt.decode(token, key, algorithms=["RS256"])` with the algorithms that the service expects, written in the code.

    Fine when: the token was checked before, by this service, in code that can't be passed by.

    Fix safety: no automatic fix. Which key and which algorithm are right is not told by the code.
    """

    name = "secrets/jwt"
    impact = Impact.CRITICAL
    cwe = "CWE-347"
    security = True
    bad = (
        example(
            "the user of a token that nobody has signed",
            framework="flask",
            code="""
                import jwt
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/me")
                def me():
                    claims = jwt.decode(request.headers["X-Token"], options={"verify_signature": False})
                    return {"user": claims["sub"]}
            """,
        ),
        example(
            "the token says by which algorithm it is checked",
            framework="fastapi",
            code="""
                import jwt
                from fastapi import FastAPI, Header

                app = FastAPI()

                def claims_of(token, key):
                    header = jwt.get_unverified_header(token)
                    return jwt.decode(token, key, algorithms=[header.get("alg", "RS256")])

                @app.get("/me")
                def me(x_token: str = Header()):
                    return {"user": claims_of(x_token, open("key.pem").read())["sub"]}
            """,
        ),
    )
    good = (
        example(
            "the issuer finds the key, and the key checks the token",
            framework="flask",
            code="""
                import jwt
                from flask import Flask, request

                app = Flask(__name__)
                KEYS = {"shop": open("shop.pem").read()}

                @app.get("/me")
                def me():
                    token = request.headers["X-Token"]
                    issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
                    return {"user": jwt.decode(token, KEYS[issuer], algorithms=["RS256"])["sub"]}
            """,
        ),
        example(
            "the header's algorithm is one of those that are expected",
            framework="python",
            code="""
                import jwt

                EXPECTED = ("RS256", "ES256")

                def claims_of(token, key):
                    algorithm = jwt.get_unverified_header(token)["alg"]
                    if algorithm not in EXPECTED:
                        raise ValueError("unexpected algorithm")
                    return jwt.decode(token, key, algorithms=[algorithm])
            """,
        ),
    )

    def check(self, effect: Crypto, program: Program, ungiven: Ungiven) -> Iterator[Verdict]:
        if effect.kind not in ("decode", "encode") or aside(effect):
            return
        flags = effect.flags
        if "unverified" in flags and not _own(effect, program) and (sure := _trusted(effect, ungiven)) is not None:
            yield _verdict(
                effect,
                f"{effect.api} takes the claims of a token without checking its signature.",
                "Anyone writes a token with any user in it, and is taken for that user.",
                "Check the signature with the key and the algorithms that are expected.",
                Impact.CRITICAL,
                sure,
            )
        if "none" in flags or effect.algorithm == "none":
            yield _verdict(
                effect,
                f"{effect.api} accepts the algorithm none: a token without a signature.",
                "Anyone writes a token with any user in it, and is taken for that user.",
                "Name the algorithms that are expected, without none.",
                Impact.CRITICAL,
                Confidence.HIGH,
            )
        if "algorithm-of-token" in flags:
            yield _verdict(
                effect,
                f"{effect.api} checks the signature by the algorithm that the token itself names.",
                "Who names HS256 signs with the public key, which is known to all, and is taken for any user.",
                "Write the algorithms that are expected in the code; refuse a header that names another.",
                Impact.HIGH,
                Confidence.HIGH,
            )
        if "no-expiry" in flags and "unverified" not in flags:
            yield _verdict(
                effect,
                f"{effect.api} accepts tokens that have expired.",
                "A token that was stolen, or whose user has left, is good for ever.",
                "Leave verify_exp on.",
                Impact.MEDIUM,
                Confidence.LOW,
            )
        if "endless" in flags:
            yield _verdict(
                effect,
                f"{effect.api} makes a token that never expires.",
                "A token that was stolen, or whose user has left, is good for ever.",
                'Put a time into the claim "exp".',
                Impact.LOW,
                Confidence.LOW,
            )


def _trusted(effect: Crypto, ungiven: Ungiven) -> Confidence | None:
    """How sure it is that the claims are believed; None: they only find what checks them.

    Low where who issued the token accepted it before, where the claims are only logged, and in a helper that nothing calls:
    nobody is let in by it. Low too where the code does not say which claim is read. None too where the caller is only sent on with them.
    An ID token that the service itself has just asked its issuer for needs no check of its signature (OpenID Connect Core 1.0, 3.1.3.7):
    None for one, low where nothing shows that somebody else sent it, and no claim that says who somebody is is read.
    """
    if any(how == "call" and _CHECKS.search(word.rpartition(".")[2]) for how, word in effect.becomes):
        return None
    kinds = {each.kind for each in effect.data.origins}
    sent = OriginKind.SOURCE in kinds
    if "asked" in effect.flags and not sent:
        return None
    who = [becomes for key, becomes in effect.taken if key in _WHO]
    given = bool(effect.data.origins) and all(each.kind is OriginKind.PARAMETER for each in effect.data.origins)
    if who and all(map(_sent_back, who)):
        return None
    if "presented" in effect.flags or (given and ungiven(effect) is not None):
        return Confidence.LOW
    if who:
        return Confidence.LOW if all(map(_only_told, who)) else Confidence.HIGH
    if effect.taken:
        return Confidence.LOW if any(key == "?" for key, _ in effect.taken) else None
    if not sent and any(_IDENTITY.search(word) for word in effect.made_of):
        return Confidence.LOW
    returned = any(how == "return" for how, _ in effect.becomes)
    return Confidence.MEDIUM if returned else Confidence.LOW


def _own(effect: Crypto, program: Program) -> bool:
    """True where all that the token comes from is what this program has just signed, whoever calls the code around."""
    origins = effect.data.origins
    if not origins or any(each.kind is not OriginKind.PARAMETER for each in origins):
        return _signed_here(effect)
    called = [
        each
        for each in program.effects
        if isinstance(each, Crypto)
        and each.place == effect.place
        and each.kind == effect.kind
        and each.context.calls
        and not aside(each)
    ]
    return bool(called) and all(map(_signed_here, called))


def _signed_here(effect: Crypto) -> bool:
    origins = effect.data.origins
    made = any(each.kind is OriginKind.RESULT and each.name == OWN_TOKEN for each in origins)
    return made and all(each.name == OWN_TOKEN or each.state(Use.DESERIALISE) is Clean.CLEAN for each in origins)


def _only_told(becomes: tuple[tuple[str, str], ...]) -> bool:
    """True where all that becomes of a claim is a line of a log."""
    calls = _calls(becomes)
    return bool(calls & _LOGS) and calls <= _LOGS | _TEXTS and _USES.isdisjoint(how for how, _ in becomes)


def _sent_back(becomes: tuple[tuple[str, str], ...]) -> bool:
    """True where all that becomes of a claim is a part of the address that the caller is sent to: to sign in there, checked."""
    calls = _calls(becomes)
    redirects = {call for call in calls if _REDIRECT.search(call)}
    acts = any(how in ("condition", "index", "held") for how, _ in becomes)
    return bool(redirects) and calls - redirects <= _ADDRESS | _TEXTS and not acts


def _calls(becomes: tuple[tuple[str, str], ...]) -> set[str]:
    return {word.rpartition(".")[2] for how, word in becomes if how == "call"}


def _verdict(effect: Crypto, message: str, why: str, fix: str, impact: Impact, confidence: Confidence) -> Verdict:
    return Verdict(
        message=message,
        why=why,
        fix=fix,
        impact=impact,
        confidence=confidence,
        trace=steps((effect.place, f"{effect.api} is called")),
    )
