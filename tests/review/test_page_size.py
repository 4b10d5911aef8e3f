"""`limits/page-size`: the amount of rows is the sender's, and something bounds it or nothing does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Told = Callable[..., list[str]]
RULE = "limits/page-size"

FLASK = """
from flask import Flask, abort, request
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = Flask(__name__)
session = Session(create_engine("sqlite://"))
MOST = 100

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

def bounded(size):
    if size > MOST:
        abort(400)
    return size

def fetched(size):
    return session.scalars(select(Order).limit(size)).all()

@app.get("/orders")
def orders():
    CODE
"""
READ = "return fetched(size)"


@pytest.mark.parametrize(
    "code",
    [
        "size = int(request.args['size'])\n    " + READ,
        "size = request.args.get('size', 20, type=int)\n    " + READ,
        "size = max(1, int(request.args['size']))\n    " + READ,
        "size = int(request.args['size'])\n    if size < 1: abort(400)\n    " + READ,
        "return session.query(Order).limit(request.args['size']).all()",
    ],
)
def test_nothing_bounds(told: Told, code: str) -> None:
    assert len(told({"app.py": FLASK.replace("CODE", code)}, RULE)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "size = min(int(request.args['size']), MOST)\n    " + READ,
        "size = max(1, min(MOST, int(request.args['size'])))\n    " + READ,
        "size = int(request.args['size'])\n    if size > MOST: size = MOST\n    " + READ,
        "size = int(request.args['size'])\n    if size > MOST: abort(400)\n    " + READ,
        "size = int(request.args['size'])\n    if not 0 < size <= MOST: abort(400)\n    " + READ,
        "size = bounded(int(request.args['size']))\n    " + READ,
        "size = request.args['size']\n    if int(size) > 50: abort(400)\n    " + READ,
        "size = int(request.args['size'])\n    size = size if size < MOST else MOST\n    " + READ,
        "size = request.args['size']\n    if size not in ('10', '50'): abort(400)\n    " + READ,
        "size = 20\n    " + READ,
        "rows = session.query(Order)\n    if request.args.get('size'): rows = rows.limit(request.args['size'])\n    return rows.all()",
        "return session.scalars(select(Order).limit(20).offset(int(request.args['start']))).all()",
    ],
)
def test_something_bounds(told: Told, code: str) -> None:
    assert told({"app.py": FLASK.replace("CODE", code)}, RULE) == []


DJANGO = {
    "shop/__init__.py": "",
    "shop/models.py": "from django.db import models\n\nclass Order(models.Model):\n    number = models.TextField()\n",
    "shop/urls.py": "from django.urls import path\nfrom shop import views\nurlpatterns = [path('orders/', views.orders)]\n",
}
VIEWS = """
from django.core.paginator import Paginator
from django.http import JsonResponse
from shop.models import Order

def orders(request):
    size = int(request.GET["size"])
    BOUND
    rows = ROWS
    return JsonResponse({"orders": [row.number for row in rows]})
