"""What a response shows.

Every column of the row, except: secrets, never; personal data, unless every role that may call either owns the row or is
staff (a declared role that stands for no entity). Parts and referred-to rows that the operation reads along are embedded.
Source: OWASP API3:2023; GDPR article 25 (data protection by default).
"""

from __future__ import annotations

import msgspec

from archwright.design import assumption
from archwright.design.columns import field_columns
from archwright.design.draft import Draft, Stage
from archwright.design.logical import logical_type
from archwright.design.owners import caller_entity
from archwright.design.routes import part_name
from archwright.design.soundness import main_entity
from archwright.design.subject import Link, Shape, embedded, link, shape
from archwright.design.words import snake
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity, Type
from archwright.model.operation import Measure, Operation, Sort
from archwright.model.physical import BodyField, Embed, Figure
from archwright.model.policy import ANYONE, AUTHENTICATED


def decide(draft: Draft) -> None:
    """Add response fields and embedded rows to every route; record where something is held back."""
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        main = main_entity(draft.system, operation)
        if route is None or main is None:
            continue
        kind = shape(draft, operation)
        if kind == Shape.DELETE:
            continue
        if kind == Shape.AGGREGATE:
            figures = figures_of(draft, operation, main)
            group, response = _figures(draft, operation, main, figures)
            draft.put_route(msgspec.structs.replace(route, response=response, figures=figures, group=group))
            continue
        pii = sees_personal_data(draft, operation)
        fields = list(record(draft, main, pii))
        embeds = []
        for way in embedded(draft, operation):
            embed, items = _embed(draft, main, way, pii)
            embeds.append(embed)
            fields.append(BodyField(name=embed.name, type="list" if embed.many else "record", items=items))
        draft.put_route(msgspec.structs.replace(route, response=tuple(fields), embeds=tuple(embeds)))
        _record(draft, operation, main, pii)


def sees_personal_data(draft: Draft, operation: Operation) -> bool:
    """Whether every role that may call owns the row, or is staff."""
    return bool(operation.policies) and all(
        policy.owns is not None
        or (policy.role not in {ANYONE, AUTHENTICATED} and caller_entity(draft, policy.role) is None)
        for policy in operation.policies
    )


def record(draft: Draft, entity: Entity, pii: bool) -> tuple[BodyField, ...]:
    """The fields of one row, key first."""
    table = draft.table_of(entity.name)
    kinds = {
        column.name: (field.type.value if field.relation is None else logical_type(column.type), field.name)
        for field in entity.fields
        for column in field_columns(draft, entity, field)
    }
    return tuple(
        BodyField(
            name=column.name,
            type=kinds[column.name][0] if column.name in kinds else logical_type(column.type),
            required=not column.nullable,
            entity=entity.name,
            field=kinds[column.name][1] if column.name in kinds else None,
        )
        for column in table.columns
        if not column.secret and (pii or not column.pii)
    )


def _embed(draft: Draft, main: Entity, link: Link, pii: bool) -> tuple[Embed, tuple[BodyField, ...]]:
    columns = draft.columns_of(link.holder.name, link.field.name)
    if link.holder == main:
        target = link.target
        embed = Embed(
            name=snake(link.field.name),
            table=draft.table_names[target.name],
            columns=draft.keys[target.name],
            parent_columns=columns,
            order=(),
            maximum=1,
            many=False,
        )
        return embed, record(draft, target, pii)
    child = link.holder
    rest = tuple(key for key in draft.keys[child.name] if key not in columns)
    embed = Embed(
        name=part_name(draft, child),
        table=draft.table_names[child.name],
        columns=columns,
        parent_columns=draft.keys[main.name],
        order=tuple(Sort(field=key) for key in rest),
        maximum=int(assumption.EMBED_MAXIMUM.value),
    )
    return embed, tuple(field for field in record(draft, child, pii) if field.name not in columns)


def figures_of(draft: Draft, operation: Operation, main: Entity) -> tuple[Figure, ...]:
    """The figures of an aggregate: as the brief measures, else the number of rows."""
    found: list[Figure] = []
    for measure in operation.access.measures or (Measure(function="count"),):
        if not measure.field:
            found.append(Figure(name="count", function="count", table=draft.table_names[main.name]))
            continue
        owner, _, name = measure.field.rpartition(".")
        entity = draft.entity(owner) if owner else main
        column = draft.columns_of(entity.name, name)[0]
        way = link(entity, main) if entity != main else None
        lead = f"{snake(entity.name)}_" if entity != main else ""
        found.append(
            Figure(
                name=f"{lead}{column}_{measure.function}",
                function=measure.function,
                table=draft.table_names[entity.name],
                column=column,
                columns=draft.columns_of(entity.name, way.field.name) if way is not None else (),
                parent_columns=draft.keys[main.name] if way is not None else (),
            )
        )
    return tuple(found)


def _figures(
    draft: Draft, operation: Operation, main: Entity, figures: tuple[Figure, ...]
) -> tuple[tuple[str, ...], tuple[BodyField, ...]]:
    """The columns of the groups, and the response: one record, or a list of groups."""
    fields: list[BodyField] = []
    group: list[str] = []
    shown = {field.name: field for field in record(draft, main, pii=True)}
    for path in operation.access.group:
        for column in draft.columns_of(main.name, path):
            group.append(column)
            fields.append(shown[column])
    for figure in figures:
        column_ = draft.tables[figure.table].column(figure.column) if figure.column else None
        type_ = logical_type(column_.type) if column_ is not None else Type.INT.value
        if figure.function == "avg" and type_ == Type.INT.value:
            type_ = Type.DECIMAL.value
        fields.append(BodyField(name=figure.name, type=type_, required=figure.function in {"count", "sum"}))
    if group:
        return tuple(group), (BodyField(name="groups", type="list", items=tuple(fields)),)
    return (), tuple(fields)


def _record(draft: Draft, operation: Operation, main: Entity, pii: bool) -> None:
    hidden = [f for f in main.fields if f.secret or (f.pii and not pii)]
    if not hidden:
        return
    draft.decide(
        Decision(
            id=f"response/{operation.name}",
            title=f"What {operation.name} does not show",
            choice=", ".join(field.name for field in hidden),
            because="Not every caller of the operation owns the row or is staff."
            if not pii
            else "Secrets are never shown.",
            source="OWASP API3:2023; GDPR article 25",
            evidence=tuple(
                Evidence(name=f.name, value="secret" if f.secret else "personal data", source="given") for f in hidden
            ),
            alternatives=(
                Alternative(name="show the whole row", because="every later field would be public by default"),
            ),
        )
    )


STAGE = Stage("response", "Response fields", __doc__, decide)
