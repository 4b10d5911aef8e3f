"""What decorators do before they call a handler, however they are built, tells whether anyone gets in."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "access/missing-authentication"

FLASK = """
import functools
from functools import partial, wraps
from flask import Flask, abort, g, jsonify, redirect, request, session
from flask_login import current_user, login_required
import metrics
import gatekeeper

app = Flask(__name__)
ROWS = {}
LOG = []

@app.get("/rows/<int:key>/one")
@login_required
def one(key):
    return ROWS[key]

@app.get("/rows/<int:key>/two")
@login_required
def two(key):
    return ROWS[key]

@app.get("/rows/<int:key>/three")
@login_required
def three(key):
    return ROWS[key]

@app.get("/rows/<int:key>/four")
@login_required
def four(key):
    return ROWS[key]
"""
LAST = """
@app.delete("/rows/<int:key>")
{decorator}
def remove(key):
    del ROWS[key]
    return {{}}
"""
LOUD: list[str] = ["medium"]
DOUBTED: list[str] = ["low"]
SILENT: list[str] = []

HELPER = """
def _wrapped(view, test):
    @wraps(view)
    def inner(*args, **kwargs):
        if not current_user.is_authenticated:
            return redirect("/enter")
        if not test(request):
            abort(404)
        return view(*args, **kwargs)
    return inner

def keepers(view):
    return _wrapped(view, lambda sent: sent.keeper)
"""
FACTORY = """
def gate(level):
    def around(view):
        @wraps(view)
        def inner(*args, **kwargs):
            if session.get("level", 0) < level or "user_id" not in session:
                return jsonify(error="no"), 401
            return view(*args, **kwargs)
        return inner
    return around

keepers = gate(3)
"""
CLASS = """
class Keepers:
    def __init__(self, view):
        self.view = view
    def __call__(self, *args, **kwargs):
        if g.user is None:
            abort(404)
        return self.view(*args, **kwargs)
"""
INSTANCE = """
class Gate:
    def __init__(self, level):
        self.level = level
    def keepers(self, view):
        @wraps(view)
        def inner(*args, **kwargs):
            self.ask()
            return view(*args, **kwargs)
        return inner
    def ask(self):
        if not request.headers.get("Authorization"):
            raise RuntimeError("who is it?")

gate = Gate(3)
"""
PARTIAL = """
def _keep(view, level=0):
    @wraps(view)
    def inner(*args, **kwargs):
        if g.user.level < level:
            abort(404)
        return view(*args, **kwargs)
    return inner

keepers = partial(_keep, level=3)
"""
ANSWERED = """
def keepers(view):
    @wraps(view)
    def inner(*args, **kwargs):
        try:
            g.caller = decode(request.headers["X-Who"])
        except ValueError:
            return jsonify(error="no"), 401
        return view(*args, **kwargs)
    return inner

def decode(text):
    return int(text)
