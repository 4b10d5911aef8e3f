"""What middleware, decorators and views set on a request is known behind them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from archwright.model.effect import Load, Read
from archwright.source.program import Program

MODELS = """
from django.db import models

class Owner(models.Model):
    name = models.CharField(max_length=10)

class Shop(models.Model):
    owner = models.ForeignKey(Owner, on_delete=models.CASCADE)

class Product(models.Model):
    shop = models.ForeignKey(Shop, related_name="products", on_delete=models.CASCADE)
"""
SETTERS = {
    "a middleware": """
        class Middleware:
            def __call__(self, request):
                request.shop = None
                shops = Shop.objects.select_related("owner")
                shops = shops.filter(pk=1)
                try:
                    request.shop = get_object_or_404(shops, pk=1)
                except ValueError:
                    pass
                return self.get_response(request)
        """,
    "a decorator": """
        def with_shop(view):
            def wrapped(request, *args):
                from app.models import Shop as Kept
                if args:
                    request.shop = Kept.objects.filter(pk=args[0]).first()
                return view(request, *args)
            return wrapped
        """,
    "a dispatch": """
        class Shown(View):
            def dispatch(self, request, *args, **kwargs):
                self.request.shop = self.kept()
                return super().dispatch(request, *args, **kwargs)

            def kept(self):
                return Shop.objects.get(pk=1)
        """,
}
VIEW = """
def shown(request):
    products = request.shop.products.filter(pk__gt=3)
    return len(products), request.shop.owner.name
"""
URLS = "from django.urls import path\nfrom app import views\nurlpatterns = [path('shown/', views.shown)]\n"
HEAD = "from django.shortcuts import get_object_or_404\nfrom django.views import View\nfrom app.models import Shop\n"


@pytest.mark.parametrize("setter", SETTERS.values(), ids=SETTERS)
def test_what_is_set_on_a_request_is_read_in_views(program: Callable[..., Program], setter: str) -> None:
    files = {
        "app/models.py": MODELS,
        "app/setting.py": HEAD + textwrap.dedent(setter),
        "app/views.py": VIEW,
        "app/urls.py": URLS,
    }
    found = [
        (effect.place.line, type(effect).__name__, (effect.entity or "").rpartition(".")[2])
        for effect in program(files, Read, Load).effects
        if isinstance(effect, (Read, Load)) and effect.place.path == "app/views.py"
    ]
    assert found == [(4, "Read", "Product"), (4, "Load", "Shop")]


def test_two_kinds_of_rows_are_not_told(program: Callable[..., Program]) -> None:
    setting = "def one(request):\n    request.kept = Shop.objects.get(pk=1)\n\n\ndef other(request):\n    request.kept = Owner.objects.get(pk=1)\n"
    files = {
        "app/models.py": MODELS,
        "app/setting.py": "from app.models import Owner, Shop\n" + setting,
        "app/views.py": "def shown(request):\n    return len(request.kept.products.all())\n",
        "app/urls.py": URLS,
    }
    assert not [e for e in program(files, Read, Load).effects if e.place.path == "app/views.py"]
