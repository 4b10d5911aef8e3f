"""aiohttp's server: routes by table, by call and by decorator, class views, applications below others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.base import Place
from archwright.model.operation import Http, Operation
from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import CallSite, Entry, Framework, Source
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import last_name, written
from archwright.source.frameworks.shared.endpoints import VERBS, endpoint, http_entry, verbs_of
from archwright.source.frameworks.shared.routers import Identity, Kind, Routers
from archwright.source.frameworks.shared.routes import join_paths, template_path
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.flow.frame import Frame

_REQUEST: Final = "aiohttp.web.Request"
_DATA: Final = {
    "match_info": "path parameter",
    "query": "query parameter",
    "rel_url": "request URL",
    "url": "request URL",
    "path": "request path",
    "path_qs": "request path",
    "raw_path": "request path",
    "query_string": "query string",
    "headers": "request header",
    "cookies": "cookie",
    "host": "request host",
    "json": "request body",
    "text": "request body",
    "read": "request body",
    "content": "request body",
    "post": "form field",
    "multipart": "uploaded file",
}
_KIND: Final = Kind(
    packages=frozenset({"aiohttp"}),
    makers=frozenset({"aiohttp.web.Application", "aiohttp.web.RouteTableDef"}),
    includes=frozenset({"add_routes"}),
    adds=frozenset(),
    prefixes=(),
    names=frozenset({"app", "application", "router", "routes"}),
    mounts=frozenset({"add_subapp"}),
)
_ADDS: Final = {f"add_{verb}": verb.upper() for verb in VERBS}
_SETUPS: Final = frozenset({"setup_routes", "init_routes", "add_routes", "register_routes"})
_VARIABLE: Final = re.compile(r"\{(\w+)\s*:(?:[^{}]|\{[^{}]*\})*\}")


def _part(site: CallSite) -> Val | None:
    """`await reader.next()`: what it holds is the sender's, as its name is."""
    receiver = site.receiver
    read = receiver is not None and any(key[0] == "source" for key, _, _ in receiver.origins)
    return Val(None, receiver.origins) if receiver is not None and read else None


class AioHttp(Framework):
    """Handlers and requests."""

    name = "aiohttp"
    title = "aiohttp"
    packages = ("aiohttp",)
    aliases: ClassVar[dict[str, str]] = {
        "aiohttp.web_request.Request": _REQUEST,
        "aiohttp.web.BaseRequest": _REQUEST,
        "aiohttp.web_app.Application": "aiohttp.web.Application",
        "aiohttp.web_routedef.RouteTableDef": "aiohttp.web.RouteTableDef",
    }
    sources: ClassVar[dict[str, Source]] = {f"{_REQUEST}.{name}": Source(said) for name, said in _DATA.items()}
    attributes: ClassVar[dict[str, str]] = {"aiohttp.web.View.request": _REQUEST}

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        """A middleware is given the request, then the handler."""
        return ("object", _REQUEST) if index == 0 and any(map(_is_middleware, frame.facts[5])) else None

    def __init__(self) -> None:
        super().__init__()
        self.methods["next"] = _part

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated handlers, then those that calls add."""
        modules = [module for module in project.modules if _serves(module)]
        if not modules:
            return
        routers = Routers(engine, _KIND)
        for module in modules:
            for index, unit in enumerate(module.units):
                for node in unit[5]:
                    yield from self._decorated(engine, routers, module, node, module.index << UNIT_BITS | index)
                for call in calls_in(body_of(unit)):
                    yield from self._called(engine, routers, module, index, call)
            for index, facts in enumerate(module.classes):
                for node in facts[6]:
                    yield from self._decorated(engine, routers, module, node, project.class_at(module, index))

    def _decorated(
        self, engine: Engine, routers: Routers, module: Module, node: Any, target: int | ClassInfo
    ) -> Iterator[Entry]:
        """`@routes.get("/path")`, `@routes.view("/path")`."""
        if node[0] != f.CALL or node[2][0] != f.ATTR or node[2][3] not in (*VERBS, "view", "route", "static"):
            return
        router = routers.locate(module, 0, node[2][2])
        if router is not None:
            method, path = _method(routers, module, node, node[2][3])
            yield from _entries(engine, routers, router, method, path, target)

    def _called(
        self, engine: Engine, routers: Routers, module: Module, index: int, call: tuple[Any, ...]
    ) -> Iterator[Entry]:
        name = last_name(call[2])
        if name in _ADDS or (name in ("add_route", "add_view") and len(call[3]) + len(call[4]) > 1):
            owner = _owner(module, index, call[2])
            router = routers.locate(module, index, owner) if owner is not None else None
            if owner is None or (router is None and not _plausible(routers, module, index, owner)):
                return
            method, path = _method(routers, module, call, _ADDS.get(name, name.removeprefix("add_")))
            handler = _handler(call, name)
            target = endpoint(engine, module, index, handler)
            if target is not None:
                yield from _entries(engine, routers, router, method, path, target)
            elif handler is not None and name != "add_view":
                yield from _unread(routers, router, module, method, path, handler)
        elif name == "add_routes" and call[2][0] == f.ATTR and call[3]:
            router = routers.locate(module, index, call[2][2])
            for part in _listed(engine, module, index, call[3][0]):
                yield from self._defined(engine, routers, router, *part)

    def _defined(
        self, engine: Engine, routers: Routers, router: Identity | None, module: Module, index: int, node: Any
    ) -> Iterator[Entry]:
        """`web.get("/path", handler)` in a table."""
        if node[0] != f.CALL:
            return
        name = last_name(node[2])
        found = engine.project.resolve_expression(module, node[2])
        if found is None or found.kind != "external" or not found.value.startswith("aiohttp.web"):
            return
        if name in (*VERBS, "view", "route"):
            method, path = _method(routers, module, node, name)
            target = endpoint(engine, module, index, _handler(node, name))
            if target is not None:
                yield from _entries(engine, routers, router, method, path, target)
            elif name != "view":
                yield from _unread(routers, router, module, method, path, _handler(node, name))


def _unread(
    routers: Routers, router: Identity | None, module: Module, method: str, path: str, handler: Any
) -> Iterator[Entry]:
    """A route to something that can't be told: there is the route, and no unit that is known to serve it."""
    if handler is None:
        return
    place = Place(module.path, f.line_of(handler[1]), f.column_of(handler[1]))
    for way in routers.ways(router):
        trigger = Http(method=method or "ANY", path=template_path(join_paths(way.prefix, path)))
        operation = Operation(name=f"{module.name}.{written(handler)}", trigger=trigger, place=place)
        yield Entry(module.index << UNIT_BITS, {}, operation)


