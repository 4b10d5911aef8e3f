"""What a project keeps on requests: `request.event = get_object_or_404(Event, ...)` in a middleware, a decorator, a `dispatch`.

Django hands one request object through middleware and decorators to the view, and lets each of them set attributes:
https://docs.djangoproject.com/en/stable/topics/http/middleware/. So what any of them sets, all behind it may read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.expressions import evaluate
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val, join
from archwright.source.frameworks.django.generic_views import REQUEST
from archwright.source.frameworks.shared.sites import Locals
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.nodes import blocks
from archwright.source.packed import body_of, holds

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import Project

Node = tuple[Any, ...]
_NAME: Final = "request"
_TOLD: Final = ("row", "query", "instance")
"""Types that are worth knowing: texts and numbers that a request carries are judged where they are read."""


class RequestAttributes:
    """Types by attribute, joined over all assignments of the project."""

    def __init__(self, project: Project, engine: Engine) -> None:
        self._engine = engine
        self._values: dict[str, Val | None] = {}
        self._assignments: dict[str, list[tuple[Module, int, Node]]] = {}
        for module in project.modules:
            if not module.language and module.mentions(_NAME):
                for index, unit in enumerate(module.units):
                    if index and unit[4] and holds(unit, _NAME):
                        named = any(parameter[0] == _NAME for parameter in unit[4])
                        own = unit[4][0][0] if unit[9] >= 0 else ""
                        for name, node in _set(body_of(unit), own, named=named):
                            self._assignments.setdefault(name, []).append((module, index, node))

    def table(self) -> tuple[tuple[str, str], ...]:
        """Every attribute that holds something worth knowing, with its type as text."""
        found = ((name, self.value(name)) for name in sorted(self._assignments))
        return tuple((name, _text(value)) for name, value in found if value is not None)

    def value(self, name: str) -> Val | None:
        """What `request.name` is; None: no assignment tells."""
        if name not in self._values:
            self._values[name] = None  # asked for by itself
            found: Val | None = None
            for place in self._assignments.get(name, ()):
                value = self._assigned(*place)
                found = value if found is None else join(found, value)
            type_ = found.type if found is not None else None
            if type_ is not None and type_[0] == "row":  # who set it, and what came along with it, differs by request
                type_ = ("row", type_[1]._replace(query=None, path=""))
            if type_ is not None and type_[0] in _TOLD:
                self._values[name] = Val(type_)
        return self._values[name]

    def _assigned(self, module: Module, index: int, node: Node) -> Val:
        unit = module.units[index]
        frame = Frame(self._engine, module, module.index << UNIT_BITS, module.units[0], None, None, 8)
        known = {_NAME: Val(("object", REQUEST))}
        if unit[9] >= 0:
            type_ = self._engine.receiver_type(module.index << UNIT_BITS | index)
            known = {unit[4][0][0]: Val(type_), **known} if type_ is not None else known
        frame.closure = Locals(frame, body_of(unit), known)
        return evaluate(frame, node)


def _text(value: Val) -> str:
    """A type in words that are the same in every run."""
    assert value.type is not None
    kind, held = value.type
    if kind == "query":
        held = held._replace(loaded=tuple(sorted(held.loaded)), flags=tuple(sorted(held.flags)))
    return f"{kind} {held.name if kind == 'instance' else held}"


def _set(body: Any, own: str, *, named: bool) -> Iterator[tuple[str, Node]]:
    """The attributes of `request` (`named`) and of `self.request` that statements assign, with what is assigned."""
    for node in body:
        kind = node[0]
        if kind == f.ASSIGN or (kind == f.ANNASSIGN and node[4] is not None):
            targets, value = (node[2], node[3]) if kind == f.ASSIGN else ((node[2],), node[4])
            for target in targets:
                if target[0] == f.ATTR and _is_request(target[2], own, named=named):
                    yield target[3], value
        for block in blocks(node):
            yield from _set(block, own, named=named)


def _is_request(node: Node, own: str, *, named: bool) -> bool:
    if node[0] == f.NAME:
        return named and node[2] == _NAME
    return bool(own and node[0] == f.ATTR and node[3] == _NAME and node[2][0] == f.NAME and node[2][2] == own)
