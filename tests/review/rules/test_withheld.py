"""Fields that code takes out of what was sent unless staff sent it: what the column holds is staff's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "request/ssrf"

FOLDERS = {
    "urls.py": """
        from rest_framework.routers import DefaultRouter
        from views import Members

        router = DefaultRouter()
        router.register("members", Members)
        urlpatterns = router.urls
    """,
    "models.py": """
        from django.db import models

        class Member(models.Model):
            name = models.CharField(max_length=50)
            folder = models.CharField(max_length=200)
    """,
    "views.py": """
        import requests
        from rest_framework import serializers, viewsets
        from models import Member

        class MemberSerializer(serializers.ModelSerializer):
            class Meta:
                model = Member
                fields = ("name", "folder")

            def create(self, validated_data):
                WITHHELD
                return Member.objects.create(**validated_data)

            def update(self, instance, validated_data):
                instance.name = validated_data["name"]
                instance.save()
                return instance

        class Members(viewsets.ModelViewSet):
            queryset = Member.objects.all()
            serializer_class = MemberSerializer

        def scan(key):
            return requests.get(Member.objects.get(pk=key).folder)
    """,
}
ASKER = 'self.context["request"].user'
INDENT = " " * 20


@pytest.mark.parametrize(
    ("withheld", "confidence"),
    [
        ("pass", Confidence.HIGH),
        (
            f'if not {ASKER}.is_staff or not validated_data["name"]:\n{INDENT}validated_data.pop("folder")',
            Confidence.LOW,
        ),
        (f'if not {ASKER}.is_superuser:\n{INDENT}del validated_data["folder"]', Confidence.LOW),
        (f'if {ASKER}.is_staff:\n{INDENT}validated_data.pop("folder")', Confidence.HIGH),
        (
            f'if not {ASKER}.is_staff and not validated_data["name"]:\n{INDENT}validated_data.pop("folder")',
            Confidence.HIGH,
        ),
        (f'if not {ASKER}.is_staff:\n{INDENT}validated_data.pop("name")', Confidence.HIGH),
    ],
)
def test_a_field_that_is_taken_out_unless_staff_sends_it(withheld: str, confidence: Confidence, findings: Find) -> None:
    views = FOLDERS["views.py"].replace("WITHHELD", withheld)
    assert [each.confidence for each in findings(RULE, {**FOLDERS, "views.py": views})] == [confidence]
