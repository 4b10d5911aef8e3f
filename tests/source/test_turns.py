"""What a loop's body changes, and which conditions stand between the loop and an effect."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.effect import Context, Load, Read
from archwright.source.program import Program, analyse

MODELS = """
from django.db import models

class Customer(models.Model):
    name = models.CharField(max_length=9)

class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    paid = models.BooleanField()

    def close(self):
        if self.paid:
            self.paid = False
        self.save()

    def look(self, user):
        if user.is_new:
            self.save()
        return self.paid
"""
HEAD = """
import requests
from shop.models import Customer, Order

def name(order, wanted=None):
    if wanted:
        return order.customer.name

def early(order, wanted):
    if not wanted:
        return None
    return order.customer.name

def run(user, wanted):
    for o in Order.objects.all():
"""
CHANGING = {
    "a write": "o.customer.name\no.save()",
    "under a condition of the body": "if o.customer.name:\n    o.delete()",
    "in what is called": "o.customer.name\no.close()",
    "a call of another service": "requests.post('https://example.org', json=o.customer.name)",
    "in an inner loop": "o.customer.name\nfor c in Customer.objects.all():\n    c.save()",
}
READING = {
    "nothing": "o.customer.name",
    "a write that few calls do": "o.customer.name\no.look(user)",
}
SOMETIMES = {
    "if": "if wanted:\n    o.customer.name",
    "else": "if wanted:\n    pass\nelse:\n    o.customer.name",
    "and": "wanted and o.customer.name",
    "one of two": "x = o.customer.name if wanted else None",
    "what goes on before": "if not wanted:\n    continue\no.customer.name",
    "in what is called": "name(o, wanted)",
    "what returns before": "early(o, wanted)",
    "a handler": "try:\n    wanted()\nexcept ValueError:\n    o.customer.name",
    "of a comprehension": "[c.name for c in [o.customer] if wanted]\n[p.customer.name for p in Order.objects.all() if wanted]",
}
ALWAYS = {
    "plain": "o.customer.name",
    "a column": "if o.paid:\n    o.customer.name",
    "a comparison of a column": "if o.paid == wanted:\n    o.customer.name",
    "the row": "if o:\n    o.customer.name",
    "not the row": "if not o:\n    continue\no.customer.name",
    "the relation": "if o.customer:\n    o.customer.name",
    "behind a condition": "if wanted:\n    pass\no.customer.name",
    "what ends in an error": "if not wanted:\n    raise ValueError\no.customer.name",
}


@pytest.fixture
def contexts(tmp_path: Path) -> Callable[[str], list[Context]]:
    def found(body: str) -> list[Context]:
        (tmp_path / "shop").mkdir()
        (tmp_path / "shop" / "__init__.py").write_text("", encoding="utf-8")
        (tmp_path / "shop" / "models.py").write_text(MODELS, encoding="utf-8")
        (tmp_path / "shop" / "jobs.py").write_text(HEAD + textwrap.indent(body, "        "), encoding="utf-8")
        program: Program = analyse(["."], wanted=frozenset({Load, Read}), root=tmp_path)
        return [e.context for e in program.effects if isinstance(e, Load) and e.relation == "customer"]

    return found


@pytest.mark.parametrize("body", CHANGING.values(), ids=CHANGING)
def test_a_body_that_changes_something(contexts: Callable[[str], list[Context]], body: str) -> None:
    assert {context.loops[0].changes for context in contexts(body)} == {True}


@pytest.mark.parametrize("body", READING.values(), ids=READING)
def test_a_body_that_only_reads(contexts: Callable[[str], list[Context]], body: str) -> None:
    assert {context.loops[0].changes for context in contexts(body)} == {False}


@pytest.mark.parametrize("body", SOMETIMES.values(), ids=SOMETIMES)
def test_a_condition_may_hold_it_back(contexts: Callable[[str], list[Context]], body: str) -> None:
    assert any(context.sometimes for context in contexts(body))


@pytest.mark.parametrize("body", ALWAYS.values(), ids=ALWAYS)
def test_conditions_of_rows_hold_for_many(contexts: Callable[[str], list[Context]], body: str) -> None:
    assert {context.sometimes for context in contexts(body)} == {False}


def test_a_condition_around_the_loop_is_none_in_it(contexts: Callable[[str], list[Context]]) -> None:
    body = "pass\nif wanted:\n    for p in Order.objects.all():\n        p.customer.name"
    assert {context.sometimes for context in contexts(textwrap.dedent(body))} == {False}
