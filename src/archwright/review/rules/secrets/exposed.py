"""`secrets/exposed`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Respond, Setting
from archwright.model.finding import Confidence, Impact
from archwright.model.value import OriginKind
from archwright.model.which import Which
from archwright.report.lines import lines_of
from archwright.review.beside import in_tests, in_tools
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.said import called_only, for_developers

_TRACEBACK, _COLUMN = "traceback", "column "


class Exposed(Rule):
    """An answer holds the traceback of an error, or a column that nobody is to read but the service: a password's hash, a private key.

    Found are the texts of `traceback.format_exc()` and `traceback.format_exception()` in what a handler returns and in what answers are
    made of, and columns with such a name that a serializer of Django REST framework shows. A function that asks whether the machine is
    one of developers (`if settings.DEBUG`), or is called only where its module asked, fields that are write-only, and a serializer that
    nothing uses, are silent.

    Why: hashes of passwords are tried offline, keys open what they are for. A traceback shows paths, versions, the code around each line and values in messages of errors, such as SQL with its
    parameters or the address of a database with its password. Who looks for a hole provokes errors to read them.

    Instead: name the fields that are shown, one by one, or make such a field `write_only`. Log the traceback
    (`logger.exception(...)`) and answer with a number by which it is found in the log.

    Fine when: only those who run the service can reach it.

    Fix safety: no automatic fix. What the caller is to be told instead is not in the code.
    """

    name = "secrets/exposed"
    impact = Impact.MEDIUM
    cwe = "CWE-200"
    security = True
    which = Which.INSIDE
    bad = (
        example(
            "a handler answers with the traceback",
            framework="flask",
            code="""
                import traceback
                from flask import Flask, jsonify, request

                app = Flask(__name__)

                @app.post("/import")
                def load():
                    try:
                        return jsonify(count=len(request.get_json()["rows"]))
                    except Exception:
                        return jsonify(error=traceback.format_exc()), 500
            """,
        ),
        example(
            "the handler of all errors of a framework",
            framework="tornado",
            code="""
                import json
                import traceback
                import tornado.web

                class Base(tornado.web.RequestHandler):
                    def write_error(self, status_code, **kwargs):
                        reply = {"status": status_code}
                        if kwargs.get("exc_info"):
                            reply["traceback"] = "".join(traceback.format_exception(*kwargs["exc_info"]))
                        self.finish(json.dumps(reply))
            """,
        ),
        example(
            "in the detail of an error",
            framework="fastapi",
            code="""
                import traceback
                from fastapi import FastAPI, HTTPException

                app = FastAPI()

                @app.get("/rows/{key}")
                def row(key: str):
                    try:
                        return {"row": int(key)}
                    except ValueError:
                        raise HTTPException(status_code=400, detail=f"not a number: {traceback.format_exc()}")
            """,
        ),
        example(
            "all fields of a row, the hash of the password among them",
            framework="rest-framework",
            files={
                "models.py": """
                    from django.db import models

                    class Member(models.Model):
                        email = models.EmailField()
                        password = models.CharField(max_length=128)
                """,
                "views.py": """
                    from rest_framework import serializers, viewsets
                    from models import Member

                    class MemberSerializer(serializers.ModelSerializer):
                        class Meta:
                            model = Member
                            fields = "__all__"

                    class MemberViewSet(viewsets.ReadOnlyModelViewSet):
                        queryset = Member.objects.all()
                        serializer_class = MemberSerializer
                """,
                "urls.py": """
                    from rest_framework.routers import DefaultRouter
                    from views import MemberViewSet

                    router = DefaultRouter()
                    router.register("members", MemberViewSet)
                    urlpatterns = router.urls
                """,
            },
        ),
    )
    good = (
        example(
            "the traceback is logged, and shown on machines of developers alone",
            framework="flask",
            code="""
                import logging
                import traceback
                from flask import Flask, jsonify, request

                app = Flask(__name__)

                @app.post("/import")
                def load():
                    try:
                        return jsonify(count=len(request.get_json()["rows"]))
                    except Exception:
                        logging.error("import failed: %s", traceback.format_exc())
                        return jsonify(error="the import failed"), 500

                @app.errorhandler(Exception)
                def failed(error):
                    reply = {"error": "internal"}
                    if app.debug:
                        reply["traceback"] = traceback.format_exc()
                    return jsonify(reply), 500
            """,
        ),
    )

    def check(self, effect: Respond, program: Program) -> Iterator[Verdict]:
        path = effect.place.path
        if effect.context.setting is Setting.TEST or in_tests(path) or in_tools(path):
            return
        names = [origin.name for origin in effect.shape.origins if origin.kind is OriginKind.RESULT]
        shown = [f"`{name.removeprefix(_COLUMN)}`" for name in names if name.startswith(_COLUMN)]
        if shown and not _used(effect, program):
            return
        if shown:
            yield Verdict(
                message=f"{effect.api} shows {' and '.join(shown)} to who asks.",
                why="Who may read the row reads a secret of somebody else's, or of the service.",
                fix="Name the fields that are shown, or make these write-only.",
                impact=Impact.MEDIUM,
                confidence=Confidence.MEDIUM,
                trace=steps((effect.place, "shown to who asked")),
            )
            return
        lines = lines_of(program.source(path) or "")
        for origin in effect.shape.origins:
            if origin.kind is OriginKind.RESULT and origin.name == _TRACEBACK:
                if called_only(lines, effect.unit.rpartition(".")[2], for_developers):
                    return
                yield Verdict(
                    message=f"The traceback of an error is sent to who asked, by {effect.api}.",
                    why="Who provokes errors reads paths, code, versions and values of the service.",
                    fix="Log it, and answer with a number by which it is found in the log.",
                    impact=Impact.MEDIUM,
                    confidence=Confidence.MEDIUM,
                    trace=steps(
                        *((step.place, step.note) for step in origin.steps), (effect.place, "sent to who asked")
                    ),
                )
                return


def _used(effect: Respond, program: Program) -> bool:
    """False for a serializer that is named by nothing but its own class."""
    path = effect.place.path
    return len(re.findall(rf"\b{effect.api}\b", program.source(path) or "")) > 1 or program.mentions(
        (effect.api,), beside=path
    )
