"""`access/csrf-middleware`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.development import of_development
from archwright.model.effect import Configure
from archwright.model.finding import Confidence, Impact
from archwright.review.beside import in_tests, in_tools
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps

_NAMES = frozenset({"MIDDLEWARE", "MIDDLEWARE_CLASSES"})
_SESSION = "django.contrib.sessions.middleware.SessionMiddleware"
_SIGNED_IN = "django.contrib.auth.middleware.AuthenticationMiddleware"
_CHECKS = ("CsrfViewMiddleware", "CsrfMiddleware", "csrf_protect", "CSRFCheck", "CSRFMiddleware", "requires_csrf_token")


class CsrfMiddleware(Rule):
    """Django keeps who is signed in in a cookie, and no middleware checks the tokens of forms.

    Told of a list of middleware that is written down whole, with sessions and sign-in, in a project that names no check of CSRF tokens
    anywhere. Lists with parts that can't be read, and settings of developers' machines, are not judged.

    Why: a page of somebody else sends forms to the service in the name of whoever looks at it.

    Instead: put `django.middleware.csrf.CsrfViewMiddleware` back, and take single views out that know their callers otherwise.

    Fine when: nobody signs in by a cookie: every view wants a token in a header.

    Fix safety: no automatic fix. Forms without a token are refused from then on, as is meant.
    """

    name = "access/csrf-middleware"
    impact = Impact.HIGH
    cwe = "CWE-352"
    security = True
    bad = (
        example(
            "the middleware is left out",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/settings.py": """
                    MIDDLEWARE = [
                        "django.middleware.security.SecurityMiddleware",
                        "django.contrib.sessions.middleware.SessionMiddleware",
                        "django.middleware.common.CommonMiddleware",
                        # "django.middleware.csrf.CsrfViewMiddleware",
                        "django.contrib.auth.middleware.AuthenticationMiddleware",
                    ]
                """,
            },
        ),
    )
    good = (
        example(
            "the middleware is there",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/settings.py": """
                    MIDDLEWARE = [
                        "django.contrib.sessions.middleware.SessionMiddleware",
                        "django.middleware.csrf.CsrfViewMiddleware",
                        "django.contrib.auth.middleware.AuthenticationMiddleware",
                    ]
                """,
            },
        ),
    )

    def check(self, effect: Configure, program: Program) -> Iterator[Verdict]:
        path = effect.place.path
        listed = str(effect.value.constant).split(", ")
        if effect.name not in _NAMES or "?" in listed or _SESSION not in listed or _SIGNED_IN not in listed:
            return
        if in_tests(path) or in_tools(path) or of_development(path) or program.mentions(_CHECKS):
            return
        yield Verdict(
            message="Who is signed in is kept in a cookie, and no middleware checks the tokens of forms.",
            why="A page of somebody else can send forms in the name of whoever looks at it.",
            fix="Put django.middleware.csrf.CsrfViewMiddleware into the list.",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM,
            trace=steps((effect.place, "the list of middleware")),
        )
