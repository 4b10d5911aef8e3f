"""`limits/page-size`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from archwright.model.effect import Take
from archwright.model.finding import Confidence, Impact
from archwright.model.value import Use
from archwright.model.which import Which
from archwright.review.rule import Reaching, Rule, Verdict, example, replaced
from archwright.review.sent import sent, tainted

_SENT = ("query parameter '", "request argument '")


class PageSize(Rule):
    """Who asks says how many rows are fetched, and nothing says how many are the most.

    A query parameter reaches the limit of a query (`LIMIT` of a text, too), a slice of one, or the size of a paginator's pages. That it is converted to a number
    bounds nothing, and paginators of Django REST framework let any size through without `max_page_size` or `max_limit`;
    `min(size, 100)`, a comparison with the service's own number, `Query(le=100)` and lists of allowed sizes do.

    Why: `?limit=1000000000` makes one request read a whole table, hold it in memory and write it out.

    Instead: `min(size, MAX_SIZE)`, or declare the most: `Query(100, le=500)`.

    Fine when: the table stays small, or only trusted callers ask.

    Fix safety: no automatic fix. How many rows clients need at once is not in the code.
    """

    name = "limits/page-size"
    impact = Impact.MEDIUM
    cwe = "CWE-770"
    security = True
    which = Which.SENT
    bad = (
        example(
            "a number that is only converted",
            framework="django",
            files={
                "shop/__init__.py": "",
                "shop/models.py": """
                    from django.db import models

                    class Order(models.Model):
                        number = models.TextField()
                """,
                "shop/urls.py": """
                    from django.urls import path
                    from shop import views

                    urlpatterns = [path("orders/", views.orders)]
                """,
                "shop/views.py": """
                    from django.http import JsonResponse
                    from shop.models import Order

                    def orders(request):
                        size = int(request.GET.get("size", 20))
                        return JsonResponse({"orders": [order.number for order in Order.objects.all()[:size]]})
                """,
            },
        ),
        example(
            "a declared number without a maximum",
            framework="fastapi",
            code="""
                from fastapi import Depends, FastAPI
                from sqlalchemy import create_engine, select
                from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

                app = FastAPI()
                engine = create_engine("postgresql:///shop")

                class Base(DeclarativeBase):
                    pass

                class Order(Base):
                    __tablename__ = "orders"
                    id: Mapped[int] = mapped_column(primary_key=True)

                @app.get("/orders")
                def orders(limit: int = 100):
                    with Session(engine) as session:
                        return [order.id for order in session.scalars(select(Order).limit(limit))]
            """,
        ),
        example(
            "the limit of an SQL text, and of a cursor",
            framework="starlette",
            code="""
                import sqlite3
                import pymongo
                from starlette.applications import Starlette
                from starlette.responses import JSONResponse
                from starlette.routing import Route

                shop = pymongo.MongoClient().shop

                async def sold(request):
                    limit = int(request.query_params.get("limit", 10))
                    rows = sqlite3.connect("shop.db").execute("SELECT id FROM orders WHERE sold = ? LIMIT ?", (1, limit))
                    return JSONResponse({"orders": [row[0] for row in rows]})

                async def listed(request):
                    limit = int(request.query_params.get("limit", 10))
                    return JSONResponse({"orders": [order["number"] for order in shop.orders.find({}).limit(limit)]})

                app = Starlette(routes=[Route("/sold", sold), Route("/orders", listed)])
            """,
        ),
    )
    good = (
        example(
            "a value of the condition, and the least of two",
            framework="starlette",
            code="""
                import sqlite3
                import pymongo
                from starlette.applications import Starlette
                from starlette.responses import JSONResponse
                from starlette.routing import Route

                shop = pymongo.MongoClient().shop

                async def sold(request):
                    kind = request.query_params["kind"]
                    rows = sqlite3.connect("shop.db").execute("SELECT id FROM orders WHERE kind = ? LIMIT ?", (kind, 10))
                    return JSONResponse({"orders": [row[0] for row in rows]})

                async def listed(request):
                    limit = min(int(request.query_params.get("limit", 10)), 100)
                    return JSONResponse({"orders": [order["number"] for order in shop.orders.find({}).limit(limit)]})

                app = Starlette(routes=[Route("/sold", sold), Route("/orders", listed)])
            """,
        ),
        example(
            "the most is declared, or taken",
            framework="fastapi",
            code="""
                from typing import Annotated
                from fastapi import FastAPI, HTTPException, Query
                from sqlalchemy import create_engine, select
                from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

                app = FastAPI()
                engine = create_engine("postgresql:///shop")

                class Base(DeclarativeBase):
                    pass

                class Order(Base):
                    __tablename__ = "orders"
                    id: Mapped[int] = mapped_column(primary_key=True)

                def listed(limit):
                    with Session(engine) as session:
                        return [order.id for order in session.scalars(select(Order).limit(limit))]

                @app.get("/orders")
                def orders(limit: int = Query(100, le=500)):
                    return listed(limit)

                @app.get("/sold")
                def sold(limit: Annotated[int, Query(le=500)] = 100):
                    return listed(limit)

                @app.get("/sent")
                def sent(limit: int = 100):
                    return listed(min(limit, 500))

                @app.get("/returned")
                def returned(limit: int = 100):
                    if limit > 500:
                        raise HTTPException(400)
                    return listed(limit)
            """,
        ),
    )

    def check(self, effect: Take, reaching: Reaching) -> Iterator[Verdict]:
        sent_by = tuple(origin for origin in effect.amount.origins if origin.name.startswith(_SENT))
        rows = f"rows of {effect.entity.rpartition('.')[2]}" if effect.entity else "rows"
        amount = msgspec.structs.replace(effect.amount, origins=sent_by)
        found = sent(effect, amount, Use.AMOUNT)
        for verdict in tainted(
            effect,
            amount,
            Use.AMOUNT,
            reaching,
            message=f"{{it}} says how many rows a page of {effect.by} has, without a maximum."
            if effect.by
            else f"{{it}} says how many {rows} are fetched, without a maximum.",
            why="{who} can have whole tables read into memory by one request{through}.",
            fix="Take the least of it and a maximum of your own.",
            harm="as many rows are fetched",
            impact=Impact.MEDIUM,
            confidence=Confidence.MEDIUM,
            staff=Confidence.LOW,
        ):
            chosen = found.name if found is not None else ""
            yield replaced(verdict, cause=f"{effect.by or verdict.start} {chosen}")
