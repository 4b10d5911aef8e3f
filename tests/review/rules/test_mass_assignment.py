"""Names of fields that the code gives are not the sender's, however many helpers pass them on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
MODELS = """
from django.db import models

class Manager(models.Manager):
    def create_user(self, username, **extra):
        if extra.get("plan") is None:
            extra["plan"] = 3
        user = self.model(username=username, **extra)
        user.save()
        return user

    def create_staff(self, username, full_name=None):
        return self.create_user(username, full_name=full_name or username)

class User(models.Model):
    username = models.CharField(max_length=9)
    full_name = models.CharField(max_length=9)
    is_staff = models.BooleanField()
    plan = models.IntegerField()
    objects = Manager()
"""
VIEWS = """
from rest_framework.decorators import api_view
from rest_framework.response import Response
from shop.models import User

@api_view(["POST"])
def join(request):
    User.objects.{}
    return Response({{}})
"""
URLS = """
from django.urls import path
from shop import views

urlpatterns = [path("join/", views.join)]
"""


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ('create_staff(request.data.get("name"), full_name=request.data.get("full_name"))', False),
        ('create_user(request.data["name"], full_name=request.data["full_name"])', False),
        ('create_user(request.data["name"], **request.data)', True),
    ],
)
def test_keywords_of_a_call_are_the_codes_names(findings: Find, call: str, found: bool) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/views.py": VIEWS.format(call),
        "shop/urls.py": URLS,
    }
    assert bool(findings("access/mass-assignment", files)) is found


SERIALIZERS = """
from rest_framework import serializers, viewsets
from shop.models import User

class JoinSerializer(serializers.Serializer):
    name = serializers.CharField(source="user.username")
    more = serializers.{}()

    def create(self, validated_data):
        return User.objects.create(**validated_data["{}"])

class JoinViewSet(viewsets.ModelViewSet):
    queryset = User.objects.all()
    serializer_class = JoinSerializer
"""
ROUTES = """
from rest_framework.routers import DefaultRouter
from shop.views import JoinViewSet

router = DefaultRouter()
router.register("join", JoinViewSet)
urlpatterns = router.urls
"""


@pytest.mark.parametrize(("field", "taken", "found"), [("DictField", "more", True), ("CharField", "user", False)])
def test_what_a_dotted_source_makes_has_the_serializers_names(
    findings: Find, field: str, taken: str, found: bool
) -> None:
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/views.py": SERIALIZERS.format(field, taken)}
    assert bool(findings("access/mass-assignment", {**files, "shop/urls.py": ROUTES})) is found


@pytest.mark.parametrize(("field", "confidence"), [("is_staff", "high"), ("members_can_edit_password", "low")])
def test_a_setting_says_how_something_is_done(findings: Find, field: str, confidence: str) -> None:
    views = VIEWS.format("create(**request.data)")
    models = MODELS.replace("is_staff", field).replace("    plan = models.IntegerField()\n", "")
    files = {"shop/__init__.py": "", "shop/models.py": models, "shop/urls.py": URLS, "shop/views.py": views}
    assert [str(each.confidence) for each in findings("access/mass-assignment", files)] == [confidence]


HELPERS = """
from django.http import JsonResponse
import json
from shop.models import User

def transformed(given):
    if not given.get("name"):
        return None
    made = {"username": given["name"], "more": {"size": given.get("size")}}
    if given.get("full"):
        made["full_name"] = given["full"]
    return made

def stored(given):
    given.pop("more", None)
    User.objects.update_or_create(username=given["username"], defaults=given)

def changed(user, given):
    for name, value in given.items():
        setattr(user, name, value)
    user.save()

def join(request):
    sent = json.loads(request.body)
    user = User.objects.first()
    CALL
    return JsonResponse({})
"""


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("stored(transformed(sent))", False),
        ("stored({'username': sent['name']})", False),
        ("changed(user, {'username': sent['name']})", False),
        ("stored(sent)", True),
        ("changed(user, sent)", True),
        ("stored({**sent, 'plan': 1})", True),
    ],
)
def test_a_mapping_that_a_helper_is_handed_has_the_names_that_were_put_there(
    findings: Find, call: str, found: bool
) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/views.py": HELPERS.replace("CALL", call),
        "shop/urls.py": URLS,
    }
    assert bool(findings("access/mass-assignment", files)) is found
