"""Flask, Quart, Flask-RESTful and flask-restx: request data, routes on apps, blueprints and resources."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from archwright.model.operation import Http, Operation
from archwright.source import facts as f
from archwright.source.flow import addresses
from archwright.source.flow.registry import sourced
from archwright.source.flow.values import TEXT, Val, clean
from archwright.source.frameworks.base import Entry, Framework, Source
from archwright.source.frameworks.flask.arguments import answer, parsed
from archwright.source.frameworks.flask.parsers import handlers
from archwright.source.frameworks.responses.pages import returned
from archwright.source.frameworks.responses.retyped import by_decorator, by_hook
from archwright.source.frameworks.shared.calls import given_at
from archwright.source.frameworks.shared.declared import elements, last_name
from archwright.source.frameworks.shared.routers import Added, Identity, Kind, Routers, unit_id
from archwright.source.frameworks.shared.routes import (
    converter_is_clean,
    join_paths,
    methods_of,
    outside,
    place_of,
    segment,
    template_path,
)
from archwright.source.frameworks.shared.trust import trust_of
from archwright.source.frameworks.shared.written_paths import written_path
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo, Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.flow.frame import Frame

_REQUEST = {
    "args": "query parameter",
    "form": "form field",
    "values": "request value",
    "json": "request body",
    "data": "request body",
    "headers": "request header",
    "cookies": "cookie",
    "files": "uploaded file",
    "query_string": "query string",
    "full_path": "request path",
    "url": "request URL",
    "host": "request host",
    "referrer": "referrer",
    "authorization": "credentials",
    "get_json": "request body",
    "get_data": "request body",
    "view_args": "path parameter",
    "stream": "request body",
}
_PATH = Source("request path")
_VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
_APIS = frozenset(
    {"flask_restful.Api", "flask_restx.Api", "flask_restplus.Api", "flask_rebar.Rebar", "flask_smorest.Api"}
)
_BY_VERB = frozenset({"MethodView", "Resource"})
"""Classes of Flask, Quart and their extensions that call the method named as the request's."""
_HOOKS = frozenset({"errorhandler", "app_errorhandler", "before_request", "before_app_request"})
"""Decorators of functions whose answer stands for that of the view."""
_AFTER = frozenset({"after_request", "after_app_request"})
"""Decorators of functions that are given each answer."""
_MAKES = re.compile(r"json|render|templat|respon|output|marshal|serial|mime|content|produce|api", re.IGNORECASE)
"""Names of decorators that make an answer of what a view returns."""
_KIND = Kind(
    packages=frozenset(
        {"flask", "quart", "flask_restful", "flask_restx", "flask_restplus", "flask_openapi3", "apiflask"}
    ),
    makers=frozenset(
        {
            "flask.Flask",
            "flask.Blueprint",
            "flask.app.Flask",
            "flask.blueprints.Blueprint",
            "quart.Quart",
            "quart.Blueprint",
        }
        | {"apiflask.APIFlask", "apiflask.APIBlueprint", "flask_openapi3.OpenAPI", "flask_openapi3.APIBlueprint"}
        | {"flask_restx.Namespace", "flask_restplus.Namespace", "flask_smorest.Blueprint"}
    )
    | _APIS,
    includes=frozenset({"register_blueprint", "add_namespace", "register_api"}),
    adds=frozenset({"add_url_rule", "add_resource"}),
    prefixes=("url_prefix", "prefix", "path"),
    names=frozenset({"app", "bp", "blueprint", "api", "application"}),
    inside=_APIS,
    overrides=True,
    named=frozenset({"flask_restx.Namespace", "flask_restplus.Namespace"}),
)


class Served(NamedTuple):
    """One route: its router, the path as written (None: it can't be read), the methods (empty: as the view tells), and the view."""

    router: Identity | None
    path: str | None
    methods: tuple[str, ...]
    view: int | ClassInfo


