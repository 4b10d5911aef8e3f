"""What FastAPI runs before a handler: the dependencies of its parameters, of its route and of its routers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from archwright.model.policy import AUTHENTICATED
from archwright.source import facts as f
from archwright.source.frameworks.base import Framework, Guarding
from archwright.source.frameworks.fastapi.app import _KIND, _VERBS
from archwright.source.frameworks.fastapi.parameters import Dependencies
from archwright.source.frameworks.shared.declared import elements, last_name, written
from archwright.source.frameworks.shared.routers import Routers
from archwright.source.frameworks.shared.turned_away import refuses
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

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
        for name, _, annotation, default in facts[4]:
            declared = self._declared(module, annotation, default)
            if declared.marker is not None and last_name(declared.marker[1][2]) in _DEPENDS:
                where, node = declared.marker
                if self._signs_in(where, node) or self._typed(where, declared.annotation, node):
                    allows = self._allows(where, node)
                    yield Guarding(_named(node, declared.annotation), AUTHENTICATED, allows, name)

    def of_dependency(self, module: Module, node: tuple[Any, ...]) -> Iterator[Guarding]:
        """A dependency that a route or a router lists: it is there to guard, whether or not it asks who calls."""
        if node[0] in (f.NAME, f.ATTR):
            found = self._project.resolve_expression(module, node)
            if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL:
                module, node = found.value[0], found.value[2]
        if node[0] == f.CALL and last_name(node[2]) in _DEPENDS:
            asks = self._asks_below(module, node)
            yield Guarding(
                _named(node, None), AUTHENTICATED if asks else "", self._allows(module, node) if asks else ()
            )

    def _asks_below(self, module: Module, node: tuple[Any, ...]) -> bool:
        return self._signs_in(module, node) or self._factory_asks(module, _given(node))

    def _typed(self, module: Module, annotation: Any, node: tuple[Any, ...]) -> bool:
        """`Depends()` of an annotated class, and `Depends(role("staff"))`: a function that gives the dependency."""
        given = _given(node)
        return self._factory_asks(module, given if given is not None else annotation)

    def _factory_asks(self, module: Module, given: Any) -> bool:
        """True where what makes a dependency (a function, or a class whose instances are called) holds one that asks who calls."""
        for where, unit, _ in self._made_units(module, given):
            for _, _, annotation, default in unit[4]:
                marker = self._declared(where, annotation, default).marker
                if marker is not None and last_name(marker[1][2]) in _DEPENDS and self._signs_in(*marker):
                    return True
        return False

    def _made_units(self, module: Module, given: Any) -> Iterator[tuple[Module, tuple[Any, ...], set[str]]]:
        """What is called for a dependency `role("staff")`: the functions inside of `role`, or `__call__` of the class.

        With each the names under which it knows what the dependency was made with.
        """
        found = self._project.resolve_expression(module, given[2]) if given is not None and given[0] == f.CALL else None
        if found is not None and found.kind == "class":
            unit = found.value.method("__call__")
            if unit is not None:
                yield (*self._project.unit(unit), {"self"})
        if found is not None and found.kind == "unit":
            where, maker = self._project.unit(found.value)
            index = found.value & (1 << UNIT_BITS) - 1
            names = {parameter[0] for parameter in maker[4]}
            yield from ((where, unit, names) for unit in where.units if unit[10] == index and unit is not maker)

    def _allows(self, module: Module, node: tuple[Any, ...]) -> tuple[str, ...]:
        """The roles that a dependency is made for, where it turns away those who have none of them."""
        scopes = dict(node[4]).get("scopes")
        if scopes is not None:
            return _texts(elements(scopes))
        given = _given(node)
        if given is None or given[0] != f.CALL:
            return ()
        asked = _texts([*given[3], *(value for _, value in given[4])])
        return (
            asked
            if asked and any(_rejects(body_of(unit), names) for _, unit, names in self._made_units(module, given))
            else ()
        )

    def _asks(self, module: Module, given: tuple[Any, ...], depth: int) -> bool:
        return super()._asks(module, given, depth) and not self._lets_pass(module, given)

    def _lets_pass(self, module: Module, given: tuple[Any, ...]) -> bool:
        """True for a dependency on credentials that may be absent (`auto_error=False`) which turns nobody away for that."""
        found = self._project.resolve_expression(module, given) if given[0] in (f.NAME, f.ATTR) else None
        if found is None or found.kind != "unit":
            return False
        where, facts = self._project.unit(found.value)
        names = set()
        for name, _, annotation, default in facts[4]:
            marker = self._declared(where, annotation, default).marker
            if marker is not None and last_name(marker[1][2]) in _DEPENDS:
                if not self._optional(marker[0], _given(marker[1])):
                    return False
                names.add(name)
        return bool(names) and not _rejects(body_of(facts), names) and not self._hands_over(where, facts, names)

    def _hands_over(self, module: Module, facts: tuple[Any, ...], names: set[str]) -> bool:
        """True where the credentials are given to a function of the project that turns some away: `return await user_of(token)`."""
        for node in nodes(body_of(facts)):
            if node[0] != f.CALL or not any(part[0] == f.NAME and part[2] in names for part in node[3]):
                continue
            found = self._project.resolve_expression(module, node[2])
            if found is not None and found.kind == "unit":
                _, called = self._project.unit(found.value)
                if any(refuses((each,)) for each in nodes(body_of(called)) if each[0] == f.RAISE):
                    return True
        return False

    def _optional(self, module: Module, node: Any) -> bool:
        found = self._project.resolve_expression(module, node) if node is not None and node[0] == f.NAME else None
        if found is not None and found.kind == "expression":
            node = found.value[2]
        if node is None or node[0] != f.CALL:
            return False
        given = dict(node[4]).get("auto_error")
        return given is not None and given[0] == f.CONST and given[2] is False


def _texts(nodes: Any) -> tuple[str, ...]:
    """The constant texts among some expressions, and in the lists among them."""
    parts = [part for node in nodes for part in (elements(node) if node[0] in (f.LIST, f.TUPLE, f.SET) else (node,))]
    return tuple(part[2] for part in parts if part[0] == f.CONST and isinstance(part[2], str))


def _rejects(body: Any, given: set[str]) -> bool:
    """True where something is raised on a condition that concerns one of the names; a call that is given one may raise too.

    A name that gets its value from one of them stands for it: `token = credentials.token if credentials else None`.
    """
    names = set(given)
    for node in nodes(body):
        if node[0] == f.ASSIGN and names & _named_in(node[3]):
            names |= {target[2] for target in node[2] if target[0] == f.NAME}
    todo = list(body)
    while todo:
        node = todo.pop()
        if node[0] == f.IF:
            if any(part[0] == f.RAISE for part in (*node[3], *node[4])) and names & _named_in(node[2]):
                return True
            todo += [*node[3], *node[4]]
        elif node[0] == f.EXPR and node[2][0] in (f.CALL, f.AWAIT) and names & _named_in(node[2]):
            return True
        elif node[0] == f.TRY:
            todo += [*node[2], *(part for handler in node[3] for part in handler[3])]
        elif node[0] == f.WITH:
            todo += node[3]
    return False


def _named_in(node: Any) -> set[str]:
    found: set[str] = set()
    todo = [node]
    while todo:
        part = todo.pop()
        if len(part) == 3 and part[0] == f.NAME and isinstance(part[2], str):
            found.add(part[2])
        todo.extend(inner for inner in part if isinstance(inner, tuple))
    return found


def _given(node: tuple[Any, ...]) -> Any:
    return node[3][0] if node[3] else dict(node[4]).get("dependency")


def _named(node: tuple[Any, ...], annotation: Any) -> str:
    """What stands in `Depends(...)`, as written."""
    given = _given(node) or annotation
    return written(given) if given is not None else last_name(node[2])
