"""`secrets/insecure-cookie`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.development import of_development
from archwright.model.effect import Configure, SetCookie, Setting
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.report.lines import lines_of
from archwright.review.beside import in_tests, of_production
from archwright.review.excerpt import end_of
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example

_SECRET = re.compile(
    r"sess|token|auth|jwt|(?:^|[_-])sid(?:$|[_-])|remember|login|credential|secret|api_?key|passw|refresh|identity|sso",
    re.IGNORECASE,
)
"""Names of cookies by which a service knows who calls."""
_FORMS = re.compile(r"csrf|xsrf", re.IGNORECASE)
"""Names of cookies with the token of forms, which opens nothing without a session beside it."""
_ANSWER = re.compile(r"(?:is|has|was|can|show|seen|hide|dismissed)[_-]", re.IGNORECASE)
"""Names of cookies that hold an answer to a question, whatever it is about: `is_token_expired`."""
_TASTE = re.compile(
    r"lang|locale|theme|time_?zone|(?:^|_)tz(?:$|_)|dark|color|sidebar|consent|banner|view|layout", re.IGNORECASE
)
"""Names of cookies that keep how somebody likes a page."""
_FALSE = re.compile(r"\bsecure\s*=\s*(?:False|0|None)\b")
_SETTINGS = frozenset({"SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "REMEMBER_COOKIE_SECURE"})
"""Settings of Django, Flask and Flask-Login for the cookies that these set by themselves."""


class InsecureCookie(Rule):
    """A cookie is set that browsers also send without TLS, or that scripts can read.

    Reported are `secure=False` written in the call, `SESSION_COOKIE_SECURE = False` and its kin in the settings of production, and the flag left out where the cookie's name says that it tells who calls
    (session, token, sign-in). A flag that settings or the environment decide is not reported. Shown with `--all` only: the flag left out of
    other cookies, cookies of taste (language, theme), the token of forms, and a missing `httponly`.

    Why: one request over plain HTTP, which anyone on the network can provoke, carries the cookie in the clear; who reads a session
    cookie is that person.

    Instead: `set_cookie(name, value, secure=True, httponly=True, samesite="Lax")`.

    Fine when: the service is only ever reached without TLS, on a machine of its own, or the cookie says nothing worth reading.

    Fix safety: `secure=True` is safe behind TLS; Chrome and Firefox send such cookies to localhost without it.
    """

    name = "secrets/insecure-cookie"
    impact = Impact.MEDIUM
    cwe = "CWE-614"
    security = True
    bad = (
        example(
            "the flag is off",
            framework="flask",
            code="""
                from flask import Flask, make_response

                app = Flask(__name__)

                @app.post("/login")
                def login():
                    response = make_response({"ok": True})
                    response.set_cookie("session", "4711", secure=False, httponly=True)
                    return response
            """,
        ),
        example(
            "a token without the flag",
            framework="fastapi",
            code="""
                from fastapi import FastAPI, Response

                app = FastAPI()

                @app.post("/login")
                def login(response: Response):
                    response.set_cookie("access_token", "4711", httponly=True)
                    return {"ok": True}
            """,
        ),
        example(
            "off in production",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/settings/__init__.py": "",
                "shop/settings/production.py": """
                    SESSION_COOKIE_SECURE = False
                """,
            },
        ),
    )
    good = (
        example(
            "the flags are on, or the settings say",
            framework="flask",
            code="""
                from flask import Flask, current_app, make_response

                app = Flask(__name__)

                @app.post("/login")
                def login():
                    response = make_response({"ok": True})
                    response.set_cookie("session", "4711", secure=True, httponly=True)
                    response.set_cookie("refresh_token", "4712", secure=current_app.config["TLS"], httponly=True)
                    return response
            """,
        ),
        example(
            "a cookie is taken back",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("logout/", views.logout)]
                """,
                "views.py": """
                    from django.http import HttpResponse

                    def logout(request):
                        response = HttpResponse()
                        response.delete_cookie("session")
                        return response
                """,
            },
        ),
    )

    def check(self, effect: SetCookie | Configure, program: Program) -> Iterator[Verdict]:
        if effect.context.setting is Setting.TEST or in_tests(effect.place.path):
            return
        if isinstance(effect, Configure):
            yield from _set(effect)
            return
        name = effect.name.constant if isinstance(effect.name.constant, str) else ""
        secret = _SECRET.search(name) is not None and _ANSWER.match(name) is None and not _FORMS.search(name)
        said = f"The cookie {name!r}" if name else "A cookie"
        if effect.secure is False:
            confidence = Confidence.LOW
            if secret:
                confidence = Confidence.HIGH if effect.written else Confidence.MEDIUM
            elif effect.written and not _TASTE.search(name) and not _FORMS.search(name):
                confidence = Confidence.MEDIUM
            if effect.written and not _literal(effect, program):
                confidence = Confidence.LOW  # a setting, which whoever runs the service may change
            how = "with secure=False" if effect.written else "without the flag secure"
            yield Verdict(
                message=f"{said} is set {how}: browsers send it over plain HTTP too.",
                why="Who listens on the network reads it from one request without TLS.",
                fix='Give set_cookie secure=True, with httponly=True and samesite="Lax".',
                impact=Impact.MEDIUM if secret else Impact.LOW,
                confidence=confidence,
                remedy=Remedy(kind=RemedyKind.KEYWORD, subject="secure=True"),
            )
        elif effect.http_only is False and secret:
            yield Verdict(
                message=f"{said} is set without the flag httponly: scripts of the page can read it.",
                why="A script that gets into one page takes the cookie with it.",
                fix="Give set_cookie httponly=True, unless a script of yours has to read it.",
                impact=Impact.LOW,
                confidence=Confidence.LOW,
            )


def _literal(effect: SetCookie, program: Program) -> bool:
    """Whether the call itself says `secure=False`."""
    lines = lines_of(program.source(effect.place.path) or "")
    end = end_of(lines, effect.place.line, effect.place.column)
    return any(_FALSE.search(line) for line in lines[effect.place.line - 1 : end])


def _set(effect: Configure) -> Iterator[Verdict]:
    """`SESSION_COOKIE_SECURE = False`: of the settings of production for sure, of others perhaps."""
    if effect.name not in _SETTINGS or effect.value.constant is not False or of_development(effect.place.path):
        return
    yield Verdict(
        message=f"{effect.name} is False: browsers send the cookie over plain HTTP too.",
        why="Who listens on the network reads it from one request without TLS.",
        fix="Set it to True where the service is reached by TLS.",
        impact=Impact.MEDIUM,
        confidence=Confidence.MEDIUM if of_production(effect.place.path) and not effect.fallback else Confidence.LOW,
    )
