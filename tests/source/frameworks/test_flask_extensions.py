"""Extensions of Flask: schemas that parse and show, namespaces, Flask-AppBuilder's exposed methods."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.effect import Interpret, Load, Read
from archwright.model.value import Trust
from archwright.source.program import Program
from archwright.source.survey import survey

Make = Callable[..., Program]
PerRow = Callable[[Program], set[str]]
Dirty = Callable[[Program], list[Interpret]]

MODELS = """
    from sqlalchemy import ForeignKey, select
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

    class Base(DeclarativeBase):
        pass

    class Customer(Base):
        __tablename__ = "customer"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    class Order(Base):
        __tablename__ = "order"
        id: Mapped[int] = mapped_column(primary_key=True)
        customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
        customer: Mapped[Customer] = relationship()
"""
SMOREST = """
    import sqlite3
    from flask import Flask
    from flask.views import MethodView
    from flask_smorest import Api, Blueprint
    from marshmallow import Schema, fields, validate
    from models import Order, Session, select

    class CustomerSchema(Schema):
        name = fields.Str()

    class OrderSchema(Schema):
        id = fields.Int()
        {shown}

    class Wanted(Schema):
        text = fields.Str(required=True)
        number = fields.Int()
        word = fields.Str(validate=validate.OneOf(["a", "b"]))

    app = Flask(__name__)
    api = Api(app)
    blp = Blueprint("orders", __name__, url_prefix="/orders")

    def run(sql):
        sqlite3.connect("x").execute("SELECT " + str(sql))

    @blp.route("/")
    class Orders(MethodView):
        @blp.arguments(Wanted, location="query")
        @blp.arguments(Wanted)
        @blp.response(200, OrderSchema(many=True))
        def post(self, query, body):
            {body}

    api.register_blueprint(blp)
