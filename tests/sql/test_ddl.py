"""DDL text: names and literals quoted where they must be, tables in an order that works."""

from __future__ import annotations

import pytest

from archwright.model.entity import OnDelete
from archwright.model.physical import (
    CheckConstraint,
    Column,
    ForeignKey,
    IndexKey,
    Table,
    TableIndex,
    UniqueConstraint,
)
from archwright.sql.creation_order import creation_order, deferred_keys
from archwright.sql.ddl import create_index, create_table, schema_ddl
from archwright.sql.identifier import fit_name, quote_identifier
from archwright.sql.literal import quote_literal
from archwright.sql.search import search_vector


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("orders", "orders"),
        ("order", '"order"'),
        ("user", '"user"'),
        ("Order", '"Order"'),
        ("odd name", '"odd name"'),
        ('a"b', '"a""b"'),
        ("1st", '"1st"'),
        ("größe", '"größe"'),
        ("position", "position"),
    ],
)
def test_identifiers_are_quoted_where_they_must_be(name: str, quoted: str) -> None:
    assert quote_identifier(name) == quoted


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 64, "ü" * 32])
def test_identifiers_that_no_quoting_can_carry_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="can't be an SQL identifier"):
        quote_identifier(name)


def test_long_names_are_cut_apart_not_alike() -> None:
    one, other = fit_name("a" * 70 + "_one"), fit_name("a" * 70 + "_two")
    assert one != other
    assert max(len(one.encode()), len(other.encode())) <= 63
    assert fit_name("ü" * 60).encode().decode()
    assert fit_name("short") == "short"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "true"),
        (-3, "-3"),
        (0.5, "0.5"),
        ("it's", "'it''s'"),
        ("a\\'b", "E'a\\\\''b'"),
    ],
)
def test_literals(value: str | float | bool | None, text: str) -> None:
    assert quote_literal(value) == text


@pytest.mark.parametrize("value", ["a\0b", float("nan"), float("inf")])
def test_literals_that_do_not_exist_are_refused(value: str | float) -> None:
    with pytest.raises(ValueError, match=r"literal|NUL"):
        quote_literal(value)


def reference(name: str, target: str) -> ForeignKey:
    return ForeignKey(
        name=name, columns=("other_id",), target=target, target_columns=("id",), on_delete=OnDelete.CASCADE
    )


def table(name: str, *targets: str) -> Table:
    return Table(
        name=name,
        columns=(
            Column(name="id", type="bigint", identity=True),
            Column(name="other_id", type="bigint", nullable=True),
        ),
        key=("id",),
        foreign_keys=tuple(reference(f"{name}_{target}_fkey", target) for target in targets),
    )


def test_what_is_referred_to_comes_first() -> None:
    tables = (table("a", "b"), table("b", "c"), table("c"))
    assert [t.name for t, _ in creation_order(tables)] == ["c", "b", "a"]
    assert deferred_keys(tables) == ()


def test_a_cycle_is_closed_afterwards_and_self_reference_is_none() -> None:
    tables = (table("a", "b"), table("b", "a", "b"))
    late = deferred_keys(tables)
    assert [(t.name, key.target) for t, key in late] == [("a", "b")]
    text = schema_ddl(tables)
    assert text.index("CREATE TABLE b") < text.index("ALTER TABLE a") or text.index("CREATE TABLE a") < text.index(
        "ALTER"
    )
    assert text.count("FOREIGN KEY") == 3


def test_a_whole_table() -> None:
    made = Table(
        name="order",
        columns=(
            Column(name="id", type="uuid"),
            Column(name="Select", type="text", default="'x'"),
            Column(name="created", type="timestamptz", default="now()", nullable=True),
        ),
        key=("id",),
        uniques=(UniqueConstraint(name="order_Select_key", columns=("Select",)),),
        checks=(CheckConstraint(name="order_check", expression='char_length("Select") <= 5'),),
    )
    assert create_table(made) == (
        'CREATE TABLE "order" (\n'
        "    id uuid NOT NULL,\n"
        "    \"Select\" text DEFAULT 'x' NOT NULL,\n"
        "    created timestamptz DEFAULT now(),\n"
        "    CONSTRAINT order_pkey PRIMARY KEY (id),\n"
        '    CONSTRAINT "order_Select_key" UNIQUE ("Select"),\n'
        '    CONSTRAINT order_check CHECK (char_length("Select") <= 5)\n'
        ");"
    )


def test_indexes_on_columns_and_expressions() -> None:
    made = Table(name="t", columns=(Column(name="Name", type="text"), Column(name="at", type="date")), key=("at",))
    plain = TableIndex(
        name="i", keys=(IndexKey(expression="Name"), IndexKey(expression="at", descending=True)), where="at IS NOT NULL"
    )
    words = TableIndex(name="s", keys=(IndexKey(expression=search_vector(("Name",))),), method="gin")
    assert create_index(made, plain) == 'CREATE INDEX i ON t ("Name", at DESC) WHERE at IS NOT NULL;'
    assert create_index(made, words) == (
        "CREATE INDEX s ON t USING gin ((to_tsvector('simple', coalesce(\"Name\", ''))));"
    )


def test_nothing_gives_nothing() -> None:
    assert schema_ddl(()) == ""
