"""Managers that other libraries make give the rows of the model that has them, with the methods of the query set they build on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load, Read
from archwright.source.program import Program

MODELS = """
from django.db import models
from django_scopes import ScopedManager

class ProductQuerySet(models.QuerySet):
    def sold(self):
        return self.filter(state="sold")

class ProductManager(models.Manager.from_queryset(ProductQuerySet)):
    pass

class Shop(models.Model):
    name = models.CharField(max_length=10)

class Product(models.Model):
    shop = models.ForeignKey(Shop, related_name="products", on_delete=models.CASCADE)
    objects = ScopedManager(shop="shop", _manager_class=ProductManager)
    all_objects = ScopedManager(shop="shop")
"""
ASKED = {
    "the method of the class given": "Product.objects.sold()",
    "without a class": "Product.all_objects.filter(pk=1)",
    "behind a relation": "Shop.objects.get(pk=1).products.sold()",
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_rows_of_managers_of_other_libraries(program: Callable[..., Program], asked: str) -> None:
    using = f"from app.models import Product, Shop\n\n\ndef listed():\n    return list({asked})\n"
    found = program({"app/models.py": MODELS, "app/using.py": using}, Read)
    reads = [effect for effect in found.effects if isinstance(effect, Read) and effect.many.value == "many"]
    assert [(read.place.line, read.entity) for read in reads] == [(5, "Product")]


KEPT = """
from django.db import models
from kept_rows import KeptManager

class Shop(models.Model):
    name = models.CharField(max_length=10)

class WithShop(KeptManager):
    def get_queryset(self):
        return super().get_queryset().select_related("shop")

class Product(models.Model):
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    objects = {manager}()
"""


@pytest.mark.parametrize(("manager", "fetched"), [("WithShop", 0), ("KeptManager", 1)])
def test_a_manager_built_on_that_of_another_library_says_what_comes_along(
    program: Callable[..., Program], manager: str, fetched: int
) -> None:
    using = (
        "from app.models import Product\n\n\ndef listed():\n    return [p.shop.name for p in Product.objects.all()]\n"
    )
    found = program({"app/models.py": KEPT.replace("{manager}", manager), "app/using.py": using}, Load)
    assert len(found.effects) == fetched
