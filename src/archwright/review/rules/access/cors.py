"""`access/cors`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.development import of_development
from archwright.model.effect import Configure, CrossOrigin, Setting
from archwright.model.finding import Confidence, Impact
from archwright.review.beside import in_tests
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example

_ALL = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")
_OF_ITS_OWN = ("Access-Control-Allow-Credentials", "ACCESS_CONTROL_ALLOW_CREDENTIALS")
"""The header that code of the project's own sets or takes away: what answers say in the end can't be told from the settings."""
_CREDENTIALS = "CORS_ALLOW_CREDENTIALS"


class Cors(Rule):
    """Pages of every origin may read the service's answers with the cookies of whoever looks at them.

    That is Starlette's and FastAPI's `CORSMiddleware`, Flask-CORS and the settings of django-cors-headers with all origins and credentials: browsers refuse the star with
    credentials, so these libraries send back the origin that asked. Origins that settings decide are not reported.

    Why: any page that a signed-in person opens reads what the service shows them, and writes in their name.

    Instead: list the origins that need it; leave credentials off for what everybody may read.

    Fine when: the service knows its callers by a header that pages of others can't set, and by no cookie.

    Fix safety: no automatic fix. Which origins are meant is not in the code.
    """

    name = "access/cors"
    impact = Impact.HIGH
    cwe = "CWE-942"
    security = True
    bad = (
        example(
            "every origin, with cookies",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from fastapi.middleware.cors import CORSMiddleware

                app = FastAPI()
                app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)
            """,
        ),
        example(
            "no origins given are all origins",
            framework="flask",
            code="""
                from flask import Flask
                from flask_cors import CORS

                def create_app():
                    app = Flask(__name__)
                    CORS(app, supports_credentials=True)
                    return app
            """,
        ),
        example(
            "settings allow all",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/settings.py": """
                    CORS_ALLOW_ALL_ORIGINS = True
                    CORS_ALLOW_CREDENTIALS = True
                """,
            },
        ),
    )
    good = (
        example(
            "origins are listed",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from fastapi.middleware.cors import CORSMiddleware

                app = FastAPI()
                app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)
            """,
        ),
        example(
            "every origin, without cookies",
            framework="flask",
            code="""
                from flask import Flask
                from flask_cors import CORS

                app = Flask(__name__)
                CORS(app)
            """,
        ),
    )

    def check(self, effect: CrossOrigin | Configure, program: Program) -> Iterator[Verdict]:
        if isinstance(effect, Configure):
            if not _everyone(effect, program) or program.mentions(_OF_ITS_OWN):
                return
        elif not (effect.everyone and effect.credentials):
            return
        if effect.context.setting is Setting.TEST or in_tests(effect.place.path):
            return
        api = effect.name if isinstance(effect, Configure) else effect.api
        yield Verdict(
            message=f"{api} lets pages of every origin read answers with the cookies of who looks at them.",
            why="Any page that a signed-in person opens can read and write in that person's name.",
            fix="List the origins that need it, or leave credentials off.",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM,
        )


def _everyone(effect: Configure, program: Program) -> bool:
    """True for settings of django-cors-headers that allow all origins, in a file that allows credentials too."""
    if effect.name not in _ALL or effect.value.constant is not True or effect.fallback:
        return False
    path = effect.place.path
    return not of_development(path) and any(
        isinstance(each, Configure)
        and each.name == _CREDENTIALS
        and each.value.constant is True
        and each.place.path == path
        for each in program.effects
    )
