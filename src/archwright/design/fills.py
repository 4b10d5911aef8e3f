"""Who supplies each column that an operation writes.

On a create, in this order: the row's own key (made by the service or the database), the key of a parent in the same request,
the path, the caller's identity (a shopper can't order in another's name, whatever the body says), a sum that a rule states, a
`copied` field (read from the row it copies), the first value of a state that other operations change, the server's clock for
a time that the system sorts or scans backwards from now, and else the body.

A number written along with rows that refer to its row, each with exactly one whole number (stock, written with order lines
that have a quantity), falls by that number, and never below its bound. What is inferred and not said is listed as open.

Source: mass assignment, OWASP API3:2023; lock order and short lock, DDIA chapter 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from archwright.design.columns import NOW, field_columns
from archwright.design.draft import Draft, Stage
from archwright.design.expression import Aggregate, Binary, ExpressionError, Name, names, parse, render
from archwright.design.keys import POSITION
from archwright.design.logical import logical_type
from archwright.design.owners import caller_entity
from archwright.design.routes import part_name
from archwright.design.soundness import is_key, main_entity
from archwright.design.subject import Shape, link, shape
from archwright.design.words import snake
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity, Field, Type
from archwright.model.operation import Operation
from archwright.model.physical import BodyField, ColumnFill, FillBy, ParameterIn, Route, WriteKind, WriteStep


@dataclass(frozen=True)
class _Request:
    """What is fixed about a request while its columns are filled."""

    operation: Operation
    route: Route
    main: Entity
    inserted: tuple[Entity, ...]


def decide(draft: Draft) -> None:
    """Add the statements and the request body to every route that writes."""
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        main = main_entity(draft.system, operation)
        if route is None or main is None or not operation.access.writes:
            continue
        steps, body = _steps(draft, operation, route, main)
        draft.put_route(msgspec.structs.replace(route, writes=steps, body=body))
        _record(draft, operation, steps)


def _steps(
    draft: Draft, operation: Operation, route: Route, main: Entity
) -> tuple[tuple[WriteStep, ...], tuple[BodyField, ...]]:
    kind = shape(draft, operation)
    whole = tuple(draft.entity(touch.entity) for touch in operation.access.writes if not touch.fields)
    if kind == Shape.DELETE:
        step = WriteStep(table=draft.table_names[main.name], kind=WriteKind.DELETE, match=_row(draft, route))
        return (step,), ()
    steps: list[WriteStep] = []
    body: list[BodyField] = []
    inserted = _referred_first(whole, main) if kind == Shape.CREATE else ()
    request = _Request(operation, route, main, inserted)
    if kind == Shape.UPDATE:
        step, fields = _update_row(draft, request)
        steps.append(step)
        body += fields
    for entity in inserted:
        step, fields = _insert(draft, request, entity)
        steps.append(step)
        if step.many:
            body.append(BodyField(name=step.items, type="list", entity=entity.name, items=fields))
        else:
            body += [field for field in fields if field.name not in {known.name for known in body}]
    for touch in operation.access.writes:
        entity = draft.entity(touch.entity)
        if entity in inserted or (kind == Shape.UPDATE and entity == main):
            continue
        names_ = touch.fields or tuple(f.name for f in _changeable(entity))
        step, fields = _update_along(draft, request, entity, names_, tuple(steps))
        steps.append(step)
        body += [field for field in fields if field.name not in {known.name for known in body}]
    return tuple(steps), tuple(body)


def _insert(draft: Draft, request: _Request, entity: Entity) -> tuple[WriteStep, tuple[BodyField, ...]]:
    table = draft.table_of(entity.name)
    many = entity != request.main and link(entity, request.main) is not None
    fills: list[ColumnFill] = []
    body: list[BodyField] = []
    declared = {c.name for f in entity.fields for c in field_columns(draft, entity, f)}
    for column in table.columns:
        if column.name in declared or column.name not in table.key:
            continue
        by = FillBy.POSITION if column.type == "integer" and column.name.startswith(POSITION) else FillBy.KEY
        fills.append(ColumnFill(column=column.name, by=by))
    for field in entity.fields:
        for column in field_columns(draft, entity, field):
            fill = _fill(draft, request, entity, field, column.name)
            fills.append(fill)
            if fill.by is FillBy.BODY or (fill.by is FillBy.PRINCIPAL and fill.name):
                body.append(
                    BodyField(
                        name=fill.name,
                        type=field.type.value if field.relation is None else logical_type(column.type),
                        required=fill.required,
                        entity=entity.name,
                        field=field.name,
                    )
                )
    items = part_name(draft, entity) if many else ""
    step = WriteStep(table=table.name, kind=WriteKind.INSERT, fills=tuple(fills), many=many, items=items)
    return step, tuple(body)


def _fill(draft: Draft, request: _Request, entity: Entity, field: Field, column: str) -> ColumnFill:
    if is_key(entity, field.name) and field.type in {Type.UUID, Type.INT}:
        return ColumnFill(column=column, by=FillBy.KEY)
    if field.relation is not None:
        target = draft.entity(field.relation.target)
        earlier = request.inserted[: request.inserted.index(entity)]
        if target in earlier:
            return ColumnFill(column=column, by=FillBy.PARENT, source=draft.table_names[target.name])
        for parameter in request.route.parameters:
            if parameter.located is ParameterIn.PATH and parameter.column == column and entity == request.main:
                return ColumnFill(column=column, by=FillBy.PATH, name=parameter.name)
        roles = tuple(
            policy.role for policy in request.operation.policies if caller_entity(draft, policy.role) == target
        )
        if roles and not _repeated(entity, field):
            others = len(roles) < len(request.operation.policies)
            name = column if others else ""
            return ColumnFill(column=column, by=FillBy.PRINCIPAL, name=name, roles=roles, required=False)
    inferred = (
        _sum(draft, request, entity, field, column)
        or _copy(draft, request, entity, field, column)
        or _state(draft, request, entity, field, column)
        or _clock(draft, entity, field, column)
    )
    return inferred or ColumnFill(
        column=column, by=FillBy.BODY, name=column, required=not field.nullable and field.default is None
    )


def _repeated(entity: Entity, field: Field) -> bool:
    """Whether the entity refers to the same target by another field too (sender and receiver): then neither is the caller."""
    return field.relation is not None and any(
        f.relation is not None and f.relation.target == field.relation.target and f.name != field.name
        for f in entity.fields
    )


def _sum(draft: Draft, request: _Request, entity: Entity, field: Field, column: str) -> ColumnFill | None:
    """A rule `Entity.field = sum(Child.a * Child.b)` whose child rows are inserted by the same request."""
    for rule in draft.system.rules:
        try:
            stated = parse(rule.text)
        except ExpressionError:
            continue
        if not (isinstance(stated, Binary) and stated.operator == "=" and stated.left == Name(entity.name, field.name)):
            continue
        if isinstance(stated.right, Aggregate) and stated.right.function == "sum":
            owners = {name.entity for name in names(stated.right)}
            child = draft.system.entity(next(iter(owners)) or "") if len(owners) == 1 else None
            if child is not None and child in request.inserted:
                text = render(stated.right.argument, draft, child, qualified=True)
                return ColumnFill(column=column, by=FillBy.SUM, source=text)
    return None


def _copy(draft: Draft, request: _Request, entity: Entity, field: Field, column: str) -> ColumnFill | None:
    """A `copied` field: the field of the same name in a row that this one refers to, else the only one of its type."""
    if not field.copied:
        return None
    found: list[tuple[Field, Entity, Field]] = []
    for reference in entity.fields:
        if reference.relation is not None and not reference.relation.many:
            target = draft.entity(reference.relation.target)
            found += [(reference, target, f) for f in target.fields if f.type is field.type and not f.copied]
    same = [item for item in found if item[2].name == field.name]
    chosen = same if len(same) == 1 else [item for item in found if item[1] not in request.inserted]
    if len(chosen) != 1:
        return None
    reference, target, original = chosen[0]
    source = f"{draft.table_names[target.name]}.{draft.columns_of(target.name, original.name)[0]}"
    through = draft.columns_of(entity.name, reference.name)[0]
    return ColumnFill(column=column, by=FillBy.COPY, source=source, through=through)


def _state(draft: Draft, request: _Request, entity: Entity, field: Field, column: str) -> ColumnFill | None:
    """An enum that another operation changes starts at its default, or its first value."""
    if field.type is not Type.ENUM or not field.values:
        return None
    changed = any(
        touch.entity == entity.name and field.name in touch.fields
        for operation in draft.system.operations
        if operation is not request.operation
        for touch in operation.access.writes
    )
    start = field.default if field.default is not None else field.values[0]
    return ColumnFill(column=column, by=FillBy.VALUE, source=str(start)) if changed else None


def _clock(draft: Draft, entity: Entity, field: Field, column: str) -> ColumnFill | None:
    """A time that reads sort backwards by, or scan up to now, is the time of writing; so is a declared default of now."""
    if field.type not in {Type.TIMESTAMP, Type.DATE}:
        return None
    if field.default == NOW or recorded_time(draft, entity, field):
        return ColumnFill(column=column, by=FillBy.NOW)
    return None


def recorded_time(draft: Draft, entity: Entity, field: Field) -> bool:
    """Whether the operations treat a required timestamp as the time at which the row came to be."""
    if field.type is not Type.TIMESTAMP or field.nullable:
        return False
    for operation in draft.system.operations:
        if main_entity(draft.system, operation) == entity:
            sort = operation.access.sort[:1]
            if any(key.field == field.name and key.descending for key in sort):
                return True
            if any(f.field == field.name and f.operator == "within" for f in operation.access.filters):
                return True
    return False


def _changeable(entity: Entity) -> tuple[Field, ...]:
    """The fields an update of a whole row may change: not its key, not its parent, not what was copied at its time."""
    return tuple(
        f
        for f in entity.fields
        if f.name not in entity.key
        and not f.copied
        and not (f.relation is not None and (f.relation.part_of or f.relation.many))
    )


def _row(draft: Draft, route: Route) -> tuple[ColumnFill, ...]:
    return tuple(
        ColumnFill(column=parameter.column, by=FillBy.PATH, name=parameter.name)
        for parameter in route.parameters
        if parameter.located is ParameterIn.PATH and parameter.column is not None
    )


def _update_row(draft: Draft, request: _Request) -> tuple[WriteStep, tuple[BodyField, ...]]:
    main = request.main
    wanted = next((t.fields for t in request.operation.access.writes if t.entity == main.name), ())
    fields = tuple(f for f in main.fields if f.name in wanted) if wanted else _changeable(main)
    fills: list[ColumnFill] = []
    body: list[BodyField] = []
    alone = sum(len(draft.columns_of(main.name, f.name)) for f in fields) == 1
    for field in fields:
        for column in field_columns(draft, main, field):
            fills.append(ColumnFill(column=column.name, by=FillBy.BODY, name=column.name, required=alone))
            body.append(
                BodyField(
                    name=column.name,
                    type=field.type.value if field.relation is None else logical_type(column.type),
                    required=alone,
                    entity=main.name,
                    field=field.name,
                )
            )
    table = draft.table_names[main.name]
    return WriteStep(table=table, kind=WriteKind.UPDATE, fills=tuple(fills), match=_row(draft, request.route)), tuple(
        body
    )


def _update_along(
    draft: Draft, request: _Request, entity: Entity, wanted: tuple[str, ...], before: tuple[WriteStep, ...]
) -> tuple[WriteStep, tuple[BodyField, ...]]:
    """An update of a row that rows written before it refer to; else of the row whose key the body gives."""
    table = draft.table_names[entity.name]
    holder = next((e for e in request.inserted if link(e, entity) is not None), None)
    match: tuple[ColumnFill, ...]
    step = next((s for s in before if holder is not None and s.table == draft.table_names[holder.name]), None)
    body: list[BodyField] = []
    if holder is not None and step is not None:
        found = link(holder, entity)
        assert found is not None
        columns = draft.columns_of(holder.name, found.field.name)
        by_column = {fill.column: fill for fill in step.fills}
        match = tuple(
            msgspec.structs.replace(by_column[column], column=key)
            for column, key in zip(columns, draft.keys[entity.name], strict=True)
        )
    else:
        found = link(request.main, entity)
        if found is not None and not request.inserted:
            columns = draft.columns_of(request.main.name, found.field.name)
            source = draft.table_names[request.main.name]
            match = tuple(
                ColumnFill(column=key, by=FillBy.COPY, source=f"{source}.{column}", through=column)
                for column, key in zip(columns, draft.keys[entity.name], strict=True)
            )
        else:
            types = {column.name: column.type for column in draft.table_of(entity.name).columns}
            match = tuple(
                ColumnFill(column=key, by=FillBy.BODY, name=f"{snake(entity.name)}_{key}")
                for key in draft.keys[entity.name]
            )
            body += [BodyField(name=f.name, type=logical_type(types[f.column]), entity=entity.name) for f in match]
    fills: list[ColumnFill] = []
    many = step is not None and step.many
    for field in (f for f in entity.fields if f.name in wanted):
        for column in field_columns(draft, entity, field):
            falls = _falls(draft, holder, field)
            if falls is not None and holder is not None:
                fills.append(ColumnFill(column=column.name, by=FillBy.DECREASE, source=falls))
                continue
            name = f"{snake(entity.name)}_{column.name}"
            fills.append(ColumnFill(column=column.name, by=FillBy.BODY, name=name))
            type_ = field.type.value if field.relation is None else logical_type(column.type)
            body.append(BodyField(name=name, type=type_, entity=entity.name, field=field.name))
    items = step.items if step is not None else ""
    return WriteStep(
        table=table, kind=WriteKind.UPDATE, fills=tuple(fills), many=many, items=items, match=match
    ), tuple(body)


def _falls(draft: Draft, holder: Entity | None, field: Field) -> str | None:
    """The column by which a bounded whole number falls: the only whole number of the rows that refer to its row."""
    floor = any(bound.operator in {">=", ">"} for bound in field.bounds)
    if holder is None or field.type is not Type.INT or not floor:
        return None
    amounts = [f for f in holder.fields if f.type is Type.INT and not is_key(holder, f.name) and not f.copied]
    if len(amounts) != 1:
        return None
    return f"{draft.table_names[holder.name]}.{draft.columns_of(holder.name, amounts[0].name)[0]}"


def _referred_first(entities: tuple[Entity, ...], main: Entity) -> tuple[Entity, ...]:
    """The inserted entities in an order in which what is referred to exists; the main one as early as that allows."""
    waiting = [entity for entity in entities if entity == main] + [entity for entity in entities if entity != main]
    result: list[Entity] = []
    while waiting:
        ready = next((e for e in waiting if not any(link(e, o) for o in waiting if o != e)), waiting[0])
        waiting.remove(ready)
        result.append(ready)
    return tuple(result)


_SHOWN = {
    FillBy.BODY: "from the body",
    FillBy.PATH: "from the path",
    FillBy.PRINCIPAL: "the caller's own id",
    FillBy.KEY: "a fresh key",
    FillBy.PARENT: "the key of the new row of {}",
    FillBy.POSITION: "its place in the list",
    FillBy.NOW: "the server's clock",
    FillBy.VALUE: "starts as {}",
    FillBy.COPY: "copied from {}",
    FillBy.SUM: "the sum of {}",
    FillBy.DECREASE: "falls by {}, never below its bound",
}
_INFERRED = {FillBy.NOW, FillBy.VALUE, FillBy.COPY, FillBy.DECREASE}


def _record(draft: Draft, operation: Operation, steps: tuple[WriteStep, ...]) -> None:
    evidence: list[Evidence] = []
    for step in steps:
        for fill in step.fills:
            if fill.by in {FillBy.KEY, FillBy.BODY, FillBy.PATH}:
                continue
            source = "derived: inferred from the operations" if fill.by in _INFERRED else "given"
            shown = _SHOWN[fill.by].format(fill.source)
            evidence.append(Evidence(name=f"{step.table}.{fill.column}", value=shown, source=source))
    if not evidence:
        return
    draft.decide(
        Decision(
            id=f"write/{operation.name}",
            title=f"What {operation.name} writes beside the caller's input",
            choice="; ".join(f"{item.name} {item.value}" for item in evidence),
            because="A caller can only set what is his to set; the rest has one source.",
            source="OWASP API3:2023 (broken object property level authorization)",
            evidence=tuple(evidence),
            alternatives=(
                Alternative(name="take every column from the body", because="callers would set prices and states"),
            ),
            elements=tuple(f"table {step.table}" for step in steps),
        )
    )


STAGE = Stage("write", "Where written values come from", __doc__, decide)
