"""The shop, whole: what its brief says stands in the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from archwright.brief import parse_brief, read_brief
from archwright.model.effect import WriteKind
from archwright.model.entity import Bound, OnDelete, Type
from archwright.model.operation import Action, Assignment, Filter, Http, Measure, PeerCall, Sort, Touch
from archwright.model.policy import Ownership, Policy
from archwright.model.quantity import Budget, Count, Duration, Growth, Rate, Share
from archwright.model.serial import from_json, to_json
from archwright.model.system import System


@pytest.fixture
def shop(root: Path) -> System:
    return read_brief(root / "examples" / "shop.yaml")


def test_goals_and_roles(shop: System) -> None:
    assert shop.name == "shop"
    assert shop.goals.availability == Share(0.999)
    assert (shop.goals.rpo, shop.goals.rto) == (Duration(0), Duration(900))
    assert (shop.goals.team, shop.goals.budget) == (4, Budget(600, "USD"))
    assert str(shop.goals.horizon) == "1.5y"
    assert shop.goals.growth == Growth(2)
    shopper, staff, job = shop.roles
    assert (shopper.entity, shopper.entity_field, shopper.subject) == ("Customer", "", "sub")
    assert (staff.claim, staff.entity) == ("groups/staff", None)
    assert job.source == "service-account"
    assert [peer.name for peer in shop.peers] == ["payment-provider"]


def test_entities(shop: System) -> None:
    customer, _, product, order, line, payment = shop.entities
    email = customer.field("email")
    assert email is not None
    assert (email.type, email.unique, email.pii, email.nullable) == (Type.EMAIL, True, True, False)
    assert customer.volume.count == Count(200_000)
    price, stock = product.field("price"), product.field("stock")
    assert price is not None
    assert stock is not None
    assert price.bounds == stock.bounds == (Bound(operator=">=", value=0),)
    assert product.volume.zipf == 0.9
    status = order.field("status")
    assert status is not None
    assert (status.values, status.default) == (("open", "paid", "shipped", "cancelled"), "open")
    assert str(order.volume.keep) == "10y"
    assert line.key == ("id",), "an id is added where none is written"
    assert line.parent is not None
    assert line.parent.name == "order"
    assert line.parent.relation is not None
    assert (line.parent.relation.target, line.parent.relation.on_delete) == ("Order", OnDelete.CASCADE)
    copied = line.field("unit_price")
    assert copied is not None
    assert (copied.copied, copied.copied_from) == (True, "product.price")
    assert str(payment.place) == "shop.yaml:21:3"


def test_reading_operations(shop: System) -> None:
    browse, search, show = shop.operations[:3]
    assert browse.action is Action.READ_MANY
    assert browse.access.reads == (Touch(entity="Product"),)
    assert browse.access.filters == (Filter(field="category"),)
    assert browse.access.sort == (Sort(field="price"),)
    assert browse.access.page == 24
    assert (browse.load.rate, browse.load.p95, browse.load.stale) == (Rate(300), Duration(0.15), Duration(30))
    assert browse.policies == (Policy(role="anyone"),)
    assert search.access.filters == (Filter(field="name", operator="match"),)
    assert (show.action, show.access.page) == (Action.READ_ONE, None)
    orders = shop.operation("my_orders")
    assert orders is not None
    assert orders.access.reads[1] == Touch(entity="OrderLine", through="OrderLine.order")
    assert orders.policies == (Policy(role="shopper", owns=Ownership(path="customer")),)
    assert orders.access.sort == (Sort(field="placed", descending=True),)


def test_writing_operations(shop: System) -> None:
    checkout, result, restock = (shop.operation(name) for name in ("checkout", "pay_result", "restock"))
    assert checkout is not None
    assert result is not None
    assert restock is not None
    assert checkout.trigger == Http(method="POST", path="/checkout")
    assert checkout.access.together
    assert checkout.access.idempotent
    assert checkout.access.calls == (PeerCall(peer="payment-provider", timeout=Duration(3)),)
    assert (checkout.load.rate, checkout.load.peak) == (Rate(15), Rate(150))
    order, line, stock = checkout.access.writes
    assert order == Touch(entity="Order", kind=WriteKind.INSERT)
    assert line == Touch(entity="OrderLine", kind=WriteKind.INSERT, through="OrderLine.order")
    assert stock == Touch(
        entity="Product",
        fields=("stock",),
        kind=WriteKind.UPDATE,
        sets=(Assignment(field="stock", operator="-=", value="OrderLine.qty"),),
        through="OrderLine.product",
    )
    assert result.access.writes[1].through == "Payment.order"
    assert result.access.writes[1].sets == (Assignment(field="status", value="paid"),)
    assert (restock.action, restock.access.filters) == (Action.UPDATE, (Filter(field="id"),))


def test_figures_and_rules(shop: System) -> None:
    sales = shop.operation("sales_day")
    assert sales is not None
    assert sales.action is Action.AGGREGATE
    assert sales.access.filters == (Filter(field="placed", operator="within", window=Duration(86400)),)
    assert sales.access.measures == (
        Measure(function="count"),
        Measure(function="sum", field="Order.total"),
        Measure(function="sum", field="OrderLine.qty"),
    )
    assert sales.access.group == ("status",)
    assert str(sales.load.rate) == "20/day"
    assert [rule.text for rule in shop.rules] == [
        "Order.total = sum(OrderLine.qty * OrderLine.unit_price)",
        "Product.stock >= 0",
    ]


def test_json_gives_the_same_system_back(shop: System) -> None:
    assert from_json(to_json(shop), System) == shop


def test_the_same_bytes_from_any_directory(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    text = (root / "examples" / "shop.yaml").read_text(encoding="utf-8")
    (tmp_path / "shop.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    whole, short = read_brief(tmp_path / "shop.yaml"), read_brief("shop.yaml")
    assert to_json(whole) == to_json(short) == to_json(parse_brief(text, "elsewhere/shop.yaml"))
    assert str(tmp_path) not in to_json(whole)
