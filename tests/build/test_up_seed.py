import asyncio
import itertools
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from archwright.brief.read import read_brief
from archwright.build.up.seed import Seeded, seed
from archwright.build.up.values import moment
from archwright.design.pipeline import design
from archwright.model.blueprint import Blueprint
from archwright.model.entity import Bound, Entity, Field, Type, Volume
from archwright.model.physical import (
    CheckConstraint,
    Column,
    ColumnFill,
    FillBy,
    ForeignKey,
    Physical,
    Route,
    Table,
    UniqueConstraint,
    WriteKind,
    WriteStep,
)
from archwright.model.quantity import Count
from archwright.model.system import System
from archwright.run.postgres import Postgres
from archwright.sql.ddl import schema_ddl

EXAMPLES = Path(__file__).parents[2] / "examples"
NOW = datetime(2026, 1, 31, 12, 34, 56, tzinfo=UTC)
_names = (f"seed_{number}" for number in itertools.count())


def _key(table: str, column: str, target: str) -> ForeignKey:
    return ForeignKey(name=f"{table}_{column}_fkey", columns=(column,), target=target, target_columns=("id",))


def _table(name: str, *columns: Column, entity: str | None = "", **rest: object) -> Table:
    given = {"key": ("id",), "columns": (Column(name="id", type="bigint", identity=True), *columns), **rest}
    return Table(name=name, entity=name.capitalize() if entity == "" else entity, **given)  # type: ignore[arg-type]  # the rest are Table's own fields


def _seeded(postgres: Postgres, tables: tuple[Table, ...], *entities: Entity, routes: tuple[Route, ...] = ()) -> Seeded:
    blueprint = Blueprint(
        version=1, system=System(name="x", entities=entities), physical=Physical(tables=tables, routes=routes)
    )
    dsn = postgres.ensure_database(next(_names))

    async def fill() -> Seeded:
        connection = await asyncpg.connect(dsn)
        await connection.execute(schema_ddl(tables))
        await connection.close()
        first = await seed(dsn, blueprint, NOW)
        again = await seed(dsn, blueprint, NOW)
        assert again.added == 0
        assert again.rows == first.rows
        return first

    return asyncio.run(fill())


def test_every_type_gets_a_value(postgres: Postgres) -> None:
    types = (
        "smallint", "integer", "bigint", "numeric(3, 2)", "numeric", "text", "varchar(2)", "boolean", "uuid",
        "date", "timestamptz", "timestamp", "jsonb", "bytea", "double precision",
    )  # fmt: skip
    columns = tuple(Column(name=f"c{place}", type=type_) for place, type_ in enumerate(types))
    seeded = _seeded(postgres, (_table("things", *columns),))
    assert seeded.left_out == {}
    assert seeded.added == len(seeded.rows["things"]) == 6
    assert all(value is not None for row in seeded.rows["things"] for value in row.values())


def test_bounds_enums_lengths_and_uniqueness_are_kept(postgres: Postgres) -> None:
    table = _table(
        "rates",
        Column(name="share", type="numeric(5, 4)", field="share"),
        Column(name="low", type="integer", field="low"),
        Column(name="state", type="text", field="state", default="'open'"),
        Column(name="code", type="text", field="code"),
        uniques=(UniqueConstraint(name="rates_code_key", columns=("code",)),),
        checks=(
            CheckConstraint(name="a", expression="share > 0 AND share < 1"),
            CheckConstraint(name="b", expression="low <= -5"),
            CheckConstraint(name="c", expression="length(code) <= 3"),
        ),
    )
    entity = Entity(
        name="Rates",
        fields=(
            Field(name="share", type=Type.DECIMAL, bounds=(Bound(operator=">", value=0), Bound(operator="<", value=1))),
            Field(name="low", type=Type.INT, bounds=(Bound(operator="<=", value=-5),)),
            Field(name="state", type=Type.ENUM, values=("open", "done")),
            Field(name="code", type=Type.TEXT, max_length=3),
        ),
    )
    seeded = _seeded(postgres, (table,), entity)
    assert seeded.left_out == {}
    assert {row["state"] for row in seeded.rows["rates"]} == {"open", "done"}


def test_later_columns_are_later_and_the_present_is_the_latest(postgres: Postgres) -> None:
    columns = (Column(name="starts", type="timestamptz"), Column(name="ends", type="timestamptz", default="now()"))
    check = CheckConstraint(name="order", expression="starts < ends")
    seeded = _seeded(postgres, (_table("stays", *columns, checks=(check,)),))
    assert seeded.left_out == {}
    assert max(row["ends"] or "" for row in seeded.rows["stays"]) < "2026-01-31"


