"""What the frameworks would register: tables of inherited classes, routes below mounts and namespaces, regular expressions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.entity import Entity
from archwright.model.operation import Http
from archwright.source.flow.values import ALL_USES
from archwright.source.frameworks.django.paths import read_path
from archwright.source.program import Program

Make = Callable[..., Program]

MODELS = """
    from flask_sqlalchemy import SQLAlchemy
    from sqlalchemy.orm import column_property

    db = SQLAlchemy()

    class Users(db.Model):
        __tablename__ = "users"
        id = db.Column(db.Integer, primary_key=True)
        type = db.Column(db.String(80))

    class Admins(Users):
        __tablename__ = "admins"
        level = db.Column(db.Integer)

    class Tries(db.Model):
        __tablename__ = "tries"
        id = db.Column(db.Integer, primary_key=True)
        date = db.Column(db.DateTime)
        user_id = db.Column(db.Integer, db.ForeignKey("users.id"))

    class FirstTries(Tries):
        id = db.Column(None, db.ForeignKey("tries.id"), primary_key=True)
        user_id = column_property(db.Column(db.Integer, db.ForeignKey("users.id")), Tries.user_id)
        doubled = column_property(Tries.id * 2)
"""


def entities(program: Program) -> dict[str, Entity]:
    """By the name of the table."""
    found = [e for framework in program.engine.frameworks for e in framework.entities(program.project, program.engine)]
    return {entity.table or entity.name: entity for entity in found}


def fields(entity: Entity) -> list[str]:
    return [field.name for field in entity.fields]


def routes(program: Program) -> set[str]:
    return {str(operation.trigger) for operation in program.operations if isinstance(operation.trigger, Http)}


def test_a_subclass_without_a_key_keeps_its_columns_in_the_parents_table(program: Make) -> None:
    found = entities(program({"models.py": MODELS}))
    assert set(found) == {"users", "tries", "first_tries"}
    assert fields(found["users"]) == ["id", "type", "level"]


def test_a_subclass_with_a_key_has_a_table_of_its_own_columns(program: Make) -> None:
    found = entities(program({"models.py": MODELS}))["first_tries"]
    assert fields(found) == ["id", "user_id"]
    assert found.key == ("id",)


def test_a_key_in_the_declarative_base_is_the_key_of_each_table(program: Make) -> None:
    text = """
        from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

        class Base(DeclarativeBase):
            id: Mapped[int] = mapped_column(primary_key=True)

        class User(Base):
            __tablename__ = "users"
            name: Mapped[str]
            roles: Mapped[list["Role"]] = relationship()
            titles: AssociationProxy[list[str]] = association_proxy("roles", "title")
    """
    found = entities(program({"models.py": text}))
    assert {name: sorted(fields(entity)) for name, entity in found.items()} == {"users": ["id", "name"]}
    assert found["users"].key == ("id",)


def test_models_in_revision_scripts_are_of_another_time(program: Make) -> None:
    declared = """
        from sqlalchemy import Column, Integer, Table
        from sqlalchemy.orm import declarative_base
        {head}
        Base = declarative_base()
        old = Table("{table}_old", Base.metadata, Column("id", Integer, primary_key=True))

        class User(Base):
            __tablename__ = "{table}"
            id = Column(Integer, primary_key=True)
    """
    files = {
        "app/models.py": declared.format(head="", table="users"),
        "migrations/versions/abc_users.py": declared.format(
            head="revision = 'abc'; down_revision = None", table="user"
        ),
    }
    assert set(entities(program(files))) == {"users", "users_old"}


def test_the_link_table_of_a_relation_may_be_given_by_position(program: Make) -> None:
    text = """
        from sqlalchemy import Column, ForeignKey, Integer, Table
        from sqlalchemy.orm import declarative_base, relationship

        Base = declarative_base()
        links = Table(
            "order_tag",
            Base.metadata,
            Column("order_id", ForeignKey("orders.id"), primary_key=True),
            Column("tag_id", ForeignKey("tags.id"), primary_key=True),
        )

        class Tag(Base):
            __tablename__ = "tags"
            id = Column(Integer, primary_key=True)

        class Order(Base):
            __tablename__ = "orders"
            id = Column(Integer, primary_key=True)
            tags = relationship("Tag", links, backref="orders")
    """
    found = entities(program({"models.py": text}))
    assert set(found) == {"orders", "tags"}
    relation = next(field.relation for field in found["orders"].fields if field.name == "tags")
    assert relation is not None
    assert (relation.target, relation.many) == ("Tag", True)


def test_an_application_mounted_by_keyword_is_below_its_path(program: Make) -> None:
    text = """
        from fastapi import FastAPI

        app = FastAPI()
        api = FastAPI()

        @api.get("/orders")
        def orders():
            return []

        app.mount("/api/v1", app=api)
    """
    assert routes(program({"main.py": text})) == {"GET /api/v1/orders"}


def test_namespaces_of_restx_stand_at_their_path_or_name(program: Make) -> None:
    text = """
        from flask import Blueprint, Flask
        from flask_restx import Api, Namespace, Resource

        blueprint = Blueprint("api", __name__, url_prefix="/api")
        api = Api(blueprint)
        orders = Namespace("orders")
        users = Namespace("users")
        tags = Namespace("tags", path="/labels")
        api.add_namespace(orders)
        api.add_namespace(users, "/people")
        api.add_namespace(tags)

        @orders.route("/<int:key>")
        class Order(Resource):
            def get(self, key):
                return key

        @users.route("")
        class Users(Resource):
            def post(self):
                return 1

        @tags.route("/all")
        class Tags(Resource):
            def get(self):
                return []

        app = Flask(__name__)
        app.register_blueprint(blueprint)
    """
    assert routes(program({"api.py": text})) == {"GET /api/orders/{key}", "POST /api/people", "GET /api/labels/all"}


def test_patterns_by_language_are_below_its_code(program: Make) -> None:
    files = {
        "site/urls.py": """
            from django.conf.urls.i18n import i18n_patterns
            from django.urls import path
            from site import views

            urlpatterns = [path("api/", views.home)]
            urlpatterns += i18n_patterns(path("orders/", views.home), path("", views.home))
        """,
        "site/views.py": "def home(request):\n    return None\n",
    }
    assert {route.split()[1] for route in routes(program(files))} == {"/api/", "/{language}/orders/", "/{language}/"}


def test_patterns_that_another_list_takes_in_are_served_there_only(program: Make) -> None:
    files = {
        "site/urls.py": """
            from django.urls import include, path

            urlpatterns = [path("api/", include("site.api"))]
        """,
        "site/api/__init__.py": """
            from .orders import urlpatterns as order_urls

            urlpatterns = [*order_urls]
        """,
        "site/api/orders.py": """
            from django.urls import path
            from site import views

            urlpatterns = [path("orders/", views.home)]
        """,
        "site/views.py": "def home(request):\n    return None\n",
    }
    assert {route.split()[1] for route in routes(program(files))} == {"/api/orders/"}


def test_a_class_named_as_its_base_inherits_from_what_the_name_stood_for(program: Make) -> None:
    files = {
        "site/urls.py": """
            from django.urls import path
            from site.views import ListView

            urlpatterns = [path("orders/", ListView.as_view())]
        """,
        "site/views.py": """
            from django.views.generic import ListView

            class ListView(ListView):
                template_name = "orders.html"
        """,
    }
    assert routes(program(files)) == {"GET /orders/"}


@pytest.mark.parametrize(
    ("pattern", "path", "clean"),
    [
        (r"^logo(?:/(?P<filename>.+))?/?$", "logo/<filename>/", {"filename": False}),
        (r"^orders/(?P<key>[0-9]+)/\Z", "orders/<key>/", {"key": True}),
        (r"^(?:old|new)/(\d+)/report\.csv$", "old/<arg1>/report.csv", {}),
        (r"^(?i:x)?files/(?P<name>[()|]+(?:\.(?:a|b))?)$", "files/<name>", {"name": False}),
    ],
)
def test_regular_expressions_as_templates(pattern: str, path: str, clean: dict[str, bool]) -> None:
    found, uses = read_path(pattern, regex=True)
    assert (found, {name: mask == ALL_USES for name, mask in uses.items()}) == (path, clean)