"""
SECRET = """
def keepers(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if request.headers.get("X-Cron") != app.config.cron_word:
            abort(404)
        return view(*args, **kwargs)
    return inner
"""
LOGGED = """
def keepers(view):
    @wraps(view)
    def inner(*args, **kwargs):
        LOG.append((request.path, getattr(g, "user", None)))
        return view(*args, **kwargs)
    return inner
"""
TRANSLATED = """
class Forbidden(Exception):
    pass

def keepers(view):
    @wraps(view)
    def inner(*args, **kwargs):
        try:
            return view(*args, **kwargs)
        except Forbidden:
            return jsonify(error="forbidden"), 403
    return inner
"""
PARSED = """
def keepers(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if not request.is_json:
            return jsonify(error="send JSON"), 400
        return view(*args, **kwargs)
    return inner
"""
CROSS_SITE = """
def keepers(view):
    @wraps(view)
    def inner(*args, **kwargs):
        if request.headers.get("X-CSRF") != session.get("csrf_token"):
            abort(400)
        return view(*args, **kwargs)
    return inner
"""


@pytest.mark.parametrize(
    ("made", "decorator", "expected"),
    [
        (HELPER, "@keepers", SILENT),
        (FACTORY, "@gate(3)", SILENT),
        (FACTORY, "@keepers", SILENT),
        (CLASS, "@Keepers", SILENT),
        (INSTANCE, "@gate.keepers", SILENT),
        (PARTIAL, "@keepers", SILENT),
        (ANSWERED, "@keepers", SILENT),
        (SECRET, "@keepers", SILENT),
        (LOGGED, "@keepers", LOUD),
        (TRANSLATED, "@keepers", LOUD),
        (PARSED, "@keepers", LOUD),
        (CROSS_SITE, "@keepers", LOUD),
        ("", "@functools.lru_cache", LOUD),
        ("", "@gatekeeper.keepers", DOUBTED),
        ("", "", LOUD),
    ],
)
def test_what_a_decorator_does_before_the_view(findings: Find, made: str, decorator: str, expected: list[str]) -> None:
    assert told(findings(RULE, FLASK + made + LAST.format(decorator=decorator))) == expected


BACK_DOOR = """
def is_tester():
    word = request.cookies.get("tester")
    if word == app.config.tester_word:
        return True
    return False

@app.get("/codes/<int:key>")
def code(key):
    if is_tester():
        return ROWS[key]
    abort(400)
"""


def test_a_secret_that_is_sent_along_is_asked_for(findings: Find) -> None:
    assert told(findings(RULE, FLASK + BACK_DOOR)) == SILENT
    open_ = BACK_DOOR.replace("word == app.config.tester_word", 'word == "yes"')
    assert told(findings(RULE, FLASK + open_)) == LOUD


DJANGO = """
from django.contrib.auth.decorators import login_required, user_passes_test
from django.views.decorators.cache import never_cache
from django.shortcuts import render
from shop.models import Row

@login_required
def one(request, key):
    return render(request, "row.html", {"row": Row.objects.get(pk=key)})

@login_required
def two(request, key):
    return render(request, "row.html", {"row": Row.objects.get(pk=key)})

@login_required
def three(request, key):
    return render(request, "row.html", {"row": Row.objects.get(pk=key)})

@login_required
def four(request, key):
    return render(request, "row.html", {"row": Row.objects.get(pk=key)})
"""
VIEW = """
def remove(request, key):
    Row.objects.filter(pk=key).delete()
    return render(request, "row.html")
"""
MODELS = """
from django.db import models

class Row(models.Model):
    name = models.TextField()
"""
URLS = """
from django.contrib.auth.decorators import login_required, permission_required
from django.urls import path
from django.views.decorators.cache import never_cache
from shop import views

urlpatterns = [
    path("<int:key>/one", views.one),
    path("<int:key>/two", views.two),
    path("<int:key>/three", views.three),
    path("<int:key>/four", views.four),
"""


@pytest.mark.parametrize(
    ("above", "registered", "expected"),
    [
        ("@user_passes_test(lambda user: user.is_superuser)", ("views.remove",), SILENT),
        ("", ("views.remove",), LOUD),
        ("@never_cache", ("views.remove",), LOUD),
        ("", ('never_cache(permission_required("shop.delete_row")(views.remove))',), SILENT),
        ("", ("never_cache(views.remove)",), LOUD),
        ("", ("login_required(views.remove)", "views.remove"), LOUD),
        ("", ("login_required(views.remove)", "login_required(views.remove)"), SILENT),
    ],
)
def test_tests_of_the_user_and_decorators_of_routes(
    findings: Find, above: str, registered: tuple[str, ...], expected: list[str]
) -> None:
    routes = "".join(f'    path("<int:key>/gone{index}", {each}),\n' for index, each in enumerate(registered))
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/urls.py": URLS + routes + "]\n"}
    assert told(findings(RULE, {**files, "shop/views.py": f"{DJANGO}\n{above}{VIEW}"})) == expected


CLASSES = """
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import JsonResponse
from django.urls import path
from django.views import View
from oauth2_provider.views.mixins import ClientProtectedResourceMixin
from oauth2_provider.views.generic import ProtectedResourceView
from shop.models import Row

class Two(LoginRequiredMixin, View):
    def get(self, request, key):
        return JsonResponse({{"name": Row.objects.get(pk=key).name}})

class Three(LoginRequiredMixin, View):
    def get(self, request, key):
        return JsonResponse({{"name": Row.objects.get(pk=key).name}})

class Four(LoginRequiredMixin, View):
    def get(self, request, key):
        return JsonResponse({{"name": Row.objects.get(pk=key).name}})

class Five(LoginRequiredMixin, View):
    def get(self, request, key):
        return JsonResponse({{"name": Row.objects.get(pk=key).name}})

class Remove({parents}):
    def post(self, request, key):
        Row.objects.filter(pk=key).delete()
        return JsonResponse({{}})

urlpatterns = [
    path("<int:key>/two", Two.as_view()),
    path("<int:key>/three", Three.as_view()),
    path("<int:key>/four", Four.as_view()),
    path("<int:key>/five", Five.as_view()),
    path("<int:key>/gone", Remove.as_view()),
]
"""


@pytest.mark.parametrize(
    ("parents", "expected"),
    [
        ("ClientProtectedResourceMixin, View", SILENT),
        ("ProtectedResourceView", SILENT),
        ("View", LOUD),
    ],
)
def test_protected_resources(findings: Find, parents: str, expected: list[str]) -> None:
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/urls.py": CLASSES.format(parents=parents)}
    assert told(findings(RULE, files)) == expected


def told(found: list[Finding]) -> list[str]:
    return [str(finding.confidence) for finding in found]
