"""The indexes of the worked example on a real PostgreSQL: the planner uses them as the decisions say."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from archwright.design import design
from archwright.design.estimate import index_bytes
from archwright.model.system import System
from archwright.sql.ddl import schema_ddl
from archwright.sql.search import search_vector

NAME = "archwright_test_plans"
FILL = """
INSERT INTO categories (name) SELECT 'category ' || n FROM generate_series(1, 50) n;
INSERT INTO customers SELECT gen_random_uuid(), 'c' || n || '@example.test', 'name' FROM generate_series(1, 200) n;
INSERT INTO products SELECT gen_random_uuid(), 'sku' || n, 'thing ' || n, 1 + n % 50, n % 100, 5
    FROM generate_series(1, 20000) n;
INSERT INTO orders SELECT gen_random_uuid(), c.id, 'open', 1, now() - random() * interval '300 days'
    FROM customers c, generate_series(1, 200);
ANALYZE;
"""


@pytest.fixture
def database(postgres_url: str, shop: System) -> Iterator[str]:
    """A database with the shop's schema and some rows."""
    url = f"{postgres_url.rpartition('/')[0]}/{NAME}"
    asyncio.run(run(postgres_url, f"DROP DATABASE IF EXISTS {NAME}"))
    asyncio.run(run(postgres_url, f"CREATE DATABASE {NAME}"))
    asyncio.run(run(url, schema_ddl(design(shop).physical.tables) + FILL))
    yield url
    asyncio.run(run(postgres_url, f"DROP DATABASE {NAME}"))


async def run(url: str, statements: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        if statements.startswith(("EXPLAIN", "SELECT")):
            return [str(row[0]) for row in await connection.fetch(statements)]
        await connection.execute(statements)
        return []
    finally:
        await connection.close()


@pytest.mark.services
def test_pages_come_from_one_index_range_without_a_sort(database: str) -> None:
    (customer,) = asyncio.run(run(database, "SELECT customer_id FROM orders LIMIT 1"))
    for after in ("", "AND (placed, id) < (now() - interval '9 days', '00000000-0000-0000-0000-000000000000')"):
        plan = "\n".join(
            asyncio.run(
                run(
                    database,
                    f"EXPLAIN SELECT * FROM orders WHERE customer_id = '{customer}' {after}"
                    " ORDER BY placed DESC, id DESC LIMIT 21",
                )
            )
        )
        assert "orders_customer_id_placed_id_idx" in plan
        assert "Sort" not in plan
    plan = "\n".join(
        asyncio.run(run(database, "EXPLAIN SELECT * FROM products WHERE category_id = 7 ORDER BY price, id LIMIT 25"))
    )
    assert "products_category_id_price_id_idx" in plan
    assert "Sort" not in plan


@pytest.mark.services
def test_a_search_uses_the_words_index(database: str) -> None:
    text = search_vector(("name",))
    query = f"EXPLAIN SELECT * FROM products WHERE {text} @@ websearch_to_tsquery('simple', '777') ORDER BY id LIMIT 25"
    assert "products_name_search_idx" in "\n".join(asyncio.run(run(database, query)))


@pytest.mark.services
def test_the_estimate_of_an_index_is_near_its_size(database: str) -> None:
    query = "SELECT pg_relation_size('orders_customer_id_placed_id_idx')"
    asyncio.run(run(database, "REINDEX INDEX orders_customer_id_placed_id_idx"))
    (size,) = asyncio.run(run(database, query))
    assert index_bytes(40_000, (16, 8, 16)) == pytest.approx(float(size), rel=0.15)
