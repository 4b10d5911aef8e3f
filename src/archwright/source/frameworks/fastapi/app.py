"""FastAPI and Starlette: routes, parameters, dependencies, requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from archwright.model.operation import Http, Operation
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Entry, Framework, Source
from archwright.source.frameworks.fastapi.parameters import SECURITY, Dependencies, Handler
from archwright.source.frameworks.responses.pages import returned
from archwright.source.frameworks.shared import serialised
from archwright.source.frameworks.shared.routers import Identity, Kind, Routers, unit_id
from archwright.source.frameworks.shared.routes import join_paths, place_of, template_path
from archwright.source.link.module import Module
from archwright.source.link.project import Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

REQUEST = "fastapi.Request"
_DATA = {
    "query_params": "query parameter",
    "path_params": "path parameter",
    "headers": "request header",
    "cookies": "cookie",
    "url": "request URL",
    "base_url": "request URL",
    "json": "request body",
    "body": "request body",
    "form": "form field",
    "stream": "request body",
    "receive_json": "message",
    "receive_text": "message",
    "receive_bytes": "message",
    "iter_text": "message",
    "iter_json": "message",
    "iter_bytes": "message",
}
_VERBS = {
    **{verb: verb.upper() for verb in ("get", "post", "put", "patch", "delete", "head", "options", "trace")},
    "api_route": "",
    "route": "",
    "websocket": "WEBSOCKET",
    "websocket_route": "WEBSOCKET",
}


_KIND = Kind(
    packages=frozenset({"fastapi", "starlette"}),
    makers=frozenset(
        {
            "fastapi.APIRouter",
            "fastapi.FastAPI",
            "fastapi.routing.APIRouter",
            "fastapi.applications.FastAPI",
            "starlette.applications.Starlette",
            "starlette.routing.Router",
        }
    ),
    includes=frozenset({"include_router"}),
    adds=frozenset({"add_api_route", "add_route", "add_api_websocket_route"}),
    prefixes=("prefix",),
    names=frozenset({"app", "router", "api", "application", "api_router"}),
)


class FastApi(Framework):
    """Handlers and what they receive."""

    name = "fastapi"
    title = "FastAPI"
    packages = ("fastapi", "starlette")
    aliases: ClassVar[dict[str, str]] = {
        **dict.fromkeys(
            (
                "starlette.requests.Request",
                "starlette.requests.HTTPConnection",
                "fastapi.requests.Request",
                "fastapi.requests.HTTPConnection",
                "fastapi.WebSocket",
                "fastapi.websockets.WebSocket",
                "starlette.websockets.WebSocket",
            ),
            REQUEST,
        ),
        **{f"fastapi.security.{module}.{name}": f"fastapi.security.{name}" for name, module in SECURITY.items()},
        "starlette.datastructures.UploadFile": "fastapi.UploadFile",
    }
    sources: ClassVar[dict[str, Source]] = {f"{REQUEST}.{name}": Source(said) for name, said in _DATA.items()}

    def __init__(self) -> None:
        super().__init__()
        self.calls["fastapi.UploadFile.read"] = _content

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Every handler, by decorator or by call, then every dependency of one."""
        routers = Routers(engine, _KIND)
        dependencies = Dependencies(engine)
        for module in project.modules:
            for index, unit in enumerate(module.units):
                for decorator in unit[5]:
                    yield from self._decorated(routers, dependencies, module, index, decorator)
        for added in routers.added:
            yield from self._added(engine, routers, dependencies, added)
        yield from dependencies.entries()

    def _decorated(
        self,
        routers: Routers,
        dependencies: Dependencies,
        module: Module,
        index: int,
        decorator: tuple[Any, ...],
    ) -> Iterator[Entry]:
        if decorator[0] != f.CALL or decorator[2][0] != f.ATTR or decorator[2][3] not in _VERBS:
            return
        owner = decorator[2][2]
        router = routers.locate(module, module.units[index][10], owner)
        if router is None and not routers.likely(module, module.units[index][10], owner):
            return
        verb = _VERBS[decorator[2][3]] or "|".join(_methods(decorator)) or "GET"
        yield from self._entries(routers, dependencies, (module, index), router, (module, decorator), verb)

    def _added(self, engine: Engine, routers: Routers, dependencies: Dependencies, added: Any) -> Iterator[Entry]:
        call = added.call
        given = dict(call[4])
        endpoint = call[3][1] if len(call[3]) > 1 else given.get("endpoint")
        if endpoint is None:
            return
        target = _unit(engine, added.module, added.unit, endpoint)
        if target is None:
            return
        verb = "|".join(_methods(call)) or ("WEBSOCKET" if "websocket" in call[2][3] else "GET")
        yield from self._entries(routers, dependencies, target, added.router, (added.module, call), verb)

    @staticmethod
    def _entries(
        routers: Routers,
        dependencies: Dependencies,
        target: tuple[Module, int],
        router: Identity | None,
        declared: tuple[Module, tuple[Any, ...]],
        verb: str,
    ) -> Iterator[Entry]:
        module, index = target
        unit = module.units[index]
        where, call = declared
        given = dict(call[4])
        path = routers.text(where, call[3][0] if call[3] else given.get("path"))
        own = given.get("dependencies")
        listed = [(where, part) for part in own[2]] if own is not None and own[0] in (f.LIST, f.TUPLE) else []
        ways = routers.ways(router)
        guards = [*listed, *(ways[0].dependencies if ways else ())]
        handler = Handler(module, index, path, guards)
        parameters = dependencies.parameters(handler)
        answer = returned if _is_page(routers, where, given) else _answer(where, module, unit, given)
        name = f"{module.name}.{unit[1]}"
        if not ways:  # written, and not served
            yield Entry(unit_id(module, index), parameters, None, answer)
        for way in ways:
            trigger = Http(method=verb, path=template_path(join_paths(way.prefix, path).replace(":path}", "}")))
            operation = Operation(name=name, trigger=trigger, entry=name, place=place_of(module, unit))
            yield Entry(unit_id(module, index), parameters, operation, answer)


