"""Schemas read back: what `ddl` writes, other dialects, and texts that are no schema."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from archwright.brief import read_brief
from archwright.design import design
from archwright.model.entity import OnDelete
from archwright.model.physical import Table
from archwright.sql.ddl import schema_ddl
from archwright.sql.named_tables import NamedTables, named_tables
from archwright.sql.read_schema import read_schema

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def _bare(table: Table) -> Table:
    """A table without what its DDL does not say: which field or operation it is for."""
    return msgspec.structs.replace(
        table,
        entity=None,
        columns=tuple(msgspec.structs.replace(c, field=None, pii=False, secret=False) for c in table.columns),
        indexes=tuple(msgspec.structs.replace(index, serves=()) for index in table.indexes),
    )


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_we_write_we_read(path: Path) -> None:
    tables = design(read_brief(path)).physical.tables
    read = {table.name: table for table in read_schema(schema_ddl(tables))}
    assert read == {table.name: _bare(table) for table in tables}


def test_other_dialects() -> None:
    order, line = read_schema(
        """
        -- a dump; with `quotes`
        CREATE TABLE IF NOT EXISTS `shop`.`Order` (
          `id` int(11) NOT NULL AUTO_INCREMENT,
          `note` varchar(80) DEFAULT 'a;b, c' COMMENT 'x',
          PRIMARY KEY (`id`), KEY `by_note` (`note`)
        ) ENGINE=InnoDB;
        create table public.line (
            id serial primary key,
            order_id integer not null references "Order" (id) on delete cascade,
            price numeric(9, 2) check (price > 0) default 1.5,
            unique (order_id, price)
        );
        CREATE UNIQUE INDEX CONCURRENTLY line_low ON ONLY line USING btree (lower(price) DESC, id) WHERE id > 3;
        ALTER TABLE ONLY line ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES "Order"(id) ON DELETE SET NULL;
        """
    )
    assert [(c.name, c.type, c.nullable, c.default, c.identity) for c in order.columns] == [
        ("id", "int(11)", False, None, True),
        ("note", "varchar(80)", True, "'a;b, c'", False),
    ]
    assert [index.name for index in order.indexes] == ["by_note"]
    assert [(c.name, c.type, c.nullable) for c in line.columns] == [
        ("id", "integer", False),
        ("order_id", "integer", False),
        ("price", "numeric(9, 2)", True),
    ]
    assert [(key.target, key.on_delete) for key in line.foreign_keys] == [
        ("Order", OnDelete.CASCADE),
        ("Order", OnDelete.SET_NULL),
    ]
    assert [unique.columns for unique in line.uniques] == [("order_id", "price")]
    assert [(key.expression, key.descending) for key in line.indexes[0].keys] == [("lower(price)", True), ("id", False)]
    assert line.indexes[0].where == "id > 3"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "create table (",
        "create table x",
        "create index on",
        "alter table",
        "'",
        "((",
        "create table t (primary",
        "create table t (a int references",
    ],
)
def test_any_text_is_accepted(text: str) -> None:
    assert isinstance(read_schema(text), tuple)
    named_tables(text)


@pytest.mark.parametrize(
    ("text", "reads", "writes"),
    [
        ("SELECT 1 FROM a, public.b AS x JOIN c ON true LEFT JOIN (SELECT 1 FROM d) e ON true", "abcd", []),
        ("WITH x AS (SELECT 1 FROM a) INSERT INTO b(y) SELECT 1 FROM x", "a", [("b", "insert")]),
        ("UPDATE a SET x = 1 FROM b WHERE extract(day from z) = 1", "b", [("a", "update")]),
        ("DELETE FROM a USING b WHERE a.x IN (SELECT 1 FROM c) FOR UPDATE", "c", [("a", "delete")]),
        ("SELECT 1 FROM generate_series(1, 2), unnest($1) AS t FOR UPDATE", "", []),
        ("INSERT INTO a VALUES (1) ON CONFLICT DO UPDATE SET x = 2", "", [("a", "insert")]),
        ("take the book from the shelf", "", []),
    ],
)
def test_tables_that_statements_name(text: str, reads: str, writes: list[tuple[str, str]]) -> None:
    assert named_tables(text) == NamedTables(frozenset(reads), frozenset(writes))
