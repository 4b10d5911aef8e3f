"""Many-to-many relations: a table of pairs.

The table holds the two keys, which together are its primary key, so that a pair exists once; the second key gets an index of
its own (see `index`), for the way back. Both references are deleted with either side. Source: Codd's first normal form;
PostgreSQL documentation, 5.5.5 (example of orders and products).
"""

from __future__ import annotations

from archwright.design.columns import column_types
from archwright.design.draft import Draft, Stage
from archwright.design.naming import free_name
from archwright.design.words import snake
from archwright.model.decision import Alternative, Decision
from archwright.model.entity import Entity, Field, OnDelete, Relation, Type
from archwright.model.physical import Column, ForeignKey, Table
from archwright.sql.identifier import fit_name


def decide(draft: Draft) -> None:
    """Add a table of pairs for every many-to-many relation."""
    for entity in draft.system.entities:
        for field in entity.fields:
            if field.relation is not None and field.relation.many:
                _pairs(draft, entity, field)


def _pairs(draft: Draft, entity: Entity, field: Field) -> None:
    assert field.relation is not None
    near = Field(name=snake(entity.name), type=Type.REFERENCE, relation=Relation(target=entity.name))
    far = Field(name=snake(field.name), type=Type.REFERENCE, relation=Relation(target=field.relation.target))
    owner = draft.table_names[entity.name]
    name = free_name(f"{owner}_{snake(field.name)}", set(draft.tables))
    columns: list[Column] = []
    keys: list[ForeignKey] = []
    taken: set[str] = set()
    for side, target in ((near, entity.name), (far, field.relation.target)):
        target_key = draft.keys[target]
        names = []
        for part in target_key:
            column = free_name(f"{_singular_side(side.name)}_{part}", taken)
            taken.add(column)
            names.append(column)
        columns += [Column(name=n, type=t) for n, t in zip(names, column_types(draft, side), strict=True)]
        keys.append(
            ForeignKey(
                name=fit_name(f"{name}_{'_'.join(names)}_fkey"),
                columns=tuple(names),
                target=draft.table_names[target],
                target_columns=target_key,
                on_delete=OnDelete.CASCADE,
            )
        )
    key = tuple(column.name for column in columns)
    draft.put_table(Table(name=name, columns=tuple(columns), key=key, foreign_keys=tuple(keys)))
    draft.column_names[entity.name, field.name] = ()
    draft.decide(
        Decision(
            id=f"pairs/{name}",
            title=f"{entity.name}.{field.name}",
            choice=f"table {name}, keyed by ({', '.join(key)})",
            because="Each pair exists once, and both ways along it are an index range.",
            source="PostgreSQL documentation, 5.5.5",
            alternatives=(
                Alternative(name="array of keys", because="no foreign key holds the elements of an array"),
                Alternative(
                    name="an id of its own", because="one more index, and the pair still needs its unique constraint"
                ),
            ),
            elements=(f"table {name}",),
        )
    )


def _singular_side(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


STAGE = Stage("pairs", "Many-to-many relations", __doc__, decide)
