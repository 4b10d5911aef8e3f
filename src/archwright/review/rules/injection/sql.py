"""`injection/sql`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Confidence, Impact, Remedy, RemedyKind
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.given import CATALOG, given
from archwright.review.rule import Reaching, Rule, Ungiven, Verdict, example
from archwright.review.sent import sent, tainted
from archwright.review.stored import Stored

_IDENTIFIER = re.compile(
    r"\b(?:order\s+by|group\s+by|from|join|into|update|table|collate|asc|desc|index|view|schema|column|set)\s*"
    r"(?:[\w.\"`\[\]]+\s*,\s*)*[\"`\[]?[\w.]*\{\}",
    re.IGNORECASE,
)
"""A hole where SQL expects a name or a keyword, which no driver can bind."""
_BIND = "Put a placeholder where the value stands, without quotes, and pass the value beside the text."
_SQL = re.compile(r"(?:^|_)(?:sql|query|statement)$", re.IGNORECASE)
"""Names of arguments that are SQL themselves: some functions of databases take statements as texts. Conditions stand in no quotes."""

_SERVERS_OWN = re.compile(r"\bpg_(?:terminate|cancel)_backend\b|\bkill(?:_query)?\b", re.IGNORECASE)
"""What ends a session or a query of the server itself, whose id the server told."""


class SqlInjection(Rule):
    """Data from outside becomes part of an SQL text.

    The data is followed from where the service receives it through every function and file to the call that runs the
    text. Bound parameters, numbers, members of a fixed list and quoted identifiers are clean. What can't be followed
    is not reported.

    In code that nothing in the program calls, as in a library or a store, the text itself tells: an argument that stands between
    quotes written by hand (`f"key = '{key}'"`) is reported, with medium confidence, for no caller can make it right;
    with low confidence where it comes through several functions, or is what an object of a configuration holds. So is what rows hold, where
    commands alone run it.

    Why: the database can't tell the author's SQL from the sender's. A sender reads and changes every row that the
    service's account may touch, past every check in the code.

    Instead: write placeholders in the text and pass the values beside it. A table or column name can't be passed so:
    choose it from a fixed list, or quote it with the driver's own function (psycopg's `sql.Identifier`).

    Fine when: the sender is meant to write SQL, as in a query console, and the account may do no more than the sender.

    Fix safety: no automatic fix. Binding changes how a value is quoted, so the quotes around a placeholder must go too.
    """

    name = "injection/sql"
    impact = Impact.CRITICAL
    cwe = "CWE-89"
    security = True
    which = Which.SENT | Which.GIVEN | Which.STORED
    bad = (
        example(
            "a query parameter formatted into the text",
            framework="flask",
            code="""
                import sqlite3
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/users")
                def users():
                    name = request.args["name"]
                    rows = sqlite3.connect("app.db").execute(f"SELECT id FROM users WHERE name = '{name}'")
                    return [row[0] for row in rows]
            """,
        ),
        example(
            "a path parameter that passes two functions and a file on its way to raw SQL",
            framework="django",
            files={
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("products/<str:code>/", views.product)]
                """,
                "shop/views.py": """
                    from django.http import JsonResponse
                    from shop.lookup import find

                    def product(request, code):
                        return JsonResponse({"id": find(code)})
                """,
                "shop/lookup.py": """
                    from django.db import connection

                    def find(code):
                        return scalar("SELECT id FROM shop_product WHERE code = '" + code + "'")

                    def scalar(sql):
                        with connection.cursor() as cursor:
                            cursor.execute(sql)
                            return cursor.fetchone()[0]
                """,
                "shop/__init__.py": "",
            },
        ),
        example(
            "a column to sort by, taken as it came",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from sqlalchemy import create_engine, text

                app = FastAPI()
                engine = create_engine("postgresql://localhost/shop")

                @app.get("/orders")
                def orders(sort: str = "id"):
                    with engine.connect() as connection:
                        return connection.execute(text("SELECT id FROM orders ORDER BY " + sort)).scalars().all()
            """,
        ),
        example(
            "a store of a library that writes the quotes itself",
            framework="dbapi",
            code="""
                import sqlite3

                class Store:
                    def __init__(self, path, table):
                        self.connection = sqlite3.connect(path)
                        self.table = table

                    def _all(self, sql):
                        return self.connection.execute(sql).fetchall()

                    def find(self, filters):
                        conditions = " AND ".join(f"{name} = '{value}'" for name, value in filters.items())
                        return self._all(f"SELECT * FROM {self.table} WHERE {conditions}")
            """,
        ),
    )
    good = (
        example(
            "the same store, with a name of its own, a number and a bound value",
            framework="dbapi",
            code="""
                import sqlite3

                class Store:
                    def __init__(self, path, table):
                        self.connection = sqlite3.connect(path)
                        self.table = table

                    def find(self, name, size: int):
                        sql = f"SELECT * FROM {self.table} WHERE name = ? AND kind = 'order' AND size = '{size}'"
                        return self.connection.execute(sql, (name,)).fetchall()
            """,
        ),
        example(
            "the value is bound",
            framework="flask",
            code="""
                import sqlite3
                from flask import Flask, request

                app = Flask(__name__)

                @app.get("/users")
                def users():
                    name = request.args["name"]
                    rows = sqlite3.connect("app.db").execute("SELECT id FROM users WHERE name = ?", (name,))
                    return [row[0] for row in rows]
            """,
        ),
        example(
            "the text has holes for placeholders only",
            framework="django",
            files={
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("products/", views.products)]
                """,
                "shop/views.py": """
                    from django.db import connection
                    from django.http import JsonResponse

                    def products(request):
                        codes = request.GET.getlist("code")
                        marks = ", ".join(["%s"] * len(codes))
                        with connection.cursor() as cursor:
                            cursor.execute(f"SELECT id FROM shop_product WHERE code IN ({marks})", codes)
                            return JsonResponse({"ids": [row[0] for row in cursor.fetchall()]})
                """,
                "shop/__init__.py": "",
            },
        ),
        example(
            "the column is one of a fixed list, the limit is a number",
            framework="fastapi",
            code="""
                from fastapi import FastAPI, HTTPException
                from sqlalchemy import create_engine, text

                app = FastAPI()
                engine = create_engine("postgresql://localhost/shop")
                SORTS = {"id": "id", "newest": "placed_at DESC"}

                @app.get("/orders")
                def orders(sort: str = "id", limit: int = 20):
                    if sort not in SORTS:
                        raise HTTPException(422)
                    with engine.connect() as connection:
                        sql = f"SELECT id FROM orders ORDER BY {SORTS[sort]} LIMIT {limit}"
                        return connection.execute(text(sql)).scalars().all()
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching, ungiven: Ungiven, stored: Stored) -> Iterator[Verdict]:
        if effect.language is not Language.SQL:
            return
        api = effect.api or "the database"
        kind, fix = _remedy(effect)
        yield from tainted(
            effect,
            effect.text,
            Use.SQL_TEXT,
            reaching,
            stored=stored,
            message=f"{{it}} becomes part of the SQL text that {api} runs.",
            why="{who} can rewrite the statement{through}, and read or change every row its account may touch.",
            fix=fix,
            harm=f"{api} runs the text",
            impact=Impact.CRITICAL,
            confidence=Confidence.LOW if _named(effect, stored) else Confidence.HIGH,
            remedy=Remedy(kind=kind),
        )
        if _SERVERS_OWN.search(effect.text.text or ""):
            return
        yield from given(
            effect,
            effect.text,
            ungiven,
            mark=Use.QUOTED,
            use=Use.SQL_TEXT,
            meant=_SQL,
            message=f"{{it}} is put between quotes into the SQL text that {api} runs.",
            why="A quote in the value ends it, and what follows is read as SQL: whoever can choose the value can rewrite the statement.",
            fix=_BIND,
            harm=f"{api} runs the text",
            impact=Impact.HIGH,
        )


def _named(effect: Interpret, stored: Stored) -> bool:
    """True for the name of a table or a column that a row keeps: who describes a database to a service is let into it."""
    found = sent(effect, effect.text, Use.SQL_TEXT, stored)
    return found is not None and found.kept is not None and CATALOG.search(found.kept.field) is not None


def _remedy(effect: Interpret) -> tuple[RemedyKind, str]:
    """Bind values; names can't be bound. Where the text shows which of the two the hole is, say only that."""
    text = effect.text.text or ""
    names = len(_IDENTIFIER.findall(text))
    if names and names == text.count("{}"):
        return RemedyKind.ALLOW, (
            "A name or a sort order can't be bound: look the sender's word up in a fixed dictionary of allowed columns, "
            "and put the dictionary's value into the text."
        )
    bind = _BIND
    if names:
        bind += " Names of tables and columns can't be bound: choose those from a fixed list."
    return RemedyKind.BIND, bind
