"""Pyramid and cornice: views that name a route or stand for a traversed resource, and what they receive."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.policy import ANYONE, AUTHENTICATED
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry, Framework, Guarding, Source
from archwright.source.frameworks.servers.pyramid_decorators import told_by
from archwright.source.frameworks.servers.pyramid_routes import Routes, plain
from archwright.source.frameworks.shared.declared import elements, last_name, written
from archwright.source.frameworks.shared.endpoints import VERBS, endpoint, http_entry, text_of
from archwright.source.frameworks.shared.routes import join_paths
from archwright.source.frameworks.shared.wrappers import spelled_out
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_REQUEST: Final = "pyramid.request.Request"
_DATA: Final = {
    "params": "request value",
    "GET": "query parameter",
    "POST": "form field",
    "matchdict": "path parameter",
    "json_body": "request body",
    "json": "request body",
    "body": "request body",
    "text": "request body",
    "body_file": "request body",
    "headers": "request header",
    "cookies": "cookie",
    "url": "request URL",
    "path": "request path",
    "path_info": "request path",
    "path_qs": "request path",
    "path_url": "request URL",
    "query_string": "query string",
    "host": "request host",
    "referer": "referrer",
    "referrer": "referrer",
    "subpath": "request path",
}
_VIEWS: Final = frozenset({"view_config", "view"})
_ERRORS: Final = frozenset({"exception_view_config", "notfound_view_config", "forbidden_view_config"})


class Pyramid(Framework):
    """Views and requests."""

    name = "pyramid"
    title = "Pyramid"
    packages = ("pyramid", "cornice")
    aliases: ClassVar[dict[str, str]] = {"pyramid.testing.DummyRequest": _REQUEST}
    sources: ClassVar[dict[str, Source]] = {f"{_REQUEST}.{name}": Source(said) for name, said in _DATA.items()}

    def __init__(self) -> None:
        super().__init__()
        self._standing: dict[int, list[Guarding]] = {}

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        # views, view classes, tweens, predicates and request methods all call it so
        return ("object", _REQUEST) if name == "request" else None

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        return self._standing.get(unit, ())

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Views by decorator and by call, then cornice's services and resources."""
        self._engine = engine
        routes = Routes(engine)
        for module in project.modules:
            for index, unit in enumerate(module.units):
                for node in unit[5]:
                    told = _told(engine, module, node)
                    if told is not None:
                        yield from self._view(routes, module, told, module.index << UNIT_BITS | index)
                    elif node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in VERBS:
                        yield from self._service(module, node, module.index << UNIT_BITS | index)
            for index, facts in enumerate(module.classes):
                for node in facts[6]:
                    told = _told(engine, module, node)
                    if told is not None:
                        yield from self._view(routes, module, told, project.class_at(module, index))
                    elif node[0] == f.CALL and last_name(node[2]) == "resource":
                        yield from self._resource(module, node, project.class_at(module, index))
        for module, index, call in routes.views:
            given = dict(call[4])
            target = endpoint(engine, module, index, call[3][0] if call[3] else given.get("view"))
            if target is not None:
                yield from self._view(routes, module, call, target)

    # --- views -------------------------------------------------------------------------------------------------
    def _view(self, routes: Routes, module: Module, call: tuple[Any, ...], target: int | ClassInfo) -> Iterator[Entry]:
        engine = self._engine
        given: dict[Any, Any] = dict(spelled_out(engine, module, call[4]))
        info = target if isinstance(target, ClassInfo) else engine.project.class_of_unit(target)
        for key, node in _defaults(info).items():
            given.setdefault(key, node)
        unit = target if isinstance(target, int) else _called(target, text_of(engine, module, given.get("attr")))
        if unit is None:
            return
        parameters = self._parameters(unit)
        self._guard(unit, module, given.get("permission"))
        if last_name(call[2]) in _ERRORS or _is_error(engine, module, given.get("context")):
            yield Entry(unit, parameters)
            return
        methods = [text for part in _parts(given.get("request_method")) if (text := text_of(engine, module, part))]
        name = text_of(engine, module, given.get("route_name"))
        if name is None and ("route_name" in given or None in given):  # given, and not to be read
            yield Entry(unit, parameters)
            return
        if name is None:
            tail = text_of(engine, module, given.get("name")) or ""
            yield http_entry(engine, unit, "|".join(methods) or "ANY", join_paths("/{traverse}", tail), parameters)
            return
        for route in routes.named(name):
            method = "|".join(methods) or route.method or "ANY"
            yield http_entry(engine, unit, method, plain(route.pattern), parameters)

    def _guard(self, unit: int, module: Module, node: Any) -> None:
        if node is None:
            return
        if last_name(node) == "NO_PERMISSION_REQUIRED":
            self._standing.setdefault(unit, []).append(Guarding("NO_PERMISSION_REQUIRED", ANYONE))
        elif not (node[0] == f.CONST and node[2] is None):
            text = text_of(self._engine, module, node)
            self._standing.setdefault(unit, []).append(Guarding(text or written(node), AUTHENTICATED))

    def _parameters(self, unit: int) -> dict[str, Val]:
        """`view(request)`, `view(context, request)`; a method gets neither, its class does."""
        _, facts = self._engine.project.unit(unit)
        names = [name for name, kind, _, _ in facts[4] if kind in (f.PARAM_NORMAL, f.PARAM_POSITIONAL_ONLY)]
        if facts[9] >= 0 and "static" not in self._engine.decorations(unit):
            names = names[1:] if facts[0] != "__init__" else []
        return {names[-1]: Val(("object", _REQUEST))} if names and (len(names) <= 2) else {}

    # --- cornice -----------------------------------------------------------------------------------------------
    def _service(self, module: Module, node: tuple[Any, ...], unit: int) -> Iterator[Entry]:
        """`@service.get()` for `service = Service(name=..., path=...)`."""
        engine = self._engine
        found = engine.project.resolve_expression(module, node[2][2])
        if found is None or found.kind != "expression" or found.value[2][0] != f.CALL:
            return
        where, call = found.value[0], found.value[2]
        made = engine.project.resolve_expression(where, call[2])
        if made is None or made.kind != "external" or not made.value.startswith("cornice"):
            return
        given = dict(call[4])
        path = text_of(engine, where, given.get("path") or (call[3][1] if len(call[3]) > 1 else None))
        if path is not None:
            self._guard(unit, module, dict(node[4]).get("permission") or given.get("permission"))
            yield http_entry(engine, unit, node[2][3].upper(), plain(path), self._parameters(unit))

    def _resource(self, module: Module, node: tuple[Any, ...], info: ClassInfo) -> Iterator[Entry]:
        """`@resource(collection_path=..., path=...)` over a class with `get`, `collection_post`, ..."""
        engine = self._engine
        target = engine.project.resolve_expression(module, node[2])
        if target is None or target.kind != "external" or not target.value.startswith("cornice"):
            return
        given = dict(node[4])
        for key, before in (("path", ""), ("collection_path", "collection_")):
            path = text_of(engine, module, given.get(key))
            for verb in VERBS if path is not None else ():
                unit = info.method(before + verb)
                if unit is not None:
                    yield http_entry(engine, unit, verb.upper(), plain(path or ""), {})


