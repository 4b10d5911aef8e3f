"""What of the service's inside an answer may not hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "secrets/exposed"
FLASK = """
import logging, traceback
from flask import Flask, Response, jsonify, make_response
from settings import DEBUG

app = Flask(__name__)

def failed(message):
    return jsonify({"error": message})

@app.get("/rows")
def rows():
    try:
        return {"rows": 1}
    except Exception as error:
        {}
"""
SHOWN = {
    "returned": 'return {"error": traceback.format_exc()}, 500',
    "in a text": 'return f"failed: {traceback.format_exc()}", 500',
    "as JSON": "return jsonify(error=traceback.format_exc())",
    "made an answer of": "return make_response(traceback.format_exc(), 500)",
    "by a helper": "return failed(traceback.format_exc()), 500",
    "formatted": 'return Response("".join(traceback.format_exception(error)))',
}
KEPT = {
    "logged": 'logging.error(traceback.format_exc())\n        return {"error": "internal"}, 500',
    "the error's own text": 'return {"error": str(error)}, 400',
    "for developers": 'return {"error": traceback.format_exc() if DEBUG else "internal"}, 500',
    "for developers, by a helper": "if DEBUG:\n            return failed(traceback.format_exc())\n        return failed('internal')",
    "for developers, first": 'if app.debug:\n            return traceback.format_exc()\n        return "internal", 500',
}
REST = """
from django.db import models
from rest_framework import serializers, viewsets

class Member(models.Model):
    email = models.EmailField()
    password = models.CharField(max_length=128)
    private_key = models.CharField(max_length=128)
    signing_secret = models.CharField(max_length=128)
    token_type = models.CharField(max_length=128)

class MemberSerializer(serializers.ModelSerializer):
    class Meta:
        model = Member
        fields = {}

class Members(viewsets.ModelViewSet):
    queryset = Member.objects.all()
    serializer_class = MemberSerializer
"""
URLS = """
from rest_framework.routers import DefaultRouter
from views import Members

router = DefaultRouter()
router.register("members", Members)
urlpatterns = router.urls
"""


@pytest.mark.parametrize("title", SHOWN)
def test_a_traceback_in_an_answer(title: str, findings: Find) -> None:
    assert len(findings(RULE, FLASK.replace("{}", SHOWN[title]))) == 1


@pytest.mark.parametrize("title", KEPT)
def test_a_traceback_that_stays_inside(title: str, findings: Find) -> None:
    assert findings(RULE, FLASK.replace("{}", KEPT[title])) == []


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ('"__all__"', {"Member.password", "Member.private_key"}),
        ('["email", "password"]', {"Member.password"}),
        ('["email", "password"]\n        extra_kwargs = {"password": {"write_only": True}}', set()),
        ('["email", "token_type"]', set()),
    ],
)
def test_columns_that_nobody_is_to_read(fields: str, shown: set[str], findings: Find) -> None:
    found = findings(RULE, {"views.py": REST.replace("{}", fields), "urls.py": URLS})
    assert {name for each in found for name in each.message.split("`")[1::2]} == shown


def test_an_override_hands_on_what_it_is_given(findings: Find) -> None:
    text = """
        import traceback
        from tornado import web

        class Handler(web.RequestHandler):
            def write_error(self, status_code, **kwargs):
                self.finish({"traceback": traceback.format_exception(*kwargs["exc_info"])})

            def finish(self, *args, **kwargs):
                self.set_header("Content-Type", "application/json")
                return super().finish(*args, **kwargs)
    """
    assert len(findings(RULE, text)) == 1


def test_columns_that_a_helper_is_given_to_answer_with(findings: Find) -> None:
    text = """
        from django.db import models
        from django.http import JsonResponse

        class Member(models.Model):
            email = models.CharField(max_length=128)

        def answer(data):
            return JsonResponse(data)

        def show(request, key):
            return answer({"email": Member.objects.get(pk=key).email})
    """
    urls = """
        from django.urls import path
        import views

        urlpatterns = [path("members/<int:key>/", views.show)]
    """
    assert findings(RULE, {"views.py": text, "urls.py": urls}) == []


@pytest.mark.parametrize(
    ("override", "count"),
    [
        ("shown['password'] = '***'", 0),
        ("shown.pop('password', None)", 0),
        ("return {name: value for name, value in shown.items() if name in self.context}", 0),
        ("mask(shown)", 0),
        ("shown['age'] = 7", 1),
        ("pass", 1),
    ],
)
def test_a_serializer_that_shows_something_else(override: str, count: int, findings: Find) -> None:
    masks = f"""
    def to_representation(self, instance):
        shown = super().to_representation(instance)
        {override}
        return shown
