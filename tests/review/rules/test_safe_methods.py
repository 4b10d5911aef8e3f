"""Endpoints compared by what their decorators and permission classes let through, by HTTP method."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "access/missing-authentication"
VIEWS = """
    from rest_framework import permissions, serializers, viewsets
    from rest_framework.decorators import api_view
    from rest_framework.response import Response
    from models import Sector

    class SectorPermissions(permissions.DjangoObjectPermissions):
        def has_permission(self, request, view):
            TEST
            return super().has_permission(request, view)

    class SectorSerializer(serializers.ModelSerializer):
        class Meta:
            model = Sector
            fields = ("name",)
"""
ONE = """
    class {name}(viewsets.ReadOnlyModelViewSet):
        permission_classes = [SectorPermissions]
        queryset = Sector.objects.all()
        serializer_class = SectorSerializer
"""
OPEN = """
    @api_view(["{method}"])
    def codes(request):
        return Response([each.name for each in Sector.objects.all()])
"""
NAMES = ("One", "Two", "Three", "Four", "Five")
URLS = """
    from django.urls import path
    from rest_framework.routers import DefaultRouter
    import views

    router = DefaultRouter()
    {routes}
    urlpatterns = [path("codes", views.codes), *router.urls]
"""
FILES = {
    "models.py": "from django.db import models\n\nclass Sector(models.Model):\n    name = models.CharField(max_length=9)\n",
    "urls.py": URLS.format(routes="\n    ".join(f'router.register("{name.lower()}", views.{name})' for name in NAMES)),
}
SAFE = "if request.method in permissions.SAFE_METHODS:\n                return True"


def views_of(test: str, method: str) -> str:
    return VIEWS.replace("TEST", test) + "".join(ONE.format(name=name) for name in NAMES) + OPEN.format(method=method)


@pytest.mark.parametrize(
    ("test", "method", "count"),
    [
        ("pass", "GET", 1),
        ("pass", "POST", 1),
        (SAFE, "GET", 0),
        (SAFE.replace("True", "request.user.is_authenticated"), "GET", 1),
        (SAFE.replace("permissions.SAFE_METHODS", '("POST",)'), "GET", 1),
    ],
)
def test_readers_beside_readers_that_a_permission_class_lets_in(
    test: str, method: str, count: int, findings: Find
) -> None:
    assert len(findings(RULE, {**FILES, "views.py": views_of(test, method)})) == count


def test_the_methods_that_a_decorator_lets_through_are_told(findings: Find) -> None:
    (found,) = findings(RULE, {**FILES, "views.py": views_of("pass", "GET")})
    assert found.message.startswith("GET /codes ")
