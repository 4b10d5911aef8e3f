"""Flask: paths that functions of the project build, methods that add routes, classes that dispatch by themselves."""

from __future__ import annotations

from collections.abc import Callable

from archwright.source.program import Program

Make = Callable[..., Program]


def test_paths_that_a_function_of_the_project_builds(program: Make) -> None:
    files = {
        "app.py": """
            import os
            from flask import Flask

            PREFIX = "/v1"
            app = Flask(__name__)

            def versioned(rule):
                return PREFIX + rule

            def scoped(rule):
                if os.environ.get("TENANTS"):
                    return "/<tenant>" + rule
                return rule

            @app.route(versioned("/a"))
            def a(): ...

            @app.route(scoped("/b/<int:id>"), methods=["POST"])
            def b(id, tenant=None): ...

            @app.route(os.environ["RULE"])
            def unknown(): ...
        """,
    }
    assert [str(each) for each in program(files).operations] == ["GET /v1/a", "POST /b/{id}"]


def test_methods_of_the_projects_own_api_add_routes(program: Make) -> None:
    files = {
        "web/api.py": """
            from flask import Flask
            from flask_restful import Api

            def versioned(url):
                return "/v2" + url

            class OurApi(Api):
                def add_versioned(self, resource, *urls, **options):
                    urls = [versioned(url) for url in urls]
                    return self.add_resource(resource, *urls, **options)

                def add_plain(self, url, resource):
                    self.add_resource(resource, "/plain" + url)

            app = Flask(__name__)
            api = OurApi(app, prefix="/api")
        """,
        "web/views.py": """
            from flask_restful import Resource
            from web.api import api

            class Item(Resource):
                def get(self, id): ...
                def delete(self, id): ...

            class Other(Resource):
                def post(self): ...

            api.add_versioned(Item, "/items/<id>", "/things/<id>", endpoint="item")
            api.add_plain("/other", Other)
        """,
    }
    assert [str(each) for each in program(files).operations] == [
        "DELETE /api/v2/items/{id}",
        "DELETE /api/v2/things/{id}",
        "GET /api/v2/items/{id}",
        "GET /api/v2/things/{id}",
        "POST /api/plain/other",
    ]


def test_dispatch_around_the_methods_of_the_verbs_is_no_route_beside_theirs(program: Make) -> None:
    files = {
        "app.py": """
            from flask import Flask
            from flask.views import MethodView, View

            app = Flask(__name__)

            class Base(MethodView):
                def dispatch_request(self, *args, **kwargs):
                    return super().dispatch_request(*args, **kwargs)

            class Orders(Base):
                def post(self): ...

            class Report(View):
                methods = ["GET", "POST"]

                def dispatch_request(self): ...

            app.add_url_rule("/orders", view_func=Orders.as_view("orders"))
            app.add_url_rule("/report", view_func=Report.as_view("report"))
        """,
    }
    assert [str(each) for each in program(files).operations] == ["GET|POST /report", "POST /orders"]