"""


@pytest.mark.parametrize(
    "rows", ["Order.objects.all()[:size]", "Paginator(Order.objects.order_by('id'), size).page(1)"]
)
@pytest.mark.parametrize(
    ("bound", "found"), [("pass", 1), ("size = min(size, 100)", 0), ("if size > 100: size = 100", 0)]
)
def test_django(told: Told, rows: str, bound: str, found: int) -> None:
    views = VIEWS.replace("BOUND", bound).replace("ROWS", rows)
    assert len(told({**DJANGO, "shop/views.py": views}, RULE)) == found


def test_a_page_that_starts_anywhere_is_as_long_as_the_service_says(told: Told) -> None:
    views = VIEWS.replace("BOUND", "pass").replace("ROWS", "Order.objects.all()[size:size + 20]")
    assert told({**DJANGO, "shop/views.py": views}, RULE) == []


@pytest.mark.parametrize(
    ("orm", "model", "rows"),
    [
        (
            "peewee",
            "db = SqliteDatabase('x')\nclass Order(Model):\n    number = TextField()\n    class Meta: database = db\n",
            "list(Order.select().limit(size))",
        ),
        (
            "tortoise.models",
            "from tortoise import fields\nclass Order(Model):\n    number = fields.TextField()\n",
            "await Order.all().limit(size)",
        ),
    ],
)
@pytest.mark.parametrize(("size", "found"), [("size: int = 20", 1), ("size: int = Query(20, le=100)", 0)])
def test_fastapi(told: Told, orm: str, model: str, rows: str, size: str, found: int) -> None:
    code = (
        f"from {orm} import *\nfrom {orm} import Model\nfrom fastapi import FastAPI, Query\napp = FastAPI()\n{model}\n"
        f"@app.get('/orders')\nasync def orders({size}):\n    return [row.number for row in {rows}]\n"
    )
    assert len(told({"app.py": code}, RULE)) == found


PAGINATED = """
from rest_framework import serializers, viewsets
from rest_framework.pagination import LimitOffsetPagination, PageNumberPagination
from shop.models import Order

PAGES

class OrderSerializer(serializers.ModelSerializer):
    class Meta:
        model = Order
        fields = ["number"]

class Orders(viewsets.ModelViewSet):
    queryset = Order.objects.all()
    serializer_class = OrderSerializer
    pagination_class = CHOSEN

class Others(Orders):
    pass
"""
ROUTER = """
from django.urls import include, path
from rest_framework.routers import DefaultRouter
from shop.views import Orders, Others

router = DefaultRouter()
router.register("orders", Orders)
router.register("others", Others)
urlpatterns = [path("", include(router.urls))]
"""


@pytest.mark.parametrize(
    ("pages", "chosen", "found"),
    [
        ("", "LimitOffsetPagination", 1),
        ("class Pages(LimitOffsetPagination):\n    default_limit = 10\n", "Pages", 1),
        ("class Pages(LimitOffsetPagination):\n    max_limit = 100\n", "Pages", 0),
        ("class Pages(PageNumberPagination):\n    page_size_query_param = 'size'\n", "Pages", 1),
        (
            "class Pages(PageNumberPagination):\n    page_size_query_param = 'size'\n    max_page_size = 100\n",
            "Pages",
            0,
        ),
        ("class Pages(PageNumberPagination):\n    page_size = 20\n", "Pages", 0),
        ("", "PageNumberPagination", 0),
        (
            "class Pages(PageNumberPagination):\n    page_size_query_param = 's'\n    def get_page_size(self, request):\n        return 5\n",
            "Pages",
            0,
        ),
    ],
)
def test_paginators_of_rest_framework(told: Told, pages: str, chosen: str, found: int) -> None:
    views = PAGINATED.replace("PAGES", pages).replace("CHOSEN", chosen)
    assert len(told({**DJANGO, "shop/urls.py": ROUTER, "shop/views.py": views}, RULE)) == found


MAKERS = """
from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

app = FastAPI()
session = Session(create_engine("sqlite://"))
MOST = 200

class Base(DeclarativeBase):
    pass

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

def limit_body():
    MAKES

@app.post("/orders")
async def orders(limit: int = limit_body()):
    return session.scalars(select(Order).limit(limit)).all()
"""
DEPENDS = """def get_limit(limit: int = Query(None)):
        limit = limit if limit is not None else MOST
        if limit OVER MOST:
            raise HTTPException(422)
        return limit
    return Depends(get_limit)"""


@pytest.mark.parametrize(
    ("makes", "found"),
    [
        (DEPENDS.replace("OVER", ">"), 0),
        (DEPENDS.replace("OVER", "<"), 1),
        ("return Query(20, le=200)", 0),
        ("return Query(20)", 1),
    ],
)
def test_a_function_that_makes_the_marker_of_a_parameter(told: Told, makes: str, found: int) -> None:
    assert len(told({"app.py": MAKERS.replace("MAKES", makes)}, RULE)) == found
