"""Who supplies each column that an operation writes.

On a create, in this order: the row's own key (made by the service or the database), the key of a parent in the same request,
the path, the caller's identity (a shopper can't order in another's name, whatever the body says), a sum that a rule states, a
`copied` field (read from the row it copies), the first value of a state that other operations change, the server's clock
where the default is `now`, and else the body. On a change: what the brief assigns (`= paid`, `-= OrderLine.qty`), else the body.

Rows are written parents first; changes of rows that others contend for come last, so that their locks are held for the
shortest time. What is inferred and not said carries the source `derived`.

Source: OWASP API3:2023 (mass assignment); Kleppmann, Designing Data-Intensive Applications, chapter 7 (locks).
"""

from __future__ import annotations

import msgspec

from archwright.design.columns import field_columns
from archwright.design.draft import Draft, Stage
from archwright.design.fill_column import Request, fill_column
from archwright.design.fill_update import change_step
from archwright.design.keys import POSITION
from archwright.design.logical import logical_type
from archwright.design.routes import part_name
from archwright.design.soundness import main_entity
from archwright.design.subject import link, write_kind
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity
from archwright.model.operation import Operation
from archwright.model.physical import BodyField, ColumnFill, FillBy, Route, WriteKind, WriteStep


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
    new = [t for t in operation.access.writes if write_kind(draft, operation, t).value == "insert"]
    changed = [t for t in operation.access.writes if t not in new]
    inserted = _referred_first(tuple(draft.entity(touch.entity) for touch in new), main)
    request = Request(operation, route, main, inserted)
    steps: list[WriteStep] = []
    body: dict[str, BodyField] = {}
    first = [touch for touch in changed if touch.entity == main.name and main not in inserted]
    for touch in first:
        step, fields = change_step(draft, request, touch, ())
        steps.append(step)
        body |= {field.name: field for field in fields}
    for entity in inserted:
        step, fields = _insert(draft, request, entity)
        steps.append(step)
        if step.many:
            body[step.items] = BodyField(name=step.items, type="list", entity=entity.name, items=fields)
        else:
            body |= {field.name: field for field in fields if field.name not in body}
    for touch in (t for t in changed if t not in first):
        step, fields = change_step(draft, request, touch, tuple(steps))
        steps.append(step)
        body |= {field.name: field for field in fields if field.name not in body}
    return tuple(steps), tuple(body.values())


def _insert(draft: Draft, request: Request, entity: Entity) -> tuple[WriteStep, tuple[BodyField, ...]]:
    table = draft.table_of(entity.name)
    parent = entity.parent
    many = entity != request.main and parent is not None and parent.relation is not None
    fills: list[ColumnFill] = []
    body: list[BodyField] = []
    declared = {column.name for field in entity.fields for column in field_columns(draft, entity, field)}
    for column in table.columns:
        if column.name in table.key and column.name not in declared:
            by = FillBy.POSITION if column.name.startswith(POSITION) and column.type == "integer" else FillBy.KEY
            fills.append(ColumnFill(column=column.name, by=by))
    for field in entity.fields:
        for column in field_columns(draft, entity, field):
            fill = fill_column(draft, request, entity, field, column.name)
            fills.append(fill)
            if fill.name and fill.by in {FillBy.BODY, FillBy.PRINCIPAL}:
                type_ = field.type.value if field.relation is None else logical_type(column.type)
                body.append(
                    BodyField(name=fill.name, type=type_, required=fill.required, entity=entity.name, field=field.name)
                )
    items = part_name(draft, entity) if many else ""
    step = WriteStep(table=table.name, kind=WriteKind.INSERT, fills=tuple(fills), many=many, items=items)
    return step, tuple(body)


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
    FillBy.PRINCIPAL: "the caller's own id",
    FillBy.PARENT: "the key of the new row of {}",
    FillBy.POSITION: "its place in the list",
    FillBy.NOW: "the server's clock",
    FillBy.VALUE: "is {}",
    FillBy.COPY: "copied from {}",
    FillBy.SUM: "the sum of {}",
    FillBy.DECREASE: "falls by {}, refused where a check would break",
    FillBy.INCREASE: "grows by {}",
    FillBy.EXPRESSION: "becomes {}",
}


def _record(draft: Draft, operation: Operation, steps: tuple[WriteStep, ...]) -> None:
    evidence: list[Evidence] = []
    assigned = {(touch.entity, item.field) for touch in operation.access.writes for item in touch.sets}
    for step in steps:
        entity = draft.tables[step.table].entity or ""
        for fill in step.fills:
            if fill.by not in _SHOWN:
                continue
            column = draft.tables[step.table].column(fill.column)
            said = (entity, column.field if column is not None else None) in assigned or fill.by in {
                FillBy.SUM,
                FillBy.NOW,
            }
            source = "given" if said else "derived: inferred from the model"
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
            elements=tuple(dict.fromkeys(f"table {step.table}" for step in steps)),
        )
    )


STAGE = Stage("write", "Where written values come from", __doc__, decide)
