"""What FastAPI runs before a handler: the dependencies of its parameters, of its route and of its routers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from archwright.model.policy import AUTHENTICATED
from archwright.source import facts as f
from archwright.source.frameworks.base import Framework, Guarding
from archwright.source.frameworks.fastapi.app import _KIND, _VERBS
from archwright.source.frameworks.fastapi.parameters import Dependencies
from archwright.source.frameworks.shared.declared import last_name, written
from archwright.source.frameworks.shared.routers import Routers
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_DEPENDS = frozenset({"Depends", "Security"})


class FastApiGuards(Framework):
    """Dependencies as guards: each by its name, and whether it asks who calls."""

    name = "fastapi_guards"
    packages = ("fastapi",)

    def __init__(self) -> None:
        super().__init__()
        self._asking: _Asking | None = None
        self._routers: Routers | None = None

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        if self._asking is None or self._routers is None:
            self._asking = _Asking(engine)
            self._routers = Routers(engine, _KIND)
        module, facts = engine.project.unit(unit)
        for decorator in facts[5]:
            if decorator[0] == f.CALL and decorator[2][0] == f.ATTR and decorator[2][3] in _VERBS:
                yield from self._of_route(engine.project, module, facts, decorator)
        yield from self._asking.of_parameters(module, facts)

    def _of_route(
        self, project: Project, module: Module, facts: tuple[Any, ...], decorator: tuple[Any, ...]
    ) -> Iterator[Guarding]:
        assert self._asking is not None
        assert self._routers is not None
        own = dict(decorator[4]).get("dependencies")
        if own is not None and own[0] in (f.LIST, f.TUPLE):
            for node in own[2]:
                yield from self._asking.of_dependency(module, node)
        router = self._routers.locate(module, facts[10], decorator[2][2])
        for way in self._routers.ways(router)[:1] if router is not None else ():
            for where, node in way.dependencies:
                yield from self._asking.of_dependency(where, node)


class _Asking(Dependencies):
    """Dependencies by name, with what the reader of parameters knows of who asks for credentials."""

    def of_parameters(self, module: Module, facts: tuple[Any, ...]) -> Iterator[Guarding]:
        """The dependencies of a handler's parameters that ask who calls; those that hand over a session guard nothing."""
        for _, _, annotation, default in facts[4]:
            declared = self._declared(module, annotation, default)
            if declared.marker is not None and last_name(declared.marker[1][2]) in _DEPENDS:
                where, node = declared.marker
                if self._signs_in(where, node) or self._typed(where, declared.annotation, node):
                    yield Guarding(_named(node, declared.annotation), AUTHENTICATED)

    def of_dependency(self, module: Module, node: tuple[Any, ...]) -> Iterator[Guarding]:
        """A dependency that a route or a router lists: it is there to guard, whether or not it asks who calls."""
        if node[0] in (f.NAME, f.ATTR):
            found = self._project.resolve_expression(module, node)
            if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL:
                module, node = found.value[0], found.value[2]
        if node[0] == f.CALL and last_name(node[2]) in _DEPENDS:
            yield Guarding(_named(node, None), AUTHENTICATED if self._asks_below(module, node) else "")

    def _asks_below(self, module: Module, node: tuple[Any, ...]) -> bool:
        return self._signs_in(module, node) or self._factory_asks(module, _given(node))

    def _typed(self, module: Module, annotation: Any, node: tuple[Any, ...]) -> bool:
        """`Depends()` of an annotated class, and `Depends(role("staff"))`: a function that gives the dependency."""
        given = _given(node)
        return self._factory_asks(module, given if given is not None else annotation)

    def _factory_asks(self, module: Module, given: Any) -> bool:
        """True where a function that makes dependencies holds one that asks who calls."""
        if given is None or given[0] != f.CALL:
            return False
        found = self._project.resolve_expression(module, given[2])
        if found is None or found.kind != "unit":
            return False
        where, _ = self._project.unit(found.value)
        maker = found.value & (1 << UNIT_BITS) - 1
        for unit in where.units:
            if unit[10] != maker or unit is where.units[maker]:
                continue
            for _, _, annotation, default in unit[4]:
                marker = self._declared(where, annotation, default).marker
                if marker is not None and last_name(marker[1][2]) in _DEPENDS and self._signs_in(*marker):
                    return True
        return False


def _given(node: tuple[Any, ...]) -> Any:
    return node[3][0] if node[3] else dict(node[4]).get("dependency")


def _named(node: tuple[Any, ...], annotation: Any) -> str:
    """What stands in `Depends(...)`, as written."""
    given = _given(node) or annotation
    return written(given) if given is not None else last_name(node[2])