"""


def _smorest(body: str, shown: str = "customer_id = fields.Int()") -> dict[str, str]:
    return {"models.py": MODELS, "app.py": SMOREST.replace("{body}", body).replace("{shown}", shown)}


PARSED = {
    "query": ('run(query["text"])', {"query parameter"}),
    "body": ('run(body["text"])', {"request body"}),
    "number": ('run(body["number"])', set()),
    "choice": ('run(query["word"])', set()),
}


@pytest.mark.parametrize("name", PARSED)
def test_what_arguments_let_through(name: str, program: Make, dirty_sql: Dirty) -> None:
    body, wanted = PARSED[name]
    made = program(_smorest(body), Interpret)
    assert [str(operation) for operation in made.operations] == ["POST /orders/"]
    assert {o.name for effect in dirty_sql(made) for o in effect.text.origins if o.name} == wanted


ROWS = "return Session().scalars(select(Order)).all()"
SHOWN = {
    "a nested schema": (ROWS, "customer = fields.Nested(CustomerSchema)", {"customer"}),
    "a path": (ROWS, 'name = fields.Str(attribute="customer.name")', {"customer"}),
    "columns": (ROWS, "customer_id = fields.Int()", set()),
    "only for input": (ROWS, "customer = fields.Nested(CustomerSchema, load_only=True)", set()),
    "dump": (
        "return OrderSchema().dump(Session().scalars(select(Order)), many=True)",
        "customer = fields.Nested(CustomerSchema)",
        {"customer"},
    ),
    "dump of one": (
        "return OrderSchema().dump(Session().get(Order, 1))",
        "customer = fields.Nested(CustomerSchema)",
        set(),
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_schema_shows_of_each_row(name: str, program: Make, per_row: PerRow) -> None:
    body, shown, wanted = SHOWN[name]
    assert per_row(program(_smorest(body, shown), Read, Load)) == wanted


LOADED = {
    "loaded": ('run(Wanted().load(request.json)["text"])', {"request body"}),
    "loaded number": ('run(Wanted().load(request.json)["number"])', set()),
    "changed after loading": ('run(Changed().load(request.json)["text"])', set()),
    "use_kwargs": ("run(q)", {"query parameter"}),
    "use_kwargs number": ("run(n)", set()),
}


@pytest.mark.parametrize("name", LOADED)
def test_loaded_data(name: str, program: Make, dirty_sql: Dirty) -> None:
    body, wanted = LOADED[name]
    text = f"""
        import sqlite3
        from flask import Flask, request
        from marshmallow import Schema, fields, post_load
        from webargs.flaskparser import use_kwargs

        app = Flask(__name__)

        class Wanted(Schema):
            text = fields.Str()
            number = fields.Int()

        class Changed(Wanted):
            @post_load
            def make(self, data, **kwargs):
                return clean(data)

        def run(sql):
            sqlite3.connect("x").execute("SELECT " + str(sql))

        @app.post("/x")
        @use_kwargs({{"q": fields.Str(), "n": fields.Int()}}, location="query")
        def h(q, n):
            {body}
    """
    assert {o.name for e in dirty_sql(program({"app.py": text}, Interpret)) for o in e.text.origins if o.name} == wanted


def test_namespaces_have_a_path_at_their_inclusion_or_their_name(program: Make) -> None:
    text = """
        from flask import Flask
        from flask_restx import Api, Namespace, Resource

        first, second, third = Namespace("first"), Namespace("second"), Namespace("third", path="/t")

        @first.route("")
        class A(Resource):
            def get(self): return 1

        @second.route("/<int:id>")
        class B(Resource):
            def get(self, id): return 1

        @third.route("/x")
        class C(Resource):
            def get(self): return 1

        app = Flask(__name__)
        api = Api(app, prefix="/api")
        api.add_namespace(first, "/one")
        api.add_namespace(second)
        api.add_namespace(third)
    """
    text = text.replace(
        'first, second, third = Namespace("first"), Namespace("second"), Namespace("third", path="/t")',
        'first = Namespace("first")\n        second = Namespace("second")\n        third = Namespace("third", path="/t")',
    )
    made = program({"app.py": text})
    assert [str(operation) for operation in made.operations] == ["GET /api/one", "GET /api/second/{id}", "GET /api/t/x"]


def test_app_builder(program: Make, dirty_sql: Dirty, tmp_path: Path) -> None:
    made = program(
        {
            "models.py": MODELS,
            "views.py": """
                import sqlite3
                from flask_appbuilder import AppBuilder, BaseView, ModelRestApi, expose
                from flask_appbuilder.api import BaseApi, protect
                from flask_appbuilder.models.sqla.interface import SQLAInterface
                from models import Order

                class Shared(BaseApi):
                    version = "v2"

                class Things(Shared):
                    resource_name = "thing"

                    @expose("/<q>", methods=("GET", "PUT"))
                    @protect()
                    def one(self, q):
                        sqlite3.connect("x").execute("SELECT " + q)

                class Page(BaseView):
                    route_base = "/page"

                    @expose("/show/")
                    def show(self):
                        return ""

                class Orders(ModelRestApi):
                    datamodel = SQLAInterface(Order)
                    include_route_methods = {"get", "get_list"}

                class NotAdded(BaseView):
                    @expose("/")
                    def x(self):
                        return ""

                def create(appbuilder):
                    appbuilder.add_api(Things)
                    appbuilder.add_view(Page, "Page")
                    appbuilder.add_api(Orders)
            """,
        },
        Interpret,
    )
    paths = ["GET /api/v1/orders/", "GET /api/v1/orders/{pk}", "GET /page/show/", "GET|PUT /api/v2/thing/{q}"]
    assert [str(operation) for operation in made.operations] == paths
    (effect,) = dirty_sql(made)
    assert {origin.trust for origin in effect.text.origins} == {Trust.SIGNED_IN}
    blueprint, _ = survey(tmp_path)
    found = {str(operation.trigger): operation for operation in blueprint.system.operations}
    assert found["GET|PUT /api/v2/thing/{q}"].guards == ("protect",)
    assert [touch.entity for touch in found["GET /api/v1/orders/"].access.reads] == ["Order"]
