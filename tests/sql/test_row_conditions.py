"""Which rows a statement concerns: what is read from its text, and what is left alone."""

from __future__ import annotations

import pytest

from archwright.sql.row_conditions import Compared, Rows, Through, rows_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "SELECT id FROM orders WHERE id = $1 AND customer_id = $2 AND status <> 'gone' LIMIT 1",
            [
                Rows(
                    "orders",
                    "read",
                    (
                        Compared("id", "=", parameter="1"),
                        Compared("customer_id", "=", parameter="2"),
                        Compared("status", "!=", literal="gone"),
                    ),
                )
            ],
        ),
        (
            "update shop.orders o set status = 'paid', seen = now() where o.id = %s and %(me)s = o.customer",
            [
                Rows(
                    "orders",
                    "update",
                    (Compared("id", "=", parameter="1"), Compared("customer", "=", parameter="me")),
                    fields=("status", "seen"),
                )
            ],
        ),
        (
            "DELETE FROM rooms WHERE id = ? AND clinic_id = (SELECT s.clinic_id FROM staff AS s WHERE s.id = ?)",
            [
                Rows("staff", "lookup"),
                Rows(
                    "rooms",
                    "delete",
                    (
                        Compared("id", "=", parameter="1"),
                        Compared("clinic_id", "=", parameter="2", through=Through("staff", "clinic_id", "staff.id")),
                    ),
                ),
            ],
        ),
        (
            "INSERT INTO orders (id, owner, state) VALUES (:id, :me, 'open') ON CONFLICT DO NOTHING",
            [
                Rows(
                    "orders",
                    "insert",
                    values=(
                        Compared("id", "=", parameter="id"),
                        Compared("owner", "=", parameter="me"),
                        Compared("state", "=", literal="open"),
                    ),
                    fields=("id", "owner", "state"),
                    ignores_conflict=True,
                )
            ],
        ),
    ],
)
def test_statements(text: str, found: list[Rows]) -> None:
    assert list(rows_of(text)) == found


def test_joined_tables_and_correlated_rows_are_reached_by_their_tables() -> None:
    joined = rows_of(
        "SELECT l.* FROM lines l JOIN orders AS o ON o.id = l.order_id WHERE o.customer = $1 AND l.qty > 2"
    )
    assert [(row.table, row.compared) for row in joined] == [
        ("lines", (Compared("orders.customer", "=", parameter="1"), Compared("qty", ">", literal="2"))),
        ("orders", (Compared("customer", "=", parameter="1"), Compared("lines.qty", ">", literal="2"))),
    ]
    lines, _ = rows_of(
        "SELECT 1 FROM lines WHERE EXISTS (SELECT 1 FROM orders s WHERE s.id = lines.order_id AND s.customer = $1)"
    )
    assert lines.compared == (Compared("orders.customer", "=", parameter="1"),)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT id FROM orders WHERE customer_id = $1 OR public",
        "SELECT id FROM orders WHERE ($1 IS NULL OR customer_id = $1)",
        "SELECT id FROM orders WHERE NOT customer_id = $1",
        "SELECT id FROM orders WHERE EXISTS (SELECT 1 FROM staff WHERE staff.id = $1)",
        "SELECT id FROM orders WHERE total + 1 = $1",
        "SELECT id FROM orders",
        "SELECT id FROM orders WHERE (",
    ],
)
def test_what_holds_for_some_rows_alone_is_no_condition(text: str) -> None:
    assert [(row.table, row.compared) for row in rows_of(text) if row.kind == "read"] == [("orders", ())]


def test_the_consumer_of_a_queue() -> None:
    assert rows_of("SELECT id FROM jobs WHERE done IS NULL FOR UPDATE SKIP LOCKED")[0].skips_locked
    assert not any(
        row.skips_locked
        for row in rows_of("DELETE FROM keys WHERE id IN (SELECT id FROM keys LIMIT 9 FOR UPDATE SKIP LOCKED)")
    )
