"""Columns with `editable=False`: forms and serializers that are made of a model take nothing for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]
RULE = "files/path-traversal"
MODELS = """
from django.db import models

class Described(models.Model):
    folder = models.CharField(max_length=80, OPTIONS)

    class Meta:
        abstract = True

class Album(Described):
    title = models.CharField(max_length=80)

    def describe(self):
        with open("/srv/albums/" + self.folder) as file:
            return file.read()
"""
FORM = """
from django import forms
from django.http import HttpResponse
from models import Album

class AlbumForm(forms.ModelForm):
    DECLARED

    class Meta:
        model = Album
        FIELDS

def create(request):
    form = AlbumForm(request.POST)
    if form.is_valid():
        form.save()
    return HttpResponse("")
"""
SERIALIZER = """
from rest_framework import serializers, viewsets
from models import Album

class AlbumSerializer(serializers.ModelSerializer):
    DECLARED

    class Meta:
        model = Album
        FIELDS

class AlbumViewSet(viewsets.ModelViewSet):
    queryset = Album.objects.all()
    serializer_class = AlbumSerializer
"""
OF_FORM = 'from django.urls import path\nimport views\n\nurlpatterns = [path("albums/", views.create)]\n'
OF_SERIALIZER = """
from rest_framework.routers import DefaultRouter
from views import AlbumViewSet

router = DefaultRouter()
router.register("albums", AlbumViewSet)
urlpatterns = router.urls
"""
ALL = 'fields = "__all__"'
NAMED = 'fields = ["title", "folder"]'


def count(told: Told, views: str, urls: str, options: str, fields: str, declared: str = "") -> int:
    text = views.replace("DECLARED", declared or "pass").replace("FIELDS", fields)
    return len(told({"models.py": MODELS.replace("OPTIONS", options), "views.py": text, "urls.py": urls}, RULE))


@pytest.mark.parametrize(("options", "found"), [("editable=False", 0), ("editable=True", 1), ("unique=True", 1)])
@pytest.mark.parametrize("fields", [ALL, 'exclude = ["title"]', NAMED])
@pytest.mark.parametrize(("views", "urls"), [(FORM, OF_FORM), (SERIALIZER, OF_SERIALIZER)])
def test_what_is_made_of_the_model(told: Told, views: str, urls: str, fields: str, options: str, found: int) -> None:
    assert count(told, views, urls, options, fields) == found


def test_a_serializer_that_declares_the_field_itself(told: Told) -> None:
    assert count(told, SERIALIZER, OF_SERIALIZER, "editable=False", NAMED, "folder = serializers.CharField()") == 1


@pytest.mark.parametrize(
    ("options", "said", "found"),
    [("editable=False", "False", 1), ("unique=True", "True", 0), ("unique=True", "False", 1)],
)
def test_a_serializer_that_says_what_is_read_only(told: Told, options: str, said: str, found: int) -> None:
    fields = f'{NAMED}\n        extra_kwargs = {{"folder": {{"read_only": {said}}}}}'
    assert count(told, SERIALIZER, OF_SERIALIZER, options, fields) == found


@pytest.mark.parametrize(("options", "found"), [("editable=False", 0), ("unique=True", 1)])
def test_a_form_that_the_library_makes(told: Told, options: str, found: int) -> None:
    views = """
from django.views.generic import CreateView
from models import Album

class Create(CreateView):
    model = Album
    fields = "__all__"
"""
    urls = 'from django.urls import path\nimport views\n\nurlpatterns = [path("albums/", views.Create.as_view())]\n'
    assert count(told, views, urls, options, ALL) == found


def test_code_that_fills_the_column(told: Told) -> None:
    views = FORM.replace(
        "form.save()", 'album = form.save(commit=False)\n        album.folder = request.POST["folder"]'
    )
    assert count(told, views, OF_FORM, "editable=False", ALL) == 1
