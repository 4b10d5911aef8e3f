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
from archwright.design.subject import Link, Shape, embedded, shape
from archwright.design.words import snake
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity, Type
from archwright.model.operation import Operation, Sort
from archwright.model.physical import BodyField, Embed
from archwright.model.policy import ANYONE, AUTHENTICATED

_SUMMED = (Type.MONEY, Type.DECIMAL)


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
            draft.put_route(msgspec.structs.replace(route, response=_totals(draft, main)))
            continue
        pii = sees_personal_data(draft, operation)
        fields = list(record(draft, main, pii))
        embeds = []
        for link in embedded(draft, operation):
            embed, items = _embed(draft, main, link, pii)
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


def _totals(draft: Draft, main: Entity) -> tuple[BodyField, ...]:
    sums = [
        BodyField(
            name=f"{draft.columns_of(main.name, f.name)[0]}_sum", type=f.type.value, entity=main.name, field=f.name
        )
        for f in main.fields
        if f.type in _SUMMED
    ]
    return (BodyField(name="count", type=Type.INT.value), *sums)


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