def _parts(node: Any) -> tuple[Any, ...]:
    return elements(node) or ((node,) if node is not None else ())


def _defaults(info: ClassInfo | None) -> dict[str, Any]:
    """What `view_defaults` says for the views of a class; the nearest class speaks."""
    for each in info.mro() if info is not None else ():
        for node in each.facts[6]:
            if node[0] == f.CALL and last_name(node[2]) == "view_defaults":
                return {key: value for key, value in node[4] if key is not None}
    return {}


def _called(info: ClassInfo, attribute: str | None) -> int | None:
    """What a class that is a view runs."""
    return info.method(attribute or "__call__") or (info.method("__init__") if attribute is None else None)


def _told(engine: Engine, module: Module, node: Any) -> Any:
    """The `view_config(...)` that a decorator is or stands for; None for another decorator."""
    if node[0] != f.CALL:
        return None
    return node if last_name(node[2]) in _VIEWS | _ERRORS else told_by(engine, module, node)


def _is_error(engine: Engine, module: Module, node: Any) -> bool:
    """True for a view of errors: its context is an exception, or a library's class, which no traversal of the project gives."""
    if node is None:
        return False
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is None:
        return _is_exception(last_name(node))
    if found.kind == "external":
        return True
    return found.kind == "class" and any(
        _is_exception(last_name(base)) or "httpexceptions" in written(base)
        for holder in found.value.mro()
        for base in holder.facts[4]
    )


def _is_exception(name: str) -> bool:
    return name.endswith(("Exception", "Error"))
