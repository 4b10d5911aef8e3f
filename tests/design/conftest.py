"""The shop of the worked example, built by hand: the design's tests do not depend on the brief's reader."""

from __future__ import annotations

import pytest

from archwright.model.entity import Bound, Entity, Field, Relation, Type, Volume
from archwright.model.operation import Access, Action, Assignment, Filter, Operation, PeerCall, Sort, Touch
from archwright.model.policy import ANYONE, Ownership, Policy, Role
from archwright.model.quantity import Budget, Count, Duration, Growth, Rate, Share
from archwright.model.system import Peer, Rule, System
from archwright.model.workload import Goals, Load

NOT_NEGATIVE = (Bound(operator=">=", value=0),)


def reference(name: str, target: str, part_of: bool = False) -> Field:
    return Field(name=name, type=Type.REFERENCE, relation=Relation(target=target, part_of=part_of))


def load(rate: str, p95: str | None = None, stale: str | None = None, peak: str | None = None) -> Load:
    return Load(
        rate=Rate.parse(rate),
        peak=Rate.parse(peak) if peak else None,
        p95=Duration.parse(p95) if p95 else None,
        stale=Duration.parse(stale) if stale else None,
    )


def who(role: str, owns: str | None = None) -> tuple[Policy, ...]:
    return (Policy(role=role, owns=Ownership(path=owns) if owns else None),)


def volume(count: str, zipf: float | None = None) -> Volume:
    return Volume(count=Count.parse(count), zipf=zipf)


ENTITIES = (
    Entity(
        name="Customer",
        fields=(
            Field(name="id", type=Type.UUID),
            Field(name="email", type=Type.EMAIL, unique=True, pii=True),
            Field(name="name", type=Type.TEXT, pii=True),
        ),
        volume=volume("200k"),
    ),
    Entity(
        name="Category",
        fields=(Field(name="id", type=Type.INT), Field(name="name", type=Type.TEXT, unique=True)),
        volume=volume("300"),
    ),
    Entity(
        name="Product",
        fields=(
            Field(name="id", type=Type.UUID),
            Field(name="sku", type=Type.TEXT, unique=True),
            Field(name="name", type=Type.TEXT, search=True),
            reference("category", "Category"),
            Field(name="price", type=Type.MONEY, bounds=NOT_NEGATIVE),
            Field(name="stock", type=Type.INT, bounds=NOT_NEGATIVE),
        ),
        volume=volume("50k", zipf=0.9),
    ),
    Entity(
        name="Order",
        fields=(
            Field(name="id", type=Type.UUID),
            reference("customer", "Customer"),
            Field(name="status", type=Type.ENUM, values=("open", "paid", "shipped", "cancelled")),
            Field(name="total", type=Type.MONEY),
            Field(name="placed", type=Type.TIMESTAMP, default="now"),
        ),
        volume=volume("1M"),
    ),
    Entity(
        name="OrderLine",
        fields=(
            reference("order", "Order", part_of=True),
            reference("product", "Product"),
            Field(name="qty", type=Type.INT, bounds=(Bound(operator=">", value=0),)),
            Field(name="unit_price", type=Type.MONEY, copied=True),
        ),
        volume=volume("3M"),
    ),
    Entity(
        name="Payment",
        fields=(
            Field(name="id", type=Type.UUID),
            reference("order", "Order"),
            Field(name="provider_ref", type=Type.TEXT, unique=True),
            Field(name="amount", type=Type.MONEY),
            Field(name="status", type=Type.ENUM, values=("pending", "ok", "failed")),
        ),
        volume=volume("1M"),
    ),
)

OPERATIONS = (
    Operation(
        name="browse",
        action=Action.READ_MANY,
        access=Access(
            reads=(Touch(entity="Product"),), filters=(Filter(field="category"),), sort=(Sort(field="price"),), page=24
        ),
        load=load("300/s", "150ms", "30s"),
        policies=who(ANYONE),
    ),
    Operation(
        name="search",
        action=Action.READ_MANY,
        access=Access(reads=(Touch(entity="Product"),), filters=(Filter(field="name", operator="match"),), page=24),
        load=load("80/s", "250ms", "5s"),
        policies=who(ANYONE),
    ),
    Operation(
        name="show",
        action=Action.READ_ONE,
        access=Access(reads=(Touch(entity="Product"),), filters=(Filter(field="id"),)),
        load=load("500/s", "80ms", "30s"),
        policies=who(ANYONE),
    ),
    Operation(
        name="checkout",
        access=Access(
            writes=(
                Touch(entity="Order"),
                Touch(entity="OrderLine"),
                Touch(
                    entity="Product",
                    fields=("stock",),
                    sets=(Assignment(field="stock", operator="-=", value="OrderLine.qty"),),
                    through="OrderLine.product",
                ),
            ),
            together=True,
            idempotent=True,
            calls=(PeerCall(peer="payment-provider", timeout=Duration.parse("3s")),),
        ),
        load=load("15/s", "1s", peak="150/s"),
        policies=who("shopper"),
    ),
    Operation(
        name="pay_result",
        access=Access(
            writes=(Touch(entity="Payment"), Touch(entity="Order", fields=("status",))), together=True, idempotent=True
        ),
        load=load("15/s"),
        policies=who("job"),
    ),
    Operation(
        name="my_orders",
        action=Action.READ_MANY,
        access=Access(
            reads=(Touch(entity="Order"), Touch(entity="OrderLine")),
            filters=(Filter(field="customer"),),
            sort=(Sort(field="placed", descending=True),),
            page=20,
        ),
        load=load("40/s", "200ms", "0s"),
        policies=who("shopper", "customer"),
    ),
    Operation(
        name="restock",
        action=Action.UPDATE,
        access=Access(writes=(Touch(entity="Product", fields=("stock",)),)),
        load=load("1/s"),
        policies=who("staff"),
    ),
    Operation(
        name="sales_day",
        action=Action.READ_MANY,
        access=Access(
            reads=(Touch(entity="Order"), Touch(entity="OrderLine")),
            filters=(Filter(field="placed", operator="within", window=Duration.parse("1d")),),
        ),
        load=load("20/day", "30s", "15m"),
        policies=who("staff"),
    ),
)


@pytest.fixture
def shop() -> System:
    return System(
        name="shop",
        goals=Goals(
            availability=Share.parse("99.9%"),
            rpo=Duration.parse("0s"),
            rto=Duration.parse("15m"),
            team=4,
            budget=Budget.parse("600 USD/month"),
            growth=Growth.parse("2x/year"),
        ),
        roles=(
            Role(name="shopper", source="oidc"),
            Role(name="staff", source="oidc", claim="groups/staff"),
            Role(name="job", source="service-account"),
        ),
        entities=ENTITIES,
        operations=OPERATIONS,
        peers=(Peer(name="payment-provider"),),
        rules=(
            Rule(text="Order.total = sum(OrderLine.qty * OrderLine.unit_price)"),
            Rule(text="Product.stock >= 0 always"),
        ),
    )