"""
    rest = REST.replace("{}", '["email", "password"]').replace("class Members(", f"{masks}\nclass Members(")
    rest = "from masks import mask\n" + rest
    assert len(findings(RULE, {"views.py": rest, "urls.py": URLS})) == count


def test_a_serializer_that_inherits_from_one_that_shows_something_else(findings: Find) -> None:
    heir = """
    def to_representation(self, instance):
        shown = super().to_representation(instance)
        shown["password"] = "***"
        return shown

class Short(MemberSerializer):
    class Meta(MemberSerializer.Meta):
        fields = ["password"]
"""
    rest = REST.replace("{}", '["email", "password"]').replace(
        "serializer_class = MemberSerializer", "serializer_class = Short"
    )
    assert len(
        findings(
            RULE,
            {
                "views.py": rest.replace(
                    "class Members(", "class Short(MemberSerializer):\n    pass\n\nclass Members("
                ),
                "urls.py": URLS,
            },
        )
    )
    assert (
        findings(RULE, {"views.py": rest.replace("class Members(", f"{heir}\nclass Members("), "urls.py": URLS}) == []
    )


@pytest.mark.parametrize(
    ("field", "count"),
    [
        ("password = serializers.SerializerMethodField()", 0),
        ("password = Masked()", 0),
        ("password = serializers.CharField(max_length=9)", 1),
    ],
)
def test_a_field_that_is_made_by_the_project(field: str, count: int, findings: Find) -> None:
    made = f"""
class Masked(serializers.CharField):
    def to_representation(self, value):
        return "***"

class MemberSerializer(serializers.ModelSerializer):
    {field}

    def get_password(self, member):
        return "***"
"""
    rest = REST.replace("{}", '["email", "password"]')
    rest = rest.replace("\nclass MemberSerializer(serializers.ModelSerializer):\n", made)
    assert len(findings(RULE, {"views.py": rest, "urls.py": URLS})) == count


@pytest.mark.parametrize(
    ("column", "told"),
    [("password", True), ("admin_password", True), ("can_edit_password", False), ("login_with_no_password", False)],
)
def test_an_answer_about_passwords_is_no_password(findings: Find, column: str, told: bool) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/models.py": f"""
            from django.db import models

            class Dataset(models.Model):
                {column} = models.CharField(max_length=80)
        """,
        "shop/views.py": f"""
            from rest_framework import serializers, viewsets
            from shop.models import Dataset

            class DatasetSerializer(serializers.ModelSerializer):
                class Meta:
                    model = Dataset
                    fields = ["id", "{column}"]

            class DatasetViewSet(viewsets.ModelViewSet):
                queryset = Dataset.objects.all()
                serializer_class = DatasetSerializer
        """,
        "shop/urls.py": """
            from rest_framework.routers import DefaultRouter
            from shop.views import DatasetViewSet

            router = DefaultRouter()
            router.register("datasets", DatasetViewSet)
            urlpatterns = router.urls
        """,
    }
    assert bool(findings(RULE, files)) is told


@pytest.mark.parametrize(
    ("extra", "shown"),
    [
        ("**MemberSerializer.Meta.extra_kwargs", False),
        ('**MemberSerializer.Meta.extra_kwargs, "password": {"read_only": True}', True),
        ('"email": {"required": False}', True),
    ],
)
def test_what_a_serializer_takes_over_from_another(extra: str, shown: bool, findings: Find) -> None:
    text = REST.replace("{}", '["password"]\n        extra_kwargs = {"password": {"write_only": True}}').replace(
        "class Members(",
        f"""
class OwnSerializer(MemberSerializer):
    class Meta(MemberSerializer.Meta):
        extra_kwargs = {{{extra}}}

class Members(""",
    )
    text = text.replace("serializer_class = MemberSerializer", "serializer_class = OwnSerializer")
    assert bool(findings(RULE, {"views.py": text, "urls.py": URLS})) is shown


def test_a_serializer_that_nothing_uses(findings: Find) -> None:
    unused = REST.replace("serializer_class = MemberSerializer", "serializer_class = None").replace("{}", '"__all__"')
    assert findings(RULE, {"views.py": unused, "urls.py": URLS}) == []


@pytest.mark.parametrize(("test", "count"), [("settings.debug.enabled", 0), ("settings.wanted", 1)])
def test_a_helper_that_is_asked_on_machines_of_developers_alone(test: str, count: int, findings: Find) -> None:
    text = f"""
import traceback
from aiohttp import web
from shop import settings

def _told(error):
    return web.json_response({{"traceback": traceback.format_exc()}}, status=500)

@web.middleware
async def failures(request, handler):
    try:
        return await handler(request)
    except Exception as error:
        if {test}:
            return _told(error)
        raise

app = web.Application(middlewares=[failures])
"""
    assert len(findings(RULE, text)) == count
