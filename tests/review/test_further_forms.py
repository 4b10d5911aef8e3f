"""Forms in which what other rules tell of is written, too: settings, headers by hand, calls around views, further routes."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("first", "found"),
    [
        ("django.contrib.auth.hashers.MD5PasswordHasher", "medium"),
        ("django.contrib.auth.hashers.UnsaltedSHA1PasswordHasher", "medium"),
        ("django.contrib.auth.hashers.PBKDF2PasswordHasher", ""),
        ("django.contrib.auth.hashers.BCryptSHA256PasswordHasher", ""),
        ("django.contrib.auth.hashers.ScryptPasswordHasher", ""),
        ("django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher", ""),
    ],
)
def test_the_first_hasher(told: Told, first: str, found: str) -> None:
    settings = f'import django\nPASSWORD_HASHERS = ["{first}", "django.contrib.auth.hashers.MD5PasswordHasher"]\n'
    assert [each.split()[2] for each in told({"shop/settings.py": settings}, "secrets/weak-hash")] == (
        [found] if found else []
    )
    assert told({"shop/settings/test.py": settings, "shop/settings.py": "import django\n"}, "secrets/weak-hash") == []


def test_a_fast_hasher_under_a_condition_is_unsure(told: Told) -> None:
    settings = (
        'import sys\nif "test" in sys.argv:\n    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]\n'
    )
    assert [each.split()[2] for each in told({"shop/settings.py": settings}, "secrets/weak-hash")] == ["low"]


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("postgresql://shop:x7Gq29LmZ4pRt8@db.shop-prod.net:5432/shop", 1),
        ("postgresql://shop:x7Gq29LmZ4pRt8@localhost/shop", 0),
        ("postgresql://shop:x7Gq29LmZ4pRt8@127.0.0.1/shop", 0),
        ("postgresql://postgres:postgres@db.shop-prod.net/shop", 0),
        ("postgresql://shop:x7Gq29LmZ4pRt8@db/shop", 0),
        ("postgresql://shop@db.shop-prod.net/shop", 0),
    ],
)
def test_passwords_in_addresses(told: Told, address: str, found: int) -> None:
    assert len(told({"shop/config.py": f'DATABASE_URL = "{address}"\n'}, "secrets/hard-coded")) == found


LISTED = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        (f"MIDDLEWARE = {LISTED}", 1),
        (f"MIDDLEWARE = {tuple(LISTED)}", 1),
        (f"MIDDLEWARE = [*BASE, '{LISTED[0]}', '{LISTED[1]}']", 0),
        (f"MIDDLEWARE = {LISTED}\nMIDDLEWARE.insert(1, 'django.middleware.csrf.CsrfViewMiddleware')", 0),
        (f"MIDDLEWARE = {LISTED[:1]}", 0),
    ],
)
def test_middleware(told: Told, settings: str, found: int) -> None:
    assert len(told({"shop/settings.py": settings + "\n"}, "access/csrf-middleware")) == found


VIEWS = """
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse
from django.views import View
from shop.models import Order

@login_required
def order(request):
    Order.objects.create(number=request.POST["number"])
    return HttpResponse()

class Orders(LoginRequiredMixin, View):
    def post(self, request):
        Order.objects.create(number=request.POST["number"])
        return HttpResponse()
"""


@pytest.mark.parametrize(
    ("view", "found"),
    [
        ("csrf_exempt(views.order)", 1),
        ("csrf_exempt(views.Orders.as_view())", 1),
        ("views.order", 0),
        ("views.Orders.as_view()", 0),
    ],
)
def test_views_that_a_url_configuration_takes_out(told: Told, view: str, found: int) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": "from django.db import models\n\nclass Order(models.Model):\n    number = models.TextField()\n",
        "shop/views.py": VIEWS,
        "shop/urls.py": "from django.urls import path\nfrom django.views.decorators.csrf import csrf_exempt\nfrom shop import views\n"
        f"urlpatterns = [path('orders/', {view})]\n",
    }
    assert len(told(files, "access/csrf-exempt")) == found


FLASK = """
from flask import Flask, jsonify, request

app = Flask(__name__)
OWN = {{"https://shop.example"}}

@app.after_request
def share(response):
    origin = request.headers.get("Origin")
    {}
    return response
"""
SHARED = 'response.headers["Access-Control-Allow-Origin"] = origin'
COOKIES = 'response.headers["Access-Control-Allow-Credentials"] = "true"'


@pytest.mark.parametrize(
    ("code", "found"),
    [
        (f"{SHARED}; {COOKIES}", 1),
        (SHARED, 0),
        (f"if origin in OWN: {SHARED}; {COOKIES}", 0),
        (f'response.headers["Access-Control-Allow-Origin"] = "https://shop.example"; {COOKIES}', 0),
    ],
)
def test_an_origin_that_is_sent_back(told: Told, code: str, found: int) -> None:
    assert len(told({"app.py": FLASK.format(code)}, "access/cors")) == found


@pytest.mark.parametrize(
    ("view", "found"), [("register", 1), ("signup", 1), ("send_otp", 1), ("forgot_password", 1), ("orders", 0)]
)
def test_the_limiter_of_siblings(told: Told, view: str, found: int) -> None:
    code = (
        "from flask import Flask, request\nfrom flask_limiter import Limiter\napp = Flask(__name__)\nlimiter = Limiter(app)\n\n"
        '@app.route("/login", methods=["POST"])\n@limiter.limit("5/minute")\ndef login():\n    return {}\n\n'
        f'@app.route("/{view}", methods=["POST"])\ndef {view}():\n    return {{}}\n'
    )
    assert len(told({"app.py": code}, "limits/rate")) == found
    assert told({"app.py": code.replace('@limiter.limit("5/minute")\n', "")}, "limits/rate") == []
