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
