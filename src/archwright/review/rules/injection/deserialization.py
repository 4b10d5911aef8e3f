"""`injection/deserialization`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.development import of_development
from archwright.model.effect import Admit, Configure, Deserialise
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.value import Clean, Origin, OriginKind, Use
from archwright.review.beside import UNSERVED, beside
from archwright.review.program import Program
from archwright.review.rule import Reaching, Rule, Ungiven, Verdict, example, steps
from archwright.review.sent import sent, tainted
from archwright.review.stored import Stored

_OF_FILES = frozenset({"joblib.load", "shelve.open", "pandas.read_pickle", "pandas.io.pickle.read_pickle"})
"""Loaders that are given a path or a file: a path from outside chooses which file is loaded, not yet what is in it."""
_PEER = "answer of a peer"
_CONNECTION = "bytes of a connection"
_STORES = {
    _CONNECTION: "what comes over a connection",
    "cached value": "what a cache holds",
    _PEER: "the answer of another service",
    "object of a store": "an object of a store",
    "document": "a document of the database",
    "database row": "a column of the database",
}
"""Results that others than this process can have written -> what they are called."""
_COLUMN = re.compile(r"\.(?:python_value|from_db_value|to_python|process_result_value|deserialize_column)$")
"""Methods by which libraries turn what a column holds into objects."""
_ENGINE = re.compile(r"^[ \t]*SESSION_ENGINE\s*(?::[^=\n]*)?=\s*(.*?)\s*(?:#.*)?$", re.MULTILINE)
_OF_SERVER = re.compile(r"""["']django\.contrib\.sessions\.backends\.(?:db|cache|cached_db|file)["']""")
"""Django's stores of sessions by which a visitor holds no more than the name of his own."""
_FLAWS = {
    "packages": "lets every name of whole packages through",
    "builtins": "lets every name of a module through that can run code",
}
_FIX = (
    "Exchange the data as JSON or with a schema, YAML with yaml.safe_load; or sign it and check the signature before."
)


class Deserialization(Rule):
    """Data from outside is loaded by something that makes objects of any class.

    That is pickle and what is built on it (dill, cloudpickle, joblib, pandas, numpy with `allow_pickle`, torch without
    `weights_only`), marshal, shelve, jsonpickle, and YAML with a loader of any class. Data that was signed or encrypted here is
    clean; so is an unpickler of the project's own that finds the classes itself. What can't be followed is not reported.

    With medium confidence: the answer of another service, what is read of a connection that leaves the machine (sockets, streams, ZeroMQ), an
    unpickler of the project's own that asks for packages but not for names, and
    pickle among the formats of Celery's tasks or Django's sessions. With low confidence: sessions that the server keeps, data that lay where
    others may be able to write (a cache, a column of the database), and what any caller may give to code that nothing in the program calls.

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
        example(
            "what a cache holds",
            framework="redis",
            code="""
                import pickle
                import redis

                store = redis.Redis()

                def cart(key):
                    held = store.get(key)
                    return pickle.loads(held) if held else None
            """,
        ),
        example(
            "an unpickler that lets whole packages through",
            framework="python",
            code="""
                import pickle

                class Numbers(pickle.Unpickler):
                    def find_class(self, module, name):
                        if module.startswith("numpy"):
                            return super().find_class(module, name)
                        raise pickle.UnpicklingError(name)
            """,
        ),
    )
    good = (
        example(
            "an unpickler that knows every name, plain data in the cache",
            framework="redis",
            code="""
                import json
                import pickle
                import redis

                store = redis.Redis()
                KNOWN = {("collections", "OrderedDict"), ("builtins", "set")}

                class Known(pickle.Unpickler):
                    def find_class(self, module, name):
                        if (module, name) in KNOWN:
                            return super().find_class(module, name)
                        raise pickle.UnpicklingError(f"{module}.{name}")

                def cart(key):
                    return json.loads(store.get(key))
            """,
        ),
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

    def check(
        self,
        effect: Deserialise | Admit | Configure,
        program: Program,
        reaching: Reaching,
        ungiven: Ungiven,
        stored: Stored,
    ) -> Iterator[Verdict]:
        if isinstance(effect, Configure):
            yield from _configured(effect, program)
        elif isinstance(effect, Admit):
            yield from _admitted(effect)
        elif sent(effect, effect.data, Use.DESERIALISE, stored) is not None:
            yield from self._sent(effect, reaching, stored)
        elif not _beside(effect):
            yield from _lain(effect, ungiven)

    def _sent(self, effect: Deserialise, reaching: Reaching, stored: Stored) -> Iterator[Verdict]:
        yield from tainted(
            effect,
            effect.data,
            Use.DESERIALISE,
            reaching,
            stored=stored,
            message=f"{{it}} is loaded by {effect.loader}, which makes objects of any class.",
            why="{who} can run any code with the rights of the service while the data is loaded{through}.",
            fix=_FIX,
            harm=f"{effect.loader} makes objects of the data",
            impact=Impact.CRITICAL,
            confidence=Confidence.MEDIUM if _of_file(effect) else Confidence.HIGH,
            remedy=Remedy(kind=RemedyKind.CALL, subject=".safe_load")
            if effect.loader.startswith(("yaml.load(", "yaml.load without"))
            else None,
        )


def _of_file(effect: Deserialise) -> bool:
    """True where it is known where the data lies, not what it is."""
    return effect.loader in _OF_FILES or effect.loader.endswith(" of a file")


def _lain(effect: Deserialise, ungiven: Ungiven) -> Iterator[Verdict]:
    """Data that lay where others can write, or that any caller gives."""
    for origin in effect.data.origins:
        if origin.state(Use.DESERIALISE) is Clean.CLEAN:
            continue
        what, confidence = _of(origin, ungiven(effect) if origin.kind is OriginKind.PARAMETER else None)
        if what:
            yield Verdict(
                message=f"{what[:1].upper()}{what[1:]} is loaded by {effect.loader}, which makes objects of any class.",
                why="Whoever can write there, or stand between, runs any code with the rights of the service while the data is loaded.",
                fix=_FIX,
                impact=Impact.HIGH,
                confidence=confidence,
                trace=steps(
                    *((step.place, step.note) for step in origin.steps),
                    (effect.place, f"{effect.loader} makes objects of the data"),
                ),
            )


def _of(origin: Origin, unit: str | None) -> tuple[str, Confidence]:
    """What the data is, for a reader, and how sure it is that others can write it; empty: nothing is said of it.

    What the program keeps by itself, and what a caller would give that is not here, are as a rule its own pickles: only data that
    another service sends is surely made elsewhere. unit: the function whose caller gives it, where nobody here does.
    """
    if origin.kind is OriginKind.RESULT:
        foreign = origin.name in (_PEER, _CONNECTION)
        return _STORES.get(origin.name, ""), Confidence.MEDIUM if foreign else Confidence.LOW
    if origin.kind is OriginKind.FIELD:
        return f"the column {origin.name}", Confidence.LOW
    if unit is None:
        return "", Confidence.LOW
    return "what the column holds" if _COLUMN.search(unit) else f"the argument '{origin.name}'", Confidence.LOW


def _admitted(effect: Admit) -> Iterator[Verdict]:
    if not _beside(effect):
        yield Verdict(
            message=f"{effect.api} {_FLAWS[effect.flaw]}.",
            why="Packages hold functions that run what they are given (numpy.testing has runstring, builtins eval), and a pickle may name "
            "those: the unpickler keeps nothing out.",
            fix="Compare the pair (module, name) with a fixed list, and raise UnpicklingError for every other.",
            impact=Impact.HIGH,
            confidence=Confidence.MEDIUM,
            trace=steps((effect.place, "the class is looked up")),
        )


def _configured(effect: Configure, program: Program) -> Iterator[Verdict]:
    """Pickle as the format of tasks or of sessions."""
    name, value = effect.name.lower(), str(effect.value.constant or "")
    tasks = name.endswith("accept_content") and ("pickle" in value or "x-python-serialize" in value)
    if not (tasks or (name == "session_serializer" and "pickle" in value.lower())):
        return
    if _beside(effect) or of_development(effect.place.path):
        return
    what, who = (
        ("tasks", "Whoever reaches the broker")
        if tasks
        else ("sessions", "Whoever can write a session, or knows the key,")
    )
    yield Verdict(
        message=f"`{effect.name}` takes {what} as pickles, which make objects of any class.",
        why=f"{who} runs any code with the rights of the service.",
        fix="Take JSON alone, and pass ids and plain values.",
        impact=Impact.HIGH,
        confidence=Confidence.LOW if not tasks and _kept_here(effect, program) else Confidence.MEDIUM,
        trace=steps((effect.place, "pickle is accepted")),
    )


def _kept_here(effect: Configure, program: Program) -> bool:
    """True where the settings say that sessions are kept by the server: its visitors never send them. Django's own default is its database."""
    said = _ENGINE.findall(program.source(effect.place.path) or "")
    if said:
        return all(map(_OF_SERVER.fullmatch, said))
    return not program.mentions(("SESSION_ENGINE",), beside=effect.place.path)


def _beside(effect: Deserialise | Admit | Configure) -> bool:
    return effect.context.setting in UNSERVED or beside(effect.place.path)
