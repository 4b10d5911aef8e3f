"""Geometries that a form makes of what is sent: numbers, whatever stands around them in a text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
FILES = {
    "roads/__init__.py": "",
    "roads/views.py": """
        from django.contrib.gis import forms
        from django.db import connection
        from django.http import HttpResponse
        from {LIBRARY} import {BASE}

        class RoadForm({BASE}):
            line = forms.{FIELD}()

            def clean_line(self):
                line = self.cleaned_data["line"]
                crossed(line)
                return line

        class SearchForm(forms.Form):
            area = forms.{FIELD}()

        def crossed(line):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT 1 FROM road WHERE ST_Crosses(line, ST_GeomFromText('{line}'))")

        def search(request):
            form = SearchForm(request.GET)
            if form.is_valid():
                crossed(form.cleaned_data["area"])
            return HttpResponse("")
    """,
    "roads/urls.py": """
        from django.urls import path
        from roads import views

        urlpatterns = [path("roads/", views.search)]
    """,
}


@pytest.mark.parametrize(("library", "base"), [("django.contrib.gis.forms", "Form"), ("mapped.forms", "MappedForm")])
@pytest.mark.parametrize(("field", "found"), [("LineStringField", False), ("PolygonField", False), ("CharField", True)])
def test_a_geometry_in_a_text(findings: Find, library: str, base: str, field: str, found: bool) -> None:
    files = {
        path: text.replace("{LIBRARY}", library).replace("{BASE}", base).replace("{FIELD}", field)
        for path, text in FILES.items()
    }
    assert bool(findings("injection/sql", files)) is found
