"""Flask-AppBuilder: exposed methods below the base of their class, and the routes that its model views bring along."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.operation import Access, Http, Operation, Touch
from archwright.model.policy import AUTHENTICATED
from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry, Framework, Guarding
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import last_name, texts
from archwright.source.frameworks.shared.endpoints import http_entry, text_of
from archwright.source.frameworks.shared.routes import converter_is_clean, join_paths, outside, place_of, template_path
from archwright.source.frameworks.shared.trust import trust_of
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_APIS: Final = frozenset({"BaseApi", "BaseModelApi", "ModelRestApi"})
_ADDS: Final = frozenset({"add_view", "add_view_no_menu", "add_api"})
_ASKS: Final = frozenset({"protect", "has_access", "has_access_api", "permission_name"})
_OF_API: Final = {
    "info": ("GET", "/_info"),
    "get_list": ("GET", "/"),
    "get": ("GET", "/<pk>"),
    "post": ("POST", "/"),
    "put": ("PUT", "/<pk>"),
    "delete": ("DELETE", "/<pk>"),
}
_OF_VIEW: Final = {
    "list": ("GET", "/list/"),
    "show": ("GET", "/show/<pk>"),
    "add": ("GET|POST", "/add"),
    "edit": ("GET|POST", "/edit/<pk>"),
    "delete": ("GET|POST", "/delete/<pk>"),
    "download": ("GET", "/download/<filename>"),
    "action": ("GET|POST", "/action/<name>/<pk>"),
    "action_post": ("POST", "/action_post"),
}


class AppBuilder(Framework):
    """Views and APIs that are classes with exposed methods."""

    name = "flask_appbuilder"
    title = "Flask-AppBuilder"
    packages = ("flask_appbuilder",)

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        for node in engine.project.unit(unit)[1][5]:
            name = last_name(node[2] if node[0] == f.CALL else node)
            if name in _ASKS and name != "permission_name":
                yield Guarding(name, AUTHENTICATED)

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """The routes of every class that is added to an app builder; of all that no other inherits where none is."""
        classes = [info for info in project.all_classes() if _is_view(info)]
        added = set(_added(project)) if classes else set()
        if not added:
            inherited = {base.name for info in classes for base in info.mro()[1:]}
            added = {info.name for info in classes} - inherited
        for info in classes:
            if info.name in added:
                yield from _exposed(engine, info)
                yield from _brought_along(engine, info)


def _is_view(info: ClassInfo) -> bool:
    return any(base.startswith("flask_appbuilder.") for base in info.external_bases()) and any(
        base.rpartition(".")[2].endswith(("View", "Api", "Views", "Chart")) for base in info.external_bases()
    )


def _added(project: Project) -> Iterator[str]:
    for module in project.modules:
        near = any("appbuilder" in name.lower() for name in module.scope())
        for unit in module.units:
            if not near and not any(name == "appbuilder" for name, _, _, _ in unit[4]):
                continue
            for call in calls_in(body_of(unit)):
                if call[2][0] == f.ATTR and call[2][3] in _ADDS and call[3]:
                    node = call[3][0][2] if call[3][0][0] == f.CALL else call[3][0]
                    found = project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
                    if found is None and node[0] == f.NAME:
                        found = _imported_here(project, module, unit, node[2])
                    if found is not None and found.kind == "class":
                        yield found.value.name


def _imported_here(project: Project, module: Module, unit: Any, name: str) -> Any:
    """What a function's own import binds."""
    for node in body_of(unit):
        if node[0] == f.FROM:
            for origin, alias in node[3]:
                if (alias or origin) == name:
                    return project.resolve_member(module.absolute(node[2], node[4]), origin)
    return None


def _base(engine: Engine, info: ClassInfo) -> str:
    """The path that a class serves below."""
    base = _constant(engine, info, "route_base")
    if base is not None:
        return base
    if any(each.rpartition(".")[2] in _APIS for each in info.external_bases()):
        version = _constant(engine, info, "version") or "v1"
        return f"/api/{version}/{(_constant(engine, info, 'resource_name') or info.short).lower()}"
    return f"/{info.short.lower()}"


