"""`limits/rate`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.finding import Confidence, Impact, TraceStep
from archwright.model.policy import Shows
from archwright.model.which import Which
from archwright.review.endpoint import Does, Endpoint, Siblings
from archwright.review.rule import Rule, Verdict, example, steps

_GUESSED = re.compile(
    r"(?:^|[_./-])(?:log_?in|sign_?in|authenticate|otp|totp|mfa|2fa|two_?factor|forgot|forgot_?password|forgotten"
    r"|sign_?up|register|registration|magic_?link|passwordless|token_?obtain|obtain_?token"
    r"|(?:re)?send_?(?:otp|sms|verification|confirmation|activation)(?:_?(?:code|link|e?mail))?"
    r"|password_?reset|reset_?password|password_?recovery|recover_?password|(?:verify|resend|check)_?(?:otp|code|pin))(?:$|[_./-])",
    re.IGNORECASE,
)
"""What takes a password or a code, sends one, or makes an account or a token."""
_ELSEWHERE = re.compile(r"oauth|saml|sso|oidc|callback|redirect", re.IGNORECASE)
"""Signing in at another service."""
_LIMITS = re.compile(r"limit|throttl|axes|brute|lockout", re.IGNORECASE)
_SENDS = frozenset({"POST", "PUT", "PATCH", "ANY"})


class Rate(Rule):
    """Passwords or codes can be tried without limit: an endpoint lacks the limiter that others of its kind have.

    Meant are endpoints that take a password or a one-time code, that send one, or that make an account or a token. Judged by its siblings: on the same router,
    in the same file or package another such endpoint carries a limiter (`@limiter.limit(...)`, `@ratelimit(...)`, a throttle
    class, a dependency that counts), and this one carries none. Limits in a proxy or a middleware hold for both.
    What only callers who are signed in may ask is left out, and so is a page made from constants: it takes nothing and sends nothing.

    Why: whoever may ask again and again finds a short code in minutes, tries lists of stolen passwords, and floods people
    with messages.

    Instead: put the same limiter on it, counted by account as well as by address.

    Fine when: it takes nothing that can be guessed and sends nothing, or counts attempts in its own code.

    Fix safety: no automatic fix. How often somebody may ask is not in the code.
    """

    name = "limits/rate"
    impact = Impact.MEDIUM
    cwe = "CWE-307"
    security = True
    which = Which.SENT
    bad = (
        example(
            "signing in is limited, asking for a new password is not",
            framework="flask",
            code="""
                from flask import Flask, request
                from flask_limiter import Limiter

                app = Flask(__name__)
                limiter = Limiter(app)

                @app.route("/login", methods=["POST"])
                @limiter.limit("5/minute")
                def login():
                    return {"ok": check(request.form["name"], request.form["password"])}

                @app.route("/forgot", methods=["POST"])
                def forgot_password():
                    send_link(request.form["email"])
                    return {}
            """,
        ),
        example(
            "one of two dependencies is forgotten",
            framework="fastapi",
            code="""
                from fastapi import APIRouter, Depends
                from fastapi_limiter.depends import RateLimiter

                router = APIRouter()

                @router.post("/login", dependencies=[Depends(RateLimiter(times=5, seconds=60))])
                def login(name: str, password: str):
                    return {"ok": check(name, password)}

                @router.post("/login/otp")
                def otp(name: str, code: str):
                    return {"ok": check_code(name, code)}
            """,
        ),
    )
    good = (
        example(
            "both are limited, and leaving is not",
            framework="flask",
            code="""
                from flask import Flask, render_template, request
                from flask_limiter import Limiter
                from flask_login import login_required

                app = Flask(__name__)
                limiter = Limiter(app)

                @app.route("/login", methods=["POST"])
                @limiter.limit("5/minute")
                def login():
                    return {"ok": check(request.form["name"], request.form["password"])}

                @app.route("/forgot", methods=["POST"])
                @limiter.limit("5/hour")
                def forgot_password():
                    send_link(request.form["email"])
                    return {}

                @app.route("/logout", methods=["POST"])
                def logout():
                    return {}

                @app.route("/forgot/done", methods=["GET", "POST"])
                def forgot_password_done():
                    return render_template("sent.html")

                @app.route("/users/<int:number>/reset_password", methods=["POST"])
                @login_required
                def reset_password(number):
                    send_link(ADDRESSES[number])
                    return {}
            """,
        ),
        example(
            "none is limited: the limit may stand before the service",
            framework="fastapi",
            code="""
                from fastapi import APIRouter

                router = APIRouter()

                @router.post("/login")
                def login(name: str, password: str):
                    return {"ok": check(name, password)}

                @router.post("/login/otp")
                def otp(name: str, code: str):
                    return {"ok": check_code(name, code)}
            """,
        ),
    )

    def check(self, endpoint: Endpoint, siblings: Siblings) -> Iterator[Verdict]:
        if not _guessed(endpoint) or endpoint.heirs or _limiter(endpoint) or _known(endpoint):
            return
        if endpoint.shows is Shows.SAME:
            return
        for kind in ("router", "file", "package"):
            like = next((each for each in siblings.by(kind, endpoint) if _guessed(each) and _limiter(each)), None)
            if like is None:
                continue
            limiter = _limiter(like)
            yield Verdict(
                message=f"{endpoint.title} may be asked without limit; {like.title} is limited.",
                why="Whoever can reach the service can try passwords or codes, or have messages sent, as often as they like.",
                fix=f"Limit it as {like.title} is ({limiter}).",
                impact=Impact.MEDIUM,
                confidence=Confidence.MEDIUM,
                trace=(
                    TraceStep(path=like.place.path, line=like.place.line, note=f"{like.title} is behind {limiter}"),
                    *steps((endpoint.place, "nothing limits how often it is asked")),
                ),
            )
            return


def _guessed(endpoint: Endpoint) -> bool:
    """True for what takes a password or a code, or sends one, by its name or path, and is sent something."""
    names = (endpoint.name, *endpoint.paths)
    return (
        not endpoint.methods.isdisjoint(_SENDS)
        and any(_GUESSED.search(name) for name in names)
        and not any(_ELSEWHERE.search(name) for name in names)
    )


def _known(endpoint: Endpoint) -> bool:
    """True where it is known who calls: who may ask is few, and can be told apart."""
    return endpoint.signed_in or any(each.does is Does.GUARD for each in endpoint.decorators)


def _limiter(endpoint: Endpoint) -> str:
    """The limiter that it carries, as written; empty: none."""
    carried = [decorator.name for decorator in endpoint.decorators] + [guard.name for guard in endpoint.guards]
    return next((name for name in carried if _LIMITS.search(name)), "")
