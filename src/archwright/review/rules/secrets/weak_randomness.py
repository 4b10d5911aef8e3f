"""`secrets/weak-randomness`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Crypto
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.secret_name import parts
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.serves import Serves, aside, names_secret, served

_POLICIES = frozenset({"csp", "script", "style", "policy", "oidc", "openid", "login"})
"""Words of nonces that must not be guessed: of a page's scripts, of somebody who signs in."""

_MARK = re.compile(r"[cC]lient(?:Request)?Token")
"""What clients of clouds call the mark of a call that must be carried out once."""
_MARKED = re.compile(rf"\b{_MARK.pattern}[\"']?\s*[:=](?!=)\s*(\w+)")
_MARK_WORDS = frozenset(
    {"client", "request", "token", "generator", "generate", "make", "new", "get", "create", "random"}
)


class WeakRandomness(Rule):
    """Something that must not be guessed is made with random numbers that can be guessed.

    The number is followed through its function: the variables, keys, parameters and functions that it reaches. What
    becomes a token, password, code, session or cookie is found. Waiting times, samples, colours and branches are not;
    what shows neither, some of several things that are there already, numbers and names of things, what is one part of an object or a mapping
    with another name (`session = Session(hour=...)`), and marks of calls that must be carried out once (`clientToken`) are listed with `--all`.

    Why: `random` and `numpy.random` give the rest of their numbers away after 624 outputs or less, `uuid1` holds the time
    and the address of the machine. Who gets a few tokens computes those of others.

    Instead: `secrets.token_urlsafe()`, `secrets.choice()`, `secrets.randbelow()`, `uuid.uuid4()`.

    Fine when: nobody gains by knowing the number.

    Fix safety: safe. `random.SystemRandom` has the methods of `random`, and draws from the operating system.
    """

    name = "secrets/weak-randomness"
    impact = Impact.HIGH
    cwe = "CWE-330"
    security = True
    bad = (
        example(
            "a token for resetting a password",
            framework="python",
            code="""
                import random
                import string

                def reset_token():
                    letters = string.ascii_letters + string.digits
                    return "".join(random.choice(letters) for _ in range(32))
            """,
        ),
        example(
            "a session cookie made of a random number",
            framework="flask",
            code="""
                import random
                from flask import Flask, make_response

                app = Flask(__name__)
                sessions = {}

                @app.post("/login")
                def login():
                    number = str(random.getrandbits(64))
                    sessions[number] = "user"
                    response = make_response("welcome")
                    response.set_cookie("sid", number, secure=True, httponly=True, samesite="Lax")
                    return response
            """,
        ),
    )
    good = (
        example(
            "numbers that nobody can guess",
            framework="python",
            code="""
                import random
                import secrets

                def reset_token():
                    return secrets.token_urlsafe(32)

                def one_time_code():
                    return random.SystemRandom().randint(100000, 999999)
            """,
        ),
    )

    def check(self, effect: Crypto, program: Program) -> Iterator[Verdict]:
        if effect.kind != "random" or aside(effect):
            return
        serves = served(effect)
        decides = not serves.word and any(how == "condition" for how, _ in effect.becomes)
        if "seeded" in effect.flags and serves.what is not Serves.SECRET:
            return
        secret = serves.what in (Serves.SECRET, Serves.PASSWORD)
        known = _may_be_known(serves.word) or _marks_a_call(effect, serves.word, program)
        made = secret and not decides and "picked" not in effect.flags and not known
        what = f"`{serves.word}`" if secret else "the result"
        yield Verdict(
            message=f"{effect.api} makes a number that can be guessed; {what} is made of it.",
            why="Who sees a few of the numbers computes the others, past and to come.",
            fix="Use the module secrets (token_urlsafe, choice, randbelow), or random.SystemRandom with the same methods.",
            impact=Impact.HIGH if secret else Impact.LOW,
            confidence=Confidence.MEDIUM if made else Confidence.LOW,
            trace=steps((effect.place, f"{effect.api} draws a number")),
            remedy=Remedy(kind=RemedyKind.CALL, subject=".SystemRandom().{name}") if _has_safe(effect) else None,
        )


def _may_be_known(word: str) -> bool:
    """True for a salt, and for a nonce of a request: they have to differ from others, and may be known."""
    words = parts(word)
    rest = [each for each in words if each not in ("salt", "nonce")]
    return len(rest) < len(words) and not any(names_secret(each) or each in _POLICIES for each in rest)


def _marks_a_call(effect: Crypto, word: str, program: Program) -> bool:
    """True for what marks a call of a cloud's client, so that it is carried out once: no one is let in by it.

    Its name alone does not tell, since `client_token` is also what a client signs in with: it is handed on as such a mark in the file.
    """
    words = set(parts(word))
    if not words <= _MARK_WORDS:
        return False
    if any(how in ("key", "argument") and _MARK.fullmatch(name) for how, name in effect.becomes):
        return True
    handed = _MARKED.findall(program.source(effect.place.path) or "")
    return "client" in words and any(words >= set(parts(name)) for name in handed)


def _has_safe(effect: Crypto) -> bool:
    """True for functions of `random` itself: `SystemRandom` has the same methods. Seeds and a generator's state it has not."""
    holder, _, name = effect.api.rpartition(".")
    return holder == "random" and name != "seed" and "seeded" not in effect.flags
