"""Object types of a GraphQL schema and the ways from its roots to each: which resolvers run once for each row of a list."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from archwright.source import facts as f
from archwright.source.flow import attributes, dispatch
from archwright.source.flow.effects import LoopMark
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN, Val, join_origins
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine
    from archwright.source.link.project import ClassInfo

_MAX_EDGES = 4
"""Of the nearest ways to a type so many are looked at for a query that is known."""


class GraphField(NamedTuple):
    """A field of an object type."""

    name: str
    """As the code names it."""
    exposed: str
    """As callers name it."""
    module: Module
    position: int
    target: str | None = None
    """Key of the object type that it gives; None for scalars and what can't be told."""
    many: bool = False
    resolver: int | None = None
    """The unit that gives its value; None: the attribute of the parent that has its name."""
    arguments: Callable[[int], dict[str, Val]] | None = None
    """The values of its arguments, by the names that the resolver gets them under, for a resolver's unit id."""
    guards: tuple[Any, ...] = ()
    """Nodes of permission classes that the declaration lists."""


class ObjectType:
    """An object type: its fields, and the class whose rows it shows, where a declaration binds it to one."""

    __slots__ = ("fields", "key", "model")

    def __init__(self, key: str, model: ClassInfo | None = None) -> None:
        self.key = key
        self.model = model
        self.fields: dict[str, GraphField] = {}


State = tuple[str, bool]
"""A type, and whether a list lies on the way to it."""


class Parents(NamedTuple):
    """What a resolver gets as its parent, and the loops that it runs in."""

    value: Val
    loops: tuple[LoopMark, ...]


class Graph:
    """The types of one schema."""

    def __init__(self, engine: Engine, types: dict[str, ObjectType], roots: dict[str, str], *, loads: bool) -> None:
        """The graph of some types.

        roots: `Query`, `Mutation` or `Subscription` -> key of its type. loads: False where an extension fetches what
        fields will touch, so that a touched relation tells nothing.
        """
        self._engine = engine
        self.types = types
        self.roots = roots
        self.loads = loads
        self._edges: dict[State, list[tuple[State, GraphField]]] = {}
        self._reach()

    def _reach(self) -> None:
        """The nearest ways from a root to each type, without a list and with one."""
        level: dict[State, int] = {}
        todo: deque[State] = deque()
        for kind in sorted(self.roots):
            state = (self.roots[kind], False)
            level[state] = 0
            todo.append(state)
        while todo:
            state = todo.popleft()
            for field in self.types[state[0]].fields.values() if state[0] in self.types else ():
                if field.target is None or field.target not in self.types:
                    continue
                below = (field.target, state[1] or field.many)
                if below not in level:
                    level[below] = level[state] + 1
                    todo.append(below)
                edges = self._edges.setdefault(below, [])
                if level[below] == level[state] + 1 and len(edges) < _MAX_EDGES:
                    edges.append((state, field))

    def root_fields(self) -> Iterator[tuple[str, ObjectType, GraphField]]:
        """Every field of the root types."""
        for kind in sorted(self.roots):
            owner = self.types.get(self.roots[kind])
            for field in owner.fields.values() if owner is not None else ():
                yield kind, owner, field  # type: ignore[misc]

    def nested_fields(self) -> Iterator[tuple[ObjectType, GraphField]]:
        """Every field with a resolver of the other types."""
        for key in sorted(self.types):
            if key not in self.roots.values():
                for field in self.types[key].fields.values():
                    if field.resolver is not None:
                        yield self.types[key], field

    def runs_per_row(self, key: str) -> bool:
        """True for a type that lists give."""
        return (key, True) in self._edges

    # --- values: made when they are asked for, because the engine forgets between parts of a project ----------
    def parents(self, key: str) -> Parents:
        """The parent that the resolvers of a type get."""
        return self._parents((key, self.runs_per_row(key)))

    def declared(self, key: str, value: Val) -> Parents:
        """The same where the resolver itself says what it gets."""
        known = self.parents(key)
        if known.value.type == value.type:
            return known
        loops = known.loops
        if self.runs_per_row(key) and value.type is not None and value.type[0] == "row":
            state, field = self._edges[(key, True)][0]
            mark = self._mark(state, field, value.type[1].entity, None)
            loops = loops or (mark,)
            value = Val(value.type, _turns(loops))
        return Parents(value, loops)

    def _parents(self, state: State) -> Parents:
        best: Parents | None = None
        for owner, field in self._edges.get(state, ()):
            found = self._through(owner, field)
            if found is None:
                continue
            if found.value.type is not None and found.value.type[0] == "row" and found.value.type[1].query is not None:
                return found
            best = best or found
        return best or Parents(self._model_row(state[0]), ())

    def _model_row(self, key: str) -> Val:
        model = self.types[key].model if key in self.types else None
        type_ = self._engine.instance_type(model) if model is not None else None
        return Val(type_) if type_ is not None and type_[0] == "row" else UNKNOWN

    def _through(self, owner: State, field: GraphField) -> Parents | None:
        """What one field gives for each of its owner's rows."""
        above = self._parents(owner)
        value = self.result(field, above.value)
        frame = self._frame(field.module)
        if field.many:
            value = self._element(frame, value, field.position)
        if value.type is None or value.type[0] != "row":
            value = self._model_row(field.target or "")
        if value.type is None or value.type[0] != "row":
            return None
        row = value.type[1]
        if not self.loads:
            row = row._replace(query=None)
        loops = above.loops
        if field.many:
            query = (row.query.unit, row.query.position) if row.query is not None and row.query.unit >= 0 else None
            loops = (*loops, self._mark(owner, field, row.entity, query))
        return Parents(Val(("row", row), _turns(loops)), loops)

    def result(self, field: GraphField, parent: Val) -> Val:
        """What a field gives: its resolver's result, else the parent's attribute."""
        if field.resolver is not None:
            return self._engine.summary(field.resolver).returns
        if parent.type is None or parent.type[0] != "row":
            return UNKNOWN
        return attributes.attribute(self._frame(field.module), parent, field.name, field.position)

    def _element(self, frame: Frame, value: Val, position: int) -> Val:
        if value.type is not None and value.type[0] in ("query", "row"):
            iteration = dispatch.iterate(self._engine, frame, value, position)
            return iteration.element if iteration is not None else UNKNOWN
        return attributes.held(frame, value, position) if value.items else UNKNOWN

    def _mark(self, owner: State, field: GraphField, entity: str, query: tuple[int, int] | None) -> LoopMark:
        unit, position = field.module.index << UNIT_BITS, field.position
        if field.resolver is not None:
            unit = field.resolver
            position = returned_at(self._engine.project.unit(unit)[1])
        return LoopMark(unit, position, "rows", entity, query, False)

    def _frame(self, module: Module) -> Frame:
        """A place to evaluate in, whose effects nobody looks at."""
        return Frame(self._engine, module, module.index << UNIT_BITS, module.units[0], None, None, 8)


def _turns(loops: tuple[LoopMark, ...]) -> tuple[Any, ...]:
    origins: tuple[Any, ...] = ()
    for mark in loops:
        origins = join_origins(origins, ((("loop", mark.unit, mark.position), 0, None),))
    return origins


def returned_at(facts: tuple[Any, ...]) -> int:
    """The position of a unit's last `return`; of the unit itself where it has none."""
    return next((int(node[1]) for node in reversed(body_of(facts)) if node[0] == f.RETURN), int(facts[2]))


def listed(element: Val) -> Val:
    """A list of one kind of element."""
    return Val(("list",), (), NO, {"*": element})
