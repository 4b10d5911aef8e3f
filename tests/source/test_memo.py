"""What is looked up once for each key and kept is no query a row; what is put into lists by loops is many."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.effect import Load, Read
from archwright.source.program import Program, analyse

MODELS = """
from django.db import models

class Customer(models.Model):
    name = models.CharField(max_length=9)

class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
"""
HEAD = """
import functools
from shop.models import Customer, Order

@functools.lru_cache(maxsize=None)
def kept(pk):
    return Customer.objects.get(pk=pk)

class Memory:
    def __init__(self):
        self.known = {}

    def early(self, pk):
        if pk in self.known:
            return self.known[pk]
        self.known[pk] = Customer.objects.get(pk=pk)
        return self.known[pk]

class Shown:
    def __init__(self, order):
        self.name = order.customer.name

class Service:
    def __init__(self, order):
        self.order = order

    def name(self):
        return self.order.customer.name

def run(cache):
"""
ONCE = {
    "not in": "seen = {}\nfor o in Order.objects.all():\n    if o.customer_id not in seen:\n        seen[o.customer_id] = Customer.objects.get(pk=o.customer_id)",
    "none": "for o in Order.objects.all():\n    c = cache.get(o.customer_id)\n    if c is None:\n        c = Customer.objects.get(pk=o.customer_id)\n        cache.set(o.customer_id, c)",
    "missing key": "seen = {}\nfor o in Order.objects.all():\n    try:\n        c = seen[o.customer_id]\n    except KeyError:\n        c = seen[o.customer_id] = Customer.objects.get(pk=o.customer_id)",
    "a decorator": "for o in Order.objects.all():\n    kept(o.customer_id)",
    "an early return": "memory = Memory()\nfor o in Order.objects.all():\n    memory.early(o.customer_id)",
}
MANY = {
    "another container": "seen, other = {}, {}\nfor o in Order.objects.all():\n    if o.customer_id not in seen:\n        other[o.pk] = Customer.objects.get(pk=o.customer_id)",
    "nothing kept": "for o in Order.objects.all():\n    c = cache.get(o.pk)\n    if c is None:\n        c = Customer.objects.get(pk=o.customer_id)",
    "a list grown in a loop": "rows = []\nfor o in Order.objects.all():\n    rows.append(o)\nfor o in rows:\n    o.customer.name",
    "sorted by": "sorted(Order.objects.all(), key=lambda o: o.customer.name)",
    "greatest": "max(Order.objects.all(), key=lambda o: o.customer.name)",
    "map": "list(map(lambda o: o.customer.name, Order.objects.all()))",
    "filter": "list(filter(lambda o: o.customer.name, Order.objects.all()))",
    "what a constructor was given": "[Service(o).name() for o in Order.objects.all()]",
    "a constructor": "[Shown(o) for o in Order.objects.all()]",
}


@pytest.fixture
def repeated(tmp_path: Path) -> Callable[[str], list[str]]:
    def found(body: str) -> list[str]:
        (tmp_path / "shop").mkdir()
        (tmp_path / "shop" / "__init__.py").write_text("", encoding="utf-8")
        (tmp_path / "shop" / "models.py").write_text(MODELS, encoding="utf-8")
        (tmp_path / "shop" / "jobs.py").write_text(HEAD + textwrap.indent(body, "    "), encoding="utf-8")
        program: Program = analyse(["."], wanted=frozenset({Load, Read}), root=tmp_path)
        return [
            effect.entity or ""
            for effect in program.effects
            if isinstance(effect, Load | Read)
            and any(loop.over == "rows" and loop.concerned and not loop.constant for loop in effect.context.loops)
        ]

    return found


@pytest.mark.parametrize("body", ONCE.values(), ids=ONCE)
def test_what_is_kept_is_asked_once(repeated: Callable[[str], list[str]], body: str) -> None:
    assert repeated(body) == []


@pytest.mark.parametrize("body", MANY.values(), ids=MANY)
def test_every_row_asks(repeated: Callable[[str], list[str]], body: str) -> None:
    assert repeated(body)
