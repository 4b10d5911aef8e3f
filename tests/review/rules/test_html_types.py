"""Answers that a decorator or a hook of the project makes something else than pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "injection/html"
WRAPPER = """
from functools import wraps
from flask import make_response, request, Response

def typed(view):
    @wraps(view)
    def wrapper(*args, **kwargs):
{}
    return wrapper
"""
VIEW = """
import json
from flask import Flask, request
from wrappers import typed

app = Flask(__name__)

@app.route("/shops/<name>")
@typed
def shop(name):
    return json.dumps({"name": name})
"""
TYPED = {
    "a header": 'found = make_response(view(*args, **kwargs))\nfound.headers["Content-Type"] = "application/json"\nreturn found',
    "a header in small letters": 'given = view(*args, **kwargs)\nfound = make_response(given)\nfound.headers["content-type"] = "text/csv"\nreturn found',
    "an attribute": 'found = make_response(view(*args, **kwargs))\nfound.mimetype = "text/plain"\nreturn found',
    "a keyword": 'return Response(view(*args, **kwargs), mimetype="application/json")',
    "behind a handler": 'try:\n    found = make_response(view(*args, **kwargs))\n    found.content_type = "application/json"\n    return found\nexcept ValueError:\n    return "", 400',
}
PAGES = {
    "a header of pages": 'found = make_response(view(*args, **kwargs))\nfound.headers["Content-Type"] = "text/html"\nreturn found',
    "the refusal alone": 'if "token" not in request.headers:\n    refused = make_response("no", 401)\n    refused.headers["Content-Type"] = "text/plain"\n    return refused\nreturn view(*args, **kwargs)',
    "another answer": 'refused = make_response("no", 401)\nrefused.mimetype = "text/plain"\nreturn view(*args, **kwargs)',
    "where it is asked for": 'found = make_response(view(*args, **kwargs))\nif request.args.get("json"):\n    found.mimetype = "application/json"\nreturn found',
    "another header": 'found = make_response(view(*args, **kwargs))\nfound.headers["X-Frame-Options"] = "DENY"\nreturn found',
}
HOOKED = """
from flask import Blueprint, Flask, request

app = Flask(__name__)
api = Blueprint("api", __name__)
pages = Blueprint("pages", __name__)

@api.get("/shop")
def shop():
    return f"<h1>{{request.args['name']}}</h1>"

@pages.get("/page")
def page():
    return f"<h1>{{request.args['title']}}</h1>"

@{}
def typed(response):
    {}
    return response

app.register_blueprint(api)
app.register_blueprint(pages)
"""
JSON = 'response.headers["Content-Type"] = "application/json"'
DJANGO = {
    "urls.py": """
from django.urls import path
import views

urlpatterns = [path("shops/", views.shop)]
""",
    "views.py": """
from django.http import HttpResponse
from wrappers import typed

@typed
def shop(request):
    return HttpResponse("<h1>" + request.GET["name"])
""",
}
DJANGO_WRAPPER = """
def typed(view):
    def wrapper(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response[{}] = {}
        return response
    return wrapper
"""


def wrapped(lines: str) -> dict[str, str]:
    return {"app.py": VIEW, "wrappers.py": WRAPPER.format("\n".join("        " + line for line in lines.split("\n")))}


@pytest.mark.parametrize("lines", TYPED.values(), ids=TYPED)
def test_a_decorator_that_gives_another_type(lines: str, findings: Find) -> None:
    assert not findings(RULE, wrapped(lines))


@pytest.mark.parametrize("lines", PAGES.values(), ids=PAGES)
def test_a_decorator_that_leaves_pages(lines: str, findings: Find) -> None:
    assert findings(RULE, wrapped(lines))


@pytest.mark.parametrize(
    ("hook", "line", "found"),
    [
        ("app.after_request", JSON, 0),
        ("api.after_app_request", JSON, 0),
        ("api.after_request", JSON, 1),
        ("app.after_request", "if request.args:\n        " + JSON, 2),
        ("app.after_request", 'response.headers["X-Frame-Options"] = "DENY"', 2),
        ("app.before_request", "response = {}", 2),
    ],
)
def test_a_hook_that_is_given_all_answers(hook: str, line: str, found: int, findings: Find) -> None:
    assert len(findings(RULE, HOOKED.format(hook, line))) == found


@pytest.mark.parametrize(
    ("header", "value", "found"),
    [
        ('"Content-Type"', '"application/json"', False),
        ('"Content-Type"', '"text/html; charset=utf-8"', True),
        ('"X-Kind"', '"application/json"', True),
    ],
)
def test_a_decorator_of_django(header: str, value: str, found: bool, findings: Find) -> None:
    files = {**DJANGO, "wrappers.py": DJANGO_WRAPPER.format(header, value)}
    assert bool(findings(RULE, files)) is found


BUGS = {
    "urls.py": """
from django.urls import include, path, re_path
import views

bug_urls = [path("", views.go), path("box/", views.box)]
urlpatterns = [re_path(r"^bugs/(?P<bug>{})/", include(bug_urls))]
""",
    "views.py": """
from django.http import HttpResponse, HttpResponseNotFound, HttpResponseRedirect

def go(request, bug):
    return HttpResponseRedirect(bug)

def box(request, bug):
    return HttpResponseNotFound("No bug " + bug)
""",
}


@pytest.mark.parametrize(
    ("letters", "pages", "redirects"),
    [(r"[\w\.-]+", 0, 0), (r"\d+", 0, 0), ("open|closed", 0, 0), (r"[^/]+", 1, 1), (r"[\w<>]+", 1, 1), (".+", 1, 1)],
)
def test_a_parameter_by_the_letters_that_its_pattern_lets_through(
    letters: str, pages: int, redirects: int, findings: Find
) -> None:
    files = {"urls.py": BUGS["urls.py"].format(letters), "views.py": BUGS["views.py"]}
    assert len(findings(RULE, files)) == pages
    assert len(findings("request/open-redirect", files)) == redirects


@pytest.mark.parametrize(("converter", "found"), [("slug", False), ("str", True), ("uuid", False)])
def test_a_parameter_by_its_converter(converter: str, found: bool, findings: Find) -> None:
    urls = (
        f'from django.urls import path\nimport views\n\nurlpatterns = [path("shops/<{converter}:name>/", views.shop)]\n'
    )
    views = 'from django.http import HttpResponse\n\ndef shop(request, name):\n    return HttpResponse("<h1>" + name)\n'
    assert bool(findings(RULE, {"urls.py": urls, "views.py": views})) is found


@pytest.mark.parametrize(
    ("made", "found"), [("jwt.encode(claims, app.secret_key, 'HS256')", False), ("claims['user']", True)]
)
def test_a_token_has_no_tags(made: str, found: bool, findings: Find) -> None:
    code = f"""
import json, jwt
from flask import Flask, request

app = Flask(__name__)

@app.get("/token/<user>")
def token(user):
    claims = {{"user": user, "exp": 12}}
    return json.dumps({{"token": {made}}})
"""
    assert bool(findings(RULE, code)) is found
