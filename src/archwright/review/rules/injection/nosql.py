"""`injection/nosql`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.effect import Interpret, Language
from archwright.model.finding import Impact
from archwright.model.value import OriginKind, Use, Value
from archwright.model.which import Which
from archwright.review.given import given
from archwright.review.rule import Reaching, Rule, Ungiven, Verdict, example
from archwright.review.sent import tainted

_STRUCTURED = ("request body", "json", "message", "payload")
"""What sources of structured data are called: only there a sender may give a dictionary where a text is meant."""
_QUERY = re.compile(r"(?:^|_)(?:query|statement)$", re.IGNORECASE)
"""Names of arguments that are queries themselves. Conditions stand in no quotes."""


class NosqlInjection(Rule):
    """Data from outside becomes a part of a query of a document or graph store that the store reads as more than a value.

    That is a filter of MongoDB, or a value in one, that comes from a structured body and may be a dictionary of operators; a text that
    MongoDB runs as JavaScript (`$where`); a query text of Neo4j or ArangoDB. Texts, numbers and validated fields are clean as values, and
    so is what stands behind `$eq`. What can't be followed is not reported.

    In code that nothing in the program calls, an argument between quotes that a query text writes itself is reported, with medium confidence; with low
    confidence where it comes through several functions, or is what an object of a configuration holds.

    Why: `{"password": {"$ne": null}}` fits every row, and `{"$regex": "^a"}` reads a column one character after the other. In a query
    text the sender writes conditions and further clauses.

    Instead: say of which type the value is (`str(...)`, a field of a schema), or write `{"$eq": value}`; bind the values of a query
    text.

    Fine when: the sender is meant to write filters, over rows that are all theirs.

    Fix safety: no automatic fix. `str(...)` would hide a wrong type where an error is better.
    """

    name = "injection/nosql"
    impact = Impact.CRITICAL
    cwe = "CWE-943"
    security = True
    which = Which.SENT | Which.GIVEN
    bad = (
        example(
            "values of a JSON body in a filter",
            framework="flask",
            code="""
                from flask import Flask, request
                from pymongo import MongoClient

                app = Flask(__name__)
                users = MongoClient()["shop"]["users"]

                @app.post("/login")
                def login():
                    given = request.get_json()
                    user = users.find_one({"name": given["name"], "password": given["password"]})
                    return {"ok": user is not None}
            """,
        ),
        example(
            "a text that the database runs as JavaScript",
            framework="django",
            files={
                "urls.py": """
                    from django.urls import path
                    import views

                    urlpatterns = [path("products/", views.products)]
                """,
                "views.py": """
                    from django.http import JsonResponse
                    from pymongo import MongoClient

                    database = MongoClient().shop

                    def products(request):
                        found = database.products.find({"$where": "this.price < " + request.GET["price"]})
                        return JsonResponse({"names": [each["name"] for each in found]})
                """,
            },
        ),
        example(
            "a text of Cypher",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from neo4j import GraphDatabase

                app = FastAPI()
                driver = GraphDatabase.driver("neo4j://localhost")

                @app.get("/friends/{name}")
                def friends(name: str):
                    with driver.session() as session:
                        return session.run(f"MATCH (p {{name: '{name}'}})--(f) RETURN f.name").values()
            """,
        ),
    )
    good = (
        example(
            "texts by type, an operator that takes a plain value",
            framework="flask",
            code="""
                from flask import Flask, request
                from pymongo import MongoClient

                app = Flask(__name__)
                users = MongoClient()["shop"]["users"]

                @app.post("/login")
                def login():
                    given = request.get_json()
                    by_form = users.find_one({"name": request.form["name"]})
                    user = users.find_one({"name": str(given["name"]), "code": {"$eq": given["code"]}})
                    return {"ok": user is not None and by_form is not None}
            """,
        ),
        example(
            "a field of a schema, a bound value",
            framework="fastapi",
            code="""
                from fastapi import FastAPI
                from neo4j import GraphDatabase
                from pydantic import BaseModel
                from pymongo import MongoClient

                app = FastAPI()
                orders = MongoClient().shop.orders
                driver = GraphDatabase.driver("neo4j://localhost")

                class Search(BaseModel):
                    city: str

                @app.post("/orders/search")
                def search(given: Search):
                    with driver.session() as session:
                        session.run("MATCH (c {name: $city}) RETURN c", city=given.city)
                    return [order["number"] for order in orders.find({"city": given.city})]
            """,
        ),
    )

    def check(self, effect: Interpret, reaching: Reaching, ungiven: Ungiven) -> Iterator[Verdict]:
        if effect.language is Language.QUERY:
            yield from tainted(
                effect,
                effect.text,
                Use.SQL_TEXT,
                reaching,
                message=f"{{it}} becomes part of the query text that {effect.api} runs.",
                why="{who} can rewrite the query{through}, and read or change what the service's account may.",
                fix="Write a parameter where the value stands, and pass the value beside the text.",
                harm=f"{effect.api} runs the query",
                impact=Impact.CRITICAL,
            )
            yield from given(
                effect,
                effect.text,
                ungiven,
                mark=Use.QUOTED,
                use=Use.SQL_TEXT,
                meant=_QUERY,
                message=f"{{it}} is put between quotes into the query text that {effect.api} runs.",
                why="A quote in the value ends it, and what follows is read as a part of the query: whoever can choose the value can "
                "rewrite the query.",
                fix="Write a parameter where the value stands, and pass the value beside the text.",
                harm=f"{effect.api} runs the query",
                impact=Impact.HIGH,
            )
        elif effect.language is Language.FILTER:
            structured = tuple(
                origin
                for origin in effect.text.origins
                if origin.kind is not OriginKind.SOURCE or any(word in origin.name.lower() for word in _STRUCTURED)
            )
            yield from tainted(
                effect,
                Value(origins=structured),
                Use.FILTER,
                reaching,
                message=f"{{it}} may be a dictionary of operators in the filter of {effect.api}.",
                why="{who} can send operators instead of a value{through}, and get or change rows that the filter was to hold back.",
                fix='Say of which type the value is (str(...), or a schema), or compare with {"$eq": value}.',
                harm=f"{effect.api} reads the filter",
                impact=Impact.CRITICAL,
            )
