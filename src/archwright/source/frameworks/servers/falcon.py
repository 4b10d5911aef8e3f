"""Falcon: resources by `add_route`, responders by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.source import facts as f
from archwright.source.flow.values import ALL_USES, Val
from archwright.source.frameworks.base import Entry, Framework, Source
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.endpoints import VERBS, holder, http_entry, text_of
from archwright.source.frameworks.shared.routers import Kind, Routers
from archwright.source.frameworks.shared.routes import outside
from archwright.source.link.module import Module
from archwright.source.link.project import Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_REQUEST: Final = "falcon.Request"
_DATA: Final = {
    "params": "query parameter",
    "get_param": "query parameter",
    "get_param_as_list": "query parameter",
    "get_param_as_json": "query parameter",
    "query_string": "query string",
    "media": "request body",
    "get_media": "request body",
    "stream": "request body",
    "bounded_stream": "request body",
    "headers": "request header",
    "get_header": "request header",
    "cookies": "cookie",
    "get_cookie_values": "cookie",
    "path": "request path",
    "relative_uri": "request path",
    "uri": "request URL",
    "url": "request URL",
    "host": "request host",
}
_TYPED: Final = ("int", "float", "bool", "uuid", "date", "datetime")
_KIND: Final = Kind(
    packages=frozenset({"falcon"}),
    makers=frozenset({"falcon.App", "falcon.API", "falcon.asgi.App"}),
    includes=frozenset(),
    adds=frozenset(),
    prefixes=(),
    names=frozenset({"app", "api", "application"}),
)
_VARIABLE: Final = re.compile(r"\{(\w+)(?::(\w+)(?:\([^)]*\))?)?\}")
_CLEAN: Final = frozenset({"int", "float", "uuid", "dt"})


class Falcon(Framework):
    """Responders and requests."""

    name = "falcon"
    title = "Falcon"
    packages = ("falcon",)
    aliases: ClassVar[dict[str, str]] = {"falcon.asgi.Request": _REQUEST, "falcon.request.Request": _REQUEST}
    sources: ClassVar[dict[str, Source]] = {f"{_REQUEST}.{name}": Source(said) for name, said in _DATA.items()}
    cleaners: ClassVar[dict[str, int]] = {f"{_REQUEST}.get_param_as_{kind}": ALL_USES for kind in _TYPED}

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """The responders of every resource that a route names."""
        routers = Routers(engine, _KIND)
        for module in project.modules:
            if not routers.concerns(module) and not any("route" in unit[0] for unit in module.units):
                continue
            for index, unit in enumerate(module.units):
                for call in calls_in(body_of(unit)):
                    if call[2][0] == f.ATTR and call[2][3] == "add_route" and len(call[3]) > 1:
                        router = routers.locate(module, index, call[2][2])
                        if router is not None or routers.likely(module, index, call[2][2]):
                            yield from _responders(engine, module, index, call)


def _responders(engine: Engine, module: Module, index: int, call: tuple[Any, ...]) -> Iterator[Entry]:
    """`add_route("/orders/{id:int}", OrderResource(), suffix="one")`: its `on_get_one`, `on_post_one`, ..."""
    path = text_of(engine, module, call[3][0])
    info = holder(engine, module, index, call[3][1])
    suffix = text_of(engine, module, dict(call[4]).get("suffix"))
    if path is None or info is None:
        return
    kinds = {match[1]: match[2] or "" for match in _VARIABLE.finditer(path)}
    plain = _VARIABLE.sub(r"{\1}", path)
    for verb in (*VERBS, "websocket"):
        unit = info.method(f"on_{verb}" + (f"_{suffix}" if suffix else ""))
        if unit is None:
            continue
        _, facts = engine.project.unit(unit)
        names = [parameter[0] for parameter in facts[4]]
        parameters = {names[1]: Val(("object", _REQUEST))} if len(names) > 1 else {}
        for name in names[3:]:
            if name in kinds:
                said = f"path parameter {name!r}"
                parameters[name] = outside(said, unit, facts[2], clean=kinds[name] in _CLEAN)
        yield http_entry(engine, unit, verb.upper(), plain, parameters)
