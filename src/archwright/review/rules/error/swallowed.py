"""`error/swallowed`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Setting, Swallow
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.report.lines import lines_of
from archwright.review.beside import in_migrations, in_tests, in_tools
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps

_BROAD = {"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"}

_LOSSES = {
    "write": ("a write to the database", Impact.MEDIUM),
    "commit": ("the end of a transaction", Impact.MEDIUM),
    "publish": ("a message to others", Impact.MEDIUM),
    "enqueue": ("a queued task", Impact.MEDIUM),
    "http": ("a call to another service", Impact.MEDIUM),
    "sql": ("an SQL statement", Impact.MEDIUM),
    "read": ("a query", Impact.LOW),
    "file": ("an access to a file", Impact.LOW),
    "call": ("a call", Impact.LOW),
}
"""What a try body may do whose failure somebody must learn of, the gravest first. Of a call into a library only the pattern
is known, so its confidence is low."""

_HANDLERS = {
    "pass": "and passed over",
    "continue": "and the loop goes on",
    "break": "and the loop ends",
    "return a default": "and a default is returned",
    "assign a default": "and a default takes the place of the result",
    "suppress": "by suppress()",
}
"""What a handler does instead, in the words of the message."""

_LEAVING = re.compile(
    r"(?:^|_)(?:del|exit|aexit|close|aclose|closing|shutdown|stop|cleanup|clean|teardown|tear|dispose|disconnect|"
    r"release|rollback|abort|cancel|terminate|kill|finalize)(?:_|$)"
)
"""Units that take something down: what fails there no longer matters."""

_BEST_EFFORT = re.compile(
    r"(?:^|_)(?:telemetry|metrics?|analytics|track|tracking|stats|statsd|sentry|beacon|heartbeat|ping|health|probe|"
    r"repr|str|debug|try|maybe|best_effort|safe|safely|quiet|quietly|silent|silently|ignore|optional)(?:_|$)"
)
"""Units whose name says that they may fail."""

_EXPLAINED = re.compile(
    r"#\s*(?!\s*(?:noqa|nosec|pragma|type:|pylint|todo|fixme|xxx|archwright)\b)\w+(?:\W+\w+){2,}", re.IGNORECASE
)
"""A comment of three words or more that is not for a tool."""


_DEFAULTS = ("return a default", "assign a default")
"""Handlers that put something in place of the result, so a result is all that the try body was for."""


class SwallowedError(Rule):
    """An error of any kind is caught, and nothing of it is kept.

    Reported where the handler catches everything, the try body does something whose failure matters (a write, a
    message, a call to another service, a query), and the handler neither logs, counts, raises, nor looks at the error.

    Why: the caller is told that all went well. The data is wrong, and no trace tells since when or why.

    Instead: catch the errors that are expected, by name, around the one call that raises them; log the rest with their
    traceback, or let them rise.

    Fine when: the work is best effort and its loss changes nothing (say so in a comment, or log at debug level), or the
    error is expected and only its name was left out (name it).

    Fix safety: no automatic fix. Only the author knows which errors are expected.
    """

    name = "error/swallowed"
    impact = Impact.MEDIUM
    cwe = "CWE-391"
    bad = (
        example(
            "a write that may have failed, and the caller is told that it did not",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Payment(models.Model):
                        reference = models.CharField(max_length=40)
                        paid = models.BooleanField(default=False)
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("payments/<str:reference>/", views.confirm)]
                """,
                "shop/views.py": """
                    from django.http import JsonResponse
                    from shop.models import Payment

                    def confirm(request, reference):
                        try:
                            payment = Payment.objects.get(reference=reference)
                            payment.paid = True
                            payment.save()
                        except Exception:
                            pass
                        return JsonResponse({"confirmed": True})
                """,
            },
        ),
        example(
            "a call to another service, and a default in place of its answer",
            framework="requests",
            code="""
                import requests

                def charge(order, amount):
                    try:
                        answer = requests.post("https://pay.example/charges", json={"order": order, "amount": amount}, timeout=3)
                        answer.raise_for_status()
                    except:
                        return None
                    return answer.json()["id"]
            """,
        ),
    )
    good = (
        example(
            "the expected error is named, the rest rises",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Payment(models.Model):
                        reference = models.CharField(max_length=40)
                        paid = models.BooleanField(default=False)
                """,
                "shop/views.py": """
                    from shop.models import Payment

                    def confirm(reference):
                        try:
                            payment = Payment.objects.get(reference=reference)
                        except Payment.DoesNotExist:
                            return False
                        payment.paid = True
                        payment.save()
                        return True
                """,
            },
        ),
        example(
            "the error is logged",
            framework="requests",
            code="""
                import logging
                import requests

                log = logging.getLogger(__name__)

                def charge(order, amount):
                    try:
                        return requests.post("https://pay.example/charges", json={"order": order}, timeout=3).json()["id"]
                    except Exception:
                        log.exception("charge of order %s failed", order)
                        return None
            """,
        ),
        example(
            "a parse with a fall-back, an optional import, a clean-up",
            framework="stdlib",
            code="""
                import json

                try:
                    import orjson
                except Exception:
                    orjson = None

                def number(text):
                    try:
                        return int(text)
                    except Exception:
                        return 0

                class Connection:
                    def __init__(self, socket):
                        self.socket = socket

                    def __del__(self):
                        try:
                            self.socket.close()
                        except Exception:
                            pass
            """,
        ),
    )

    def check(self, effect: Swallow, program: Program) -> Iterator[Verdict]:
        if not _broad(effect) or _expected(effect):
            return
        lost = [_LOSSES[kind] for kind in _LOSSES if kind in effect.protects]
        if not lost or (lost == [_LOSSES["call"]] and effect.handler in _DEFAULTS):
            return
        what, impact = lost[0]
        caught = "every error" if _bare(effect) else "every Exception"
        yield Verdict(
            message=f"{what[0].upper()}{what[1:]} may fail here unnoticed: {caught} is caught {_HANDLERS.get(effect.handler, 'and dropped')}.",
            why=f"If {what} fails, nobody learns of it: no log entry, no error to the caller, no count.",
            fix="Name the errors that are expected here; log the rest with their traceback, or let them rise.",
            impact=impact,
            confidence=_confidence(effect, what, program),
            trace=steps((effect.place, f"{what} has failed, and the error ends here")),
            remedy=Remedy(kind=RemedyKind.RECORD),
        )


def _bare(effect: Swallow) -> bool:
    return any(name.rpartition(".")[2] == "BaseException" for name in effect.types)


def _broad(effect: Swallow) -> bool:
    """True where the handler catches everything, not what the author expected."""
    return any(name in _BROAD for name in effect.types)


def _expected(effect: Swallow) -> bool:
    """True where the loss is by design: tests, tools beside the service, what takes something down, what may fail."""
    path = effect.place.path
    if effect.context.setting in (Setting.TEST, Setting.MIGRATION):
        return True
    if in_tests(path) or in_migrations(path) or in_tools(path):
        return True
    if effect.place.column == 1:
        return True  # at the top level of a module: a fall-back for an import or a version
    name = effect.unit.rpartition(".")[2].lower()
    return bool(_LEAVING.search(name) or _BEST_EFFORT.search(name))


def _confidence(effect: Swallow, what: str, program: Program) -> Confidence:
    """A comment says that the author meant it; a default in place of the result may be the contract of the function."""
    if what == _LOSSES["call"][0] or effect.handler == "assign a default" or _explained(effect, program):
        return Confidence.LOW
    return Confidence.MEDIUM if effect.handler == "return a default" else Confidence.HIGH


def _explained(effect: Swallow, program: Program) -> bool:
    """True if a comment stands at the handler: on its line, the line above, or in its first lines."""
    lines = lines_of(program.source(effect.place.path) or "")
    first = max(effect.place.line - 2, 0)
    return any(_EXPLAINED.search(line) for line in lines[first : effect.place.line + 3])
