"""Surveys of small projects: what is found is what the code says, and nothing of the tests."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.blueprint import Blueprint
from archwright.model.effect import WriteKind
from archwright.model.entity import Index, OnDelete, Type, Unique
from archwright.model.operation import Command, Http, Message
from archwright.model.quantity import Duration
from archwright.model.serial import to_json
from archwright.source.survey import survey

Survey = Callable[[dict[str, str]], Blueprint]


@pytest.fixture
def surveyed(tmp_path: Path) -> Survey:
    def made(files: dict[str, str]) -> Blueprint:
        for name, text in files.items():
            path = tmp_path / "shop" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        return survey(tmp_path / "shop")[0]

    return made


DJANGO = {
    "manage.py": "",
    "shop/__init__.py": "",
    "shop/models.py": """
        from django.contrib.auth.models import AbstractUser
        from django.db import models
        from django.utils.timezone import now

        class User(AbstractUser):
            nick = models.SlugField()

        class Owned(models.Model):
            owner = models.ForeignKey("User", models.SET_NULL, null=True, related_name="%(class)ss")

            class Meta:
                abstract = True

        class Status(models.TextChoices):
            OPEN = "open", "Open"
            PAID = "paid", "Paid"

        class Product(models.Model):
            sku = models.CharField(max_length=40, primary_key=True)
            price = models.DecimalField(max_digits=9, decimal_places=2, default=0)

        class Order(Owned):
            '''An order.

            Long.
            '''
            status = models.CharField(max_length=8, choices=Status.choices, default="open", db_index=True)
            placed = models.DateTimeField(default=now)
            products = models.ManyToManyField(Product, through="Line")
            note = models.TextField(null=True)

            class Meta:
                db_table = "orders"
                unique_together = [("owner", "placed")]
                indexes = [models.Index(fields=["status", "-placed"], name="open_first", condition=models.Q(status="open"))]
                constraints = [models.UniqueConstraint(fields=["note"], name="note_once", condition=models.Q(note__isnull=False))]

        class Line(models.Model):
            order = models.ForeignKey(Order, on_delete=models.CASCADE)
            product = models.OneToOneField(Product, on_delete=models.PROTECT)

        class Special(Order):
            reason = models.URLField()

        class OpenOrder(Order):
            class Meta:
                proxy = True
    """,
    "shop/views.py": """
        import requests
        from django.contrib.auth.decorators import login_required
        from django.http import HttpResponse
        from django.views.decorators.http import require_POST
        from shop.models import Line, Order

        def helper(order):
            return Line.objects.filter(order=order).count()

        @require_POST
        @login_required
        def pay(request, pk):
            order = Order.objects.get(pk=pk)
            order.status = "paid"
            order.save()
            requests.post("https://pay.example.com/charge", timeout=5)
            return HttpResponse(helper(order))

        def index(request):
            return HttpResponse("hello")
    """,
    "shop/urls.py": """
        from django.urls import path
        from shop import views
        urlpatterns = [path("", views.index), path("orders/<int:pk>/pay/", views.pay)]
    """,
    "shop/tasks.py": """
        from celery import shared_task
        from shop.models import Order

        @shared_task
        def clean():
            Order.objects.filter(status="open").delete()
    """,
    "shop/management/commands/tidy.py": """
        from django.core.management.base import BaseCommand

        class Command(BaseCommand):
            def handle(self, *args, **options):
                pass
    """,
    "tests/test_models.py": """
        from django.db import models
        class Fake(models.Model):
            name = models.TextField()
    """,
    "requirements.txt": "Django>=4.2,<5  # web\ncelery==5.3.1 --hash=sha256:00\npsycopg2-binary\n-r other.txt\n",
    "AGENTS.md": "# how to work here\n",
}


def test_django_entities(surveyed: Survey) -> None:
    system = surveyed(DJANGO).system
    assert [entity.name for entity in system.entities] == ["Line", "Order", "Product", "Special", "User"]
    order = system.entity("Order")
    assert order is not None
    assert (order.table, order.key, order.description) == ("orders", ("id",), "An order.")
    assert [field.name for field in order.fields] == ["id", "owner", "status", "placed", "products", "note"]
    owner, status, placed, products, note = order.fields[1:]
    assert owner.relation is not None
    assert (owner.relation.target, owner.relation.on_delete) == ("User", OnDelete.SET_NULL)
    assert (owner.relation.reverse, owner.nullable) == ("orders", True)
    assert (status.type, status.values, status.default, status.max_length) == (Type.ENUM, ("open", "paid"), "open", 8)
    assert (placed.type, placed.default) == (Type.TIMESTAMP, "now")
    assert products.relation is not None
    assert products.relation.many
    assert (note.nullable, note.unique) == (True, False)
    assert order.uniques == (
        Unique(fields=("owner", "placed")),
        Unique(fields=("note",), where="models.Q(note__isnull=False)"),
    )
    assert order.indexes == (
        Index(fields=("owner",)),
        Index(fields=("status",)),
        Index(fields=("status", "-placed"), where="models.Q(status='open')", name="open_first"),
    )


def test_django_keys_and_inheritance(surveyed: Survey) -> None:
    system = surveyed(DJANGO).system
    product, line, special, user = (system.entity(name) for name in ("Product", "Line", "Special", "User"))
    assert product is not None
    assert (product.key, [field.name for field in product.fields]) == (("sku",), ["sku", "price"])
    assert product.table == "shop_product"
    assert line is not None
    assert line.field("product").unique  # type: ignore[union-attr]
    assert special is not None
    assert special.key == ("order_ptr",)
    assert [field.name for field in special.fields] == ["order_ptr", "reason"]
    assert user is not None
    assert {"username", "password", "nick"} <= {field.name for field in user.fields}


def test_operations_and_their_effects(surveyed: Survey) -> None:
    system = surveyed(DJANGO).system
    triggers = [operation.trigger for operation in system.operations]
    assert triggers == [
        Http(method="ANY", path="/"),
        Http(method="POST", path="/orders/{pk}/pay/"),
        Command(name="tidy"),
        Message(channel="shop.tasks.clean"),
    ]
    index, pay, _, clean = system.operations
    assert (index.guards, index.policies, index.access.reads) == ((), (), ())
    assert pay.guards == ("login_required",)
    assert [policy.role for policy in pay.policies] == ["authenticated"]
    assert [touch.entity for touch in pay.access.reads] == ["Line", "Order"]
    assert [(touch.entity, touch.kind) for touch in pay.access.writes] == [("Order", WriteKind.SAVE)]
    assert [(call.peer, call.timeout) for call in pay.access.calls] == [("pay.example.com", Duration(5))]
    assert pay.place is not None
    assert pay.place.path == "shop/views.py"
    assert [(touch.entity, touch.kind) for touch in clean.access.writes] == [("Order", WriteKind.DELETE)]


def test_facts_and_processes(surveyed: Survey) -> None:
    blueprint = surveyed(DJANGO)
    facts = blueprint.system.facts
    assert [(each.name, each.specifier) for each in facts.dependencies] == [
        ("celery", "==5.3.1"),
        ("django", ">=4.2,<5"),
        ("psycopg2-binary", ""),
    ]
    assert "instructions: AGENTS.md" in [str(each) for each in facts.conventions]
    kinds = [(process.kind, process.technology) for process in blueprint.physical.processes]
    assert kinds == [
        ("service", "Django"),
        ("worker", "celery"),
        ("command", "command line"),
        ("database", "PostgreSQL"),
    ]


def test_same_bytes_and_relative_places(surveyed: Survey, tmp_path: Path) -> None:
    first = to_json(surveyed(DJANGO))
    assert first == to_json(survey(tmp_path / "shop", workers=1)[0])
    assert str(tmp_path) not in first


SQLALCHEMY = {
    "app/__init__.py": "",
    "app/models.py": """
        import enum
        import uuid
        from typing import Annotated, Optional
        from sqlalchemy import CheckConstraint, Column, Enum, ForeignKey, Index, Integer, String, Table, UniqueConstraint, func
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

        intpk = Annotated[int, mapped_column(primary_key=True)]

        class Base(DeclarativeBase):
            pass

        class Stamped:
            created: Mapped[str] = mapped_column(String(20), server_default=func.now())

        class State(enum.Enum):
            OPEN = "open"
            PAID = "paid"

        tags = Table("item_tag", Base.metadata, Column("item_id", ForeignKey("items.id")), Column("tag_id", ForeignKey("tag.id")))
        audit = Table("audit", Base.metadata, Column("id", Integer, primary_key=True), Column("text", String(9), nullable=False))

        class Item(Stamped, Base):
            __tablename__ = "items"
            __table_args__ = (
                UniqueConstraint("name", "owner_id", name="once"),
                Index("ix_state", "state", "price", postgresql_where="state = 'OPEN'"),
                CheckConstraint("price >= 0", name="price_positive"),
                {"schema": "public"},
            )
            id: Mapped[intpk]
            code: Mapped[uuid.UUID] = mapped_column(unique=True, default=uuid.uuid4)
            name: Mapped[Optional[str]] = mapped_column("title", String(50), index=True)
            price: Mapped["int | None"]
            state: Mapped[State] = mapped_column(Enum(State))
            owner_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"))
            labels: Mapped[list["Tag"]] = relationship(secondary=tags, back_populates="items")

        class Tag(Base):
            __tablename__ = "tag"
            id = Column(Integer, primary_key=True)
            label = Column(String(8), default="none")
            items: Mapped[list["Item"]] = relationship(secondary=tags, back_populates="labels")
    """,
    "app/main.py": """
        from fastapi import APIRouter, Depends, FastAPI
        from fastapi.security import OAuth2PasswordBearer

        scheme = OAuth2PasswordBearer(tokenUrl="/token")

        def caller(token: str = Depends(scheme)):
            return token

        def role(name):
            def check(token: str = Depends(scheme)):
                return token
            return check

        def session():
            return None

        router = APIRouter(prefix="/admin", dependencies=[Depends(caller)])

        @router.get("/all")
        def everything(db=Depends(session)): ...

        app = FastAPI()
        app.include_router(router)

        @app.get("/open")
        def open_(db=Depends(session)): ...

        @app.get("/mine")
        def mine(user=Depends(role("staff"))): ...
    """,
}


def test_sqlalchemy_entities(surveyed: Survey) -> None:
    system = surveyed(SQLALCHEMY).system
    assert [entity.name for entity in system.entities] == ["Item", "Tag", "audit"]
    item = system.entity("Item")
    assert item is not None
    assert (item.table, item.key) == ("items", ("id",))
    types = {field.name: (field.type, field.nullable) for field in item.fields}
    assert types == {
        "id": (Type.INT, False),
        "code": (Type.UUID, False),
        "name": (Type.TEXT, True),
        "price": (Type.INT, True),
        "state": (Type.ENUM, False),
        "owner_id": (Type.REFERENCE, False),
        "created": (Type.TEXT, False),
        "labels": (Type.REFERENCE, False),
    }
    owner, labels, state = item.field("owner_id"), item.field("labels"), item.field("state")
    assert owner is not None
    assert owner.relation is not None
    assert (owner.relation.target, owner.relation.on_delete) == ("Tag", OnDelete.CASCADE)
    assert labels is not None
    assert labels.relation is not None
    assert (labels.relation.many, labels.relation.reverse) == (True, "items")
    assert state is not None
    assert state.values == ("OPEN", "PAID")
    assert item.uniques == (Unique(fields=("name", "owner_id")),)
    assert [(index.fields, index.where) for index in item.indexes] == [
        (("name",), None),
        (("state", "price"), "state = 'OPEN'"),
    ]
    assert [check.expression for check in item.checks] == ["price >= 0"]


def test_fastapi_guards(surveyed: Survey) -> None:
    found = {
        str(operation): (operation.guards, [policy.role for policy in operation.policies])
        for operation in surveyed(SQLALCHEMY).system.operations
    }
    assert found == {
        "GET /admin/all": (("caller",), ["authenticated"]),
        "GET /mine": (("role('staff')",), ["authenticated"]),
        "GET /open": ((), []),
    }


def test_permission_classes_and_restful_decorators(surveyed: Survey) -> None:
    system = surveyed(
        {
            "app.py": """
                from flask import Flask
                from flask_restful import Api, Resource
                from auth import login_required

                app = Flask(__name__)
                api = Api(app)

                class Secret(Resource):
                    method_decorators = [login_required]
                    def get(self): ...

                @app.route("/hello", methods=["GET"])
                def hello(): ...

                api.add_resource(Secret, "/secret")
            """,
            "auth.py": "def login_required(f): return f\n",
        }
    ).system
    assert {str(operation): operation.guards for operation in system.operations} == {
        "GET /hello": (),
        "GET /secret": ("login_required",),
    }


def test_nothing_to_find(surveyed: Survey) -> None:
    blueprint = surveyed({"notes.py": "x = 1\n", "schema.sql": "create table ("})
    assert (blueprint.system.entities, blueprint.system.operations) == ((), ())


def test_deep_expressions(surveyed: Survey) -> None:
    deep = " + ".join(["'a long piece of text'"] * 3000)
    system = surveyed(
        {
            "app.py": f"""
                from fastapi import FastAPI
                from django.db import models

                app = FastAPI()

                @app.get("/deep")
                def deep():
                    return {deep}

                class Deep(models.Model):
                    class Meta:
                        indexes = [models.Index({" + ".join(["x"] * 90)}, name="deep")]
            """,
        }
    ).system
    assert [str(operation) for operation in system.operations] == ["GET /deep"]
    assert [index.name for index in system.entities[0].indexes] == ["deep"]


def test_settings_are_found_beside_templates(surveyed: Survey) -> None:
    files = {
        **DJANGO,
        "shop/settings.py": "import os\n\nSECRET_KEY = os.environ['SECRET_KEY']\n",
        "shop/templates/shop/home.html": "{% load static %}<p>{{ order.customer.name }}</p>\n",
    }
    assert surveyed(files).system.operations
