"""Endpoints: what stands before them, what they ask, and who stands beside them."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from archwright.model.effect import Read, Write
from archwright.review.endpoint import Does, Endpoint, Siblings
from archwright.review.needs import needs_of
from archwright.review.readable import Readable
from archwright.review.rule import Rule, RuleError, Verdict
from archwright.source.program import analyse

APP = """
from flask import Blueprint, abort, g
from flask_login import current_user, login_required

orders = Blueprint("orders", __name__)
other = Blueprint("other", __name__)

@orders.before_request
def signed():
    if g.user is None:
        abort(401)

@orders.get("/orders/<int:number>")
@login_required
def show(number):
    return {}

@orders.delete("/orders/<int:number>")
def remove(number):
    return {}

@other.post("/free")
def free():
    if current_user.role == "guest":
        abort(403)
    return {}

@other.post("/open")
def opened():
    return {}
"""


@pytest.fixture
def endpoints(tmp_path: Path) -> dict[str, Endpoint]:
    (tmp_path / "app.py").write_text(APP, encoding="utf-8")
    program = Readable(analyse(["."], wanted=frozenset(), root=tmp_path, workers=1))
    return {endpoint.name: endpoint for endpoint in program.endpoints}


def test_an_endpoint_knows_its_guards_and_decorators(endpoints: dict[str, Endpoint]) -> None:
    show = endpoints["show"]
    assert show.title == "GET /orders/{number}"
    assert show.signed_in
    assert [each.does for each in show.decorators] == [Does.ROUTE, Does.GUARD]
    assert not endpoints["remove"].signed_in


def test_hooks_and_checks_in_a_body_ask_who_calls(endpoints: dict[str, Endpoint]) -> None:
    assert endpoints["remove"].asks == "signed"
    assert endpoints["free"].asks in ("current_user", "role")
    assert endpoints["opened"].asks == ""


def test_siblings_are_told_by_router_and_by_file(endpoints: dict[str, Endpoint]) -> None:
    siblings = Siblings(endpoints.values())
    assert {each.name for each in siblings.by("router", endpoints["show"])} == {"remove"}
    assert {each.name for each in siblings.by("file", endpoints["show"])} == {"remove", "free", "opened"}
    assert siblings.by("class", endpoints["show"]) == ()


def test_a_rule_on_endpoints_says_which_effects_it_reads() -> None:
    class Reading(Rule):
        name = "access/reading"

        def check(self, endpoint: Endpoint, effects: Callable[[Endpoint], Sequence[Read | Write]]) -> Iterator[Verdict]:
            yield from ()

    needs = needs_of(Reading())
    assert (needs.endpoints, needs.kinds, needs.reads) == (True, (), (Read, Write))


def test_effects_without_kinds_are_refused() -> None:
    class Unclear(Rule):
        name = "access/unclear"

        def check(self, endpoint: Endpoint, effects: object) -> Iterator[Verdict]:
            yield from ()

    with pytest.raises(RuleError, match="effects"):
        needs_of(Unclear())


def test_an_endpoint_that_answers_the_same_to_everyone(tmp_path: Path) -> None:
    code = """
    from flask import Flask, render_template, request

    app = Flask(__name__)

    @app.get("/done")
    def done():
        return render_template("done.html")

    @app.get("/shown")
    def shown():
        return render_template("shown.html", name=request.args["name"])

    @app.get("/files/<name>")
    def file(name):
        return open(name).read()
    """
    (tmp_path / "app.py").write_text(textwrap.dedent(code), encoding="utf-8")
    program = Readable(analyse(["."], wanted=frozenset(), root=tmp_path, workers=1))
    assert [endpoint.name for endpoint in program.endpoints if endpoint.fixed] == ["done"]


def test_a_hook_of_the_class_that_chooses_rows_by_the_caller(tmp_path: Path) -> None:
    code = """
    from django.urls import path
    from django.views.generic import DetailView
    from django.contrib.auth.models import User

    class Mine(DetailView):
        def get_queryset(self):
            return User.objects.filter(pk=self.request.user.pk)

    class All(DetailView):
        model = User

    urlpatterns = [path("mine/<int:pk>/", Mine.as_view()), path("all/<int:pk>/", All.as_view())]
    """
    (tmp_path / "urls.py").write_text(textwrap.dedent(code), encoding="utf-8")
    program = Readable(analyse(["."], wanted=frozenset(), root=tmp_path, workers=1))
    assert {endpoint.holder: bool(endpoint.hooked) for endpoint in program.endpoints} == {
        "urls.Mine": True,
        "urls.All": False,
    }
