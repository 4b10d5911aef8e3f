"""Drift: what is missing, extra or different, and what one side can't tell is none."""

from __future__ import annotations

import msgspec

from archwright.model.blueprint import BLUEPRINT_VERSION, Blueprint
from archwright.model.compare import Drift, compare
from archwright.model.entity import Entity, Field, Index, Relation, Type, Unique
from archwright.model.operation import Access, Http, Operation, Touch
from archwright.model.physical import Column, ForeignKey, IndexKey, Physical, Table, TableIndex
from archwright.model.policy import Policy
from archwright.model.system import System

ORDER = Entity(
    name="Order",
    table="orders",
    fields=(
        Field(name="id", type=Type.INT),
        Field(name="status", type=Type.ENUM, values=("open",)),
        Field(name="customer", type=Type.REFERENCE, relation=Relation(target="Customer")),
    ),
    indexes=(Index(fields=("customer", "-id")),),
    uniques=(Unique(fields=("status", "customer")),),
)
CUSTOMER = Entity(name="Customer", table="customers", fields=(Field(name="id", type=Type.INT),))
PAY = Operation(
    name="pay",
    trigger=Http(method="POST", path="/orders/{id}/pay"),
    policies=(Policy(role="staff"),),
    access=Access(writes=(Touch(entity="Order"),)),
)


def _blueprint(*entities: Entity, operations: tuple[Operation, ...] = (), tables: tuple[Table, ...] = ()) -> Blueprint:
    return Blueprint(
        version=BLUEPRINT_VERSION,
        system=System(name="shop", entities=entities, operations=operations),
        physical=Physical(tables=tables),
    )


def _said(drift: tuple[Drift, ...]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.subject, each.name) for each in drift]


WANTED = _blueprint(ORDER, CUSTOMER, operations=(PAY,))


def test_a_blueprint_does_not_drift_from_itself() -> None:
    assert compare(WANTED, WANTED) == ()


def test_a_table_and_an_orm_that_say_the_same() -> None:
    columns = (
        Column(name="id", type="bigint"),
        Column(name="status", type="text"),
        Column(name="customer_id", type="bigint"),
    )
    key = ForeignKey(name="f", columns=("customer_id",), target="customers", target_columns=("id",))
    keys = (IndexKey(expression="customer_id"), IndexKey(expression="id", descending=True))
    unique = TableIndex(name="u", unique=True, keys=(IndexKey(expression="customer_id"), IndexKey(expression="status")))
    index = TableIndex(name="any name", keys=keys)
    orders = Table(
        name="orders", columns=columns, key=("id",), foreign_keys=(key,), indexes=(index, unique), entity="Order"
    )
    customers = Table(name="customers", columns=columns[:1], key=("id",), entity="Customer")
    assert compare(WANTED, _blueprint(ORDER, CUSTOMER, operations=(PAY,), tables=(orders, customers))) == ()


def test_tables_columns_and_indexes() -> None:
    changed = msgspec.structs.replace(
        ORDER,
        fields=(
            Field(name="id", type=Type.TEXT),
            Field(name="customer", type=Type.REFERENCE, nullable=True, relation=Relation(target="Person")),
            Field(name="total", type=Type.MONEY),
        ),
        indexes=(),
        uniques=(),
    )
    person = Entity(name="Person", table="people", fields=(Field(name="id", type=Type.INT),))
    drift = compare(WANTED, _blueprint(changed, person, operations=(PAY,)))
    assert _said(drift) == [
        ("missing", "table", "customers"),
        ("different", "column", "orders.customer_id"),
        ("different", "column", "orders.id"),
        ("missing", "column", "orders.status"),
        ("extra", "column", "orders.total"),
        ("missing", "unique", "orders (customer_id, status)"),
        ("missing", "index", "orders (customer_id, -id)"),
        ("different", "reference", "orders.customer_id"),
        ("extra", "table", "people"),
    ]
    assert drift[1].detail == "blueprint is required, code may be empty"
    assert drift[2].detail == "type: blueprint int, code text"


def test_endpoints() -> None:
    there = (
        Operation(name="a", trigger=Http(method="ANY", path="/orders/{pk}/pay/")),
        Operation(name="b", trigger=Http(method="GET|PUT", path="/new")),
        Operation(name="health", trigger=Http(method="GET", path="/health/live")),
    )
    drift = compare(WANTED, _blueprint(ORDER, CUSTOMER, operations=there))
    assert _said(drift) == [
        ("extra", "endpoint", "GET /new"),
        ("extra", "endpoint", "PUT /new"),
        ("different", "access", "POST /orders/{}/pay"),
        ("missing", "effect", "POST /orders/{}/pay"),
    ]
    assert _said(compare(WANTED, _blueprint(ORDER, CUSTOMER)))[-1] == ("missing", "endpoint", "POST /orders/{}/pay")


def test_an_open_endpoint_that_asks_who_calls() -> None:
    wanted = msgspec.structs.replace(PAY, policies=(Policy(role="anyone"),))
    found = msgspec.structs.replace(PAY, guards=("login_required",), policies=(Policy(role="authenticated"),))
    drift = compare(_blueprint(ORDER, CUSTOMER, operations=(wanted,)), _blueprint(ORDER, CUSTOMER, operations=(found,)))
    assert [(each.subject, each.detail) for each in drift] == [("access", "blueprint: anyone; code: login_required")]
