"""Database drivers: when a transaction is open, what is locked, which text runs with parameters; MongoDB's collections."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.effect import Commit, HttpCall, Interpret, Lock, Read, Rollback, TransactionBegin, Write
from archwright.model.value import Use
from archwright.source.program import Program

Made = Callable[..., Program]
KINDS = (Read, Write, Interpret, Lock, TransactionBegin, Commit, Rollback, HttpCall)


def marks(program: Program) -> list[str]:
    """The states at the HTTP calls, in order: they are put where something is to be seen."""
    return [str(effect.context.transaction) for effect in program.effects if isinstance(effect, HttpCall)]


def run(program: Made, body: str) -> Program:
    return program({"a.py": "import requests\n" + body}, *KINDS)


def test_psycopg_opens_with_the_first_statement(program: Made) -> None:
    found = run(
        program,
        """
import psycopg2

def main():
    connection = psycopg2.connect("")
    requests.get("a")
    cursor = connection.cursor()
    cursor.execute("select * from a where b = %s for update", ("x",))
    requests.get("b")
    connection.commit()
    requests.get("c")
    with connection:
        with connection.cursor() as cursor:
            cursor.execute("insert into a values (1)")
            requests.get("d")
    requests.get("e")

def other():
    connection = psycopg2.connect("")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("select 1")
    requests.get("f")

main()
other()
""",
    )
    assert marks(found) == ["off", "on", "off", "on", "off", "off"]
    assert [e.kind for e in found.effects if isinstance(e, Lock)] == ["row"]
    assert [e.parameters for e in found.effects if isinstance(e, Interpret)] == [True, False, False]


def test_sqlite_opens_with_a_change(program: Made) -> None:
    found = run(
        program,
        """
import sqlite3

def main():
    connection = sqlite3.connect("a.db")
    connection.execute("select 1")
    requests.get("a")
    connection.execute("update a set b = 1")
    requests.get("b")
    connection.rollback()
    requests.get("c")
    free = sqlite3.connect("a.db", isolation_level=None)
    free.execute("delete from a")
    requests.get("d")
    free.execute("BEGIN")
    requests.get("e")
    free.execute("COMMIT")
    requests.get("f")

main()
""",
    )
    assert marks(found) == ["off", "on", "off", "off", "on", "off"]
    assert [e.place.line for e in found.effects if isinstance(e, TransactionBegin)] == [16]
    assert [e.place.line for e in found.effects if isinstance(e, Commit)] == [18]


def test_asyncpg_and_psycopg3_open_on_request(program: Made) -> None:
    found = run(
        program,
        """
import asyncpg
import psycopg

async def main():
    pool = await asyncpg.create_pool("")
    async with pool.acquire() as connection:
        await connection.execute("insert into a values ($1)", 1)
        requests.get("a")
        async with connection.transaction():
            await connection.fetchrow("select 1")
            requests.get("b")
        requests.get("c")
        block = connection.transaction()
        await block.start()
        requests.get("d")
        await block.commit()
        requests.get("e")
    with psycopg.connect("", autocommit=True) as three:
        three.execute("select 1")
        requests.get("f")
        with three.transaction():
            requests.get("g")

main()
""",
    )
    assert marks(found) == ["off", "on", "off", "on", "off", "off", "on"]


def test_composed_sql_is_clean(program: Made) -> None:
    found = run(
        program,
        """
import psycopg
from psycopg import sql
from flask import request

def main():
    with psycopg.connect("") as connection:
        table = request.args["table"]
        connection.execute(sql.SQL("select * from {}").format(sql.Identifier(table)))
        connection.execute(sql.SQL("select {} from a").format(sql.SQL(", ").join([sql.Identifier(table)])))
        connection.execute(f"select * from {table}")
""",
    )
    texts = [e.text for e in found.effects if isinstance(e, Interpret)]
    assert [str(text.state(Use.SQL_TEXT)) for text in texts][-1] == "dirty"
    assert [str(text.state(Use.SQL_TEXT)) for text in texts][:2] == ["clean", "clean"]


def test_documents_are_read_and_written(program: Made) -> None:
    found = run(
        program,
        """
from motor.motor_asyncio import AsyncIOMotorClient

client = AsyncIOMotorClient("mongodb://")
orders = client.shop.orders

async def main(name):
    await orders.find_one({"name": name, "total": {"$gt": 3}})
    await client["shop"]["orders"].update_one({"name": name}, {"$set": {"total": 1}}, upsert=True)
    async with await client.start_session() as session:
        async with session.start_transaction():
            await orders.insert_one({"name": name})
    async for order in orders.find({}):
        await orders.delete_one({"_id": order["_id"]})

main("a")
""",
    )
    reads = [e for e in found.effects if isinstance(e, Read)]
    assert [[(c.path, c.operator) for c in e.predicate] for e in reads] == [[("name", "="), ("total", ">")], []]
    writes = [
        (str(e.kind), e.fields, str(e.context.transaction), len(e.context.loops))
        for e in found.effects
        if isinstance(e, Write) and not e.context.calls
    ]
    assert writes == [
        ("upsert", ("total",), "off", 0),
        ("insert", ("name",), "on", 0),
        ("delete", (), "off", 1),
    ]


def test_a_cursor_of_an_unknown_connection_runs_text(program: Made) -> None:
    found = run(
        program,
        """
from somewhere import connect

def main(question):
    cursor = connect("a").cursor()
    cursor.execute(question)
""",
    )
    (text,) = [e for e in found.effects if isinstance(e, Interpret)]
    assert [origin.name for origin in text.text.origins] == ["question"]
