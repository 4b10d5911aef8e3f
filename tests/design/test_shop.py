"""The worked example: what a good engineer would expect of its design."""

from __future__ import annotations

import pytest

from archwright.design import catalogue, design
from archwright.model.blueprint import Blueprint
from archwright.model.decision import Decision
from archwright.model.physical import FillBy, Route
from archwright.model.system import System


@pytest.fixture
def blueprint(shop: System) -> Blueprint:
    return design(shop)


def route(blueprint: Blueprint, operation: str) -> Route:
    return next(r for r in blueprint.physical.routes if r.operation == operation)


def decision(blueprint: Blueprint, name: str) -> Decision:
    return next(d for d in blueprint.decisions if d.id == name)


def test_tables_and_keys(blueprint: Blueprint) -> None:
    keys = {table.name: table.key for table in blueprint.physical.tables}
    assert keys == {
        "customers": ("id",),
        "categories": ("id",),
        "products": ("id",),
        "orders": ("id",),
        "order_lines": ("order_id", "position"),
        "payments": ("id",),
        "idempotency_keys": ("caller", "operation", "key"),
    }


def test_indexes_are_the_ones_an_expert_names(blueprint: Blueprint) -> None:
    found = {
        (table.name, tuple(key.expression + (" DESC" if key.descending else "") for key in index.keys))
        for table in blueprint.physical.tables
        for index in table.indexes
        if index.method == "btree"
    }
    assert found == {
        ("products", ("category_id", "price", "id")),
        ("orders", ("customer_id", "placed DESC", "id DESC")),
        ("order_lines", ("product_id",)),
        ("payments", ("order_id",)),
        ("idempotency_keys", ("created",)),
    }


def test_index_decision_has_its_numbers(blueprint: Blueprint) -> None:
    found = decision(blueprint, "index/orders/customer_id-placed-id")
    assert "5 rows read instead of 1 M" in found.because
    assert {"size", "entries written", "pages read with it"} <= {e.name for e in found.evidence}
    assert found.flips


def test_routes(blueprint: Blueprint) -> None:
    found = {r.operation: (r.method, r.path, r.status) for r in blueprint.physical.routes}
    assert found == {
        "browse": ("GET", "/v1/categories/{category_id}/products", 200),
        "search": ("GET", "/v1/products", 200),
        "show": ("GET", "/v1/products/{id}", 200),
        "checkout": ("POST", "/v1/orders", 201),
        "pay_result": ("POST", "/v1/payments", 201),
        "my_orders": ("GET", "/v1/orders", 200),
        "restock": ("PATCH", "/v1/products/{id}", 200),
        "sales_day": ("GET", "/v1/orders/sales-day", 200),
    }


def test_a_shopper_sets_nothing_that_is_not_his(blueprint: Blueprint) -> None:
    checkout = route(blueprint, "checkout")
    (lines,) = checkout.body
    assert [item.name for item in lines.items] == ["product_id", "qty"]
    fills = {(step.table, fill.column): fill for step in checkout.writes for fill in step.fills}
    assert fills["orders", "customer_id"].by is FillBy.PRINCIPAL
    assert fills["orders", "total"].source == "order_lines.qty * order_lines.unit_price"
    assert (fills["orders", "status"].by, fills["orders", "status"].source) == (FillBy.VALUE, "open")
    assert (fills["order_lines", "unit_price"].by, fills["order_lines", "unit_price"].through) == (
        FillBy.COPY,
        "product_id",
    )
    assert (fills["products", "stock"].by, fills["products", "stock"].source) == (FillBy.DECREASE, "order_lines.qty")
    assert [step.table for step in checkout.writes] == ["orders", "order_lines", "products"]


def test_own_orders_come_from_the_token(blueprint: Blueprint) -> None:
    found = route(blueprint, "my_orders")
    (grant,) = found.grants
    assert grant.owner is not None
    assert (grant.owner.table, grant.owner.column, grant.owner.steps) == ("orders", "customer_id", ())
    assert [p.name for p in found.parameters] == ["cursor", "limit"]
    assert [embed.name for embed in found.embeds] == ["lines"]
    assert found.pagination is not None
    assert [(s.field, s.descending) for s in found.pagination.order] == [("placed", True), ("id", True)]


def test_contradiction_of_rate_and_count_is_asked_about(blueprint: Blueprint) -> None:
    assert any(question.startswith("Order.count") for question in decision(blueprint, "storage").questions)


def test_public_reads_are_cached_by_http_and_nothing_else(blueprint: Blueprint) -> None:
    assert {r.operation: r.cache_control for r in blueprint.physical.routes if r.cache_control} == {
        "browse": "public, max-age=30",
        "search": "public, max-age=5",
        "show": "public, max-age=30",
    }
    assert decision(blueprint, "cache").choice == "none"


def test_call_happens_outside_of_the_transaction_with_a_limit(blueprint: Blueprint) -> None:
    (call,) = route(blueprint, "checkout").calls
    assert (call.peer, str(call.timeout), call.when) == ("payment-provider", "3s", "after commit")


def test_every_decision_has_evidence_or_reason_and_an_alternative(blueprint: Blueprint) -> None:
    for found in blueprint.decisions:
        assert found.alternatives, found.id
        assert found.because, found.id
        assert found.source, found.id
        assert all(e.source.startswith(("given", "derived", "default", "not given")) for e in found.evidence), found.id


def test_catalogue_covers_every_decision(blueprint: Blueprint) -> None:
    kinds = {kind for kind, _, _ in catalogue()}
    made = {d.id.partition("/")[0] for d in blueprint.decisions}
    assert made <= kinds
    assert all(len(documentation) > 200 for _, _, documentation in catalogue())
