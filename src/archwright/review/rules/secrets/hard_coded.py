"""`secrets/hard-coded`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from archwright.model.effect import Configure, Crypto, Setting
from archwright.model.finding import Confidence, Impact
from archwright.report.lines import indent_of, lines_of
from archwright.review.beside import in_migrations, in_tests, in_tools
from archwright.review.literals import looks_random, placeholder, service_of, to_come
from archwright.review.program import Program
from archwright.review.replaced import replaced
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.said import for_developers, makes_up, said_to_be_none, under_test

_SIGNS = re.compile(
    r"^(?:jwt_|app_|flask_|django_|session_|cookie_|token_|auth_|access_|refresh_|\w+_jwt_|\w+_cookie_)*"
    r"(?:secret_?key(?:_base)?|signing_?key|jwt_?secret|jwt_?key|cookie_?secret|session_?secret|token_?secret|auth_?secret"
    r"|app_?secret|encryption_?key|fernet_?key|private_?key)$",
    re.IGNORECASE,
)
"""Names of keys that an application signs or enciphers with."""
_HOLDS = re.compile(
    r"(?:^|_)(?:password|passwd|pwd|api_?key|access_?key|private_?key|auth_?token|access_?token|bot_?token|api_?token"
    r"|client_?secret|api_?secret|app_?secret|secret|secret_?access_?key|webhook_?secret|account_?key)$",
    re.IGNORECASE,
)
"""Names of what a peer lets the application in by."""
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^:/@\s]*:([^@/\s]+)@([^:/@\s]+)")
_HASHED = re.compile(r"\.update\(|\b(?:md5|sha\d+|sha3_\d+|blake2[bs])\(")
_FEW = re.compile(r"\[:[1-8]\]")
_BESIDE = re.compile(
    r"(?:^|[/_.-])(?:dev|devel|development|debug|local|tests?|testing|ci|examples?|samples?|demo|docs?|sandbox|fixtures?|conftest"
    r"|seeds?|e2e|playground)(?:[/_.-]|$)",
    re.IGNORECASE,
)
"""Paths of settings for machines of developers."""


class HardCoded(Rule):
    """A secret stands in the code: a key that tokens or cookies are signed with, a password or token that opens a service.

    Texts in the form of a well-known service's secrets are found wherever they are bound, passwords in addresses of servers elsewhere, and
    keys that a call signs with, or that a setting of the application's own signing key holds. Listed with `--all`: texts of which a name alone says that they
    are a secret, for what they open isn't seen; placeholders, what a comment calls an example or a default of development, salts of labels,
    and settings of developers' machines and tests (by file, class, condition, what the file says that it is for, or the environment that the
    code sets); short defaults behind the environment, and defaults that settings for production, or a module outside of the repository, replace. A setting that one module fixes and another takes from the environment is no constant,
    nor is one of Django that only a developers' module fixes which the project does not start with.

    Why: everyone who can read the repository, a copy of it, or an image made from it has the secret. With the key that
    signs sessions or tokens they are any user.

    Instead: read it from the environment or a secret store, and stop at the start where it is missing. Replace a secret
    that was in the repository: its history keeps it.

    Fine when: the text opens nothing: a public key, a value for tests.

    Fix safety: no automatic fix. The secret has to be replaced where it is used.
    """

    name = "secrets/hard-coded"
    impact = Impact.CRITICAL
    cwe = "CWE-798"
    security = True
    bad = (
        example(
            "sessions are signed with a key from the code",
            framework="flask",
            code="""
                from flask import Flask

                app = Flask(__name__)
                app.config["SECRET_KEY"] = "9f2c51b0a7e84d6c8f31"
            """,
        ),
        example(
            "where the environment says nothing, a key that everyone knows holds",
            framework="django",
            files={
                "shop/settings.py": """
                    import os

                    SECRET_KEY = os.environ.get("SHOP_SECRET_KEY", "c8a1e0f47b2d49c3a5519d7e60b4f213")
                """,
                "shop/__init__.py": "",
            },
        ),
        example(
            "tokens are signed with a text from another file",
            framework="fastapi",
            files={
                "shop/keys.py": "SIGN_WITH = 'k3Yw8pQ2zL5vN7xT1mR4'\n",
                "shop/tokens.py": """
                    import jwt
                    from shop.keys import SIGN_WITH

                    def token_for(user, until):
                        return jwt.encode({"sub": user, "exp": until}, SIGN_WITH, algorithm="HS256")
                """,
                "shop/__init__.py": "",
            },
        ),
    )
    good = (
        example(
            "the key comes from the environment, and nothing starts without it",
            framework="flask",
            code="""
                import os
                from flask import Flask

                app = Flask(__name__)
                app.config["SECRET_KEY"] = os.environ["SECRET_KEY"]
                PASSWORD_FIELD = "password"
                TOKEN_URL = "https://example.org/token"
                RESET_TOKEN = "reset-token"
            """,
        ),
    )

    def check(self, effect: Configure | Crypto, program: Program) -> Iterator[Verdict]:
        path = effect.place.path
        tested = effect.context.setting is Setting.TEST or any(in_tests(call.path) for call in effect.context.calls)
        if tested or in_tests(path) or in_migrations(path):
            return
        text = (effect.value if isinstance(effect, Configure) else effect.key).constant
        if not isinstance(text, str) or not text or text.startswith(("-----BEGIN PUBLIC", "-----BEGIN CERT")):
            return
        beside = in_tools(path) or _BESIDE.search(path) is not None or _set_aside(effect, program)
        if isinstance(effect, Crypto):
            if effect.kind in ("encode", "decode", "sign", "cipher"):
                yield _verdict(
                    effect,
                    f"{effect.api} uses a key that stands in the code.",
                    "Everyone who can read the code signs what they like, as any user.",
                    Impact.CRITICAL,
                    Confidence.LOW if beside or to_come(text) else Confidence.HIGH,
                )
        elif password := _of_address(text):
            if not beside and looks_random(password):
                yield _verdict(
                    effect,
                    f"`{effect.name}` holds a password that stands in the code.",
                    "Everyone who can read the code can sign in there.",
                    Impact.HIGH,
                    Confidence.MEDIUM,
                )
        elif service := service_of(text):
            yield _verdict(
                effect,
                f"{service[:1].upper()}{service[1:]} stands in the code.",
                "Everyone who can read the code can use it.",
                Impact.HIGH,
                Confidence.LOW if beside else Confidence.HIGH,
            )
        elif _SIGNS.search(effect.name):
            yield from self._signing(effect, text, beside=beside or _default(effect, program))
        elif _HOLDS.search(effect.name) and looks_random(text):
            yield _verdict(
                effect,
                f"`{effect.name}` holds a secret that stands in the code.",
                "Everyone who can read the code can use it.",
                Impact.HIGH,
                Confidence.LOW,  # a name alone: 1 of 13 of the texts that public projects hold so opened anything (docs/BENCHMARKS.md)
            )

    def _signing(self, effect: Configure, text: str, *, beside: bool) -> Iterator[Verdict]:
        unsure = beside or placeholder(text) or (effect.fallback and not looks_random(text))
        application = effect.name.upper() == "SECRET_KEY" and (effect.how != "name" or effect.name.isupper())
        if not unsure and not application and not looks_random(text):
            return
        proved = effect.name.lower() == "secret_key" and effect.how in ("attribute", "item", "argument")
        falls = " where the environment gives none" if effect.fallback else ""
        yield _verdict(
            effect,
            f"The key `{effect.name}` stands in the code{falls}.",
            "Everyone who can read the code signs sessions or tokens of any user.",
            Impact.CRITICAL if not effect.fallback else Impact.HIGH,
            Confidence.LOW if unsure else Confidence.HIGH if proved else Confidence.MEDIUM,
        )


def _set_aside(effect: Configure | Crypto, program: Program) -> bool:
    """True where the file says that the text is an example, or only for machines of developers and tests."""
    lines = lines_of(program.source(effect.place.path) or "")
    line = effect.place.line
    label = isinstance(effect, Configure) and effect.how == "name" and _labels(lines, line, effect.name)
    said = said_to_be_none(lines, line) or for_developers(lines, line) or under_test(lines, line)
    return label or said or makes_up(lines)


def _default(effect: Configure, program: Program) -> bool:
    """True for a setting that another module replaces, here or outside of the repository. What opens a well-known service is known all the same."""
    return effect.replaced or (effect.how == "name" and replaced(effect.place.path, program.source))


def _labels(lines: Sequence[str], line: int, name: str) -> bool:
    """True where a name of a function is only hashed with other things, and a few letters of the hash are kept: a label of what it is hashed with."""
    start = lines[line - 1] if line <= len(lines) else ""
    indent = indent_of(start)
    rest = takewhile(lambda text: not text.strip() or indent_of(text) >= indent, lines[line:])
    body = [text for text in rest if text.strip()] if indent else []
    used = [text for text in body if re.search(rf"\b{re.escape(name)}\b", text)]
    return bool(used) and all(map(_HASHED.search, used)) and any(map(_FEW.search, body))


def _of_address(text: str) -> str:
    """The password in the address of a server elsewhere, `postgres://shop:…@db.example.com/shop`; empty: there is none."""
    found = _ADDRESS.match(text)
    return found[1] if found is not None and "." in found[2] and not found[2].startswith("127.") else ""


def _verdict(effect: Configure | Crypto, message: str, why: str, impact: Impact, confidence: Confidence) -> Verdict:
    return Verdict(
        message=message,
        why=why,
        fix="Read it from the environment or a secret store, fail where it is missing, and replace the one in the history.",
        impact=impact,
        confidence=confidence,
        trace=steps(
            *((call, "on the way") for call in effect.context.calls[:1]), (effect.place, "the text is used here")
        ),
    )
