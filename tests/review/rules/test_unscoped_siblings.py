"""Which endpoints an endpoint is compared with, and which rows come by way of the caller."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "access/unscoped-object"
BASE = """
from functools import wraps
from flask import Flask, abort, request
from flask_login import current_user, login_required
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)

class Parcel(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    depot = db.Column(db.String)
    sealed = db.Column(db.Boolean)

def can_touch(parcel):
    return parcel.depot in current_user.depots

def authenticated_machine(view):
    @wraps(view)
    def checked(*args, **kwargs):
        given = request.authorization
        if not given or given.password != app.config["SORTER_PASSWORD"]:
            return "no", 401
        return view(*args, **kwargs)
    return checked

def authenticated_person(view):
    @wraps(view)
    def checked(*args, **kwargs):
        if not current_user.is_authenticated:
            abort(401)
        return view(*args, **kwargs)
    return checked
"""


def checked(name: str, method: str, work: str) -> str:
    return f"""
@app.{method}("/parcels/<int:number>/{name}")
@login_required
def {name}(number):
    parcel = db.session.get(Parcel, number)
    if not can_touch(parcel):
        abort(403)
    {work}
    return {{"id": parcel.id}}
"""


WRITES = checked("seal", "post", "parcel.sealed = True; db.session.commit()") + checked(
    "open", "post", "parcel.sealed = False; db.session.commit()"
)
READS = checked("label", "get", "pass") + checked("weight", "get", "pass")


def unchecked(method: str, work: str = "pass", decorator: str = "@login_required") -> str:
    return f"""
@app.{method}("/parcels/<int:number>/route")
{decorator}
def route(number):
    parcel = db.session.get(Parcel, number)
    {work}
    return {{"id": parcel.id}}
"""


def shown(found: list[Finding]) -> list[str]:
    return [each.function for each in found if each.confidence is not Confidence.LOW]


SEEN = "app.logger.info(current_user.name)"
CHANGE = "parcel.depot = request.json['depot']; db.session.commit()"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (WRITES + unchecked("get", SEEN, ""), []),
        (READS + unchecked("get", SEEN, ""), ["route"]),
        (WRITES + unchecked("get"), ["route"]),
        (WRITES + unchecked("put", CHANGE), ["route"]),
        (READS + unchecked("put", CHANGE), ["route"]),
    ],
)
def test_what_anyone_reads_is_compared_with_what_only_reads(findings: Find, code: str, names: list[str]) -> None:
    assert shown(findings(RULE, BASE + code)) == names


@pytest.mark.parametrize(("decorator", "names"), [("authenticated_machine", []), ("authenticated_person", ["route"])])
def test_a_service_that_signs_in_by_a_shared_password_owns_nothing(
    findings: Find, decorator: str, names: list[str]
) -> None:
    assert [
        each.function for each in findings(RULE, BASE + WRITES + unchecked("put", CHANGE, f"@{decorator}"))
    ] == names


MODELS = """
from django.conf import settings
from django.db import models

class Depot(models.Model):
    name = models.TextField()
    staff = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="depots")

class Voucher(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="vouchers")
    used = models.BooleanField(default=False)
"""
VIEWS = """
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST
from shop.models import Depot, Voucher

@login_required
@require_POST
def use(request):
    voucher = {query}
    voucher.used = True
    voucher.save()
    return JsonResponse({{}})
"""


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ("Voucher.objects.get(id=request.POST['key'])", 1),
        ("request.user.vouchers.get(id=request.POST['key'])", 0),
        ("get_object_or_404(request.user.vouchers, id=request.POST['key'])", 0),
        ("request.user.vouchers.filter(used=False).get(id=request.POST['key'])", 0),
    ],
)
def test_rows_by_way_of_the_caller_are_the_callers(findings: Find, query: str, times: int) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/settings.py": 'AUTH_USER_MODEL = "accounts.ShopUser"',
        "accounts/__init__.py": "",
        "accounts/models.py": """
            from django.contrib.auth.models import AbstractUser

            class ShopUser(AbstractUser):
                pass
        """,
        "shop/models.py": MODELS,
        "shop/urls.py": """
            from django.urls import path
            from shop.views import use

            urlpatterns = [path("use/", use)]
        """,
        "shop/views.py": VIEWS.format(query=query),
    }
    assert len(findings(RULE, files)) == times


MEMBERS = """
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseForbidden, JsonResponse
from shop.log import logger
from shop.models import Depot

def works_there(user, key):
    return Depot.objects.filter(pk=key, staff=user).exists()

@login_required
def shifts(request, depot_id):
    if not works_there(request.user, depot_id):
        return HttpResponseForbidden()
    return JsonResponse({"depot": depot_id})

@login_required
def plan(request, depot_id):
    depot = Depot.objects.get(pk=depot_id)
    if depot.name not in request.user.allowed:
        return HttpResponseForbidden()
    return JsonResponse({"depot": depot.pk})

def hours(request, depot_id):
    logger.info(request.user)
    return JsonResponse({"name": Depot.objects.get(pk=depot_id).name})
"""
MORE = """
@login_required
def doors(request, depot_id):
    if not works_there(request.user, depot_id):
        return HttpResponseForbidden()
    return JsonResponse({"doors": depot_id})
"""


@pytest.mark.parametrize(("more", "names"), [("", []), (MORE, ["hours"])])
def test_one_question_whether_the_caller_is_a_member_tells_nothing(findings: Find, more: str, names: list[str]) -> None:
    pages = ["shifts", "plan", "hours", *(["doors"] if more else [])]
    mounted = ", ".join(f'path("depots/<int:depot_id>/{page}/", views.{page})' for page in pages)
    files = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS.replace("settings.AUTH_USER_MODEL", '"auth.User"'),
        "shop/urls.py": f"from django.urls import path\nfrom shop import views\n\nurlpatterns = [{mounted}]\n",
        "shop/views.py": MEMBERS + more,
    }
    assert shown(findings(RULE, files)) == names
