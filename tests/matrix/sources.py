"""The table of sources: per framework, each place of a request where data comes from."""

from __future__ import annotations

from tests.matrix.parts import Framework, Source

PATH = frozenset({"files/path-traversal", "request/open-redirect"})
"""What a name without slashes can't do; Django keeps the last part of an uploaded file's name."""

FLASK = Framework(
    "flask",
    "from flask import Flask, request",
    page="{}",
    redirect="redirect({})",
    file="send_file({})",
    answers="from flask import redirect, send_file",
)
DJANGO = Framework(
    "django",
    "import json\nfrom django.http import HttpResponse\nfrom django.urls import path",
    respond='return HttpResponse("ok")',
    page="HttpResponse({})",
    redirect="HttpResponseRedirect({})",
    file='FileResponse(open({}, "rb"))',
    answers="from django.http import FileResponse, HttpResponse, HttpResponseRedirect",
)
DRF = Framework(
    "rest-framework",
    "from django.urls import path\nfrom rest_framework.response import Response\nfrom rest_framework.views import APIView",
    respond='return Response({"ok": True})',
    page="HttpResponse({})",
    redirect="HttpResponseRedirect({})",
    file='FileResponse(open({}, "rb"))',
    answers=DJANGO.answers,
)
FASTAPI = Framework(
    "fastapi",
    "from typing import Annotated\nfrom fastapi import Cookie, FastAPI, Form, Header, UploadFile\nfrom pydantic import BaseModel",
    respond='return {"ok": True}',
    page="HTMLResponse({})",
    redirect="RedirectResponse({})",
    file="FileResponse({})",
    answers="from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse",
)
STARLETTE = Framework(
    "starlette",
    "from starlette.applications import Starlette\nfrom starlette.responses import PlainTextResponse\n"
    "from starlette.routing import Route",
    respond='return PlainTextResponse("ok")',
    page="HTMLResponse({})",
    redirect="RedirectResponse({})",
    file="FileResponse({})",
    answers="from starlette.responses import FileResponse, HTMLResponse, RedirectResponse",
)
AIOHTTP = Framework(
    "aiohttp",
    "from aiohttp import web",
    respond='return web.Response(text="ok")',
    page='web.Response(text={}, content_type="text/html")',
    redirect="web.HTTPFound({})",
    file="web.FileResponse({})",
    answers="from aiohttp import web",
)
TORNADO = Framework(
    "tornado",
    "import json\nimport tornado.web",
    respond='self.finish("ok")',
    page="handler.write({})",
    redirect="handler.redirect({})",
    context="self",
)
PYRAMID = Framework(
    "pyramid",
    "from pyramid.config import Configurator\nfrom pyramid.response import Response\nfrom pyramid.view import view_config",
    respond='return Response("ok")',
    page="Response({})",
    redirect="HTTPFound(location={})",
    file="FileResponse({})",
    answers="from pyramid.httpexceptions import HTTPFound\nfrom pyramid.response import FileResponse, Response",
)
GRAPHENE = Framework("graphene", "import graphene")
STRAWBERRY = Framework("strawberry", "import strawberry")


def _flask(data: str, route: str = "/items", parameter: str = "") -> str:
    return f"""
app = Flask(__name__)

@app.route("{route}", methods=["GET", "POST"])
def view({parameter}):
    value = {data}
    BODY
"""


def _django(data: str, route: str = "items/", parameter: str = "") -> str:
    return f"""
def view(request{parameter}):
    value = {data}
    BODY

urlpatterns = [path("{route}", view)]
"""


def _drf(data: str, route: str = "items/", parameter: str = "") -> str:
    return f"""
class Items(APIView):
    def post(self, request{parameter}):
        value = {data}
        BODY

urlpatterns = [path("{route}", Items.as_view())]
"""


def _fastapi(parameter: str, data: str = "name", route: str = "/items") -> str:
    return f"""
app = FastAPI()

class Item(BaseModel):
    name: str

@app.post("{route}")
async def view({parameter}):
    value = {data}
    BODY
"""


