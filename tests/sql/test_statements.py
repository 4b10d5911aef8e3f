"""Statements of routes: constant text, values as parameters, scopes that nothing can widen."""

from __future__ import annotations

import pytest

from archwright.model.operation import Sort
from archwright.model.physical import (
    Column,
    ColumnCondition,
    JoinStep,
    OwnerPath,
    Pagination,
    ParameterIn,
    Route,
    RouteParameter,
    Table,
)
from archwright.sql.read import keyset_condition, read_page, read_row
from archwright.sql.statements import Binder, Scope
from archwright.sql.write import Setting, add_amounts, insert_row, read_reached, update_row

ORDERS = Table(
    name="order",
    columns=(
        Column(name="id", type="uuid"),
        Column(name="customer_id", type="uuid"),
        Column(name="placed", type="timestamptz"),
        Column(name="note", type="text", nullable=True),
    ),
    key=("id",),
)
CUSTOMERS = Table(
    name="customers", columns=(Column(name="id", type="uuid"), Column(name="shop_id", type="uuid")), key=("id",)
)
TABLES = {table.name: table for table in (ORDERS, CUSTOMERS)}
BY_ID = RouteParameter(name="id", located=ParameterIn.PATH, type="uuid", column="id")
OWN = Scope(OwnerPath(table="order", column="customer_id"))


def test_an_owner_is_a_condition_of_the_statement() -> None:
    statement = read_row(ORDERS, ("id", "note"), [BY_ID], OWN, TABLES)
    assert statement.sql == 'SELECT id, note\nFROM "order"\nWHERE id = $1\n    AND customer_id = $2\nLIMIT 1'
    assert statement.parameters == ("id", "owner")


def test_an_owner_over_steps_is_a_join_that_adds_no_rows() -> None:
    step = JoinStep(table="order", columns=("customer_id",), target="customers", target_columns=("id",))
    owner = OwnerPath(table="customers", column="shop_id", steps=(step,))
    sql = read_row(ORDERS, ("id",), [BY_ID], Scope(owner), TABLES).sql
    assert "EXISTS (" in sql
    assert 'WHERE step1.id = "order".customer_id' in sql
    assert "AND step1.shop_id = $2" in sql


def test_a_condition_compares_with_the_callers_own_row() -> None:
    condition = ColumnCondition(
        column="customer_id", operator="=", value="", caller=OwnerPath(table="customers", column="shop_id")
    )
    statement = read_reached(ORDERS, Scope(None, (condition,), "id"), TABLES)
    assert "customer_id = (\n        SELECT caller0.shop_id\n        FROM customers AS caller0" in statement.sql
    assert statement.parameters == ("match id", "owner")


def test_a_text_of_the_brief_never_becomes_sql() -> None:
    condition = ColumnCondition(column="note", operator="=", value="x' OR '1'='1")
    assert "note = 'x'' OR ''1''=''1'" in read_row(ORDERS, ("id",), [], Scope(None, (condition,)), TABLES).sql
    evil = ColumnCondition(column="note", operator="= '' OR 1=1 --", value="")
    with pytest.raises(ValueError, match="is not an operator"):
        read_row(ORDERS, ("id",), [], Scope(None, (evil,)), TABLES)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((Sort(field="id"),), "id > $1"),
        ((Sort(field="placed"), Sort(field="id")), "(placed, id) > ($1, $2)"),
        ((Sort(field="placed", descending=True), Sort(field="id", descending=True)), "(placed, id) < ($1, $2)"),
        (
            (Sort(field="placed", descending=True), Sort(field="id")),
            "placed <= $1\n    AND (placed < $1\n        OR (placed = $1 AND id > $2))",
        ),
        (
            (Sort(field="note"), Sort(field="id")),
            (
                "((note > $1 OR (note IS NULL AND $1::text IS NOT NULL))\n"
                "        OR (note IS NOT DISTINCT FROM $1 AND id > $2))"
            ),
        ),
    ],
)
def test_a_page_starts_after_the_last_row(order: tuple[Sort, ...], expected: str) -> None:
    assert keyset_condition(ORDERS, order, Binder()) == expected


def test_every_page_has_a_limit_and_an_order() -> None:
    route = Route(
        operation="o",
        method="GET",
        path="/o",
        pagination=Pagination(order=(Sort(field="note", descending=True), Sort(field="id")), size=10, maximum=100),
    )
    sql = read_page(route, ORDERS, ("id",), OWN, TABLES, first=True).sql
    assert sql.endswith("ORDER BY note DESC NULLS LAST, id\nLIMIT $2")


def test_an_optional_filter_that_is_not_given_holds_for_every_row() -> None:
    parameter = RouteParameter(name="n", located=ParameterIn.QUERY, type="text", column="note", required=False)
    assert "($1::text IS NULL OR note = $1)" in read_row(ORDERS, ("id",), [parameter], Scope(), TABLES).sql


def test_a_change_that_leaves_a_value_out_keeps_it() -> None:
    settings = [Setting("note", optional=True), Setting("placed", sql="now()")]
    statement = update_row(ORDERS, settings, ("id",), ("id",), scope=OWN, tables=TABLES)
    assert "SET note = CASE WHEN $1::boolean THEN $2::text ELSE note END,\n    placed = now()" in statement.sql
    assert statement.parameters == ("note given", "note", "match id", "owner")


def test_a_counter_is_only_taken_from_where_enough_is_left() -> None:
    stock = Table(name="p", columns=(Column(name="id", type="uuid"), Column(name="n", type="integer")), key=("id",))
    assert "AND p.n - asked.amount >= 0" in add_amounts(stock, "id", "n", floor="0").sql
    assert "SET n = p.n + asked.amount" in add_amounts(stock, "id", "n", floor=None).sql


def test_long_lists_are_wrapped() -> None:
    wide = Table(name="w", columns=tuple(Column(name=f"column_{n}", type="text") for n in range(40)), key=("column_0",))
    statement = insert_row(wide, [Setting(column.name) for column in wide.columns], [c.name for c in wide.columns])
    assert max(map(len, statement.sql.splitlines())) <= 110
    assert len(statement.parameters) == 40
