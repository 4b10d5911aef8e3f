"""Where the value of one column of a new row comes from."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.brief.expression import Binary, Function, Path
from archwright.design.columns import NOW
from archwright.design.draft import Draft
from archwright.design.expression import NoCheckError, owners, parse, render
from archwright.design.owners import caller_entity, joined
from archwright.design.soundness import is_key
from archwright.model.entity import Entity, Field, Type
from archwright.model.operation import Operation
from archwright.model.physical import ColumnFill, FillBy, ParameterIn, Route


@dataclass(frozen=True)
class Request:
    """What is fixed about a request while its columns are filled."""

    operation: Operation
    route: Route
    main: Entity
    inserted: tuple[Entity, ...]
    """The entities that get new rows, in the order of the inserts."""


def fill_column(draft: Draft, request: Request, entity: Entity, field: Field, column: str) -> ColumnFill:
    """The source of one column of an inserted row: the first of the ladder that `fills` documents."""
    if is_key(entity, field.name) and field.type in {Type.UUID, Type.INT}:
        return ColumnFill(column=column, by=FillBy.KEY)
    found = (
        _reference(draft, request, entity, field, column)
        or _sum(draft, request, entity, field, column)
        or _copy(draft, request, entity, field, column)
        or _state(draft, request, entity, field, column)
    )
    if found is not None:
        return found
    if field.default == NOW and field.type in {Type.TIMESTAMP, Type.DATE}:
        return ColumnFill(column=column, by=FillBy.NOW)
    required = not field.nullable and field.default is None
    return ColumnFill(column=column, by=FillBy.BODY, name=column, required=required)


def _reference(draft: Draft, request: Request, entity: Entity, field: Field, column: str) -> ColumnFill | None:
    """A reference to a row of the same request, to the row in the path, or to the caller."""
    if field.relation is None:
        return None
    target = draft.entity(field.relation.target)
    if target in request.inserted[: request.inserted.index(entity)]:
        return ColumnFill(column=column, by=FillBy.PARENT, source=draft.table_names[target.name])
    in_path = {p.column: p.name for p in request.route.parameters if p.located is ParameterIn.PATH}
    if entity == request.main and column in in_path:
        return ColumnFill(column=column, by=FillBy.PATH, name=in_path[column])
    if entity != request.main and target == request.main:
        key = dict(zip(draft.columns_of(entity.name, field.name), draft.keys[target.name], strict=True))[column]
        if key in in_path:
            return ColumnFill(column=column, by=FillBy.PATH, name=in_path[key])
    policies = request.operation.policies
    roles = tuple(policy.role for policy in policies if caller_entity(draft, policy.role) == target)
    if not roles or _repeated(entity, field):
        return None
    name = column if len(roles) < len(policies) else ""
    return ColumnFill(column=column, by=FillBy.PRINCIPAL, name=name, roles=roles, required=False)


def _repeated(entity: Entity, field: Field) -> bool:
    """Whether another field refers to the same target too (sender, receiver): then neither is surely the caller."""
    return field.relation is not None and any(
        f.relation is not None and f.relation.target == field.relation.target and f.name != field.name
        for f in entity.fields
    )


def _sum(draft: Draft, request: Request, entity: Entity, field: Field, column: str) -> ColumnFill | None:
    """A rule `Entity.field = sum(Child.a * Child.b)` whose child rows are inserted by the same request."""
    for rule in draft.system.rules:
        try:
            stated = parse(rule.text)
            if not isinstance(stated, Binary) or stated.operator != "=" or not isinstance(stated.left, Path):
                continue
            total = stated.right
            if stated.left.parts != (entity.name, field.name) or not isinstance(total, Function):
                continue
            named = owners(total, draft)
            child = draft.system.entity(next(iter(named))) if len(named) == 1 else None
            if total.name == "sum" and total.argument is not None and child in request.inserted and child is not None:
                text = render(total.argument, draft, child, qualified=True)
                return ColumnFill(column=column, by=FillBy.SUM, source=text)
        except NoCheckError:
            continue
    return None


def _copy(draft: Draft, request: Request, entity: Entity, field: Field, column: str) -> ColumnFill | None:
    """A copied field: from where the brief says, else the only field of its type in the rows that this one refers to."""
    if field.copied_from is not None:
        steps, columns, table = joined(draft, entity, field.copied_from)
        if len(steps) == 1:
            through = steps[0].columns[0]
            return ColumnFill(column=column, by=FillBy.COPY, source=f"{table}.{columns[0]}", through=through)
        return None
    if not field.copied:
        return None
    found: list[tuple[Field, Entity, Field]] = []
    for reference in entity.fields:
        if reference.relation is not None and not reference.relation.many:
            target = draft.entity(reference.relation.target)
            if target not in request.inserted:
                found += [(reference, target, f) for f in target.fields if f.type is field.type and not f.copied]
    same = [item for item in found if item[2].name == field.name]
    chosen = same if len(same) == 1 else found
    if len(chosen) != 1:
        return None
    reference, target, original = chosen[0]
    source = f"{draft.table_names[target.name]}.{draft.columns_of(target.name, original.name)[0]}"
    through = draft.columns_of(entity.name, reference.name)[0]
    return ColumnFill(column=column, by=FillBy.COPY, source=source, through=through)


def _state(draft: Draft, request: Request, entity: Entity, field: Field, column: str) -> ColumnFill | None:
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
