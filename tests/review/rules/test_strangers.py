"""Comparisons of a row with the caller that turn strangers away, wherever they stand, and rows that staff lets callers change."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "access/unscoped-object"

MODELS = """
from django.conf import settings
from django.db import models

class Note(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    text = models.TextField()
"""
URLS = """
from django.urls import path
from shop import views

urlpatterns = [path("notes/<int:pk>/", views.EditNote.as_view()), path("notes/<int:pk>/drop/", views.DropNote.as_view())]
"""
VIEWS = """
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views import View
from django.views.generic import UpdateView
from shop.models import Note

def drop(pk, user):
    note = get_object_or_404(Note, pk=pk)
    HELPER
    note.delete()

class DropNote(LoginRequiredMixin, View):
    def post(self, request, pk):
        drop(pk, request.user)
        return HttpResponse("ok")

class EditNote(LoginRequiredMixin, UpdateView):
    model = Note
    fields = ["text"]

    def dispatch(self, request, *args, **kwargs):
        HOOK
        return super().dispatch(request, *args, **kwargs)
"""
OWN_NOTE = "note = get_object_or_404(Note, pk=kwargs['pk'])\n        "
HELD = "if note.user.id != user.id:\n        raise Http404()"
TURNED = OWN_NOTE + "if note.user != request.user:\n            return redirect('/')"


@pytest.mark.parametrize(
    ("helper", "hook", "functions"),
    [
        (HELD, TURNED, []),
        (
            "if user != note.user:\n        raise Http404()",
            TURNED.replace("return redirect('/')", "raise Http404()"),
            [],
        ),
        (HELD, "self.object = self.get_object()\n        if self.object.user.pk != request.user.pk: raise Http404", []),
        ("pass", TURNED, ["DropNote.post"]),
        ("if note.text != user.name:\n        raise Http404()", TURNED, ["DropNote.post"]),
        ("if note.user.id != user.id:\n        print('not yours')", TURNED, ["DropNote.post"]),
        ("if note.user.id == user.id:\n        raise Http404()", TURNED, ["DropNote.post"]),
        (HELD, "pass", ["EditNote.post"]),
        (HELD, "if request.method == 'GET':\n            return redirect('/')", ["EditNote.post"]),
        (HELD, "if not request.user.is_authenticated:\n            return redirect('/')", ["EditNote.post"]),
        (HELD, OWN_NOTE + "if note.user != request.user:\n            print('not yours')", ["EditNote.post"]),
    ],
)
def test_strangers_are_turned_away(findings: Find, helper: str, hook: str, functions: list[str]) -> None:
    code = VIEWS.replace("HELPER", helper).replace("HOOK", hook)
    files = {"shop/__init__.py": "", "shop/models.py": MODELS, "shop/urls.py": URLS, "shop/views.py": code}
    assert sorted({each.function.removeprefix("shop.views.") for each in shown(findings(RULE, files))}) == functions


REST = """
from rest_framework import permissions, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response
from shop.models import Note
from shop.serializers import NoteSerializer

class NotePermissions(permissions.DjangoModelPermissions):
    perms_map = {"GET": [], "OPTIONS": [], "HEAD": [], MAP}

class NoteViewSet(viewsets.ModelViewSet):
    queryset = Note.objects.all()
    serializer_class = NoteSerializer
    permission_classes = [PERMISSION]

    @action(detail=True, methods=["METHOD"])
    def clear(self, request, pk=None):
        note = self.get_object()
        note.text = ""
        note.save()
        return Response({})
MORE
"""
LIMITED = """
class MyNotes(viewsets.ReadOnlyModelViewSet):
    queryset = Note.objects.none()
    serializer_class = NoteSerializer
    permission_classes = [permissions.IsAuthenticated]

    def get_queryset(self):
        return Note.objects.filter(user=self.request.user)
"""
REST_FILES = {
    "shop/__init__.py": "",
    "shop/models.py": MODELS,
    "shop/serializers.py": "from rest_framework import serializers\nfrom shop.models import Note\n\n"
    'class NoteSerializer(serializers.ModelSerializer):\n    class Meta:\n        model = Note\n        fields = ["text"]\n',
    "shop/urls.py": "from rest_framework.routers import DefaultRouter\nfrom shop import views\n\nrouter = DefaultRouter()\n"
    'router.register("notes", views.NoteViewSet, basename="note")\n'
    'if hasattr(views, "MyNotes"):\n    router.register("mine", views.MyNotes, basename="mine")\nurlpatterns = router.urls\n',
}
ALL = ", ".join(
    f'"{method}": ["shop.{word}_note"]'
    for method, word in (("POST", "add"), ("PUT", "change"), ("PATCH", "change"), ("DELETE", "delete"))
)


@pytest.mark.parametrize(
    ("permission", "demanded", "method", "more", "told"),
    [
        ("permissions.DjangoModelPermissions", ALL, "patch", "", False),
        ("NotePermissions", ALL, "patch", "", False),
        ("permissions.IsAuthenticated", ALL, "patch", "", True),
        ("NotePermissions", ALL.replace('["shop.change_note"]', "[]"), "patch", "", True),
        ("permissions.DjangoModelPermissions", ALL, "patch", LIMITED, True),
    ],
)
def test_rows_that_staff_lets_callers_change(
    findings: Find, permission: str, demanded: str, method: str, more: str, *, told: bool
) -> None:
    code = (
        REST.replace("PERMISSION", permission).replace("MAP", demanded).replace("METHOD", method).replace("MORE", more)
    )
    found = shown(findings(RULE, {**REST_FILES, "shop/views.py": code}))
    assert bool(found) is told, found


def shown(found: list[Finding]) -> list[Finding]:
    return [each for each in found if each.confidence is not Confidence.LOW]
