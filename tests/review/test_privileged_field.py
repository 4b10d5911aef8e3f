"""`access/privileged-field`: all columns are taken from what is sent, and some of them decide what one may do."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]
RULE = "access/privileged-field"

MODELS = """
from django.contrib.auth.models import AbstractUser
from django.db import models

class Member(AbstractUser):
    nick = models.TextField()

class Account(models.Model):
    name = models.TextField()
    balance = models.IntegerField(EDIT)

class Place(models.Model):
    name = models.TextField()
    role = models.TextField()
"""
SERIALIZERS = """
from rest_framework import serializers
from shop.models import Account, Member, Place

class Shown(serializers.ModelSerializer):
    OWN
    class Meta:
        model = ENTITY
        META
"""
VIEWS = """
from rest_framework import permissions, viewsets
from shop.models import Account, Member, Place
from shop.serializers import Shown

class All(viewsets.ModelViewSet):
    permission_classes = [permissions.GUARD]
    queryset = ENTITY.objects.all()
    serializer_class = Shown
"""
URLS = """
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from shop.views import All

router = DefaultRouter()
router.register("all", All)
urlpatterns = [path("", include(router.urls))]
"""


def shop(
    entity: str, meta: str, own: str = "", guard: str = "IsAuthenticated", edit: str = "default=0"
) -> dict[str, str]:
    return {
        "shop/__init__.py": "",
        "shop/models.py": MODELS.replace("EDIT", edit),
        "shop/serializers.py": SERIALIZERS.replace("ENTITY", entity).replace("META", meta).replace("OWN", own),
        "shop/views.py": VIEWS.replace("ENTITY", entity).replace("GUARD", guard),
        "shop/urls.py": URLS,
    }


@pytest.mark.parametrize(
    ("entity", "meta", "confidence"),
    [
        ("Member", 'fields = "__all__"', "medium"),
        ("Member", 'exclude = ["password"]', "medium"),
        ("Account", 'fields = "__all__"', "medium"),
        ("Place", 'fields = "__all__"', "low"),
        ("Member", 'exclude = ["is_superuser"]', "medium"),
    ],
)
def test_all_fields_are_taken(told: Told, entity: str, meta: str, confidence: str) -> None:
    assert [each.split()[2] for each in told(shop(entity, meta), RULE)] == [confidence]


@pytest.mark.parametrize(
    ("meta", "own", "guard", "edit"),
    [
        ('fields = ["name"]', "", "IsAuthenticated", ""),
        ('fields = ["name", "balance"]', "", "IsAuthenticated", ""),
        ('fields = "__all__"', "", "IsAdminUser", ""),
        ('exclude = ["balance"]', "", "IsAuthenticated", ""),
        ('fields = "__all__"\n        read_only_fields = ["balance"]', "", "IsAuthenticated", ""),
        ('fields = "__all__"\n        extra_kwargs = {"balance": {"read_only": True}}', "", "IsAuthenticated", ""),
        ('fields = "__all__"', "balance = serializers.IntegerField(read_only=True)", "IsAuthenticated", ""),
        ('fields = "__all__"', "def validate_balance(self, value):\n        return 0", "IsAuthenticated", ""),
        ('fields = "__all__"', "", "IsAuthenticated", "default=0, editable=False"),
    ],
)
def test_silent(told: Told, meta: str, own: str, guard: str, edit: str) -> None:
    assert told(shop("Account", meta, own, guard, edit), RULE) == []


FORM = """
from django import forms
from django.http import HttpResponse
from shop.models import Account

class AccountForm(forms.ModelForm):
    class Meta:
        model = Account
        META

def change(request):
    form = AccountForm(request.POST, instance=Account.objects.get(owner_name=request.user))
    if form.is_valid():
        form.save()
    return HttpResponse("ok")
"""


@pytest.mark.parametrize(
    ("meta", "found"), [('fields = "__all__"', 1), ('exclude = ["name"]', 1), ('fields = ["name"]', 0)]
)
def test_forms(told: Told, meta: str, found: int) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS.replace("EDIT", "default=0"),
        "shop/views.py": FORM.replace("META", meta),
        "shop/urls.py": "from django.urls import path\nfrom shop import views\nurlpatterns = [path('change/', views.change)]\n",
    }
    assert len(told(files, RULE)) == found
