"""Where the code of a project calls something, found before anything is interpreted: by the name of what is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.decorators import classes_of
from archwright.source.flow.expressions import evaluate
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import UNKNOWN, Val
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.nodes import blocks
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

Node = tuple[Any, ...]


class Site(NamedTuple):
    """A call in a unit."""

    module: Module
    place: int
    """The unit's index in the file."""
    call: Node

    @property
    def unit(self) -> int:
        """The unit's id."""
        return self.module.index << UNIT_BITS | self.place

    @property
    def name(self) -> str:
        """The last name of what is called."""
        return str(self.call[2][-1])

    def argument(self, index: int, *names: str) -> Node | None:
        """The node of the argument given by position or by one of some names."""
        if 0 <= index < len(self.call[3]):
            node: Node = self.call[3][index]
            return node if node[0] != f.STARRED else None
        return next((value for name, value in self.call[4] if name in names), None)


def sites(engine: Engine, names: Iterable[str], beside: str = "") -> Iterator[Site]:
    """Every call of something whose last name is one of `names`; `beside`: only in files that have this word, too."""
    wanted = frozenset(names)
    for module in engine.project.modules:
        if not module.language and module.mentions(beside) and any(module.mentions(name) for name in wanted):
            for index, unit in enumerate(module.units):
                for call in calls_in(body_of(unit)):
                    if call[2][0] in (f.NAME, f.ATTR) and call[2][-1] in wanted:
                        yield Site(module, index, call)


def constant_of(engine: Engine, module: Module, node: Node | None) -> Val | None:
    """The value of an argument as far as names at the top level of the module tell it; None: not given."""
    return engine.module_expression(module, node) if node is not None else None


def unit_named(engine: Engine, module: Module, index: int, node: Node | None) -> int | None:
    """The unit that an argument names: a function here or elsewhere, a method of `self`, or what a partial calls."""
    if node is None:
        return None
    if node[0] == f.NAME:
        holder = index
        while holder > 0:
            for other, unit in enumerate(module.units):
                if unit[10] == holder and unit[0] == node[2] and unit[9] < 0:
                    return module.index << UNIT_BITS | other
            holder = module.units[holder][10]
    if node[0] == f.LAMBDA_EXPR:
        return module.index << UNIT_BITS | int(node[2])
    if node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] in ("self", "cls") and module.units[index][9] >= 0:
        return engine.project.class_at(module, module.units[index][9]).method(node[3])
    if node[0] == f.CALL and node[2][-1] == "partial" and node[3]:
        return unit_named(engine, module, index, node[3][0])
    found = engine.project.resolve_expression(module, node)
    return int(found.value) if found is not None and found.kind == "unit" else None


def value_at(engine: Engine, module: Module, index: int, node: Node) -> Val:
    """What an expression in a unit is, as assignments in the unit and to `self` tell without following the unit."""
    unit = module.units[index]
    if node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] == "self" and unit[9] >= 0:
        held = engine.selves.assigned(engine.project.class_at(module, unit[9]), node[3])
        return held if held is not None else UNKNOWN
    frame = Frame(engine, module, module.index << UNIT_BITS, module.units[0], None, None, 8)
    frame.closure = Locals(frame, body_of(unit))
    return evaluate(frame, node)


class Locals(dict[str, Val]):
    """The names of a unit, each as the last statement that binds it says; `known`: those that need no statement."""

    def __init__(self, frame: Frame, body: Any, known: Mapping[str, Val] = MappingProxyType({})) -> None:
        super().__init__(known)
        self._frame = frame
        self._body = body
        self._known = frozenset(known)
        self._before: dict[str, float] = {}
        """Names that are being told: what their own value asks of them is what they were bound to before."""

    def get(self, name: str, default: Any = None) -> Any:
        if name in self._known or (name in self and name not in self._before):
            return super().get(name, default)
        before = self._before.get(name, inf)
        node = assigned(self._body, name, before)
        if node is None:
            imported = _imported(self._frame, self._body, name)
            if imported is not None:
                self[name] = imported
            return imported if imported is not None else default
        self._before[name] = node[1]
        self[name] = value = evaluate(self._frame, node)
        self._before[name] = before
        if before == inf:
            del self._before[name]
        return value


def _imported(frame: Frame, body: Any, name: str) -> Val | None:
    """What an import among the statements of a function binds a name to."""
    for node in body:
        if node[0] == f.FROM:
            for each, alias in node[3]:
                if name == (alias or each):
                    return frame.engine.imported_value(frame.module.absolute(node[2], node[4]), each)
        for block in blocks(node):
            found = _imported(frame, block, name)
            if found is not None:
                return found
    return None


def assigned(body: Any, name: str, before: float = inf) -> Node | None:
    """The last value that statements bind a name to, `with value as name` included; `before`: of values that stand before a position."""
    found: Node | None = None
    for node in body:
        kind = node[0]
        if kind == f.ASSIGN and any(target[0] == f.NAME and target[2] == name for target in node[2]):
            found = _earlier(node[3], before) or found
        elif kind == f.ANNASSIGN and node[2][0] == f.NAME and node[2][2] == name and node[4] is not None:
            found = _earlier(node[4], before) or found
        elif kind == f.WITH:
            for value, target in node[2]:
                if target is not None and target[0] == f.NAME and target[2] == name:
                    found = _earlier(value, before) or found
            found = assigned(node[3], name, before) or found
        elif kind == f.IF:
            found = assigned(node[4], name, before) or assigned(node[3], name, before) or found
        elif kind == f.TRY:
            found = assigned(node[2], name, before) or found
        elif kind in (f.FOR, f.WHILE):
            found = assigned(node[4] if kind == f.FOR else node[3], name, before) or found
    return found


def _earlier(node: Node, before: float) -> Node | None:
    return node if node[1] < before else None


def taking(
    engine: Engine, classes: frozenset[str], methods: frozenset[str], *, loops: bool = False
) -> Iterator[tuple[int, Val]]:
    """Units that take from an object of some outside classes: by a method, or (`loops`) by iterating it."""
    for module in engine.project.modules:
        if module.language or (not any(module.mentions(name) for name in methods) and not loops):
            continue
        if (
            loops
            and not any(module.mentions(name.rpartition(".")[2]) for name in classes)
            and not any(module.mentions(name) for name in methods)
        ):
            continue
        for index, unit in enumerate(module.units):
            for node in _receivers(body_of(unit), methods, loops=loops):
                value = value_at(engine, module, index, node)
                if not classes.isdisjoint(classes_of(value)):
                    yield module.index << UNIT_BITS | index, value
                    break


def _receivers(body: Any, methods: frozenset[str], *, loops: bool) -> Iterator[Node]:
    for call in calls_in(body):
        if call[2][0] == f.ATTR and call[2][3] in methods and call[2][2][0] in (f.NAME, f.ATTR):
            yield call[2][2]
    if loops:
        yield from _iterated(body)


def _iterated(body: Any) -> Iterator[Node]:
    for node in body:
        if node[0] == f.FOR:
            if node[3][0] in (f.NAME, f.ATTR):
                yield node[3]
            yield from _iterated(node[4])
        elif node[0] in (f.WHILE, f.WITH):
            yield from _iterated(node[3])
        elif node[0] == f.IF:
            yield from _iterated(node[3])
            yield from _iterated(node[4])
        elif node[0] == f.TRY:
            yield from _iterated(node[2])
            yield from _iterated(node[5])
