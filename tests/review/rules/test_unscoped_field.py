"""Fields that let a caller name rows of other owners: one row, or a list of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
MODELS = """
from django.conf import settings
from django.db import models

class Document(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)

class Link(models.Model):
    document = models.{}
"""
SERIALIZERS = """
from rest_framework import serializers
from shop.models import Document, Link

class LinkSerializer(serializers.ModelSerializer):
    {}
    class Meta:
        model = Link
        fields = ["document"]
"""
VIEWS = """
from rest_framework.generics import CreateAPIView
from rest_framework.permissions import IsAuthenticated
from shop.serializers import LinkSerializer

class Create(CreateAPIView):
    permission_classes = [IsAuthenticated]
    serializer_class = LinkSerializer
"""
URLS = """
from django.urls import path
from shop.views import Create

urlpatterns = [path("links/", Create.as_view())]
"""
ONE, MANY = "ForeignKey(Document, on_delete=models.CASCADE)", "ManyToManyField(Document)"
FIELD = "document = serializers.PrimaryKeyRelatedField(queryset=Document.objects.all(){})"


@pytest.mark.parametrize(
    ("column", "field", "confidence"),
    [
        (ONE, "", "medium"),
        (MANY, "", "low"),
        (ONE, FIELD.format(""), "medium"),
        (MANY, FIELD.format(", many=True"), "low"),
    ],
)
def test_one_row_and_a_list_of_rows(findings: Find, column: str, field: str, confidence: str) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS.format(column),
        "shop/serializers.py": SERIALIZERS.format(field),
        "shop/views.py": VIEWS,
        "shop/urls.py": URLS,
    }
    assert [str(each.confidence) for each in findings("access/unscoped-field", files)] == [confidence]


SHOWN = """
from django.urls import path
from rest_framework.generics import RetrieveAPIView
from rest_framework.permissions import BasePermission, IsAuthenticated
from shop.models import Document
from shop.serializers import DocumentSerializer
from shop.views import Create

class IsOwner(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.owner == request.user

class Show(RetrieveAPIView):
    permission_classes = [{permission}]
    serializer_class = DocumentSerializer
    {rows}

urlpatterns = [path("links/", Create.as_view()), path("documents/<int:pk>/", Show.as_view())]
"""
SHOWING = """
class DocumentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Document
        fields = ["id"]
"""
ALL = "queryset = Document.objects.all()"
OWN = "get_queryset = lambda self: Document.objects.filter(owner=self.request.user)"


@pytest.mark.parametrize(
    ("permission", "rows", "confidence"),
    [("IsAuthenticated", ALL, "low"), ("IsOwner", ALL, "medium"), ("IsAuthenticated", OWN, "medium")],
)
def test_rows_that_everyone_gets_at_by_the_path(findings: Find, permission: str, rows: str, confidence: str) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS.format(ONE),
        "shop/serializers.py": SERIALIZERS.format("") + SHOWING,
        "shop/views.py": VIEWS,
        "shop/urls.py": SHOWN.format(permission=permission, rows=rows),
    }
    assert [str(each.confidence) for each in findings("access/unscoped-field", files)] == [confidence]
