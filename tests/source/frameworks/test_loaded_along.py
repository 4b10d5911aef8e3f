"""What comes along with a query without being named at it: by a manager, on the way back, page by page."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Load, Read
from archwright.source.program import Program

PerRow = Callable[[Program], set[str]]
DJANGO = """
from django.db import models

class Region(models.Model):
    pass

class Customer(models.Model):
    name = models.CharField(max_length=9)
    region = models.ForeignKey(Region, on_delete=models.CASCADE)

class OrderSet(models.QuerySet):
    def with_customer(self):
        return self.select_related("customer")

class Whole(models.Manager):
    def get_queryset(self):
        return super().get_queryset().select_related("customer")

class Part(models.Manager):
    def get_queryset(self):
        return super().get_queryset().filter(pk__gt=1)

class Built(models.Manager):
    def get_queryset(self):
        return OrderSet(self.model, using=self._db).with_customer()

class Order(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="orders")
    objects = models.Manager()
    whole = Whole()
    part = Part()
    built = Built()

    def __str__(self):
        return self.customer.name

class Invoice(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    payer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="paid")
    first = Whole.from_queryset(OrderSet)()
    objects = models.Manager()

class Note(models.Model):
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    payer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="notes")
    objects = models.Manager()
    whole = Whole()

class Named(Note):
    holder = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="named")

    class Meta:
        default_manager_name = "whole"
"""
SQLALCHEMY = """
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

class Base(DeclarativeBase):
    pass

class Customer(Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship()

class Order(Base):
    __tablename__ = "order"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    customer: Mapped[Customer] = relationship()

def run(session: Session, key: int):
    customer = session.get(Customer, key)
    return [order.customer.id for order in customer.orders]
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[o.customer.name for o in Order.whole.all()]", set()),
        ("[o.customer.name for o in Order.built.filter(pk=1)]", set()),
        ("[o.customer.name for o in Order.part.all()]", {"customer"}),
        ("[o.customer.name for o in Customer.objects.get(pk=1).orders.all()]", set()),
        ("[o.customer.name for c in Customer.objects.prefetch_related('orders') for o in c.orders.all()]", set()),
        ("[o.customer.name for o in Paginator(Order.objects.all(), 20).get_page(1)]", {"customer"}),
        ("[o.customer.name for o in Paginator(Order.whole.all(), 20).page(1).object_list]", set()),
        ("[str(o) for o in Order.objects.all()]", {"customer"}),
        ("[f'{o}' for o in Order.objects.all()]", {"customer"}),
        ("[str(o) for o in Order.whole.all()]", set()),
        ("[o.customer.region.pk for o in Order.objects.select_related('customer')]", {"customer.region"}),
        ("[o.customer.region.pk for o in Customer.objects.get(pk=1).orders.filter(pk__gt=1)]", set()),
        ("[o.customer.orders.filter(pk=1) and 1 for o in Customer.objects.get(pk=1).orders.filter(pk__gt=1)]", set()),
        (
            "[o.customer.region.pk for c in Customer.objects.prefetch_related('orders') for o in c.orders.all()]",
            {"orders.customer.region"},
        ),
        ("[i.customer.name for i in Customer.objects.get(pk=1).paid.filter(pk__gt=1)]", set()),
        ("[i.customer.name for c in Customer.objects.prefetch_related('paid') for i in c.paid.all()]", set()),
        ("[i.customer.name for i in Invoice.first.all()]", set()),
        ("[i.payer.name for i in Invoice.first.with_customer()]", {"payer"}),
        ("[i.customer.name for i in Invoice.objects.all()]", {"customer"}),
        ("[n.customer.name for n in Customer.objects.get(pk=1).notes.filter(pk__gt=1)]", {"customer"}),
        ("[n.customer.name for n in Customer.objects.get(pk=1).named.filter(pk__gt=1)]", set()),
    ],
)
def test_django(program: Callable[..., Program], per_row: PerRow, body: str, expected: set[str]) -> None:
    view = f"from django.core.paginator import Paginator\nfrom shop.models import *\ndef view():\n    return {body}\n"
    files = {"shop/__init__.py": "", "shop/models.py": DJANGO, "shop/views.py": view}
    assert per_row(program(files, Load, Read)) == expected


def test_sqlalchemy_holds_the_row_that_a_collection_belongs_to(
    program: Callable[..., Program], per_row: PerRow
) -> None:
    assert per_row(program({"shop.py": SQLALCHEMY}, Load, Read)) == set()
    once = SQLALCHEMY.replace("customer.orders]", "session.scalars(select(Order))]")
    assert per_row(program({"shop.py": once}, Load, Read)) == {"customer"}


def test_sqlalchemy_holds_the_row_that_all_were_asked_for_by(program: Callable[..., Program], per_row: PerRow) -> None:
    asked = SQLALCHEMY.replace("customer.orders]", "session.scalars(select(Order).where(Order.customer_id == key))]")
    assert per_row(program({"shop.py": asked}, Load, Read)) == set()
    by_class = SQLALCHEMY.replace("customer.orders]", "session.query(Order).filter_by(customer_id=key)]")
    assert per_row(program({"shop.py": by_class}, Load, Read)) == set()
    several = SQLALCHEMY.replace(
        "customer.orders]", "session.scalars(select(Order).where(Order.customer_id.in_(key)))]"
    )
    assert per_row(program({"shop.py": several}, Load, Read)) == {"customer"}
