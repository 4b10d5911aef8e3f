"""Unique constraints.

What the brief calls unique is held by the database: a check before the insert loses the race of two requests (two sign-ups
with one address, both checked, both inserted). An e-mail address is stored in lower case, held by a check, so that its
plain unique constraint is blind to case and a look-up by address is one index read. A uniqueness that holds for some rows
only is a partial unique index.
Source: PostgreSQL documentation, 5.5.3 and 11.8; race: generated template measured with 8 sign-ups at once.
"""

from __future__ import annotations

import msgspec

from archwright.design.draft import Draft, Stage
from archwright.design.error import DesignError
from archwright.design.expression import NoCheckError, parse, render
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity
from archwright.model.physical import IndexKey, TableIndex, UniqueConstraint
from archwright.sql.identifier import fit_name


def decide(draft: Draft) -> None:
    """Add unique constraints and partial unique indexes; a constraint that repeats the key is left out."""
    held: list[Evidence] = []
    for entity in draft.system.entities:
        table = draft.table_of(entity.name)
        uniques: dict[tuple[str, ...], UniqueConstraint] = {}
        partial: list[TableIndex] = []
        for fields, where in _declared(entity):
            columns = tuple(c for f in fields for c in (draft.columns_of(entity.name, f) or table.key))
            if where is not None:
                name = fit_name(f"{table.name}_{'_'.join(columns)}_key")
                keys = tuple(IndexKey(expression=c) for c in columns)
                where_sql = condition(draft, entity, where)
                partial.append(TableIndex(name=name, keys=keys, unique=True, where=where_sql, serves=("uniqueness",)))
            elif set(columns) != set(table.key) and columns not in uniques:
                name = fit_name(f"{table.name}_{'_'.join(columns)}_key")
                uniques[columns] = UniqueConstraint(name=name, columns=columns)
        draft.put_table(
            msgspec.structs.replace(table, uniques=tuple(uniques.values()), indexes=(*table.indexes, *partial))
        )
        held += [Evidence(name=table.name, value=", ".join(columns), source="given") for columns in uniques]
        held += [
            Evidence(
                name=table.name, value=f"{', '.join(k.expression for k in i.keys)} where {i.where}", source="given"
            )
            for i in partial
        ]
    if held:
        _record(draft, tuple(held))


def _declared(entity: Entity) -> list[tuple[tuple[str, ...], str | None]]:
    single: list[tuple[tuple[str, ...], str | None]] = [((f.name,), None) for f in entity.fields if f.unique]
    return single + [(unique.fields, unique.where) for unique in entity.uniques]


def condition(draft: Draft, entity: Entity, where: str) -> str:
    """A condition on some rows, as SQL. Raises DesignError where it is not understood."""
    try:
        return render(parse(where), draft, entity)
    except NoCheckError as error:
        raise DesignError(((entity.place, f"{entity.name} where {where}: {error}"),)) from error


def _record(draft: Draft, held: tuple[Evidence, ...]) -> None:
    draft.decide(
        Decision(
            id="unique",
            title="Uniqueness",
            choice="held by the database: " + "; ".join(f"{item.name} ({item.value})" for item in held),
            because="Two requests at once can't both pass; the second gets 409.",
            source="PostgreSQL documentation, 5.5.3 and 11.8",
            evidence=held,
            alternatives=(
                Alternative(name="look before the insert", because="both requests look before either inserts"),
            ),
            elements=tuple(dict.fromkeys(f"table {item.name}" for item in held)),
        )
    )


STAGE = Stage("unique", "Uniqueness", __doc__, decide)
