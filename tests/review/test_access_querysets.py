"""Lists of rows, and whether they are limited to those of the caller as others are."""

from pathlib import Path

import pytest

from archwright.review.project import review_project
from archwright.review.registry import all_rules, select

MODELS = """
from django.conf import settings
from django.db import models

""" + "\n".join(
    f"""
class {name}(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    public = models.BooleanField(default=False)
"""
    for name in ("Note", "Task", "Bill", "Letter")
)


def found(directory: Path, views: str, urls: str) -> list[str]:
    (directory / "shop").mkdir()
    for name, text in (("__init__", ""), ("models", MODELS), ("views", views), ("urls", urls)):
        (directory / "shop" / f"{name}.py").write_text(text, encoding="utf-8")
    rules = select(all_rules(), ["access/unscoped-queryset"])
    reviewed = review_project(["."], rules, root=directory, workers=1)
    assert not reviewed.faults
    return [finding.function for finding in reviewed.document.findings]


def lists(*bodies: tuple[str, str]) -> tuple[str, str]:
    """Views of functions that list rows, with their routes."""
    views = "from django.contrib.auth.decorators import login_required\nfrom django.http import JsonResponse\n"
    views += "from shop.models import *\n"
    for name, query in bodies:
        views += f"""
@login_required
def {name}(request):
    return JsonResponse({{"rows": [row.name for row in {query}]}})
"""
    routes = ", ".join(f'path("{name}/", views.{name})' for name, _ in bodies)
    return views, f"from django.urls import path\nfrom shop import views\n\nurlpatterns = [{routes}]\n"


MINE = tuple((name.lower(), f"{name}.objects.filter(owner=request.user)") for name in ("Note", "Task", "Bill"))


@pytest.mark.parametrize(
    ("query", "judged"),
    [
        ("Letter.objects.all()", True),
        ('Letter.objects.filter(name__icontains=request.GET["text"])', True),
        ("Letter.objects.filter(owner=request.user)", False),
        ("Letter.objects.filter(public=True)", False),
        ("Letter.objects.filter(pk__in=mine(request))", False),
    ],
)
def test_the_lists_beside_it_are_limited(tmp_path: Path, query: str, judged: bool) -> None:
    assert found(tmp_path, *lists(*MINE, ("letters", query))) == (["letters"] if judged else [])


def test_one_list_that_is_not_limited_beside_shows_that_not_all_are(tmp_path: Path) -> None:
    others = (("all_notes", "Note.objects.all()"), ("letters", "Letter.objects.all()"))
    assert found(tmp_path, *lists(*MINE, *others)) == []


def test_the_function_limits_it_too(tmp_path: Path) -> None:
    query = "(Letter.objects.all() if request.user.is_staff else Letter.objects.filter(owner=request.user))"
    assert found(tmp_path, *lists(*MINE, ("letters", query))) == []


def test_other_endpoints_limit_the_entity(tmp_path: Path) -> None:
    mine = tuple((f"mine_{number}", "Letter.objects.filter(owner=request.user)") for number in range(2))
    assert found(tmp_path, *lists(*mine, ("letters", "Letter.objects.all()"))) == ["letters"]


REST = """
from rest_framework import filters, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.viewsets import ModelViewSet
from shop.models import Letter

class Mine(filters.BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        return queryset.filter(owner=request.user)

class LetterSerializer(serializers.ModelSerializer):
    class Meta:
        model = Letter
        fields = ["name"]

class Own(ModelViewSet):
    serializer_class = LetterSerializer
    permission_classes = [IsAuthenticated]

    def get_queryset(self):
        return Letter.objects.filter(owner=self.request.user)

class Own2(Own):
    pass

class Letters(ModelViewSet):
    serializer_class = LetterSerializer
    permission_classes = [IsAuthenticated]
    queryset = Letter.objects.all()
    filter_backends = [FILTER]
"""
ROUTES = """
from rest_framework.routers import DefaultRouter
from shop import views

router = DefaultRouter()
router.register("own", views.Own, basename="own")
router.register("own2", views.Own2, basename="own2")
router.register("letters", views.Letters)
urlpatterns = router.urls
"""


def test_a_filter_of_the_view_may_limit_it(tmp_path: Path) -> None:
    assert found(tmp_path, REST.replace("FILTER", "Mine"), ROUTES) == []


def test_a_filter_by_what_is_asked_limits_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, REST.replace("FILTER", "filters.SearchFilter"), ROUTES) != []
