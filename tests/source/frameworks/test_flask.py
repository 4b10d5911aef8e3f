"""Flask: whole paths, what views receive, who may call."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.effect import Interpret
from archwright.model.value import Trust
from archwright.source.program import Program

Make = Callable[..., Program]
Dirty = Callable[[Program], list[Interpret]]

HEAD = """
import sqlite3
from flask import Blueprint, Flask, request
from flask.views import MethodView, View
from flask_login import login_required
from flask_restful import Api, Resource, inputs, reqparse

app = Flask(__name__)
bp = Blueprint("bp", __name__, url_prefix="/bp")
api = Api(app, prefix="/api")

def run(sql):
    sqlite3.connect("x").cursor().execute("SELECT " + str(sql))

"""
DIRTY = {
    "query": ('@app.route("/x")\ndef h():\n    run(request.args.get("q"))', "query parameter 'q'", "GET /x"),
    "form": ('@app.post("/x")\ndef h():\n    run(request.form["q"])', "form field 'q'", "POST /x"),
    "json": ('@app.put("/x")\ndef h():\n    run(request.get_json()["q"])', "request body", "PUT /x"),
    "path": ('@app.route("/x/<q>")\ndef h(q):\n    run(q)', "path parameter 'q'", "GET /x/{q}"),
    "path converter": ('@app.route("/x/<path:q>")\ndef h(q):\n    run(q)', "path parameter 'q'", "GET /x/{q}"),
    "methods": (
        '@app.route("/x/<q>", methods=["POST", "PUT"])\ndef h(q):\n    run(q)',
        "path parameter 'q'",
        "POST|PUT /x/{q}",
    ),
    "blueprint": (
        '@bp.get("/x/<q>")\ndef h(q):\n    run(q)\n\napp.register_blueprint(bp)',
        "path parameter 'q'",
        "GET /bp/x/{q}",
    ),
    "prefix at registration": (
        '@bp.get("/x/<q>")\ndef h(q):\n    run(q)\n\napp.register_blueprint(bp, url_prefix="/other")',
        "path parameter 'q'",
        "GET /other/x/{q}",
    ),
    "add_url_rule": ('def h(q):\n    run(q)\n\napp.add_url_rule("/x/<q>", "h", h)', "path parameter 'q'", "GET /x/{q}"),
    "decorated view function": (
        'def h(q):\n    run(q)\n\nbp.add_url_rule("/x/<q>", view_func=login_required(h), methods=["DELETE"])',
        "path parameter 'q'",
        "DELETE /bp/x/{q}",
    ),
    "MethodView": (
        'class H(MethodView):\n    def post(self, q):\n        run(q)\n\napp.add_url_rule("/x/<q>", view_func=H.as_view("h"))',
        "path parameter 'q'",
        "POST /x/{q}",
    ),
    "view in a variable": (
        'class H(View):\n    def dispatch_request(self, q):\n        run(q)\n\nview = H.as_view("h")\napp.add_url_rule("/x/<q>", view_func=view)',
        "path parameter 'q'",
        "GET /x/{q}",
    ),
    "resource": (
        'class H(Resource):\n    def get(self, q):\n        run(q)\n\napi.add_resource(H, "/x/<string:q>")',
        "path parameter 'q'",
        "GET /api/x/{q}",
    ),
    "parsed argument": (
        (
            "class H(Resource):\n    def get(self):\n        parser = reqparse.RequestParser()\n"
            '        parser.add_argument("sort", type=str, dest="by")\n        run(parser.parse_args()["by"])\n\n'
            'api.add_resource(H, "/x")'
        ),
        "request argument 'sort'",
        "GET /api/x",
    ),
    "parser of the instance": (
        (
            "class H(Resource):\n    def __init__(self):\n        self.parser = reqparse.RequestParser()\n"
            '        self.parser.add_argument("q")\n\n    def get(self):\n        run(self.parser.parse_args().get("q"))\n\n'
            'api.add_resource(H, "/x")'
        ),
        "request argument 'q'",
        "GET /api/x",
    ),
}
CLEAN = {
    "int": '@app.route("/x/<int:q>")\ndef h(q):\n    run(q)',
    "uuid": '@app.route("/x/<uuid:q>")\ndef h(q):\n    run(q)',
    "get with a type": '@app.route("/x")\ndef h():\n    run(int(request.args["q"]))',
    "parsed number": 'parser = reqparse.RequestParser()\n\n@app.route("/x")\ndef h():\n    local = parser.copy()\n    local.add_argument("n", type=int)\n    run(local.parse_args()["n"])',
    "parsed choice": '@app.route("/x")\ndef h():\n    p = reqparse.RequestParser()\n    p.add_argument("n", choices=("a", "b"))\n    run(p.parse_args()["n"])',
    "argument added elsewhere": 'from other import parser\n\n@app.route("/x")\ndef h():\n    run(parser.parse_args()["n"])',
    "constant": '@app.route("/x")\ndef h():\n    run("1")',
}


@pytest.mark.parametrize("name", DIRTY)
def test_what_a_view_receives_is_the_callers(name: str, program: Make, dirty_sql: Dirty) -> None:
    body, source, path = DIRTY[name]
    made = program({"app.py": HEAD + body + "\n"}, Interpret)
    assert {origin.name for effect in dirty_sql(made) for origin in effect.text.origins if origin.name} == {source}
    assert [str(operation) for operation in made.operations] == [path]


@pytest.mark.parametrize("name", CLEAN)
def test_converters_and_types_let_nothing_through(name: str, program: Make, dirty_sql: Dirty) -> None:
    assert dirty_sql(program({"app.py": HEAD + CLEAN[name] + "\n"}, Interpret)) == []


GUARDED = {
    "flask_login": ('@app.route("/x/<q>")\n@login_required\ndef h(q):\n    run(q)', Trust.SIGNED_IN),
    "own decorator": (
        'from auth import require_permission\n\n@app.route("/x/<q>")\n@require_permission("edit")\ndef h(q):\n    run(q)',
        Trust.SIGNED_IN,
    ),
    "administrators": (
        'from auth import admin_required\n\n@app.route("/x/<q>")\n@admin_required\ndef h(q):\n    run(q)',
        Trust.STAFF,
    ),
    "decorators of the class": (
        (
            "class Guarded(Resource):\n    method_decorators = [login_required]\n\nclass H(Guarded):\n    def get(self, q):\n"
            '        run(q)\n\napi.add_resource(H, "/x/<q>")'
        ),
        Trust.SIGNED_IN,
    ),
    "no guard": ('from cache import cached\n\n@app.route("/x/<q>")\n@cached\ndef h(q):\n    run(q)', Trust.ANYONE),
}


@pytest.mark.parametrize("name", GUARDED)
def test_who_can_call(name: str, program: Make, dirty_sql: Dirty) -> None:
    body, trust = GUARDED[name]
    (effect,) = dirty_sql(program({"app.py": HEAD + body + "\n"}, Interpret))
    assert {origin.trust for origin in effect.text.origins} == {trust}


def test_paths_through_blueprints_of_other_files(program: Make) -> None:
    files = {
        "shop/__init__.py": """
            from flask import Flask
            from shop.users import bp as users_bp
            from shop.orders import orders, lines

            BLUEPRINTS = (users_bp,)
            VERSION = 2

            def create_app():
                app = Flask(__name__)

                @app.route("/health")
                def health():
                    return "ok"

                for bp in BLUEPRINTS:
                    app.register_blueprint(bp, url_prefix=f"/api/v{VERSION}")
                orders.register_blueprint(lines)
                app.register_blueprint(orders)
                return app
        """,
        "shop/users.py": """
            from flask import Blueprint
            from flask_restful import Api, Resource

            bp = Blueprint("users", __name__)
            api = Api(bp)

            class Users(Resource):
                def get(self):
                    return []

                def post(self):
                    return {}

            api.add_resource(Users, "/users", "/people")
        """,
        "shop/orders.py": """
            from flask import Blueprint

            orders = Blueprint("orders", __name__, url_prefix="/orders")
            lines = Blueprint("lines", __name__, url_prefix="/lines")

            @orders.route("/<int:order_id>")
            def order(order_id):
                return str(order_id)

            @lines.route("/")
            def every():
                return ""
        """,
    }
    assert [str(operation) for operation in program(files).operations] == [
        "GET /api/v2/people",
        "GET /api/v2/users",
        "GET /health",
        "GET /orders/lines/",
        "GET /orders/{order_id}",
        "POST /api/v2/people",
        "POST /api/v2/users",
    ]


def test_namespaces_of_restx(program: Make) -> None:
    text = """
        from flask import Flask
        from flask_restx import Api, Namespace, Resource

        api = Api(Flask(__name__))
        ns = Namespace("cats", path="/cats")

        @ns.route("/<name>")
        class Cat(Resource):
            def get(self, name):
                return name

        api.add_namespace(ns)
    """
    assert [str(operation) for operation in program({"app.py": text}).operations] == ["GET /cats/{name}"]


def test_other_decorators_named_like_verbs_are_no_routes(program: Make) -> None:
    text = """
        from flask import Flask

        class Registry:
            def get(self, name):
                return lambda function: function

        registry = Registry()

        @registry.get("/x")
        def handler():
            return 1
    """
    assert program({"app.py": text}).operations == ()