def _starlette(data: str, route: str = "/items") -> str:
    return f"""
async def view(request):
    value = {data}
    BODY

app = Starlette(routes=[Route("{route}", view, methods=["GET", "POST"])])
"""


def _aiohttp(data: str, route: str = "/items") -> str:
    return f"""
routes = web.RouteTableDef()

@routes.post("{route}")
async def view(request):
    value = {data}
    BODY

app = web.Application()
app.add_routes(routes)
"""


def _tornado(data: str, route: str = "/items", parameter: str = "") -> str:
    return f"""
class Items(tornado.web.RequestHandler):
    def post(self{parameter}):
        value = {data}
        BODY

app = tornado.web.Application([(r"{route}", Items)])
"""


def _pyramid(data: str, route: str = "/items") -> str:
    return f"""
@view_config(route_name="items")
def view(request):
    value = {data}
    BODY

def main(settings):
    config = Configurator(settings=settings)
    config.add_route("items", "{route}")
    config.scan()
    return config.make_wsgi_app()
"""


def _graphene(type_: str) -> str:
    return f"""
class Query(graphene.ObjectType):
    items = graphene.String(word=graphene.{type_}(required=True))

    def resolve_items(self, info, word):
        value = word
        BODY

schema = graphene.Schema(query=Query)
"""


_MUTATION = """
class Change(graphene.Mutation):
    class Arguments:
        name = graphene.String(required=True)

    Output = graphene.String

    def mutate(self, info, name):
        value = name
        BODY

class Mutations(graphene.ObjectType):
    change = Change.Field()

schema = graphene.Schema(mutation=Mutations)
"""


def _strawberry(parameter: str, data: str = "name", kind: str = "Query", decorator: str = "field") -> str:
    return f"""
@strawberry.input
class Item:
    name: str

@strawberry.type
class {kind}:
    @strawberry.{decorator}
    def items(self, {parameter}) -> str:
        value = {data}
        BODY

schema = strawberry.Schema({kind.lower()}={kind})
"""


