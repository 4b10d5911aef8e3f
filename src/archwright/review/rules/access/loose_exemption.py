"""`access/loose-exemption`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archwright.model.finding import Confidence, Impact
from archwright.review.endpoint import Endpoint, Exemption
from archwright.review.rule import Rule, Verdict, example, replaced, steps
from archwright.review.rules.access._public import is_public

_SHOWN = 3


class LooseExemption(Rule):
    """A check of the caller is left out for every request whose address holds some text, and more addresses hold it than are meant.

    A decorator, a hook or a middleware that asks who calls hands requests on unasked where a text is part of the name of the
    route or of the path, or stands at its start. Reported where the project has routes that hold the text by chance beside
    those that are meant (`"history" in request.endpoint` also lets `history_delete` through, `startswith("/log")` also
    `/logs`), and where the text is looked for in the whole address, whose query the caller writes.

    Why: what the others keep to callers who are signed in is open to anyone.

    Instead: compare the whole name with those that are meant (`request.endpoint in {"show.history"}`), or mark the functions.

    Fine when: every route that holds the text is meant for anyone, now and later.

    Fix safety: no automatic fix. Routes that were open by chance ask who calls from then on, as was meant.
    """

    name = "access/loose-exemption"
    impact = Impact.HIGH
    cwe = "CWE-863"
    security = True
    bad = (
        example(
            "a part of the name of a route",
            framework="flask",
            code="""
                from functools import wraps
                from flask import Flask, current_app, request
                from flask_login import current_user

                app = Flask(__name__)
                PAGES = {}

                def login_if_wanted(view):
                    @wraps(view)
                    def checked(*args, **kwargs):
                        if request.endpoint and "page_history" in request.endpoint:
                            return view(*args, **kwargs)
                        if not current_user.is_authenticated:
                            return current_app.login_manager.unauthorized()
                        return view(*args, **kwargs)
                    return checked

                @app.get("/pages/<int:page>/history")
                @login_if_wanted
                def page_history(page):
                    return PAGES[page]

                @app.post("/pages/<int:page>/history/clear")
                @login_if_wanted
                def page_history_clear(page):
                    PAGES[page] = []
                    return {}
            """,
        ),
        example(
            "a part of an address, the query included",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("orders/<int:pk>/", views.show)]
                """,
                "shop/views.py": """
                    from django.http import JsonResponse

                    def show(request, pk):
                        return JsonResponse({"order": pk})
                """,
                "shop/middleware.py": """
                    from django.shortcuts import redirect

                    class LoginMiddleware:
                        def __init__(self, get_response):
                            self.get_response = get_response

                        def __call__(self, request):
                            if "/health" in request.get_full_path():
                                return self.get_response(request)
                            if not request.user.is_authenticated:
                                return redirect("/login/")
                            return self.get_response(request)
                """,
            },
        ),
    )
    good = (
        example(
            "the whole name is compared",
            framework="flask",
            code="""
                from flask import Flask, abort, request
                from flask_login import current_user

                app = Flask(__name__)
                PAGES = {}

                @app.before_request
                def signed_in():
                    if request.endpoint in {"static", "page_history"} or request.path.startswith("/assets/"):
                        return None
                    if not current_user.is_authenticated:
                        abort(401)

                @app.get("/pages/<int:page>/history")
                def page_history(page):
                    return PAGES[page]

                @app.post("/pages/<int:page>/history/clear")
                def page_history_clear(page):
                    PAGES[page] = []
                    return {}
            """,
        ),
    )

    def check(
        self, endpoint: Endpoint, endpoints: Sequence[Endpoint], exemptions: Sequence[Exemption]
    ) -> Iterator[Verdict]:
        for each in exemptions:
            if not each.covers(endpoint) or is_public(endpoint):
                continue
            meant = any(_is_meant(each, other) for other in endpoints)
            if each.of == "address" or (_is_chance(each, endpoint) and (meant or endpoint.changes)):
                yield _verdict(each, endpoint)

    def joined(self, verdicts: Sequence[Verdict]) -> Verdict:
        """All the routes that one exemption spares."""
        first = verdicts[0]
        return replaced(first, trace=(first.trace[0], *dict.fromkeys(each.trace[-1] for each in verdicts[:_SHOWN])))


def _verdict(exemption: Exemption, endpoint: Endpoint) -> Verdict:
    where = {"endpoint": "the name of a route", "path": "the path", "address": "the address, query included,"}
    how = "that begins with" if exemption.start else "that holds"
    what = f"{where[exemption.of]} {how} {exemption.text!r}"
    query = f"Anyone calls {endpoint.title} with ?{exemption.text} and is not asked."
    return Verdict(
        message=f"{exemption.unit.rpartition('.')[2]} asks nothing of a request with {what}.",
        why=query if exemption.of == "address" else f"That spares {endpoint.title} too, which then anyone can call.",
        fix="Compare the whole name or path with those that are meant",
        impact=Impact.HIGH if endpoint.changes or exemption.of == "address" else Impact.MEDIUM,
        confidence=Confidence.MEDIUM,
        trace=steps((exemption.place, "requests pass unasked"), (endpoint.place, f"{endpoint.title} is spared")),
        place=exemption.place,
        unit=exemption.unit,
        start=endpoint.place,
        cause=f"{exemption.place} {exemption.text}",
    )


def _is_chance(exemption: Exemption, endpoint: Endpoint) -> bool:
    """True for an endpoint that holds the text and goes on: `history_clear` of `history`, `/logs` of `/log`."""
    text = exemption.text.rpartition(".")[2]
    if exemption.of == "endpoint":
        return bool(text) and text in endpoint.name and text != endpoint.name
    if exemption.start:
        return any(
            path.startswith(text) and not text.endswith("/") and path[len(text) :][:1] not in ("", "/", "{", ".")
            for path in endpoint.paths
        )
    return any(text in path and text.strip("/") not in path.split("/") for path in map(_constant, endpoint.paths))


def _is_meant(exemption: Exemption, endpoint: Endpoint) -> bool:
    """True for an endpoint that is the text and no more."""
    if exemption.of == "endpoint":
        return exemption.text.rpartition(".")[2] == endpoint.name
    return any(exemption.text.strip("/") in (path.strip("/"), *path.split("/")) for path in endpoint.paths)


def _constant(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
