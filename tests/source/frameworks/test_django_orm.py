"""Django's rows and queries: which loops fetch more with every turn, and which do not."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from archwright.model.effect import Interpret, Load, Read
from archwright.model.value import Clean, Use
from archwright.source.program import analyse

MODELS = """
from django.db import models

class CustomerQuerySet(models.QuerySet):
    def active(self):
        return self.filter(active=True)

    def with_orders(self):
        return self.prefetch_related("orders")

class Customer(models.Model):
    name = models.CharField(max_length=10)
    active = models.BooleanField(default=True)
    objects = CustomerQuerySet.as_manager()

    def order_count(self):
        return self.orders.count()

class Timestamped(models.Model):
    created = models.DateTimeField()
    author = models.ForeignKey("auth.User", on_delete=models.CASCADE, related_name="+")

    class Meta:
        abstract = True

class Order(Timestamped):
    customer = models.ForeignKey(Customer, related_name="orders", on_delete=models.CASCADE)
    total = models.IntegerField()

    def customer_name(self):
        return self.customer.name

    @property
    def label(self):
        return f"{self.customer.name} {self.total}"

    def __str__(self):
        return self.customer.name

class Line(models.Model):
    order = models.ForeignKey("Order", on_delete=models.CASCADE)
    product = models.ForeignKey("shop.Product", on_delete=models.CASCADE)

class Product(models.Model):
    tags = models.ManyToManyField("Tag")
    profile = models.OneToOneField("Profile", on_delete=models.CASCADE)

class Tag(models.Model):
    name = models.CharField(max_length=10)

class Profile(models.Model):
    text = models.TextField()