def _constant(engine: Engine, info: ClassInfo, name: str) -> str | None:
    hit = info.lookup(name)
    if hit is None or hit[1].kind not in ("expression", "annotation"):
        return None
    node = hit[1].value if hit[1].kind == "expression" else hit[1].value[1]
    return text_of(engine, hit[0].module, node)


def _exposed(engine: Engine, info: ClassInfo) -> Iterator[Entry]:
    base = _base(engine, info)
    only, without = _routes(engine, info)
    done: set[str] = set()
    for holder in info.mro():
        for name, binding in holder.scope().items():
            if binding.kind != "unit" or name in done:
                continue
            done.add(name)
            unit = holder.module.index << UNIT_BITS | int(binding.value)
            for node in holder.module.units[binding.value][5]:
                if node[0] == f.CALL and last_name(node[2]) == "expose":
                    if (only is not None and name not in only) or name in without:
                        continue
                    given = dict(node[4])
                    path = text_of(engine, holder.module, node[3][0] if node[3] else given.get("url")) or "/"
                    listed = node[3][1] if len(node[3]) > 1 else given.get("methods")
                    methods = texts(engine, holder.module, listed) or ("GET",)
                    parameters = _parameters(engine, unit, path, info)
                    yield http_entry(engine, unit, "|".join(methods), join_paths(base, path), parameters)


def _routes(engine: Engine, info: ClassInfo) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """`include_route_methods` and `exclude_route_methods`; what can't be read leaves nothing out."""
    only, without = (_names(engine, info, f"{word}_route_methods") for word in ("include", "exclude"))
    return only or None, without or ()


def _names(engine: Engine, info: ClassInfo, name: str) -> tuple[str, ...] | None:
    """The names in a set of a class; None where there is none, empty where it can't be read."""
    hit = info.lookup(name)
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    if hit is None or node is None:
        return None
    return texts(engine, hit[0].module, node) if node[0] in (f.SET, f.LIST, f.TUPLE) else ()


def _parameters(engine: Engine, unit: int, path: str, info: ClassInfo) -> dict[str, Val]:
    _, facts = engine.project.unit(unit)
    trust = trust_of(engine, unit, info)
    return {
        name: outside(f"path parameter {name!r}", unit, facts[2], trust=trust, clean=converter_is_clean(path, name))
        for name, _, _, _ in facts[4]
        if f":{name}>" in path or f"<{name}>" in path
    }


def _brought_along(engine: Engine, info: ClassInfo) -> Iterator[Entry]:
    """The library's own routes of a class over a model, where the project puts nothing else in their place."""
    bases = {base.rpartition(".")[2] for base in info.external_bases()}
    own = _OF_API if "ModelRestApi" in bases else _OF_VIEW if bases & {"ModelView", "MasterDetailView"} else {}
    only, without = _routes(engine, info)
    if _names(engine, info, "include_route_methods") == ():
        return  # which ones it lets through can't be told
    base = _base(engine, info)
    model = _model(engine, info)
    access = Access(reads=(Touch(entity=model.short),)) if model is not None else Access()
    for name, (method, path) in own.items():
        if info.method(name) is not None or (only is not None and name not in only) or name in without:
            continue
        trigger = Http(method=method, path=template_path(join_paths(base, path)))
        place = place_of(info.module, info.facts)
        operation = Operation(name=f"{info.name}.{name}", trigger=trigger, place=place, access=access)
        yield Entry(info.module.index << UNIT_BITS, {}, operation)


def _model(engine: Engine, info: ClassInfo) -> ClassInfo | None:
    """The model of `datamodel = SQLAInterface(Model)`."""
    hit = info.lookup("datamodel")
    node: Any = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    if hit is None or node is None or node[0] != f.CALL or not node[3]:
        return None
    found = engine.project.resolve_expression(hit[0].module, node[3][0])
    return found.value if found is not None and found.kind == "class" else None
