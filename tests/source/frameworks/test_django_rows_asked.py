"""Rows asked for what is not a column: `hasattr`, their class, their files, and what a view of the project's own keeps as `object`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load, Read, Redirect, Write
from archwright.model.value import Clean, Use
from archwright.source.program import Program

MODELS = """
from django.db import models

class Shop(models.Model):
    name = models.CharField(max_length=10)

class Plan(models.Model):
    shop = models.OneToOneField(Shop, related_name="plan", on_delete=models.CASCADE)

class Product(models.Model):
    shop = models.ForeignKey(Shop, related_name="products", on_delete=models.CASCADE)
"""
ASKED = {
    "hasattr of a relation": ("return hasattr(shop, 'plan')", [("Load", "Shop")]),
    "hasattr of a column": ("return hasattr(shop, 'name')", []),
    "the class of a row": ("return shop.__class__.objects.get(pk=shop.pk)", [("Read", "Shop")]),
    "type of a row": ("return type(shop).objects.filter(name='a').exists()", [("Read", "Shop")]),
}


FILES = {
    "saves the row": ("shop.logo.save('a.png', held)", 1),
    "told not to": ("shop.logo.save('a.png', held, save=False)", 0),
    "removed": ("shop.logo.delete()", 1),
    "the row of a file": ("shop.logo.instance.save()", 1),
    "read": ("return shop.logo.read()", 0),
}


@pytest.mark.parametrize(("body", "count"), FILES.values(), ids=FILES)
def test_files_save_their_row(program: Callable[..., Program], body: str, count: int) -> None:
    models = MODELS.replace("class Plan", "    logo = models.ImageField()\n\nclass Plan")
    using = f"from app.models import Shop\n\n\ndef using(shop: Shop, held):\n    {body}\n"
    writes = program({"app/models.py": models, "app/using.py": using}, Write).effects
    assert [each.entity for each in writes if isinstance(each, Write)] == ["Shop"] * count


def _found(program: Program, path: str) -> list[tuple[str, str]]:
    return [
        (type(effect).__name__, (effect.entity or "").rpartition(".")[2])
        for effect in program.effects
        if isinstance(effect, (Read, Load)) and effect.place.path == path
    ]


@pytest.mark.parametrize(("body", "expected"), ASKED.values(), ids=ASKED)
def test_what_a_row_is_asked(program: Callable[..., Program], body: str, expected: list[tuple[str, str]]) -> None:
    using = f"from app.models import Shop\n\n\ndef using(shop: Shop):\n    {body}\n"
    made = program({"app/models.py": MODELS, "app/using.py": using}, Read, Load)
    assert _found(made, "app/using.py") == expected


def test_the_object_of_a_view_of_the_projects_own(program: Callable[..., Program]) -> None:
    views = """
        from django.shortcuts import get_object_or_404
        from django.views import View
        from app.deeds import close
        from app.models import Shop

        class Shown(View):
            model = None
            object = None

            def dispatch(self, request, *args, **kwargs):
                self.object = self.get_object()
                return super().dispatch(request, *args, **kwargs)

            def get_object(self):
                return get_object_or_404(self.model._default_manager.all(), pk=self.kwargs["pk"])

        class ShopShown(Shown):
            model = Shop

            def post(self, request, pk):
                close(self.object)
        """
    files = {
        "app/models.py": MODELS,
        "app/views.py": views,
        "app/deeds.py": "def close(shop):\n    return len(shop.products.filter(pk=1))\n",
        "app/urls.py": "from django.urls import path\nfrom app.views import ShopShown\n"
        "urlpatterns = [path('<int:pk>/', ShopShown.as_view())]\n",
    }
    assert _found(program(files, Read, Load), "app/deeds.py") == [("Read", "Product")]


LOOKED_UP = """
from django.shortcuts import redirect
from django.urls import path
from app.models import Shop

def by_name(name):
    return Shop.objects.filter(name=name).order_by("pk").first()

def view(request):
    return redirect({to})

urlpatterns = [path("go/", view)]
"""


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("by_name(request.POST['name']).links.base", Clean.UNKNOWN),
        ("Shop.objects.get(name=request.POST['name']).links.base", Clean.UNKNOWN),
        ("Shop(name=request.POST['name']).name", Clean.DIRTY),
    ],
)
def test_what_a_row_was_looked_up_by_is_nothing_of_what_it_holds(
    program: Callable[..., Program], to: str, expected: Clean
) -> None:
    models = MODELS.replace("class Plan", "    links = Links()\n\nclass Plan")
    made = program({"app/models.py": models, "app/urls.py": LOOKED_UP.format(to=to)}, Redirect)
    assert [each.to.state(Use.HOST) for each in made.effects if isinstance(each, Redirect)] == [expected]
