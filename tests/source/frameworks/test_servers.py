"""Pyramid, aiohttp, Tornado, Litestar, Starlette, Falcon and Sanic: whole paths, what handlers receive, what stands before them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.effect import Interpret
from archwright.source.frameworks.servers.tornado import read_pattern
from archwright.source.program import Program
from archwright.source.survey import survey

Make = Callable[..., Program]
Dirty = Callable[[Program], list[Interpret]]

RUN = """
import sqlite3

def run(sql):
    sqlite3.connect("x").cursor().execute("SELECT " + str(sql))
"""
PYRAMID = {
    "app/__init__.py": """
        from pyramid.config import Configurator

        def main(settings):
            config = Configurator(settings=settings)
            config.include("app.api", route_prefix="/api")
            config.include(admin, route_prefix="/admin")
            config.scan()

        def admin(config):
            config.add_route("users", "/users/{id:[0-9]{2}}/*rest", request_method="PUT")
            with config.route_prefix_context("deep"):
                config.add_route("deep", "x")
            config.add_view("app.views.missing", route_name="users")
    """,
    "app/api.py": """
        def includeme(config):
            config.add_route("item", "/items/{name}")
            config.add_route("unused", "/unused")
    """,
    "app/views.py": """
        from pyramid.view import view_config, view_defaults, exception_view_config
        from run import run

        @view_config(route_name="item", request_method="GET", permission="read")
        def item(request):
            run(request.matchdict["name"])

        @view_defaults(route_name="users")
        class Users:
            def __init__(self, request):
                self.request = request

            @view_config()
            def users(self):
                run(self.request.json_body["q"])

        @view_config(route_name="deep", request_method=("GET", "POST"))
        def deep(context, request):
            run(request.params["q"])

        @exception_view_config(ValueError)
        def failed(exc, request):
            run(request.GET["e"])
    """,
}
AIOHTTP = {
    "app.py": """
        from aiohttp import web
        from run import run

        routes = web.RouteTableDef()

        @routes.get("/files/{name:.+}")
        async def files(request):
            run(request.match_info["name"])

        @routes.view("/view")
        class View(web.View):
            async def post(self):
                data = await self.request.json()
                run(data["q"])

        class Handler:
            async def index(self, request):
                run(request.query["q"])

        def setup_routes(app, other):
            handler = Handler()
            app.router.add_route("*", "/index", handler.index)
            app.router.add_get("/other", other.index)

        async def below(request):
            run((await request.post())["q"])

        def main():
            app = web.Application()
            app.add_routes(routes)
            setup_routes(app, None)
            sub = web.Application()
            sub.add_routes([web.post("/below", below)])
            app.add_subapp("/sub", sub)
    """,
}
TORNADO = {
    "app.py": r"""
        import tornado.web
        from run import run

        NAME = r"(?P<name>[^/]+)"

        class Base(tornado.web.RequestHandler):
            def shown(self):
                return self.get_argument("q")

        class Item(Base):
            def get(self, name):
                run(name)

            @tornado.web.authenticated
            def post(self, name):
                run(self.shown())

        class Number(Base):
            def get(self, number):
                run(number)

            def put(self, number):
                run(self.request.body)

        application = tornado.web.Application([
            (r"/items/%s/?" % NAME, Item),
            tornado.web.url(r"/numbers/(\d+)", Number, name="number"),
        ])
    """,
}
LITESTAR = {
    "app.py": """
        from uuid import UUID
        from dataclasses import dataclass
        from litestar import Controller, Litestar, Request, Router, get, post
        from litestar.di import Provide
        from run import run

        @dataclass
        class Item:
            title: str
            number: int

        def provide_word() -> str:
            return "x"

        def requires_user(connection, handler):
            ...

        class Items(Controller):
            path = "/items"
            dependencies = {"word": Provide(provide_word)}
            guards = [requires_user]

            @get("/{item_id:uuid}")
            async def one(self, item_id: UUID, word: str, q: str) -> None:
                run(item_id)
                run(word)
                run(q)

            @post()
            async def add(self, data: Item, request: Request) -> None:
                run(data.title)
                run(data.number)

        @get(["/a", "/b/{name:str}"])
        async def plain(name: str) -> None:
            run(name)

        app = Litestar(route_handlers=[Router(path="/api", route_handlers=[Items]), plain])
    """,
}
STARLETTE = {
    "app.py": """
        from starlette.applications import Starlette
        from starlette.endpoints import HTTPEndpoint
        from starlette.routing import Mount, Route, WebSocketRoute
        from run import run

        async def home(request):
            run(request.query_params["q"])

        class Users(HTTPEndpoint):
            async def get(self, request):
                run(request.path_params["name"])

            async def post(self, request):
                run((await request.json())["q"])

        async def socket(websocket):
            run(await websocket.receive_text())

        below = [Route("/users/{name:str}", Users), Route("/x", home, methods=["POST"])]
        app = Starlette(routes=[Route("/", home), Mount("/api", routes=below), WebSocketRoute("/ws", socket)])
    """,
}
FALCON = {
    "app.py": """
        import falcon
        from run import run

        class Item:
            def on_get(self, req, resp, number, name):
                run(number)
                run(name)

            def on_post_all(self, req, resp):
                run(req.media["q"])
                run(req.get_param("p"))
                run(req.get_param_as_int("n"))

        app = falcon.App()
        item = Item()
        app.add_route("/items/{number:int}/{name}", item)
        app.add_route("/items", Item(), suffix="all")
    """,
}
SANIC = {
    "app.py": """
        from sanic import Blueprint, Sanic
        from sanic.views import HTTPMethodView
        from run import run

        app = Sanic("x")
        bp = Blueprint("bp", url_prefix="/bp")
        group = Blueprint.group(bp, url_prefix="/api")
        app.blueprint(group)

        @bp.get("/x/<number:int>/<name:str>")
        async def one(request, number, name):
            run(number)
            run(name)

        @app.route("/form", methods=["POST", "PUT"])
        async def form(request):
            run(request.form.get("q"))

        class View(HTTPMethodView):
            async def delete(self, request):
                run(request.json["q"])

        app.add_route(View.as_view(), "/view")
    """,
}
CASES = {
    "falcon": (
        FALCON,
        ["GET /items/{number}/{name}", "POST /items"],
        {"path parameter 'name'", "request body", "query parameter"},
    ),
    "sanic": (
        SANIC,
        ["DELETE /view", "GET /api/bp/x/{number}/{name}", "POST|PUT /form"],
        {"path parameter 'name'", "form field 'q'", "request body"},
    ),
    "pyramid": (
        PYRAMID,
        ["GET /api/items/{name}", "GET|POST /admin/deep/x", "PUT /admin/users/{id}/{rest}"],
        {"path parameter 'name'", "request body", "request value", "query parameter 'e'"},
    ),
    "aiohttp": (
        AIOHTTP,
        ["ANY /index", "GET /files/{name}", "GET /other", "POST /sub/below", "POST /view"],
        {"path parameter 'name'", "request body", "query parameter 'q'", "form field 'q'"},
    ),
    "tornado": (
        TORNADO,
        ["GET /items/{name}", "GET /numbers/{arg1}", "POST /items/{name}", "PUT /numbers/{arg1}"],
        {"path parameter 'name'", "request value", "request body"},
    ),
    "litestar": (
        LITESTAR,
        ["GET /a", "GET /api/items/{item_id}", "GET /b/{name}", "POST /api/items"],
        {"query parameter 'name'", "request body", "query parameter 'q'"},
    ),
    "starlette": (
        STARLETTE,
        ["GET /", "GET /api/users/{name}", "POST /api/users/{name}", "POST /api/x", "WEBSOCKET /ws"],
        {"query parameter 'q'", "path parameter 'name'", "request body", "message"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_paths_and_what_handlers_receive(name: str, program: Make, dirty_sql: Dirty) -> None:
    files, paths, sources = CASES[name]
    made = program({**files, "run.py": RUN}, Interpret)
    assert [str(operation) for operation in made.operations] == paths
    found = {origin.name for effect in dirty_sql(made) for origin in effect.text.origins if origin.name}
    assert {_short(each) for each in found} == {_short(each) for each in sources}


def _short(source: str) -> str:
    return source.replace("request value 'q'", "request value")


GUARDS = {
    "pyramid": (PYRAMID, "GET /api/items/{name}", ("read",)),
    "tornado": (TORNADO, "POST /items/{name}", ("tornado.web.authenticated",)),
    "litestar": (LITESTAR, "POST /api/items", ("requires_user",)),
}


@pytest.mark.parametrize("name", GUARDS)
def test_guards(name: str, program: Make, tmp_path: Path) -> None:
    files, path, guards = GUARDS[name]
    program({**files, "run.py": RUN})
    blueprint, _ = survey(tmp_path)
    found = {str(operation.trigger): operation for operation in blueprint.system.operations}
    assert found[path].guards == guards
    assert [policy.role for policy in found[path].policies] == ["authenticated"]


PATTERNS = {
    r"/api/contents(?P<path>(?:(?:/[^/]+)+|/?))/trust": ("/api/contents/{path}/trust", [("path", False)]),
    r"^/x/(\d+)/([a-z]+)$": ("/x/{arg1}/{arg2}", [("", True), ("", False)]),
    r"/a/?(.*)": ("/a/{arg1}", [("", False)]),
    r"/v1\.0/?": ("/v1.0", []),
    r".*/": ("{rest}/", []),
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_of_tornado(pattern: str) -> None:
    assert read_pattern(pattern) == PATTERNS[pattern]
