"""`error/swallowed`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType

from archwright.model.effect import Swallow
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.report.lines import lines_of
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict, example, steps
from archwright.review.rules.error._meant import cleans_up, closes, expected, reports, sure

_BROAD = {"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"}

_LOSSES = {
    "write": ("a write to the database", Impact.MEDIUM, Confidence.HIGH),
    "commit": ("the end of a transaction", Impact.MEDIUM, Confidence.HIGH),
    "publish": ("a message to others", Impact.MEDIUM, Confidence.HIGH),
    "enqueue": ("a queued task", Impact.MEDIUM, Confidence.HIGH),
    "http": ("a call to another service", Impact.MEDIUM, Confidence.HIGH),
    "sql": ("an SQL statement", Impact.MEDIUM, Confidence.LOW),
    "action": ("a call whose result nobody needs", Impact.LOW, Confidence.LOW),
    "read": ("a query", Impact.LOW, Confidence.LOW),
    "file": ("an access to a file", Impact.LOW, Confidence.LOW),
    "call": ("a call", Impact.LOW, Confidence.LOW),
}
"""What a try body may do whose failure somebody must learn of, the gravest first, and how sure it is that it is a loss:
what is only read can be asked for again, and of a call into a library nothing but the pattern is known."""

_HARMLESS = ("action", "read", "file", "call")
"""What may fail in a clean-up."""

_NAMELESS = re.compile(r"\bexcept\s*:")

_HANDLERS = {
    "pass": "and passed over",
    "continue": "and the loop goes on",
    "break": "and the loop ends",
    "return a default": "and a default is returned",
    "assign a default": "and a default takes the place of the result",
    "suppress": "by suppress()",
}
"""What a handler does instead, in the words of the message."""

_DEFAULTS = ("return a default", "assign a default")
"""Handlers that put something in place of the result, so a result is all that the try body was for."""


class SwallowedError(Rule):
    """An error of any kind is caught, and nothing of it is kept.

    Reported where the handler catches everything, the try body does something whose loss matters (a write, a message, a
    queued task, a call to another service), and the handler neither logs, counts, raises, nor looks at the error.
    Clean-up, retries, tests and scripts are left alone.

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
    doubted = True
    twins = MappingProxyType(
        {
            "E722": "an `except:` that names no error",
            "BLE001": "a handler of `Exception` or `BaseException` that neither raises nor logs the error",
            "S110": "a handler of every error whose body is `pass`",
            "S112": "a handler of every error whose body is `continue`",
        }
    )
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
        if not _broad(effect) or expected(effect):
            return
        lost = next((kind for kind in _LOSSES if kind in effect.protects), "")
        if not lost or (lost == "call" and effect.handler in _DEFAULTS):
            return
        lines = lines_of(program.source(effect.place.path) or "")
        line = effect.place.line
        if (lost in _HARMLESS and cleans_up(lines, line)) or closes(lines, line) or reports(lines, line):
            return
        what, impact, confidence = _LOSSES[lost]
        caught = "every error" if _bare(effect) else "every Exception"
        instead = _HANDLERS.get(effect.handler, "and dropped")
        yield Verdict(
            message=f"{what[0].upper()}{what[1:]} may fail here unnoticed: {caught} is caught {instead}.",
            why=f"If {what} fails, nobody learns of it: no log entry, no error to the caller, no count.",
            fix="Name the errors that are expected here; log the rest with their traceback, or let them rise.",
            impact=impact,
            confidence=max(confidence, sure(effect, lines), key=lambda c: c.rank),
            trace=steps((effect.place, f"{what} has failed, and the error ends here")),
            remedy=Remedy(kind=RemedyKind.RECORD),
            twins=_twins(effect, lines),
        )


def _twins(effect: Swallow, lines: Sequence[str]) -> tuple[str, ...]:
    """The rules of ruff that report this handler; none for `suppress()`, which no rule of ruff judges."""
    if effect.handler == "suppress":
        return ()
    line = lines[effect.place.line - 1] if effect.place.line <= len(lines) else ""
    found = ["E722" if _NAMELESS.search(line) else "BLE001"]
    found += [code for handler, code in (("pass", "S110"), ("continue", "S112")) if effect.handler == handler]
    return tuple(sorted(found))


def _bare(effect: Swallow) -> bool:
    return any(name.rpartition(".")[2] == "BaseException" for name in effect.types)


def _broad(effect: Swallow) -> bool:
    """True where the handler catches everything, not what the author expected."""
    return any(name in _BROAD for name in effect.types)
