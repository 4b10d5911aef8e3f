"""Fields that the project's own code judges: what they let in is unknown, what others let in is what was sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "request/ssrf"
URLS = "from django.urls import path\nimport views\nurlpatterns = [path('fetch/', views.fetch)]\n"
CHECKS = """
    from urllib.parse import urlsplit
    from django.core.exceptions import ValidationError
    import known

    def inside(url):
        if known.answers(urlsplit(url)):
            raise ValidationError("not this one")
"""
FIELDS = """
    from BASE import CharField, URLField
    from checks import inside

    class Plain(URLField):
        def widget_attrs(self, widget):
            return {}

    class Validating(URLField):
        def validate(self, value):
            super().validate(value)
            inside(value)

    class Running(CharField):
        def run_validators(self, value):
            inside(value)

    class Bringing(URLField):
        default_validators = [*URLField.default_validators, inside]

    class Given(URLField):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.validators.append(inside)

    class Heir(Given):
        pass
"""
FORM = """
    import requests
    from django.http import HttpResponse
    from BASE import URLField, CharField, BASECLASS
    from checks import inside
    import own

    class Asked(BASECLASS):
        url = FIELD

    def fetch(request):
        asked = Asked(data=request.POST)
        if not asked.is_valid():
            return HttpResponse("")
        return HttpResponse(requests.get(asked.DATA["url"], timeout=5).text)
"""
FORMS = {"BASECLASS": "Form", "BASE": "django.forms", "DATA": "cleaned_data"}
SERIALIZERS = {"BASECLASS": "Serializer", "BASE": "rest_framework.serializers", "DATA": "validated_data"}


def _filled(text: str, words: dict[str, str]) -> str:
    for word, other in words.items():
        text = text.replace(word, other)
    return text


@pytest.mark.parametrize("words", [FORMS, SERIALIZERS], ids=["form", "serializer"])
@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("URLField()", 1),
        ("own.Plain()", 1),
        ("own.Validating()", 0),
        ("own.Running()", 0),
        ("own.Bringing()", 0),
        ("own.Given()", 0),
        ("own.Heir()", 0),
        ("own.Plain(validators=[inside])", 0),
    ],
)
def test_a_field_of_the_projects_own(field: str, count: int, words: dict[str, str], findings: Find) -> None:
    files = {"urls.py": URLS, "checks.py": CHECKS, "own.py": FIELDS, "views.py": FORM.replace("FIELD", field, 1)}
    assert len(findings(RULE, {name: _filled(text, words) for name, text in files.items()})) == count


@pytest.mark.parametrize(
    ("child", "count"), [("URLField()", 1), ("URLField(validators=[inside])", 0), ("own.Given()", 0)]
)
def test_the_fields_in_a_list(child: str, count: int, findings: Find) -> None:
    view = FORM.replace("URLField,", "ListField, URLField,").replace("FIELD", f"ListField(child={child})", 1)
    view = _filled(view.replace('["url"]', '["url"][0]'), SERIALIZERS)
    files = {"urls.py": URLS, "checks.py": CHECKS, "own.py": _filled(FIELDS, SERIALIZERS), "views.py": view}
    assert len(findings(RULE, files)) == count


KEPT = """
    import requests
    from django.http import HttpResponse
    from rest_framework import serializers
    from checks import inside
    from models import Hook
    import own

    class Hooks(serializers.ModelSerializer):
        FIELD

        class Meta:
            model = Hook
            fields = ["url"]
            OPTION

    def fetch(request):
        hook = Hooks(data=request.POST)
        hook.is_valid(raise_exception=True)
        hook.save()
        return HttpResponse("")
"""
SHOWN = """
    import requests
    from celery import shared_task
    from models import Hook

    @shared_task
    def call(key):
        requests.post(Hook.objects.get(pk=key).url, timeout=5)
"""


@pytest.mark.parametrize(
    ("column", "field", "option", "count"),
    [
        ("models.URLField()", "", "", 1),
        ("Plain()", "url = serializers.URLField()", "", 1),
        ("models.URLField()", "url = own.Given()", "", 0),
        ("models.URLField()", "", "extra_kwargs = {'url': {'validators': [inside]}}", 0),
        ("models.URLField()", "", "extra_kwargs = {'url': {'required': False}}", 1),
        ("Checked()", "url = serializers.URLField()", "", 0),
        ("Refusing()", "url = serializers.URLField()", "", 0),
    ],
)
def test_what_is_kept_of_such_a_field(column: str, field: str, option: str, count: int, findings: Find) -> None:
    models = f"""
        from django.db import models
        from checks import inside

        class Plain(models.URLField):
            def to_python(self, value):
                return value.strip()

        class Checked(models.URLField):
            default_validators = [inside]

        class Refusing(models.URLField):
            def get_prep_value(self, value):
                if "internal" in value:
                    raise ValueError(value)
                return value

        class Hook(models.Model):
            url = {column}
    """
    files = {
        "urls.py": URLS,
        "checks.py": CHECKS,
        "own.py": _filled(FIELDS, SERIALIZERS),
        "models.py": models,
        "views.py": KEPT.replace("FIELD", field, 1).replace("OPTION", option),
        "tasks.py": SHOWN,
    }
    assert len(findings(RULE, files)) == count


@pytest.mark.parametrize(
    ("base", "heir", "count"),
    [
        ("", "other: str = ''", 1),
        ("_inside = field_validator('url')(inside)", "other: str = ''", 0),
        ("_inside = field_validator('other')(inside)", "other: str = ''", 1),
        ("", "_inside = field_validator('url')(inside)", 0),
    ],
)
def test_validators_of_pydantic_that_stand_apart(base: str, heir: str, count: int, findings: Find) -> None:
    code = f"""
        import requests
        from fastapi import FastAPI
        from pydantic import BaseModel, field_validator
        from checks import inside

        app = FastAPI()

        class Asked(BaseModel):
            url: str
            {base}

        class More(Asked):
            {heir}

        @app.post("/fetch")
        def fetch(asked: More):
            return requests.get(asked.url, timeout=5).text
    """
    assert len(findings(RULE, {"checks.py": CHECKS, "app.py": code})) == count
