"""A database's schema beside code: read from SQLite and PostgreSQL, and compared with the models."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from archwright.cli.main import main
from archwright.model.compare import compare_schema
from archwright.run.query import QueryError, kind_of, shown
from archwright.source.survey import survey
from archwright.source.survey.schema_source import schema_text
from archwright.sql.read_schema import read_schema

MODELS = """
from django.db import models

class Customer(models.Model):
    email = models.EmailField(unique=True)
    class Meta:
        db_table = "customers"

class Order(models.Model):
    customer = models.ForeignKey(Customer, models.CASCADE)
    total = models.DecimalField(max_digits=9, decimal_places=2)
    note = models.TextField(null=True)
    class Meta:
        db_table = "orders"
"""
TABLES = """
CREATE TABLE customers (id bigint PRIMARY KEY, email varchar(254) NOT NULL UNIQUE);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id), total numeric(9, 2) NOT NULL, note text);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE TABLE django_migrations (id bigint PRIMARY KEY);
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    (directory / "models.py").write_text(MODELS)
    (directory / "manage.py").write_text("")
    return directory


def _sqlite(path: Path, text: str) -> str:
    connection = sqlite3.connect(path)
    connection.executescript(text)
    connection.close()
    return f"sqlite:///{path}"


def _drift(project: Path, source: str) -> list[tuple[str, str, str]]:
    drift = compare_schema(read_schema(schema_text(source)[1]), survey(project, workers=1)[0])
    return [(each.kind, each.subject, each.name) for each in drift]


def test_models_as_the_database_has_them(project: Path, tmp_path: Path) -> None:
    assert _drift(project, _sqlite(tmp_path / "x.db", TABLES)) == []


@pytest.mark.parametrize(
    ("old", "new", "drift"),
    [
        (", note text", "", ("extra", "column", "orders.note")),
        ("total numeric(9, 2) NOT NULL", "total text NOT NULL", ("different", "column", "orders.total")),
        ("total numeric(9, 2) NOT NULL", "total numeric(9, 2)", ("different", "column", "orders.total")),
        ("CREATE INDEX orders_customer ON orders (customer_id);", "", ("extra", "index", "orders (customer_id)")),
        (" UNIQUE)", ")", ("extra", "unique", "customers (email)")),
        ("CREATE TABLE django_migrations", "CREATE TABLE carts", ("missing", "table", "carts")),
    ],
)
def test_what_differs(project: Path, tmp_path: Path, old: str, new: str, drift: tuple[str, str, str]) -> None:
    assert old in TABLES
    assert _drift(project, _sqlite(tmp_path / "x.db", TABLES.replace(old, new))) == [drift]


def test_the_command(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = _sqlite(tmp_path / "x.db", TABLES.replace(", note text", ""))
    assert main(["survey", str(project), "--no-cache", "--compare", source]) == 1
    assert capsys.readouterr().out.splitlines()[0] == "1 departure from the database: 0 missing, 1 extra, 0 different"
    assert main(["survey", str(project), "--no-cache", "--sql", source, "--format", "json"]) == 0
    assert '"django_migrations"' in capsys.readouterr().out
    for wrong in (
        "sqlite:////nowhere/x.db",
        "mysql://root:hidden@db/shop",
        "postgresql://me:hidden@127.0.0.1:1/shop",
        "no.sql",
    ):
        assert main(["survey", str(project), "--no-cache", "--compare", wrong]) == 2
        assert "hidden" not in capsys.readouterr().err


def test_addresses() -> None:
    assert [
        kind_of(name)
        for name in ("postgres://h/d", "postgresql+asyncpg://h/d", "sqlite:///a", "a.sqlite3", "oracle://h", "a.sql")
    ] == [
        "postgres",
        "postgres",
        "sqlite",
        "sqlite",
        "other",
        "",
    ]
    assert (
        shown("postgresql+psycopg://me:secret@db.example:5433/shop?sslmode=require") == "postgresql://db.example/shop"
    )
    with pytest.raises(QueryError, match="only PostgreSQL and SQLite"):
        schema_text("mysql://root:x@h/d")


_SERVER = "postgresql://postgres@127.0.0.1:5432"


@pytest.fixture
def database() -> Iterator[str]:
    asyncpg = pytest.importorskip("asyncpg")

    async def run(address: str, *texts: str) -> None:
        connection = await asyncpg.connect(address, timeout=3)
        for text in texts:
            await connection.execute(text)
        await connection.close()

    try:
        asyncio.run(
            run(f"{_SERVER}/test", "DROP DATABASE IF EXISTS archwright_survey", "CREATE DATABASE archwright_survey")
        )
    except OSError:
        pytest.skip("no PostgreSQL answers")
    asyncio.run(run(f"{_SERVER}/archwright_survey", TABLES))
    yield f"{_SERVER}/archwright_survey"
    asyncio.run(run(f"{_SERVER}/test", "DROP DATABASE archwright_survey"))


@pytest.mark.services
def test_postgresql(project: Path, database: str) -> None:
    assert _drift(project, database) == []
    found = {table.name: table for table in read_schema(schema_text(database)[1])}
    assert [key.target for key in found["orders"].foreign_keys] == ["customers"]
    assert [column.type for column in found["customers"].columns] == ["bigint", "character varying(254)"]
