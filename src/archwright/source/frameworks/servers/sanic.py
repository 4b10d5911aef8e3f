"""Sanic: handlers on applications and blueprints, groups of blueprints, class views."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry, Framework, Source
from archwright.source.frameworks.shared.endpoints import VERBS, endpoint, http_entry, verbs_of
from archwright.source.frameworks.shared.routers import Added, Identity, Kind, Routers
from archwright.source.frameworks.shared.routes import join_paths, methods_of, outside
from archwright.source.frameworks.shared.trust import trust_of
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_REQUEST: Final = "sanic.Request"
_DATA: Final = {
    "args": "query parameter",
    "query_args": "query parameter",
    "get_args": "query parameter",
    "query_string": "query string",
    "form": "form field",
    "get_form": "form field",
    "files": "uploaded file",
    "json": "request body",
    "load_json": "request body",
    "body": "request body",
    "stream": "request body",
    "headers": "request header",
    "cookies": "cookie",
    "match_info": "path parameter",
    "path": "request path",
    "url": "request URL",
    "host": "request host",
    "token": "credentials",
}
_CLEAN: Final = frozenset({"int", "float", "number", "uuid", "ymd", "alpha"})
_KIND: Final = Kind(
    packages=frozenset({"sanic"}),
    makers=frozenset({"sanic.Sanic", "sanic.app.Sanic", "sanic.Blueprint", "sanic.blueprints.Blueprint"})
    | frozenset({"sanic.Blueprint.group", "sanic.blueprints.Blueprint.group"}),
    includes=frozenset({"blueprint"}),
    adds=frozenset({"add_route", "add_websocket_route"}),
    prefixes=("url_prefix",),
    names=frozenset({"app", "bp", "blueprint"}),
    groups=frozenset({"group"}),
)


class Sanic(Framework):
    """Handlers and requests."""

    name = "sanic"
    title = "Sanic"
    packages = ("sanic",)
    aliases: ClassVar[dict[str, str]] = {"sanic.request.Request": _REQUEST, "sanic.request.types.Request": _REQUEST}
    sources: ClassVar[dict[str, Source]] = {f"{_REQUEST}.{name}": Source(said) for name, said in _DATA.items()}

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Decorated handlers, then those that calls add."""
        routers = Routers(engine, _KIND)
        for module in project.modules:
            for index, unit in enumerate(module.units):
                for node in unit[5]:
                    yield from self._decorated(engine, routers, module, index, node)
        for added in routers.added:
            yield from _added(engine, routers, added)

    def _decorated(
        self, engine: Engine, routers: Routers, module: Module, index: int, node: tuple[Any, ...]
    ) -> Iterator[Entry]:
        if node[0] != f.CALL or node[2][0] != f.ATTR or node[2][3] not in (*VERBS, "route", "websocket"):
            return
        around = module.units[index][10]
        router = routers.locate(module, around, node[2][2])
        if router is None and not routers.likely(module, around, node[2][2]):
            return
        verb = node[2][3]
        method = verb.upper() if verb != "route" else "|".join(methods_of(node)) or "GET"
        path = routers.text(module, node[3][0] if node[3] else dict(node[4]).get("uri"))
        yield from _entries(engine, routers, router, method, path, module.index << UNIT_BITS | index)


def _added(engine: Engine, routers: Routers, added: Added) -> Iterator[Entry]:
    """`app.add_route(handler, "/path", methods=[...])`, `app.add_route(View.as_view(), "/path")`."""
    call, module = added.call, added.module
    given = dict(call[4])
    node = call[3][0] if call[3] else given.get("handler")
    if node is not None and node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "as_view":
        node = node[2][2]
    target = endpoint(engine, module, added.unit, node)
    path = routers.text(module, call[3][1] if len(call[3]) > 1 else given.get("uri"))
    if target is not None:
        method = "|".join(methods_of(call)) or ("WEBSOCKET" if "websocket" in call[2][3] else "GET")
        yield from _entries(engine, routers, added.router, method, path, target)


def _entries(
    engine: Engine, routers: Routers, router: Identity | None, method: str, path: str, target: int | ClassInfo
) -> Iterator[Entry]:
    plain, clean = _read(path)
    for verb, unit in [(method, target)] if isinstance(target, int) else list(verbs_of(target)):
        _, facts = engine.project.unit(unit)
        place = 1 if facts[9] >= 0 and "static" not in engine.decorations(unit) else 0
        names = [parameter[0] for parameter in facts[4]][place:]
        parameters = {names[0]: Val(("object", _REQUEST))} if names else {}
        trust = trust_of(engine, unit, None)
        for name in names[1:]:
            if name in clean:
                said = f"path parameter {name!r}"
                parameters[name] = outside(said, unit, facts[2], trust=trust, clean=clean[name])
        for way in routers.ways(router):
            yield http_entry(engine, unit, verb, join_paths(way.prefix, plain), parameters)


def _read(path: str) -> tuple[str, dict[str, bool]]:
    """`/x/<id:int>` as `/x/{id}`, and whether each name lets only numbers and the like through."""
    plain = ""
    clean: dict[str, bool] = {}
    for piece in path.split("<"):
        inside, closed, rest = piece.partition(">")
        if not closed:
            plain += piece
            continue
        name, _, kind = inside.partition(":")
        clean[name] = kind in _CLEAN
        plain += "{" + name + "}" + rest
    return plain, clean
