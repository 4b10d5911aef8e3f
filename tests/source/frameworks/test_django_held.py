"""What Django's rows and query sets keep once they fetched it, and where a query set or a paginator has to ask."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load, Read, Write
from archwright.source.program import Program

MODELS = """
from django.db import models

class Customer(models.Model):
    name = models.CharField(max_length=10)
    rival = models.ForeignKey("self", on_delete=models.CASCADE, related_name="+")

class Order(models.Model):
    customer = models.ForeignKey(Customer, related_name="orders", on_delete=models.CASCADE)
    total = models.IntegerField()
"""
LOADS = {
    "of another model": (
        "p = kwargs['p']\nif not isinstance(p, Order):\n    return p.customer\nb = p.customer.name",
        [(5, "customer")],
    ),
    "touched twice": ("a = o.customer.name\nb = o.customer.pk", [(2, "customer")]),
    "other name of the row": ("p = o\na = o.customer.name\nb = p.customer.name", [(3, "customer")]),
    "deeper": ("a = o.customer.rival.name\nb = o.customer.rival.pk", [(2, "customer"), (2, "customer.rival")]),
    "one branch": (
        "if o.total:\n    a = o.customer.name\nb = o.customer.name\nc = o.customer.pk",
        [(3, "customer"), (4, "customer")],
    ),
    "both branches": (
        "if o.total:\n    a = o.customer.name\nelse:\n    a = o.customer.pk\nb = o.customer.name",
        [(3, "customer"), (5, "customer")],
    ),
    "maybe never looked at": (
        "a = o.total or o.customer.name\nb = o.customer.name",
        [(2, "customer"), (3, "customer")],
    ),
    "another row": (
        "a = o.customer.name\no = Order.objects.get(pk=2)\nb = o.customer.name",
        [(2, "customer"), (4, "customer")],
    ),
    "read again": ("a = o.customer.name\no.refresh_from_db()\nb = o.customer.name", [(2, "customer"), (4, "customer")]),
    "another key": ("a = o.customer.name\no.customer_id = 3\nb = o.customer.name", [(2, "customer"), (4, "customer")]),
    "one relation or another": (
        "c = o.customer if o.total else o.customer.rival\nd = c.rival.name",
        [(2, "customer"), (2, "customer"), (2, "customer.rival"), (3, "rival")],
    ),
    "another column": ("a = o.customer.name\no.total = 3\nb = o.customer.name", [(2, "customer")]),
}
READS = {
    "truth": ("rows = Order.objects.filter(total=1)\nif not rows:\n    return 0", [(3, "many")]),
    "truth of all": ("rows = Order.objects.all()\nreturn 1 if rows else 0", [(3, "many")]),
    "truth in a condition": ("rows = Order.objects.filter(total=1)\nreturn rows and o", [(3, "many")]),
    "rows or an empty list": ("rows = Order.objects.all() if o.total else []\nreturn len(rows)", [(3, "many")]),
    "rows or none": ("rows = Order.objects.all() if o.total else None\nif rows:\n    return 1", [(3, "many")]),
    "rows or others": (
        "rows = o.customer.orders.all() if o.total else Order.objects.all()\nreturn list(rows)", [(3, "many")],
    ),
    "rows or a list of something": ("rows = Order.objects.all() if o.total else [o.total]\nreturn len(rows)", []),
    "rows or what an outside library keeps": (
        "rows = kept.get(o.pk)\nif not rows:\n    rows = Order.objects.all()\nreturn len(rows)", [],
    ),
    "truth of a manager": ("rows = Order.objects\nif rows:\n    return 0", []),
    "counted where it is held": (
        "rows = Order.objects.filter(total=1)\nif rows:\n    return rows.count(), rows.exists(), rows[0], list(rows)",
        [(3, "many")],
    ),
    "narrowed again": (
        "rows = Order.objects.filter(total=1)\nif rows:\n    return rows.filter(pk=2).count()",
        [(3, "many"), (4, "aggregate")],
    ),
    "a new query set": ("a = list(Order.objects.all())\nb = list(Order.objects.all())", [(2, "many"), (3, "many")]),
    "count does not hold": ("rows = Order.objects.filter(total=1)\na = rows.count()\nb = list(rows)", [(3, "aggregate"), (4, "many")]),
    "fetched on one way": (
        "rows = Order.objects.filter(total=1)\nif o:\n    print(list(rows))\nreturn rows.count()",
        [(4, "many"), (5, "aggregate")],
    ),
    "after a change": (
        "rows = Order.objects.filter(total=1)\na = list(rows)\nrows.update(total=2)\nb = list(rows)",
        [(3, "many"), (5, "many")],
    ),
    "page": ("pages = Paginator(Order.objects.all(), 10)\na = pages.get_page(1)\nb = pages.page(2)", [(3, "aggregate")]),
    "number of pages": ("pages = Paginator(Order.objects.all(), 10)\nreturn pages.num_pages", [(3, "aggregate")]),
    "rows of a page": (
        "page = Paginator(Order.objects.all(), 10).get_page(1)\nfor each in page:\n    print(each)",
        [(2, "aggregate"), (3, "many")],
    ),
    "truth of a paginator": ("pages = Paginator(Order.objects.all(), 10)\nif pages:\n    return 0", []),
}  # fmt: skip


def view(body: str) -> dict[str, str]:
    lines = "".join(f"\n    {line}" for line in body.split("\n"))
    text = f"def view(o: Order, **kwargs):{lines}\n"
    return {
        "models.py": MODELS,
        "views.py": f"{text}\nfrom models import Order\nfrom django.core.paginator import Paginator\n",
    }


@pytest.mark.parametrize(("body", "expected"), LOADS.values(), ids=LOADS)
def test_a_row_keeps_the_relation_that_it_fetched(
    program: Callable[..., Program], body: str, expected: list[tuple[int, str]]
) -> None:
    found = program(view(body), Load).effects
    assert sorted((each.place.line, each.relation) for each in found if isinstance(each, Load)) == expected


@pytest.mark.parametrize(("body", "expected"), READS.values(), ids=READS)
def test_where_a_query_set_asks_the_database(
    program: Callable[..., Program], body: str, expected: list[tuple[int, str]]
) -> None:
    found = program(view(body), Read).effects
    assert sorted((each.place.line, str(each.many)) for each in found if isinstance(each, Read)) == expected


TABLES = """
from django.db import models