class Flask(Framework):
    """Flask, Quart and Werkzeug requests."""

    name = "flask"
    title = "Flask"
    packages = ("flask", "quart", "werkzeug", "flask_restful", "flask_restx", "flask_smorest", "apiflask")
    aliases: ClassVar[dict[str, str]] = {
        "quart.request": "flask.request",
        "flask.globals.request": "flask.request",
        "flask.wrappers.Request": "flask.Request",
        "werkzeug.wrappers.Request": "flask.Request",
        "quart.Request": "flask.Request",
    }
    never: ClassVar[frozenset[str]] = frozenset(
        {"flask.abort", "flask.helpers.abort", "quart.abort", "werkzeug.exceptions.abort", "flask_smorest.abort"}
        | {"flask_restful.abort", "flask_restx.abort", "flask_restplus.abort", "apiflask.abort"}
        | {"flask_restx.Namespace.abort", "flask_restplus.Namespace.abort"}
    )
    sources: ClassVar[dict[str, Source]] = {
        f"flask.{holder}.{attribute}": Source(said)
        for holder in ("request", "Request")
        for attribute, said in _REQUEST.items()
    } | {"flask.Request.path": _PATH}

    named: ClassVar[tuple[str, ...]] = ("flask.request",)

    def __init__(self) -> None:
        super().__init__()
        self.calls.update(handlers())
        self._fixed: set[int] = set()
        """Handlers without parameters: no part of their paths is the sender's, since Flask hands each to a parameter."""

    def outside(self, frame: Frame | None, parent: str, name: str, position: int) -> Val | None:
        """`request.path`: in a handler of fixed paths it is one of these, whoever sends the request.

        Werkzeug takes all slashes off its front but one, so that it names no host.
        """
        if name not in ("path", "full_path"):
            return None
        if name == "path" and frame is not None and frame.unit in self._fixed:
            return TEXT
        found = sourced(_PATH, frame, position)
        return Val(found.type, clean(found.origins, addresses.HOST))

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Functions and classes decorated as routes, and those handed to `add_url_rule` and `add_resource`."""
        for entry in self._entries(project, engine):
            names = [parameter[0] for parameter in engine.project.unit(entry.unit)[1][4]]
            if not names or (names == ["self"] and engine.project.class_of_unit(entry.unit) is not None):
                self._fixed.add(entry.unit)
            yield entry

    def _entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        routers = Routers(engine, _KIND)
        found: list[Entry | Served] = []
        retyped: set[Identity | None] = set()
        for module in project.modules:
            for index, unit in enumerate(module.units):
                for decorator in unit[5]:
                    found += self._decorated(engine, routers, module, index, decorator)
                    if _retypes(unit, decorator):
                        owner = decorator[2] if decorator[3] == "after_request" else None
                        retyped.add(routers.locate(module, unit[10], owner) if owner is not None else None)
            for index, facts in enumerate(module.classes):
                for decorator in facts[6]:
                    if decorator[0] == f.CALL and decorator[2][0] == f.ATTR and decorator[2][3] == "route":
                        found += self._on_class(engine, routers, module, index, decorator)
        for added in routers.added:
            found += _added(engine, routers, added)
        for each in found:
            if isinstance(each, Entry):
                yield each
            else:
                yield from _entries(engine, routers, each, retyped)

    def _decorated(
        self, engine: Engine, routers: Routers, module: Module, index: int, decorator: tuple[Any, ...]
    ) -> Iterator[Entry | Served]:
        hook = decorator[2] if decorator[0] == f.CALL else decorator
        if hook[0] == f.ATTR and hook[3] in _HOOKS and _on_router(routers, module, module.units[index][10], hook[2]):
            yield Entry(unit_id(module, index), {}, answer=returned)
        if decorator[0] != f.CALL or decorator[2][0] != f.ATTR:
            return
        verb = decorator[2][3]
        if verb != "route" and verb not in _VERBS:
            return
        owner, around = decorator[2][2], module.units[index][10]
        router = routers.locate(module, around, owner)
        if router is None and not routers.likely(module, around, owner):
            return
        methods = (verb.upper(),) if verb in _VERBS else tuple(methods_of(decorator)) or ("GET",)
        yield Served(router, _path(engine, module, decorator, 0), methods, unit_id(module, index))

    def _on_class(
        self, engine: Engine, routers: Routers, module: Module, index: int, decorator: tuple[Any, ...]
    ) -> Iterator[Served]:
        router = routers.locate(module, 0, decorator[2][2])
        if router is not None:
            info = engine.project.class_at(module, index)
            yield Served(router, _path(engine, module, decorator, 0), (), info)


def _retypes(unit: tuple[Any, ...], decorator: tuple[Any, ...]) -> bool:
    """True for a hook that makes all answers of an app or a blueprint something else than pages."""
    return decorator[0] == f.ATTR and decorator[3] in _AFTER and by_hook(unit)


def _on_router(routers: Routers, module: Module, around: int, owner: tuple[Any, ...]) -> bool:
    return routers.locate(module, around, owner) is not None or routers.likely(module, around, owner)


def _path(engine: Engine, module: Module, call: tuple[Any, ...], place: int) -> str | None:
    given = given_at(call, place, "rule")
    return written_path(engine, module, given) if given is not None else ""


def _added(engine: Engine, routers: Routers, added: Added) -> Iterator[Served]:
    """`add_url_rule(rule, endpoint, view)`, `add_resource(Resource, path, ...)`."""
    module, call = added.module, added.call
    if call[2][3] == "add_url_rule":
        view = call[3][2] if len(call[3]) > 2 else dict(call[4]).get("view_func")
        target = _view(engine, module, view) if view is not None else None
        if target is not None:
            yield Served(added.router, _path(engine, module, call, 0), tuple(methods_of(call)), target)
        return
    found = engine.project.resolve_expression(module, call[3][0])
    if found is not None and found.kind == "class":
        for path in call[3][1:]:
            yield Served(added.router, written_path(engine, module, path), (), found.value)


def _view(engine: Engine, module: Module, node: tuple[Any, ...]) -> int | ClassInfo | None:
    """The function that a view names, or the class of `View.as_view(...)`; a decorator around either is looked through."""
    if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] == "as_view":
        node = node[2][2]
    elif node[0] == f.CALL and len(node[3]) == 1:
        return _view(engine, module, node[3][0])
    found = engine.project.resolve_expression(module, node)
    if found is None and node[0] == f.NAME:
        return None
    if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL:
        return _view(engine, found.value[0], found.value[2])
    return found.value if found is not None and found.kind in ("unit", "class") else None


def _entries(engine: Engine, routers: Routers, served: Served, retyped: Collection[Identity | None]) -> Iterator[Entry]:
    """The entries of a route. retyped: the routers whose answers a hook makes something else than pages; None: all."""
    view = served.view
    unit_entries = partial(_unit_entries, engine, routers, served, retyped)
    if isinstance(view, int):
        yield from unit_entries(view, served.methods or ("GET",), None)
        return
    by_verb = any(base.rpartition(".")[2] in _BY_VERB for base in view.external_bases())
    for verb in _VERBS:
        unit = view.method(verb)
        if unit is not None and (not served.methods or verb.upper() in served.methods):
            yield from unit_entries(unit, (verb.upper(),), view)
    unit = view.method("dispatch_request")
    if unit is not None and by_verb:  # around the methods of the verbs, and no route beside theirs
        yield Entry(unit, {})
    elif unit is not None:
        yield from unit_entries(unit, served.methods or _told_by(view), view)


def _told_by(view: ClassInfo) -> tuple[str, ...]:
    """The `methods` that a class of `flask.views.View` gives; GET where it gives none."""
    hit = view.lookup("methods")
    parts = elements(hit[1].value) if hit is not None and hit[1].kind == "expression" else ()
    found = tuple(part[2].upper() for part in parts if part[0] == f.CONST and isinstance(part[2], str))
    return found or ("GET",)


def _unit_entries(
    engine: Engine,
    routers: Routers,
    served: Served,
    retyped: Collection[Identity | None],
    unit: int,
    methods: tuple[str, ...],
    holder: ClassInfo | None,
) -> Iterator[Entry]:
    module, facts = engine.project.unit(unit)
    name = engine.project.unit_name(unit)
    parameters = _parameters(engine, unit, facts, served.path or "", holder)
    ways = routers.ways(served.router) if served.path is not None else []
    if not ways:  # written, and not served
        yield Entry(unit, parameters)
    shown = answer(engine, module, facts)
    pages = returned if _answers_pages(facts, holder) and not by_decorator(engine.project, module, facts) else None
    for way in ways:
        hooked = bool(retyped) and not {None, served.router, way.root}.isdisjoint(retyped)
        trigger = Http(method="|".join(methods), path=template_path(join_paths(way.prefix, served.path or "")))
        operation = Operation(name=name, trigger=trigger, entry=name, place=place_of(module, facts))
        yield Entry(unit, parameters, operation, shown or (None if hooked else pages))


def _answers_pages(facts: tuple[Any, ...], holder: ClassInfo | None) -> bool:
    """True where nothing stands between a view and the client that makes something else of what it returns."""
    if holder is not None and any(base.rpartition(".")[2] == "Resource" for base in holder.external_bases()):
        return False
    return not any(_MAKES.search(last_name(node[2] if node[0] == f.CALL else node)) for node in facts[5])


def _parameters(
    engine: Engine, unit: int, facts: tuple[Any, ...], path: str, holder: ClassInfo | None
) -> dict[str, Val]:
    trust = trust_of(engine, unit, holder)
    found = parsed(engine, engine.project.unit(unit)[0], facts, unit, trust)
    for name, _, _, _ in facts[4]:
        if f":{name}>" in path or f"<{name}>" in path:
            clean = converter_is_clean(path, name)
            uses = segment(path, name)
            found[name] = outside(f"path parameter {name!r}", unit, facts[2], trust=trust, clean=clean, uses=uses)
    return found