def _serves(module: Module) -> bool:
    """True where a module imports the server's side of aiohttp, or has a function that sets routes up."""
    for name, binding in module.scope().items():
        if binding.kind == "import":
            if binding.value[0].startswith("aiohttp.web") or binding.value == ("aiohttp", "web"):
                return True
        elif (binding.kind == "module" and binding.value in ("aiohttp", "aiohttp.web")) or name in _SETUPS:
            return True
    return False


def _is_middleware(decorator: Any) -> bool:
    return decorator[0] in (f.NAME, f.ATTR) and decorator[-1] == "middleware"


def _owner(module: Module, index: int, function: Any) -> Any:
    """`app` of `app.router.add_get`, through a local name for `app.router.add_route`."""
    if function[0] == f.NAME:
        for node in body_of(module.units[index]):
            if (
                node[0] == f.ASSIGN
                and any(t[0] == f.NAME and t[2] == function[2] for t in node[2])
                and node[3][0] == f.ATTR
            ):
                return _owner(module, index, node[3])
        return None
    if function[0] != f.ATTR:
        return None
    owner = function[2]
    return owner[2] if owner[0] == f.ATTR and owner[3] == "router" else owner


def _plausible(routers: Routers, module: Module, index: int, owner: Any) -> bool:
    """A router that a function gets or holds, called as one."""
    if routers.likely(module, index, owner):
        return True
    name = owner[3] if owner[0] == f.ATTR else owner[2] if owner[0] == f.NAME else ""
    return name in ("app", "webapp", "_app", "router", "application") and bool(index)


def _method(routers: Routers, module: Module, call: tuple[Any, ...], name: str) -> tuple[str, str]:
    """The method and the path of a declaration; `route` has the method first."""
    given = dict(call[4])
    place = 1 if name == "route" else 0
    node = call[3][place] if len(call[3]) > place else given.get("path")
    path = _VARIABLE.sub(r"{\1}", routers.text(module, node))
    if name == "route":
        method = routers.text(module, call[3][0] if call[3] else given.get("method")).upper()
        return ("ANY" if method in ("*", "") else method), path
    return ("" if name == "view" else name.upper()), path


def _handler(call: tuple[Any, ...], name: str) -> Any:
    place = 2 if name in ("route", "add_route") else 1
    return call[3][place] if len(call[3]) > place else dict(call[4]).get("handler")


def _listed(engine: Engine, module: Module, index: int, node: Any) -> list[tuple[Module, int, Any]]:
    """The parts of a table of routes, written out here or where its name is bound."""
    if node[0] in (f.LIST, f.TUPLE):
        return [
            part
            for each in node[2]
            for part in (_listed(engine, module, index, each[2]) if each[0] == f.STARRED else [(module, index, each)])
        ]
    if node[0] == f.BINOP and node[2] == "+":
        return [*_listed(engine, module, index, node[3]), *_listed(engine, module, index, node[4])]
    if node[0] == f.NAME and index:
        for statement in body_of(module.units[index]):
            if statement[0] == f.ASSIGN and any(t[0] == f.NAME and t[2] == node[2] for t in statement[2]):
                return _listed(engine, module, index, statement[3]) if statement[3][0] == f.LIST else []
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is not None and found.kind == "expression" and found.value[2][0] in (f.LIST, f.TUPLE, f.BINOP):
        return _listed(engine, found.value[0], 0, found.value[2])
    return []


def _entries(
    engine: Engine, routers: Routers, router: Identity | None, method: str, path: str, target: int | ClassInfo
) -> Iterator[Entry]:
    served = [(method or "ANY", target)] if isinstance(target, int) else list(verbs_of(target))
    for verb, unit in served:
        for way in routers.ways(router):
            yield http_entry(engine, unit, verb, join_paths(way.prefix, path), _parameters(engine, unit))


def _parameters(engine: Engine, unit: int) -> dict[str, Val]:
    """A handler's one argument is the request, whatever it is called."""
    _, facts = engine.project.unit(unit)
    place = 1 if facts[9] >= 0 and "static" not in engine.decorations(unit) else 0
    return {facts[4][place][0]: Val(("object", _REQUEST))} if len(facts[4]) > place else {}
