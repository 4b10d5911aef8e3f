"""FastAPI's routers: which paths lead to each, through `include_router` across files, and what stands guard there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.routes import join_paths
from archwright.source.link.module import UNIT_BITS, Module

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_ROUTERS = frozenset(
    {
        "fastapi.APIRouter",
        "fastapi.FastAPI",
        "fastapi.routing.APIRouter",
        "fastapi.applications.FastAPI",
        "starlette.applications.Starlette",
        "starlette.routing.Router",
    }
)
_MAX_WAYS = 4
"""More ways to one router than this are cut."""

Identity = tuple[int, int]
"""Module index and position of the call that makes a router."""


class Mount(NamedTuple):
    """One `include_router` (or `mount`): the parent, the prefix, the dependencies given there."""

    parent: Identity | None
    prefix: str
    dependencies: tuple[tuple[Module, Any], ...]


class Way(NamedTuple):
    """One way to a router: the whole prefix, and every dependency on it."""

    prefix: str
    dependencies: tuple[tuple[Module, Any], ...]


class Added(NamedTuple):
    """One `add_api_route`: the call, where it stands, and the router."""

    module: Module
    unit: int
    call: tuple[Any, ...]
    router: Identity | None


class Routers:
    """All routers of a project."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._made: dict[Identity, tuple[Module, Any]] = {}
        self._mounts: dict[Identity, list[Mount]] = {}
        self._classes: dict[str, bool] = {}
        self.added: list[Added] = []
        for module in self._project.modules:
            if self.concerns(module):
                for index, unit in enumerate(module.units):
                    for call in calls_in(unit[7]):
                        self._collect(module, index, call)

    @staticmethod
    def concerns(module: Module) -> bool:
        """True where a module imports FastAPI or Starlette, or includes routers at its top level."""
        for binding in module.scope().values():
            if binding.kind == "import" and binding.value[0].partition(".")[0] in ("fastapi", "starlette"):
                return True
            if binding.kind == "module" and binding.value.partition(".")[0] in ("fastapi", "starlette"):
                return True
        return any(
            node[0] == f.EXPR and node[2][0] == f.CALL and node[2][2][0] == f.ATTR and node[2][2][3] == "include_router"
            for node in module.units[0][7]
        )

    def _collect(self, module: Module, index: int, call: tuple[Any, ...]) -> None:
        function = call[2]
        if function[0] != f.ATTR:
            return
        if function[3] in ("include_router", "mount") and call[3]:
            argument = call[3][0] if function[3] == "include_router" else call[3][1] if len(call[3]) > 1 else None
            if argument is None:
                return
            given = dict(call[4])
            prefix = given.get("prefix") if function[3] == "include_router" else call[3][0]
            mount = Mount(
                self.locate(module, index, function[2]),
                self.text(module, prefix),
                _listed(module, given.get("dependencies")),
            )
            for child in self._arguments(module, index, argument):
                self._mounts.setdefault(child, []).append(mount)
        elif (
            function[3] in ("add_api_route", "add_route", "add_api_websocket_route") and len(call[3]) + len(call[4]) > 1
        ):
            router = self.locate(module, index, function[2])
            if router is not None or self.annotated(module, index, function[2]):
                self.added.append(Added(module, index, call, router))

    def _arguments(self, module: Module, index: int, node: tuple[Any, ...]) -> list[Identity]:
        """The routers that an argument may be: by name, or what callers in the same file hand to the function around."""
        here = self.locate(module, index, node)
        if here is not None:
            return [here]
        if node[0] != f.NAME or not index:
            return []
        unit = module.units[index]
        places = [place for place, parameter in enumerate(unit[4]) if parameter[0] == node[2]]
        if not places:
            return []
        found = []
        for other, each in enumerate(module.units):
            for call in calls_in(each[7]):
                if call[2][0] == f.NAME and call[2][2] == unit[0]:
                    given = call[3][places[0]] if len(call[3]) > places[0] else dict(call[4]).get(node[2])
                    router = self.locate(module, other, given) if given is not None else None
                    if router is not None:
                        found.append(router)
        return found

    # --- names -------------------------------------------------------------------------------------------
    def locate(self, module: Module, index: int, node: tuple[Any, ...]) -> Identity | None:
        """The router that an expression in a unit stands for."""
        if node[0] == f.NAME:
            local = self._local(module, index, node[2])
            if local is not None:
                return self._router(module, local)
        elif node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] == "self":
            owner = module.units[index][9]
            for unit in module.units:
                if unit[9] == owner:
                    value = _assigned(unit[7], "self", node[3])
                    if value is not None:
                        return self._router(module, value)
        elif node[0] == f.CALL:
            return self._router(module, node)
        found = self._project.resolve_expression(module, node)
        if found is not None and found.kind == "annotation" and found.value[3] is not None:
            return self._router(found.value[0], found.value[3])
        if found is None or found.kind != "expression":
            return None
        return self._router(found.value[0], found.value[2])

    def _local(self, module: Module, index: int, name: str) -> Any:
        """What a function, or one around it, assigns to a name."""
        while index > 0:
            unit = module.units[index]
            value = _assigned(unit[7], "", name)
            if value is not None:
                return value
            index = unit[10]
        return None

    def _router(self, module: Module, node: tuple[Any, ...]) -> Identity | None:
        if node[0] != f.CALL or not self._makes_router(module, node[2]):
            return None
        identity = (module.index, node[1])
        self._made.setdefault(identity, (module, node))
        return identity

    def _makes_router(self, module: Module, node: tuple[Any, ...]) -> bool:
        found = self._project.resolve_expression(module, node)
        if found is None:
            return False
        if found.kind == "external":
            return found.value in _ROUTERS
        if found.kind == "class":
            known = self._classes.get(found.value.name)
            if known is None:
                known = any(base in _ROUTERS for base in found.value.external_bases())
                self._classes[found.value.name] = known
            return known
        return False

    def annotated(self, module: Module, index: int, node: tuple[Any, ...]) -> bool:
        """True where the name is a parameter declared as an app or a router."""
        while node[0] == f.NAME and index > 0:
            unit = module.units[index]
            for name, _, annotation, _ in unit[4]:
                if name == node[2]:
                    return annotation is not None and self._makes_router(module, annotation)
            index = unit[10]
        return False

    def text(self, module: Module, node: Any) -> str:
        """A constant text, read through names and settings; empty where it can't be read."""
        if node is None:
            return ""
        if node[0] == f.CONST:
            return node[2] if isinstance(node[2], str) else ""
        value = self._engine.module_expression(module, node)
        return value.const if isinstance(value.const, str) else ""

    # --- ways --------------------------------------------------------------------------------------------
    def ways(self, router: Identity | None, seen: tuple[Identity, ...] = ()) -> list[Way]:
        """Every way to a router; a router that nobody includes is its own start."""
        if router is None or router in seen or router not in self._made:
            return [Way("", ())]
        module, call = self._made[router]
        given = dict(call[4])
        own = self.text(module, given.get("prefix"))
        guards = _listed(module, given.get("dependencies"))
        mounts = self._mounts.get(router, ())
        if not mounts:
            return [Way(own, guards)]
        found = [
            Way(join_paths(above.prefix, mount.prefix, own), (*above.dependencies, *mount.dependencies, *guards))
            for mount in mounts
            for above in self.ways(mount.parent, (*seen, router))
        ]
        return list(dict.fromkeys(found))[:_MAX_WAYS]


