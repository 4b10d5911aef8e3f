"""`injection/deserialization`."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.effect import Deserialise
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example
from archwright.review.sent import tainted
from archwright.review.stored import Stored

_OF_FILES = frozenset({"joblib.load", "shelve.open", "pandas.read_pickle", "pandas.io.pickle.read_pickle"})
"""Loaders that are given a path or a file: a path from outside chooses which file is loaded, not yet what is in it."""


class Deserialization(Rule):
    """Data from outside is loaded by something that makes objects of any class.

    That is pickle and what is built on it (dill, cloudpickle, joblib, pandas, numpy with `allow_pickle`, torch without
    `weights_only`), marshal, shelve, jsonpickle, and YAML with a loader of any class. Data that was signed or encrypted here is
    clean; so is an unpickler of the project's own that finds the classes itself. What can't be followed is not reported.

    Why: the data names the functions that are called while it is loaded. The sender runs any code with the rights of the service;
    checks of the result come too late.

    Instead: exchange data as JSON, or with a schema (pydantic, msgspec, protobuf); for YAML use `yaml.safe_load`. Where pickles must
    travel, sign them and check the signature with `hmac.compare_digest` before they are loaded.

    Fine when: only this service can have written the data, and nobody else can reach where it lies.

    Fix safety: `yaml.load` becomes `yaml.safe_load`, which makes no objects of classes. Else none: another format needs another
    writer.
    """

    name = "injection/deserialization"
    impact = Impact.CRITICAL
    cwe = "CWE-502"
    security = True
    which = Which.SENT | Which.STORED
    bad = (
        example(
            "a cookie is unpickled",
            framework="flask",
            code="""
                import base64
                import pickle
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/cart")
                def cart():
                    saved = request.cookies.get("cart", "")
                    return {"items": pickle.loads(base64.b64decode(saved))}
            """,
        ),
        example(
            "an uploaded file is read as YAML of any class, in another file",
            framework="fastapi",
            files={
                "shop/__init__.py": "",
                "shop/settings.py": """
                    import yaml

                    def read(text):
                        return yaml.load(text, Loader=yaml.Loader)
                """,
                "shop/main.py": """
                    from fastapi import FastAPI, Request
                    from shop import settings

                    app = FastAPI()

                    @app.post("/settings")
                    async def upload(request: Request):
                        return settings.read(await request.body())
                """,
            },
        ),
        example(
            "an unpickler over the body of a request",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("jobs/", views.job)]
                """,
                "views.py": """
                    import io
                    import pickle
                    from django.http import JsonResponse

                    def job(request):
                        job = pickle.Unpickler(io.BytesIO(request.body)).load()
                        return JsonResponse({"name": job.name})
                """,
            },
        ),
    )
    good = (
        example(
            "a loader of plain data",
            framework="flask",
            code="""
                import json
                import yaml
                from flask import Flask, request

                app = Flask(__name__)

                @app.post("/settings")
                def settings():
                    first = yaml.safe_load(request.data)
                    second = yaml.load(request.form["more"], Loader=yaml.CSafeLoader)
                    return {"first": first, "second": second, "third": json.loads(request.form["last"])}
            """,
        ),
        example(
            "the unpickler knows which classes it makes",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("jobs/", views.job)]
                """,
                "views.py": """
                    import io
                    import pickle
                    from django.http import JsonResponse

                    class Numbers(pickle.Unpickler):
                        def find_class(self, module, name):
                            raise pickle.UnpicklingError(name)

                    def job(request):
                        return JsonResponse({"numbers": Numbers(io.BytesIO(request.body)).load()})
                """,
            },
        ),
        example(
            "the service's own signature is checked before",
            framework="fastapi",
            code="""
                import pickle
                from cryptography.fernet import Fernet
                from fastapi import FastAPI, Request

                app = FastAPI()
                box = Fernet(open("key", "rb").read())

                @app.post("/state")
                async def state(request: Request):
                    return pickle.loads(box.decrypt(await request.body()))
            """,
        ),
    )

    def check(self, effect: Deserialise, reaching: Reaching, stored: Stored) -> Iterator[Verdict]:
        yield from tainted(
            effect,
            effect.data,
            Use.DESERIALISE,
            reaching,
            stored=stored,
            message=f"{{it}} is loaded by {effect.loader}, which makes objects of any class.",
            why="{who} can run any code with the rights of the service while the data is loaded{through}.",
            fix="Exchange the data as JSON or with a schema, YAML with yaml.safe_load; or sign it and check the signature before.",
            harm=f"{effect.loader} makes objects of the data",
            impact=Impact.CRITICAL,
            confidence=Confidence.MEDIUM if effect.loader in _OF_FILES else Confidence.HIGH,
            remedy=Remedy(kind=RemedyKind.CALL, subject=".safe_load")
            if effect.loader.startswith(("yaml.load(", "yaml.load without"))
            else None,
        )
