"""Changes of rows that exist: which row, which columns, and the new values."""

from __future__ import annotations

import msgspec

from archwright.brief.expression import Constant, Expression, Path, Unary
from archwright.design.columns import field_columns
from archwright.design.draft import Draft
from archwright.design.error import DesignError
from archwright.design.expression import NoCheckError, parse, render
from archwright.design.fill_column import Request
from archwright.design.logical import logical_type
from archwright.design.subject import Link, link, stated, write_kind
from archwright.design.words import snake
from archwright.model.entity import Entity, Field
from archwright.model.operation import Assignment, Touch
from archwright.model.physical import (
    BodyField,
    ColumnFill,
    FillBy,
    ParameterIn,
    Route,
    WriteKind,
    WriteStep,
)
from archwright.sql.identifier import quote_identifier


def change_step(
    draft: Draft, request: Request, touch: Touch, before: tuple[WriteStep, ...]
) -> tuple[WriteStep, tuple[BodyField, ...]]:
    """The update or delete that a touch asks for, with the fields of the body it needs."""
    entity = draft.entity(touch.entity)
    main = entity == request.main and entity not in request.inserted
    match, located, driver = (
        (row_of_path(request.route), (), None) if main else _row_along(draft, request, touch, entity, before)
    )
    many = driver is not None and driver.many
    items = driver.items if driver is not None else ""
    table = draft.table_names[entity.name]
    if write_kind(draft, request.operation, touch).value == "delete":
        return WriteStep(table=table, kind=WriteKind.DELETE, match=match, many=many, items=items), located
    fields = tuple(f for f in entity.fields if f.name in touch.fields) if touch.fields else changeable(entity)
    set_by = {assignment.field: assignment for assignment in touch.sets}
    given = [f for f in fields if f.name not in set_by]
    alone = not main or sum(len(draft.columns_of(entity.name, f.name)) for f in given) == 1
    prefix = "" if main else f"{snake(entity.name)}_"
    fills: list[ColumnFill] = []
    body: list[BodyField] = []
    for field in fields:
        if field.name in set_by:
            fills.append(_assigned(draft, request, entity, field, set_by[field.name]))
            continue
        for column in field_columns(draft, entity, field):
            name = prefix + column.name
            fills.append(ColumnFill(column=column.name, by=FillBy.BODY, name=name, required=alone))
            type_ = field.type.value if field.relation is None else logical_type(column.type)
            body.append(BodyField(name=name, type=type_, required=alone, entity=entity.name, field=field.name))
    step = WriteStep(table=table, kind=WriteKind.UPDATE, fills=tuple(fills), many=many, items=items, match=match)
    return step, (*located, *body)


def row_of_path(route: Route) -> tuple[ColumnFill, ...]:
    """The row that the path names."""
    return tuple(
        ColumnFill(column=parameter.column, by=FillBy.PATH, name=parameter.name)
        for parameter in route.parameters
        if parameter.located is ParameterIn.PATH and parameter.column is not None
    )


def changeable(entity: Entity) -> tuple[Field, ...]:
    """The fields an update of a whole row may change: not its key, not its parent, not what was copied at its time."""
    return tuple(
        f
        for f in entity.fields
        if f.name not in entity.key
        and not f.copied
        and not (f.relation is not None and (f.relation.part_of or f.relation.many))
    )


def _row_along(
    draft: Draft, request: Request, touch: Touch, entity: Entity, before: tuple[WriteStep, ...]
) -> tuple[tuple[ColumnFill, ...], tuple[BodyField, ...], WriteStep | None]:
    """Which row: one that a row written before refers to, or that refers to one; else the one whose key the body gives."""
    way = stated(draft, touch)
    if way is None:
        others = (*request.inserted, request.main)
        way = next((found for other in others if (found := link(other, entity)) is not None), None)
    if way is not None and way.target == entity and way.holder in request.inserted:
        return _referred(draft, way, before)
    if way is not None and way.target == entity and way.holder == request.main:
        source = draft.table_names[way.holder.name]
        pairs = zip(draft.columns_of(way.holder.name, way.field.name), draft.keys[entity.name], strict=True)
        match = tuple(
            ColumnFill(column=key, by=FillBy.COPY, source=f"{source}.{column}", through=column) for column, key in pairs
        )
        return match, (), None
    if way is not None and way.holder == entity:
        return _referring(draft, request, way), (), None
    types = {column.name: column.type for column in draft.table_of(entity.name).columns}
    keys = draft.keys[entity.name]
    match = tuple(ColumnFill(column=key, by=FillBy.BODY, name=f"{snake(entity.name)}_{key}") for key in keys)
    body = tuple(BodyField(name=f.name, type=logical_type(types[f.column]), entity=entity.name) for f in match)
    return match, body, None