def unit_id(module: Module, index: int) -> int:
    """The global id of a unit of a module."""
    return module.index << UNIT_BITS | index


def calls_in(node: Any) -> Iterator[tuple[Any, ...]]:
    """Every call in statements or expressions, outer ones first."""
    if not isinstance(node, tuple) or not node:
        return
    if node[0] == f.CALL and len(node) == 5 and isinstance(node[2], tuple):
        yield node
    for part in node:
        if isinstance(part, tuple):
            yield from calls_in(part)


def _listed(module: Module, node: Any) -> tuple[tuple[Module, Any], ...]:
    if node is None or node[0] not in (f.LIST, f.TUPLE):
        return ()
    return tuple((module, part) for part in node[2])


def _assigned(body: tuple[Any, ...], holder: str, name: str) -> Any:
    """The value that statements assign to `name`, or to `holder.name`."""
    for node in body:
        kind = node[0]
        targets = node[2] if kind == f.ASSIGN else (node[2],) if kind == f.ANNASSIGN else ()
        for target in targets:
            named = target[0] == f.NAME and not holder and target[2] == name
            held = target[0] == f.ATTR and target[3] == name and target[2][0] == f.NAME and target[2][2] == holder
            if named or (holder and held):
                return node[3] if kind == f.ASSIGN else node[4]
        if kind in (f.IF, f.WITH, f.TRY):
            inner = (node[3], node[4]) if kind == f.IF else (node[3],) if kind == f.WITH else (node[2],)
            for part in inner:
                found = _assigned(part, holder, name)
                if found is not None:
                    return found
    return None