def _is_page(routers: Routers, where: Module, given: dict[str, Any]) -> bool:
    """True for `response_class=HTMLResponse`: a text that the handler returns is a page."""
    node = given.get("response_class")
    found = routers.engine.project.resolve_expression(where, node) if node is not None else None
    return found is not None and found.kind == "external" and str(found.value).endswith(".HTMLResponse")


def _answer(
    where: Module, module: Module, unit: tuple[Any, ...], given: dict[str, Any]
) -> Callable[[Frame, Val], None] | None:
    """What `response_model`, or the declared result, reads of the rows that a handler returns."""
    if not given.keys().isdisjoint(("response_model_exclude", "response_model_include")):
        return None
    shape, holder = (given["response_model"], where) if "response_model" in given else (unit[6], module)
    if shape is None or shape[0] == f.CONST:
        return None
    position = next((node[1] for node in reversed(body_of(unit)) if node[0] == f.RETURN), unit[2])

    def answer(frame: Frame, value: Val) -> None:
        serialised.read(frame, value, holder, shape, position)

    return answer


def _methods(call: tuple[Any, ...]) -> list[str]:
    for name, value in call[4]:
        if name == "methods" and value[0] in (f.LIST, f.TUPLE, f.SET):
            return [part[2].upper() for part in value[2] if part[0] == f.CONST and isinstance(part[2], str)]
    return []


def _unit(engine: Engine, module: Module, index: int, node: tuple[Any, ...]) -> tuple[Module, int] | None:
    """The unit that an endpoint names: a function, or a method of the class around."""
    if node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] == "self" and module.units[index][9] >= 0:
        method = engine.project.class_at(module, module.units[index][9]).method(node[3])
        if method is None:
            return None
        found_module, _ = engine.project.unit(method)
        return found_module, method & 0xFFFF
    if node[0] == f.NAME:
        nested = next(
            (i for i, unit in enumerate(module.units) if unit[0] == node[2] and unit[10] == index and index), None
        )
        if nested is not None:
            return module, nested
    found = engine.project.resolve_expression(module, node)
    if found is not None and found.kind == "unit":
        found_module, _ = engine.project.unit(found.value)
        return found_module, found.value & 0xFFFF
    return None


def _content(site: CallSite) -> Val:
    """What an uploaded file holds is the sender's, as its name is."""
    return Val(None, site.receiver.origins if site.receiver is not None else ())