def _referred(
    draft: Draft, way: Link, before: tuple[WriteStep, ...]
) -> tuple[tuple[ColumnFill, ...], tuple[BodyField, ...], WriteStep | None]:
    step = next(s for s in before if s.table == draft.table_names[way.holder.name])
    sources = {fill.column: fill for fill in step.fills}
    pairs = zip(draft.columns_of(way.holder.name, way.field.name), draft.keys[way.target.name], strict=True)
    return tuple(msgspec.structs.replace(sources[column], column=key) for column, key in pairs), (), step


def _referring(draft: Draft, request: Request, way: Link) -> tuple[ColumnFill, ...]:
    pairs = zip(draft.columns_of(way.holder.name, way.field.name), draft.keys[way.target.name], strict=True)
    if way.target in request.inserted:
        source = draft.table_names[way.target.name]
        return tuple(ColumnFill(column=column, by=FillBy.PARENT, source=source) for column, _ in pairs)
    in_path = {fill.column: fill.name for fill in row_of_path(request.route)}
    return tuple(ColumnFill(column=column, by=FillBy.PATH, name=in_path.get(key, key)) for column, key in pairs)


def _assigned(draft: Draft, request: Request, entity: Entity, field: Field, item: Assignment) -> ColumnFill:
    """A new value that the brief states: `= paid`, `= now`, `-= OrderLine.qty`, `= price * 2`."""
    column = draft.columns_of(entity.name, field.name)[0]
    try:
        value = parse(item.value)
        if isinstance(value, Constant) and value.now:
            return ColumnFill(column=column, by=FillBy.NOW)
        source = _plain(draft, entity, field, value)
        if item.operator == "=":
            if source is None:
                return ColumnFill(column=column, by=FillBy.EXPRESSION, source=render(value, draft, entity))
            by = FillBy.COPY if isinstance(value, Path) and len(value.parts) == 2 else FillBy.VALUE
            return ColumnFill(column=column, by=by, source=source)
        if source is None:
            sign = item.operator[0]
            inner = render(value, draft, entity)
            return ColumnFill(
                column=column, by=FillBy.EXPRESSION, source=f"{quote_identifier(column)} {sign} ({inner})"
            )
        by = FillBy.DECREASE if item.operator == "-=" else FillBy.INCREASE
        return ColumnFill(column=column, by=by, source=source)
    except NoCheckError as error:
        text = f"{request.operation.name} sets {entity.name}.{field.name} {item.operator} {item.value}: {error}"
        raise DesignError(((request.operation.place, text),)) from error


def _plain(draft: Draft, entity: Entity, field: Field, value: Expression) -> str | None:
    """The value as a constant, an enum's word, or another entity's `table.column`; None for anything more."""
    if isinstance(value, Constant):
        return str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
    if isinstance(value, Unary) and value.operator == "-" and isinstance(value.operand, Constant):
        return f"-{value.operand.value}"
    if isinstance(value, Path) and len(value.parts) == 1 and value.parts[0] in field.values:
        return value.parts[0]
    if isinstance(value, Path) and len(value.parts) == 1 and entity.field(value.parts[0]) is None:
        return value.parts[0]
    if isinstance(value, Path) and len(value.parts) == 2 and value.parts[0] != entity.name:
        columns = draft.columns_of(value.parts[0], value.parts[1])
        if columns:
            return f"{draft.table_names[value.parts[0]]}.{columns[0]}"
    return None