"""

FOUND = {
    "flag on": (
        "def f(o, full=False):\n    if full:\n        return o.customer.name\nreturn [f(o, full=True) for o in Order.objects.all()]",
        "customer",
    ),
    "flag unknown": (
        "def f(o, full):\n    if full:\n        return o.customer.name\nreturn [f(o, x) for o in Order.objects.all()]",
        "customer",
    ),
    "handed on twice": (
        "def g(o):\n    return o.customer.name\ndef f(o):\n    return g(o)\nreturn [f(o) for o in Order.objects.all()]",
        "customer",
    ),
    "foreign key": ("for o in Order.objects.all():\n    print(o.customer.name)", "customer"),
    "comprehension": ("return [o.customer.name for o in Order.objects.filter(total=1)]", "customer"),
    "inherited foreign key": ("for o in Order.objects.all():\n    print(o.author.name)", "author"),
    "method": ("for o in Order.objects.all():\n    print(o.customer_name())", "customer"),
    "property": ("return [o.label for o in Order.objects.all()]", "customer"),
    "helper": ("def f(order):\n    return order.customer.name\nreturn [f(o) for o in Order.objects.all()]", "customer"),
    "reverse": ("for c in Customer.objects.all():\n    for o in c.orders.all():\n        print(o.total)", "orders"),
    "default reverse name": ("for o in Order.objects.all():\n    print(list(o.line_set.all()))", "line_set"),
    "many to many": ("for p in Product.objects.all():\n    for t in p.tags.all():\n        print(t.name)", "tags"),
    "one to one, far side": ("for p in Profile.objects.all():\n    print(p.product.pk)", "product"),
    "deeper than loaded": (
        'for l in Line.objects.select_related("order"):\n    print(l.order.customer.name)',
        "order.customer",
    ),
    "below a prefetched relation": (
        'for o in Order.objects.prefetch_related("line_set"):\n    for l in o.line_set.all():\n        print(l.product.pk)',
        "line_set.product",
    ),
    "other path loaded": ('for o in Order.objects.select_related("author"):\n    print(o.customer.name)', "customer"),
    "sliced": ("for o in Order.objects.all()[:50]:\n    print(o.customer.name)", "customer"),
    "variable": (
        "rows = Order.objects.order_by('total')\nrows = rows.filter(total=2)\nfor o in rows:\n    print(o.customer)",
        "customer",
    ),
    "list": ("rows = list(Order.objects.all())\nfor i, o in enumerate(rows):\n    print(o.customer)", "customer"),
    "query from a function": (
        "def f():\n    return Order.objects.all()\nfor o in f():\n    print(o.customer)",
        "customer",
    ),
    "own query method": ("for c in Customer.objects.active():\n    print([o.total for o in c.orders.all()])", "orders"),
}
QUERIES = {
    "get by the row": "for o in Order.objects.all():\n    print(Customer.objects.get(pk=o.customer_id))",
    "filter by the row": "for c in Customer.objects.all():\n    print(Order.objects.filter(customer=c).exists())",
    "prefetch defeated": 'for c in Customer.objects.prefetch_related("orders"):\n    print(c.orders.filter(total=1).first())',
    "counted in a method": "return {c.pk: c.order_count() for c in Customer.objects.all()}",
    "looked up in a helper": "def f(pk):\n    return Customer.objects.get(pk=pk)\nreturn [f(o.customer_id) for o in Order.objects.all()]",
}
SILENT = {
    "select_related": 'for o in Order.objects.select_related("customer"):\n    print(o.customer.name)',
    "select_related, all": "for o in Order.objects.select_related():\n    print(o.customer.name)",
    "prefetch_related": 'for c in Customer.objects.prefetch_related("orders"):\n    print(list(c.orders.all()), c.orders.count())',
    "nested prefetch": (
        'for o in Order.objects.prefetch_related("line_set__product"):\n    for l in o.line_set.all():\n        print(l.product.pk)'
    ),
    "by own query method": "for c in Customer.objects.with_orders():\n    print(list(c.orders.all()))",
    "key column": "for o in Order.objects.all():\n    print(o.customer_id, o.pk, o.total)",
    "values": 'for o in Order.objects.values("customer__name"):\n    print(o["customer__name"])',
    "one row": "o = Order.objects.get(pk=1)\nprint(o.customer.name)",
    "new rows": "for n in range(100):\n    o = Order(customer=None)\n    print(o.customer)",
    "query before the loop": "names = list(Customer.objects.all())\nfor o in Order.objects.all():\n    print(o.total, names)",
    "small constant loop": "for pk in (1, 2, 3):\n    print(Order.objects.get(pk=pk).customer)",
    "unreadable prefetch": "def f(paths):\n    for o in Order.objects.select_related(*paths):\n        print(o.customer.name)",
    "flag not set": (
        "def f(o, full=False):\n    return o.customer.name if full else o.pk\nreturn [f(o) for o in Order.objects.all()]"
    ),
    "flag off": (
        "def f(o, full=True):\n    if full:\n        return o.customer.name\n"
        "return [f(o, full=False) for o in Order.objects.all()]"
    ),
    "flag handed on": (
        "def g(o, full):\n    if full is not None:\n        return o.customer.name\n"
        "def f(o, full=None):\n    return g(o, full)\nreturn [f(o) for o in Order.objects.all()]"
    ),
    "key of a stored row": "for o in Order.objects.all():\n    if o.pk is None:\n        print(o.customer.name)",
    "new by its key": (
        "for o in Order.objects.all():\n    is_new = not bool(o.pk)\n    if is_new and o.customer.name:\n        print(o)"
    ),
    "few rows": "for o in Order.objects.all()[:2]:\n    print(o.customer.name)",
    "slice of what is loaded": (
        'for c in Customer.objects.prefetch_related("orders"):\n    for o in c.orders.all()[:10]:\n        print(o.total)'
    ),
    "loaded after": (
        "rows = list(Order.objects.all())\nprefetch_related_objects(rows, *paths)\nfor o in rows:\n    print(o.customer.name)"
    ),
    "assigned": "c = Customer()\nfor o in Order.objects.all():\n    o.customer = c\n    print(o.customer.name)",
}


def effects(tmp_path: Path, body: str) -> list[Load | Read]:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("", encoding="utf-8")
    (tmp_path / "shop" / "models.py").write_text(MODELS, encoding="utf-8")
    text = (
        "from django.db.models import prefetch_related_objects\nfrom shop.models import *\n\ndef run(x, paths):\n"
        + textwrap.indent(body, "    ")
        + "\n"
    )
    (tmp_path / "shop" / "jobs.py").write_text(text, encoding="utf-8")
    found = analyse(["."], wanted=frozenset({Load, Read}), root=tmp_path).effects
    return [effect for effect in found if isinstance(effect, (Load, Read))]


def loads(found: list[Load | Read]) -> set[str]:
    """Relations fetched in a loop over the rows of the query that should have fetched them."""
    return {
        effect.relation
        for effect in found
        if isinstance(effect, Load)
        and effect.query is not None
        and any(loop.over == "rows" and loop.concerned and loop.query == effect.query for loop in effect.context.loops)
    }


def repeated(found: list[Load | Read]) -> list[Read]:
    return [
        effect for effect in found if isinstance(effect, Read) and any(loop.concerned for loop in effect.context.loops)
    ]


@pytest.mark.parametrize(("body", "relation"), FOUND.values(), ids=FOUND)
def test_a_relation_touched_for_each_row_is_a_load_in_the_loop(tmp_path: Path, body: str, relation: str) -> None:
    assert relation in loads(effects(tmp_path, body))


@pytest.mark.parametrize("body", QUERIES.values(), ids=QUERIES)
def test_a_query_about_each_row_is_a_read_in_the_loop(tmp_path: Path, body: str) -> None:
    assert repeated(effects(tmp_path, body))


@pytest.mark.parametrize("body", SILENT.values(), ids=SILENT)
def test_what_is_fetched_once_is_no_load_in_a_loop(tmp_path: Path, body: str) -> None:
    found = effects(tmp_path, body)
    assert loads(found) == set()
    assert repeated(found) == []


RAW = {
    'Order.objects.raw("SELECT " + request.GET["q"])': Clean.DIRTY,
    'Order.objects.raw("SELECT %s", [request.GET["q"]])': Clean.CLEAN,
    'Order.objects.extra(where=["total = " + request.GET["q"]])': Clean.DIRTY,
    'Order.objects.extra(where=["total = %s"], params=[request.GET["q"]])': Clean.CLEAN,
    'connection.cursor().execute("SELECT " + request.POST.get("q", ""))': Clean.DIRTY,
    'Order.objects.annotate(x=RawSQL("SELECT " + kind, ()))': Clean.DIRTY,
    'connection.cursor().execute("SELECT %d" % number)': Clean.CLEAN,
    'connection.cursor().execute(f"SELECT {number}")': Clean.CLEAN,
}


@pytest.mark.parametrize(("call", "state"), RAW.items(), ids=RAW)
def test_sql_text_of_a_view(tmp_path: Path, call: str, state: Clean) -> None:
    (tmp_path / "models.py").write_text(MODELS, encoding="utf-8")
    (tmp_path / "urls.py").write_text(
        "from django.urls import path\nimport views\nurlpatterns = [path('x/<str:kind>/<int:number>/', views.view)]\n",
        encoding="utf-8",
    )
    (tmp_path / "views.py").write_text(
        "from django.db import connection\nfrom django.db.models.expressions import RawSQL\nfrom models import Order\n\n"
        f"def view(request, kind, number):\n    return {call}\n",
        encoding="utf-8",
    )
    found = analyse(["."], wanted=frozenset({Interpret}), root=tmp_path)
    assert {effect.text.state(Use.SQL_TEXT) for effect in found.effects if isinstance(effect, Interpret)} == {state}
    assert [str(operation) for operation in found.operations] == ["ANY /x/{kind}/{number}/"]
