"""How many rows share a value: the part of a table that an equality keeps."""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.draft import Draft
from archwright.design.estimate import rows
from archwright.design.number import Number, assumed, derived, plain
from archwright.model.entity import Entity, Type
from archwright.model.physical import Table


def equality_share(draft: Draft, table: Table, column: str) -> Number:
    """The part of the table's rows that hold one value of the column, on average."""
    name = f"share of {table.name} with one {column}"
    for entity, field_name in _stored(draft, table, column):
        field = entity.field(field_name)
        if field is None:
            break
        if field.relation is not None:
            target = rows(draft, draft.entity(field.relation.target))
            number = derived(name, 1 / max(1.0, target.value), f"1 in {plain(target.value)}", f"1 / {target.name}")
            return Number(number.name, number.value, number.shown, number.source, target.unknown)
        if field.unique:
            return derived(name, 1 / max(1.0, rows(draft, entity).value), "one row", "unique")
        if field.type is Type.ENUM and field.values:
            return derived(name, 1 / len(field.values), f"1 in {len(field.values)}", "1 / number of values")
        if field.type is Type.BOOL:
            return derived(name, 0.5, "1 in 2", "1 / number of values")
    return assumed(name, assumption.EQUALITY_SHARE)


def _stored(draft: Draft, table: Table, column: str) -> list[tuple[Entity, str]]:
    if table.entity is None:
        return []
    entity = draft.entity(table.entity)
    return [(entity, f.name) for f in entity.fields if column in draft.columns_of(entity.name, f.name)]