class Tag(models.Model):
    name = models.CharField(max_length=10)

class Base(models.Model):
    labels = models.ManyToManyField(Tag)

    class Meta:
        abstract = True

class Item(Base):
    tags = models.ManyToManyField(Tag, related_name="items")
    makers = models.ManyToManyField("Maker", through="Made")

class Book(Item):
    author = models.ForeignKey("Maker", on_delete=models.CASCADE)

class Shown(Item):
    class Meta:
        proxy = True

class Maker(models.Model):
    name = models.CharField(max_length=10)

class Made(models.Model):
    item = models.ForeignKey(Item, on_delete=models.CASCADE)
    maker = models.ForeignKey(Maker, on_delete=models.CASCADE)
"""
LINKS = {
    "add": ("item.tags.add(1)", ["write Item_tags insert"]),
    "remove": ("item.tags.remove(1)", ["write Item_tags delete"]),
    "set": ("item.tags.set([1])", ["read Tag many", "write Item_tags update"]),
    "far side": ("Tag.objects.get(pk=1).items.clear()", ["read Tag one", "write Item_tags delete"]),
    "of an abstract parent": ("item.labels.add(1)", ["write Item_labels insert"]),
    "a model of its own": ("item.makers.add(1)", ["write Made insert"]),
    "keys of the far rows": ("item.made_set.add(1)", ["write Made update"]),
    "down to the child": ("print(item.book.author.name)", ["load Book.book.author", "load Item.book"]),
    "no table of its own": ("print(item.shown)", []),
}


@pytest.mark.parametrize(("body", "expected"), LINKS.values(), ids=LINKS)
def test_which_table_is_written_and_where_parents_lead(
    program: Callable[..., Program], body: str, expected: list[str]
) -> None:
    text = f"from models import Item, Tag\n\ndef view(item: Item):\n    {body}\n"
    told = []
    for each in program({"models.py": TABLES, "views.py": text}, Load, Read, Write).effects:
        if isinstance(each, Load):
            told.append(f"load {each.entity}.{each.relation}")
        elif isinstance(each, Read):
            told.append(f"read {each.entity} {each.many}")
        elif isinstance(each, Write):
            told.append(f"write {each.entity} {each.kind}")
    assert sorted(told) == expected
