"""Middlewares of the project that ask who calls before any handler."""

import textwrap
from pathlib import Path

import pytest

from archwright.review.project import review_project
from archwright.review.registry import all_rules, select

VIEWS = """
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import JsonResponse
from django.views import View
from shop.models import Order

class First(LoginRequiredMixin, View):
    def get(self, request, pk):
        return JsonResponse({"id": Order.objects.get(pk=pk).pk})

class Second(First):
    pass

class Third(First):
    pass

class Fourth(First):
    pass

class Fifth(First):
    pass

class Open(View):
    def get(self, request, pk):
        return JsonResponse({"id": Order.objects.get(pk=pk).pk})
"""
MODELS = """
from django.db import models

class Order(models.Model):
    open = models.BooleanField()
    state = models.CharField(max_length=9)
"""
NAMES = ("Second", "Third", "Fourth", "Fifth", "Open")


def found(directory: Path, middleware: str, name: str, views: str = VIEWS, path: str = "orders") -> int:
    paths = ", ".join(f'path("{each.lower()}/<int:pk>/{path}", views.{each}.as_view())' for each in NAMES)
    files = {
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/urls.py": f"from django.urls import path\nfrom shop import views\n\nurlpatterns = [{paths}]\n",
        "shop/views.py": views,
        "shop/before.py": textwrap.dedent(middleware),
        "shop/settings.py": f'MIDDLEWARE = ["django.contrib.auth.middleware.AuthenticationMiddleware", "shop.before.{name}"]\n',
    }
    for file, text in files.items():
        (directory / file).parent.mkdir(parents=True, exist_ok=True)
        (directory / file).write_text(text, encoding="utf-8")
    rules = select(all_rules(), ["access/missing-authentication"])
    reviewed = review_project(["."], rules, root=directory, workers=1)
    assert not reviewed.faults
    return len(reviewed.document.findings)


@pytest.mark.parametrize(
    ("test", "answer", "times"),
    [
        ("not request.user.is_authenticated", "redirect_to_login(request.path)", 0),
        ("request.user.is_anonymous and not request.path.startswith('/login')", "HttpResponse(status=401)", 0),
        ("not (request.user and request.user.is_authenticated)", "self.sign_in(request)", 0),
        ("not request.user.is_authenticated", "self.get_response(request)", 1),
        ("request.user.is_authenticated", "redirect('/login')", 1),
        ("request.method == 'PUT'", "HttpResponse(status=401)", 1),
    ],
)
def test_a_class_that_turns_away_who_is_not_signed_in(tmp_path: Path, test: str, answer: str, times: int) -> None:
    middleware = f"""
        class Guarding:
            def __init__(self, get_response):
                self.get_response = get_response

            def __call__(self, request):
                if {test}:
                    return {answer}
                return self.get_response(request)
    """
    assert found(tmp_path, middleware, "Guarding") == times


def test_a_function_that_makes_one(tmp_path: Path) -> None:
    middleware = """
        def guarding(get_response):
            def run(request):
                if not request.user.is_authenticated:
                    raise PermissionDenied
                return get_response(request)
            return run
    """
    assert found(tmp_path, middleware, "guarding") == 0


NO_MIDDLEWARE = "class Nothing:\n    pass\n"


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ("Order.objects.get(pk=pk)", 1),
        ("Order.objects.get(pk=pk, open=True)", 0),
        ("Order.objects.filter(state='published').get(pk=pk)", 0),
        ("(Order.objects.get(pk=pk, open=True), Order.objects.create(open=False))[0]", 1),
    ],
)
def test_rows_of_one_kind_may_be_there_for_all(tmp_path: Path, query: str, times: int) -> None:
    start, between, end = VIEWS.rpartition("Order.objects.get(pk=pk)")
    assert between
    assert found(tmp_path, NO_MIDDLEWARE, "Nothing", start + query + end) == times


@pytest.mark.parametrize(("path", "times"), [("orders", 1), ("name-available", 0), ("usernameavailable", 0)])
def test_a_look_whether_a_name_is_free_is_for_who_joins(tmp_path: Path, path: str, times: int) -> None:
    assert found(tmp_path, NO_MIDDLEWARE, "Nothing", path=path) == times