SOURCES = (
    Source(FLASK, "query parameter", _flask('request.args["name"]')),
    Source(FLASK, "form field", _flask('request.form["name"]')),
    Source(FLASK, "json body", _flask('request.get_json()["name"]'), type="any"),
    Source(FLASK, "path parameter", _flask("name", "/items/<path:name>", "name")),
    Source(FLASK, "header", _flask('request.headers["X-Name"]')),
    Source(FLASK, "cookie", _flask('request.cookies["name"]')),
    Source(FLASK, "file name", _flask('request.files["file"].filename')),
    Source(FLASK, "number in the path", _flask("name", "/items/<int:name>", "name"), type="number"),
    Source(DJANGO, "query parameter", _django('request.GET["name"]')),
    Source(DJANGO, "form field", _django('request.POST["name"]')),
    Source(DJANGO, "json body", _django('json.loads(request.body)["name"]'), type="any"),
    Source(DJANGO, "path parameter", _django("name", "items/<path:name>", ", name")),
    Source(DJANGO, "header", _django('request.headers["X-Name"]')),
    Source(DJANGO, "cookie", _django('request.COOKIES["name"]')),
    Source(DJANGO, "file name", _django('request.FILES["file"].name'), clean=PATH),
    Source(DJANGO, "number in the path", _django("name", "items/<int:name>", ", name"), type="number"),
    Source(DRF, "query parameter", _drf('request.query_params["name"]')),
    Source(DRF, "form field", _drf('request.POST["name"]')),
    Source(DRF, "json body", _drf('request.data["name"]'), type="any"),
    Source(DRF, "path parameter", _drf("name", "items/<path:name>", ", name")),
    Source(DRF, "header", _drf('request.headers["X-Name"]')),
    Source(DRF, "cookie", _drf('request.COOKIES["name"]')),
    Source(DRF, "file name", _drf('request.FILES["file"].name'), clean=PATH),
    Source(DRF, "number in the path", _drf("name", "items/<int:name>", ", name"), type="number"),
    Source(FASTAPI, "query parameter", _fastapi("name: str")),
    Source(FASTAPI, "form field", _fastapi("name: Annotated[str, Form()]")),
    Source(FASTAPI, "json body", _fastapi("item: Item", "item.name")),
    Source(FASTAPI, "path parameter", _fastapi("name: str", route="/items/{name:path}")),
    Source(FASTAPI, "header", _fastapi("name: Annotated[str, Header()]")),
    Source(FASTAPI, "cookie", _fastapi("name: Annotated[str, Cookie()]")),
    Source(FASTAPI, "file name", _fastapi("file: UploadFile", "file.filename")),
    Source(FASTAPI, "number in the path", _fastapi("name: int", route="/items/{name}"), type="number"),
    Source(STARLETTE, "query parameter", _starlette('request.query_params["name"]')),
    Source(STARLETTE, "form field", _starlette('(await request.form())["name"]')),
    Source(STARLETTE, "json body", _starlette('(await request.json())["name"]'), type="any"),
    Source(STARLETTE, "path parameter", _starlette('request.path_params["name"]', "/items/{name:path}")),
    Source(STARLETTE, "header", _starlette('request.headers["X-Name"]')),
    Source(STARLETTE, "cookie", _starlette('request.cookies["name"]')),
    Source(STARLETTE, "file name", _starlette('(await request.form())["file"].filename')),
    Source(AIOHTTP, "query parameter", _aiohttp('request.query["name"]')),
    Source(AIOHTTP, "form field", _aiohttp('(await request.post())["name"]')),
    Source(AIOHTTP, "json body", _aiohttp('(await request.json())["name"]'), type="any"),
    Source(AIOHTTP, "path parameter", _aiohttp('request.match_info["name"]', "/items/{name:.+}")),
    Source(AIOHTTP, "header", _aiohttp('request.headers["X-Name"]')),
    Source(AIOHTTP, "cookie", _aiohttp('request.cookies["name"]')),
    Source(AIOHTTP, "file name", _aiohttp('(await request.post())["file"].filename')),
    Source(TORNADO, "query parameter", _tornado('self.get_query_argument("name")')),
    Source(TORNADO, "form field", _tornado('self.get_body_argument("name")')),
    Source(TORNADO, "json body", _tornado('json.loads(self.request.body)["name"]'), type="any"),
    Source(TORNADO, "path parameter", _tornado("name", "/items/(.+)", ", name")),
    Source(TORNADO, "header", _tornado('self.request.headers["X-Name"]')),
    Source(TORNADO, "cookie", _tornado('self.get_cookie("name")')),
    Source(TORNADO, "file name", _tornado('self.request.files["file"][0].filename')),
    Source(PYRAMID, "query parameter", _pyramid('request.GET["name"]')),
    Source(PYRAMID, "form field", _pyramid('request.POST["name"]')),
    Source(PYRAMID, "json body", _pyramid('request.json_body["name"]'), type="any"),
    Source(PYRAMID, "path parameter", _pyramid('request.matchdict["name"]', "/items/{name:.+}")),
    Source(PYRAMID, "header", _pyramid('request.headers["X-Name"]')),
    Source(PYRAMID, "cookie", _pyramid('request.cookies["name"]')),
    Source(PYRAMID, "file name", _pyramid('request.POST["file"].filename')),
    Source(GRAPHENE, "argument", _graphene("String")),
    Source(GRAPHENE, "mutation's argument", _MUTATION),
    Source(GRAPHENE, "number", _graphene("Int"), type="number"),
    Source(STRAWBERRY, "argument", _strawberry("name: str")),
    Source(STRAWBERRY, "input", _strawberry("item: Item", "item.name")),
    Source(STRAWBERRY, "mutation's argument", _strawberry("name: str", "name", "Mutation", "mutation")),
    Source(STRAWBERRY, "number", _strawberry("name: int"), type="number"),
)
"""All sources, each framework's together."""
