"""Flask and Werkzeug: request data, routes on apps and blueprints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.model.operation import Http, Operation
from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry, Framework, Source
from archwright.source.frameworks.routes import (
    converter_is_clean,
    join_paths,
    methods_of,
    outside,
    place_of,
    template_path,
)
from archwright.source.link.module import UNIT_BITS

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.module import Module
    from archwright.source.link.project import Project

_REQUEST = {
    "args": "query parameters",
    "form": "form data",
    "values": "request values",
    "json": "request body",
    "data": "request body",
    "headers": "request headers",
    "cookies": "cookies",
    "files": "uploaded files",
    "query_string": "query string",
    "path": "request path",
    "full_path": "request path",
    "url": "request URL",
    "host": "request host",
    "referrer": "referrer",
    "get_json": "request body",
    "get_data": "request body",
    "view_args": "path parameters",
    "stream": "request body",
}
_SHORTHAND = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}


class Flask(Framework):
    """Flask, Quart and Werkzeug requests."""

    name = "flask"
    title = "Flask"
    packages = ("flask", "quart", "werkzeug", "flask_restful", "flask_restx")
    aliases: ClassVar[dict[str, str]] = {
        "quart.request": "flask.request",
        "flask.globals.request": "flask.request",
        "flask.wrappers.Request": "flask.Request",
        "werkzeug.wrappers.Request": "flask.Request",
        "quart.Request": "flask.Request",
    }
    sources: ClassVar[dict[str, Source]] = {
        f"flask.{holder}.{attribute}": Source(said)
        for holder in ("request", "Request")
        for attribute, said in _REQUEST.items()
    }

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions decorated as routes, and those handed to `add_url_rule`."""
        for module in project.modules:
            for index, unit in enumerate(module.units):
                for decorator in unit[5]:
                    operation = _route(engine, module, index, decorator)
                    if operation is not None:
                        unit_id = module.index << UNIT_BITS | index
                        yield Entry(unit_id, _parameters(unit_id, unit, operation[1]), operation[0])


def _route(engine: Engine, module: Module, index: int, decorator: tuple[Any, ...]) -> tuple[Operation, str] | None:
    if decorator[0] != f.CALL or decorator[2][0] != f.ATTR:
        return None
    verb = decorator[2][3]
    if verb != "route" and verb not in _SHORTHAND:
        return None
    if not _is_app(engine, module, decorator[2][2]):
        return None
    path = next((a[2] for a in decorator[3] if a[0] == f.CONST and isinstance(a[2], str)), None)
    if path is None:
        path = next((v[2] for n, v in decorator[4] if n == "rule" and v[0] == f.CONST), "")
    methods = [_SHORTHAND[verb]] if verb in _SHORTHAND else methods_of(decorator) or ["GET"]
    prefix = _prefix(engine, module, decorator[2][2])
    name = f"{module.name}.{module.units[index][1]}"
    trigger = Http(
        method=methods[0] if len(methods) == 1 else "|".join(methods), path=template_path(join_paths(prefix, path))
    )
    return Operation(name=name, trigger=trigger, entry=name, place=place_of(module, module.units[index])), path


def _is_app(engine: Engine, module: Module, node: tuple[Any, ...]) -> bool:
    """True where the decorator's owner is a Flask app or blueprint, or a parameter or name of which nothing else is known."""
    found = engine.project.resolve_expression(module, node)
    if found is None:
        return node[0] == f.NAME and node[2] in ("app", "bp", "blueprint", "api", "application")
    value = engine.found_value(found)
    if value.type is not None and value.type[0] == "object":
        return value.type[1].rpartition(".")[2] in (
            "Flask",
            "Blueprint",
            "Quart",
            "APIBlueprint",
            "APIFlask",
            "OpenAPI",
        )
    return value.type is None


def _prefix(engine: Engine, module: Module, node: tuple[Any, ...]) -> str:
    found = engine.project.resolve_expression(module, node)
    if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL:
        for name, value in found.value[2][4]:
            if name == "url_prefix" and value[0] == f.CONST and isinstance(value[2], str):
                return str(value[2])
    return ""


def _parameters(unit_id: int, unit: tuple[Any, ...], path: str) -> dict[str, Val]:
    return {
        name: outside(f"path parameter {name!r}", unit_id, unit[2], clean=converter_is_clean(path, name))
        for name, _, _, _ in unit[4]
        if f":{name}>" in path or f"<{name}>" in path
    }
