"""Guards that look at the row: permission classes by what their code does, permissions on a model where a route is registered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "access/unscoped-object"
MODELS = """
from django.conf import settings
from django.db import models

class Letter(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.TextField()
"""
REST = """
from rest_framework import generics, permissions, serializers, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from shop.models import Letter

class IsShown(permissions.BasePermission):
    def has_object_permission(self, request, view, obj):
        return {shown}

class LetterSerializer(serializers.ModelSerializer):
    class Meta:
        model = Letter
        fields = ["text"]

class Mine(viewsets.ModelViewSet):
    permission_classes = [IsAuthenticated]
    serializer_class = LetterSerializer

    def get_queryset(self):
        return Letter.objects.filter(owner=self.request.user)

class Letters(viewsets.ReadOnlyModelViewSet):
    serializer_class = LetterSerializer
    queryset = Letter.objects.all()

    def get_permissions(self):
        kinds = [IsShown] if self.action == "retrieve" else [IsAuthenticated]
        return [kind() for kind in kinds]

    def retrieve(self, request, pk):
        {fetched}
        return Response({{"text": letter.text}})
"""
ROUTES = """
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from shop.views import Letters, Mine

router = DefaultRouter()
router.register("mine", Mine, basename="mine")
router.register("letters", Letters)
urlpatterns = [path("", include(router.urls))]
"""


@pytest.mark.parametrize(
    ("shown", "fetched", "times"),
    [
        ("obj.owner == request.user", "letter = self.get_object()", 0),
        ("obj.owner == request.user", "letter = Letter.objects.get(pk=pk)", 1),
        ("True", "letter = self.get_object()", 1),
    ],
)
def test_a_permission_that_looks_at_the_row_that_was_looked_up(
    findings: Find, shown: str, fetched: str, times: int
) -> None:
    views = REST.format(shown=shown, fetched=fetched)
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/urls.py": ROUTES, "shop/views.py": views}
    assert len(findings(RULE, files)) == times


PLAIN = """
from django.shortcuts import get_object_or_404, redirect
from shop.models import Letter

def change(request, pk):
    letter = get_object_or_404(Letter, pk=pk)
    letter.text = request.POST["text"]
    letter.save()
    return redirect("/")
"""
WRAPPED = """
from django.contrib.auth.decorators import login_required, permission_required
from django.urls import path
from shop.views import change

urlpatterns = [path("letters/<int:pk>/", {view})]
"""


@pytest.mark.parametrize(
    ("view", "times"), [("permission_required('shop.change_letter')(change)", 0), ("login_required(change)", 1)]
)
def test_a_permission_on_the_model_where_the_route_is_registered(findings: Find, view: str, times: int) -> None:
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/views.py": PLAIN}
    assert len(findings(RULE, {**files, "shop/urls.py": WRAPPED.format(view=view)})) == times
