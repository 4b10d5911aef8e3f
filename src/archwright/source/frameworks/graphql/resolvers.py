"""Resolvers as units that a GraphQL server calls: root fields as operations, those of other types once a parent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from archwright.model.base import Place
from archwright.model.operation import Access, GraphqlField, Operation, Touch
from archwright.source import facts as f
from archwright.source.flow import attributes, turns
from archwright.source.flow.annotations import annotated_value
from archwright.source.flow.effects import LoopMark
from archwright.source.flow.frame import Frame
from archwright.source.flow.loops import loop_element
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Val
from archwright.source.frameworks.base import Entry
from archwright.source.frameworks.graphql.types import Graph, GraphField, ObjectType, Parents, returned_at
from archwright.source.frameworks.shared.parameters import Parameters
from archwright.source.frameworks.shared.routes import place_of
from archwright.source.link.module import UNIT_BITS

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

INFO = "graphql.GraphQLResolveInfo"
ParentAt = Callable[[tuple[Any, ...]], int | None]
"""The index of a resolver's parameter that gets the parent; None: it asks for none."""


def entries(engine: Engine, graph: Graph, parent_at: ParentAt, *, touches: bool) -> Iterator[Entry]:
    """Every root field as an operation, then every other resolver, with what each gets.

    touches: True where a field without a resolver reads the attribute of its name, and lists give rows.
    """
    for kind, owner, field in graph.root_fields():
        unit = field.resolver if field.resolver is not None else field.module.index << UNIT_BITS
        operation = _operation(engine, graph, kind, owner, field)
        parameters = _parameters(engine, graph, None, field, parent_at)
        yield Entry(unit, parameters, operation, _answer(graph, field, touches))
    for owner, field in graph.nested_fields():
        assert field.resolver is not None
        parameters = _parameters(engine, graph, owner, field, parent_at)
        loops = partial(_loops, engine, graph, owner, field, parent_at)
        yield Entry(field.resolver, parameters, None, _answer(graph, field, touches), loops)


def _loops(
    engine: Engine, graph: Graph, owner: ObjectType, field: GraphField, parent_at: ParentAt
) -> tuple[LoopMark, ...]:
    return _declared(engine, graph, owner, field, parent_at).loops


def _operation(engine: Engine, graph: Graph, kind: str, owner: ObjectType, field: GraphField) -> Operation:
    trigger = GraphqlField(type=kind, field=field.exposed)
    if field.resolver is None:
        place = Place(field.module.path, f.line_of(field.position), f.column_of(field.position))
        shown = graph.types.get(field.target or "")
        reads = (Touch(entity=shown.model.short),) if shown is not None and shown.model is not None else ()
        name = f"{owner.key}.{field.name}"
        return Operation(name=name, trigger=trigger, place=place, access=Access(reads=reads))
    module, facts = engine.project.unit(field.resolver)
    name = engine.project.unit_name(field.resolver)
    return Operation(name=name, trigger=trigger, entry=name, place=place_of(module, facts))


def _parameters(
    engine: Engine, graph: Graph, owner: ObjectType | None, field: GraphField, parent_at: ParentAt
) -> dict[str, Val]:
    if field.resolver is None:
        return {}
    unit = field.resolver
    _, facts = engine.project.unit(unit)
    makers: dict[str, Callable[[], Val]] = {}
    at = parent_at(facts)
    given = field.arguments(unit) if field.arguments is not None else {}
    named = {name for name, kind, _, _ in facts[4] if kind != f.PARAM_KWARGS}
    for index, (name, kind, _, _) in enumerate(facts[4]):
        if index == at:
            if owner is not None:
                makers[name] = lambda: _declared(engine, graph, owner, field, parent_at).value
        elif kind == f.PARAM_KWARGS and given:
            rest = {key: value for key, value in given.items() if key not in named}
            makers[name] = lambda rest=rest: Val(("dict",), (), NO, dict(rest))  # type: ignore[misc]
        elif name in given:
            makers[name] = lambda value=given[name]: value  # type: ignore[misc]
    return Parameters(makers)


def _declared(engine: Engine, graph: Graph, owner: ObjectType, field: GraphField, parent_at: ParentAt) -> Parents:
    """The parent as the resolver's own annotation says, else as the ways to its type tell."""
    assert field.resolver is not None
    module, facts = engine.project.unit(field.resolver)
    at = parent_at(facts)
    annotation = facts[4][at][2] if at is not None else None
    declared = annotated_value(engine, module, annotation) if annotation is not None else None
    if declared is not None and declared.type is not None:
        return graph.declared(owner.key, declared)
    found = graph.parents(owner.key)
    if found.value.type is None and at is not None and facts[9] >= 0:
        own = engine.instance_type(engine.project.class_at(module, facts[9]))
        return found._replace(value=Val(own, (UNKNOWN_ORIGIN,)))
    return found


def _answer(graph: Graph, field: GraphField, touches: bool) -> Callable[[Frame, Val], None] | None:
    """A query that a list field gives runs; what the type's plain fields show of each row is fetched."""
    if field.resolver is None or not touches:
        return None
    shown = graph.types.get(field.target or "")

    def answer(frame: Frame, value: Val) -> None:
        position = returned_at(frame.facts)
        entered = turns.enter(frame)
        element = value
        if field.many and value.type is not None and value.type[0] in ("query", "list", "row"):
            element = loop_element(frame, (f.NAME, position, ""), value, position)
        if shown is not None and element.type is not None and element.type[0] == "row" and graph.loads:
            _show(frame, element, shown, position)
        turns.leave(frame, entered)

    return answer


def _show(frame: Frame, row: Val, shown: ObjectType, position: int) -> None:
    """The relations that fields without a resolver read of a row, by the attribute of their name."""
    for field in shown.fields.values():
        if field.resolver is None and field.target is not None:
            held = attributes.attribute(frame, row, field.name, position)
            if field.many and held.type is not None and held.type[0] == "query":
                entered = turns.enter(frame)
                loop_element(frame, (f.NAME, position, ""), held, position)
                turns.leave(frame, entered)
