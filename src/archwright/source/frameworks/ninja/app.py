"""django-ninja: operations of APIs and routers, what their parameters let in, what their schemas read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.operation import Http, Operation
from archwright.model.policy import AUTHENTICATED
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry, Framework, Guarding
from archwright.source.frameworks.django.generic_views import REQUEST
from archwright.source.frameworks.django.views import Django
from archwright.source.frameworks.ninja.parameters import parameter
from archwright.source.frameworks.shared import serialised
from archwright.source.frameworks.shared.declared import elements, last_name, written
from archwright.source.frameworks.shared.routers import Identity, Kind, Routers, Way, unit_id
from archwright.source.frameworks.shared.routes import join_paths, place_of, template_path
from archwright.source.link.module import Module
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_VERBS: Final = {
    **{verb: verb.upper() for verb in ("get", "post", "put", "patch", "delete")},
    "api_operation": "",
}
_CONVERTER: Final = re.compile(r"\{\w+:(\w+)\}")
"""`{int:book_id}`: one of Django's converters and a name."""
_KIND: Final = Kind(
    packages=frozenset({"ninja", "ninja_extra"}),
    makers=frozenset(
        {"ninja.NinjaAPI", "ninja.main.NinjaAPI", "ninja.Router", "ninja.router.Router", "ninja_extra.NinjaExtraAPI"}
    ),
    includes=frozenset({"add_router"}),
    adds=frozenset(),
    prefixes=("prefix",),
    names=frozenset({"api", "router"}),
    prefix_first=True,
)


class Ninja(Framework):
    """APIs and routers."""

    name = "ninja"
    title = "django-ninja"
    packages = ("ninja", "ninja_extra")

    def __init__(self) -> None:
        super().__init__()
        self._guards: dict[int, list[Guarding]] = {}

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        return self._guards.get(unit, ())

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Every function that a decorator of an API or a router mounts."""
        routers = Routers(engine, _KIND)
        roots = self._roots(project, engine, routers)
        for module in project.modules:
            for index, unit in enumerate(module.units):
                for decorator in unit[5]:
                    if decorator[0] == f.CALL and decorator[2][0] == f.ATTR and decorator[2][3] in _VERBS:
                        yield from self._decorated(engine, routers, roots, module, index, decorator)

    @staticmethod
    def _roots(project: Project, engine: Engine, routers: Routers) -> dict[Identity, str]:
        """The paths at which URL configurations mount APIs: `path("api/", api.urls)`."""
        django = engine.frameworks_by_name.get("django")
        if not isinstance(django, Django):
            return {}
        found: dict[Identity, str] = {}
        for mounted in django.mounted(project, engine):
            api = routers.locate(mounted.module, 0, mounted.node)
            if api is not None:
                found.setdefault(api, mounted.path)
        return found

    def _decorated(
        self,
        engine: Engine,
        routers: Routers,
        roots: dict[Identity, str],
        module: Module,
        index: int,
        decorator: tuple[Any, ...],
    ) -> Iterator[Entry]:
        router = routers.locate(module, module.units[index][10], decorator[2][2])
        if router is None:
            return
        verb = _VERBS[decorator[2][3]]
        given = dict(decorator[4])
        listed = decorator[3][0] if not verb and decorator[3] else given.get("methods")
        verbs = [verb] if verb else [part[2] for part in elements(listed) if part[0] == f.CONST]
        where = given.get("path") or next(iter(decorator[3][0 if verb else 1 :]), None)
        tail = routers.text(module, where)
        unit = unit_id(module, index)
        for way in routers.ways(router):
            root = roots.get(way.root, "") if way.root is not None else ""
            path = template_path(_CONVERTER.sub(r"{\1}", join_paths(root, way.prefix, tail)))
            self._stands(routers, router, way, given, unit)
            for each in verbs:
                yield self._entry(engine, module, index, Http(method=str(each).upper(), path=path), given)

    def _stands(self, routers: Routers, router: Identity, way: Way, given: dict[str | None, Any], unit: int) -> None:
        """`auth=` of the operation, else of its router, else of the API; `auth=None` lets anyone through."""
        calls = [routers.made(each) for each in (router, way.root) if each is not None]
        nodes = [given.get("auth"), *(dict(call[1][4]).get("auth") for call in calls if call is not None)]
        node = next((each for each in nodes if each is not None), None)
        if node is None or (node[0] == f.CONST and node[2] is None):
            return
        parts = elements(node) or (node,)
        found = self._guards.setdefault(unit, [])
        found.extend(Guarding(written(part), AUTHENTICATED) for part in parts if last_name(part) != "NOT_SET")

    @staticmethod
    def _entry(engine: Engine, module: Module, index: int, trigger: Http, given: dict[str | None, Any]) -> Entry:
        unit = module.units[index]
        identity = unit_id(module, index)
        parameters: dict[str, Val] = {}
        for place, (name, kind, annotation, default) in enumerate(unit[4]):
            if kind in (f.PARAM_VARARGS, f.PARAM_KWARGS) or (unit[9] >= 0 and place == 0):
                continue
            if name == "request":
                parameters[name] = Val(("object", REQUEST))
            else:
                parameters[name] = parameter(engine, module, identity, name, annotation, default, trigger.path)
        name = f"{module.name}.{unit[1]}"
        operation = Operation(name=name, trigger=trigger, entry=name, place=place_of(module, unit))
        return Entry(identity, parameters, operation, _answer(module, given.get("response")))


def _answer(module: Module, response: Any) -> Callable[[Frame, Val], None] | None:
    """`response=Schema`, `response=list[Schema]`, `response={200: Schema}`: what is asked of the rows that are returned."""
    if response is None:
        return None
    schemas = [value for _, value in response[2]] if response[0] == f.DICT else [response]

    def read(frame: Frame, value: Val) -> None:
        rows = value
        if value.type == ("tuple",) and value.items is not None and 1 in value.items:
            rows = value.items[1]  # status, body
        for schema in schemas:
            serialised.read(frame, rows, module, schema, frame.facts[2])

    return read