def test_references_joins_and_trees(postgres: Postgres) -> None:
    tables = (
        _table(
            "nodes",
            Column(name="parent_id", type="bigint", nullable=True),
            foreign_keys=(_key("nodes", "parent_id", "nodes"),),
        ),
        _table("tags"),
        _table(
            "nodes_tags",
            entity=None,
            columns=(Column(name="node_id", type="bigint"), Column(name="tag_id", type="bigint")),
            key=("node_id", "tag_id"),
            foreign_keys=(_key("nodes_tags", "node_id", "nodes"), _key("nodes_tags", "tag_id", "tags")),
        ),
        _table("idempotency", Column(name="reply", type="text"), entity=None),
    )
    entities = (Entity(name="Tags", fields=(), volume=Volume(count=Count(3))),)
    seeded = _seeded(postgres, tables, *entities)
    assert seeded.left_out == {}
    assert [row["parent_id"] for row in seeded.rows["nodes"]].count(None) == 1
    assert len(seeded.rows["tags"]) == 3
    assert len(seeded.rows["nodes_tags"]) == 12
    assert "idempotency" not in seeded.rows


def test_copies_and_sums_agree_with_their_sources(postgres: Postgres) -> None:
    tables = (
        _table("goods", Column(name="price", type="numeric(9, 2)")),
        _table("bills", Column(name="total", type="numeric(12, 2)")),
        _table(
            "lines",
            Column(name="bill_id", type="bigint"),
            Column(name="good_id", type="bigint"),
            Column(name="qty", type="integer"),
            Column(name="price", type="numeric(9, 2)"),
            foreign_keys=(_key("lines", "bill_id", "bills"), _key("lines", "good_id", "goods")),
        ),
    )
    writes = (
        WriteStep(
            table="bills",
            kind=WriteKind.INSERT,
            fills=(ColumnFill(column="total", by=FillBy.SUM, source="lines.qty * lines.price"),),
        ),
        WriteStep(
            table="lines",
            kind=WriteKind.INSERT,
            many=True,
            fills=(ColumnFill(column="price", by=FillBy.COPY, source="goods.price", through="good_id"),),
        ),
    )
    route = Route(operation="bill", method="POST", path="/bills", writes=writes)
    seeded = _seeded(postgres, tables, routes=(route,))
    prices = {row["id"]: float(row["price"] or "") for row in seeded.rows["goods"]}
    for bill in seeded.rows["bills"]:
        own = [line for line in seeded.rows["lines"] if line["bill_id"] == bill["id"]]
        assert all(float(line["price"] or "") == prices[line["good_id"]] for line in own)
        assert float(bill["total"] or "") == pytest.approx(
            sum(int(line["qty"] or "") * float(line["price"] or "") for line in own)
        )


def test_what_cannot_be_made_is_told_and_the_rest_is_there(postgres: Postgres) -> None:
    tables = (
        _table("fine"),
        _table("odd", Column(name="n", type="integer"), checks=(CheckConstraint(name="magic", expression="n = -77"),)),
        _table("after", Column(name="odd_id", type="bigint"), foreign_keys=(_key("after", "odd_id", "odd"),)),
    )
    seeded = _seeded(postgres, tables)
    assert len(seeded.rows["fine"]) == 6
    assert 'violates check constraint "magic"' in seeded.left_out["odd"]
    assert seeded.left_out["after"] == "it refers to odd, which is empty"


def test_a_database_with_rows_gets_no_more(postgres: Postgres) -> None:
    tables = (_table("kept", Column(name="note", type="text")), _table("empty"))
    blueprint = Blueprint(version=1, system=System(name="x"), physical=Physical(tables=tables))
    dsn = postgres.ensure_database(next(_names))

    async def fill() -> Seeded:
        connection = await asyncpg.connect(dsn)
        await connection.execute(schema_ddl(tables) + "; INSERT INTO kept (note) VALUES ('mine')")
        await connection.close()
        return await seed(dsn, blueprint, NOW)

    seeded = asyncio.run(fill())
    assert seeded.added == 0
    assert seeded.rows == {"kept": [{"id": "1", "note": "mine"}], "empty": []}


def test_the_present_is_a_full_hour() -> None:
    assert moment(NOW) == datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("brief", sorted(EXAMPLES.glob("*.yaml")), ids=lambda brief: str(brief.stem))
def test_every_table_of_the_examples_gets_rows(postgres: Postgres, brief: Path) -> None:
    blueprint = design(read_brief(brief))
    seeded = _seeded(postgres, blueprint.physical.tables, *blueprint.system.entities, routes=blueprint.physical.routes)
    assert seeded.left_out == {}
    assert all(seeded.rows.values())
