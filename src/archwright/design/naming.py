"""Names of tables and columns.

Tables are plural snake case (`OrderLine` → `order_lines`), columns keep the field's name in snake case, a reference gets the
name of the key it holds (`customer` → `customer_id`). A table whose name PostgreSQL reserves gets a final underscore; a column
keeps its name even then, because callers see it (`end`), and is quoted in every statement. A second owner of a name gets a
number, a name beyond 63 bytes a digest, because the server would cut it silently. A table name that the model states
(from existing code or SQL) is kept as it is.

Source: PostgreSQL documentation, 4.1.1 "Identifiers and Key Words" and appendix C.
"""

from __future__ import annotations

from archwright.design.draft import Draft, Stage
from archwright.design.words import plural, snake
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity, Field
from archwright.sql.identifier import fit_name
from archwright.sql.keywords import RESERVED


def decide(draft: Draft) -> None:
    """Name every table and column; record where a name could not be the plain one."""
    odd: list[Evidence] = []
    taken: set[str] = set()
    for entity in draft.system.entities:
        wanted = entity.table or plural(snake(entity.name))
        name = entity.table if entity.table and entity.table not in taken else free_name(wanted, taken)
        taken.add(name)
        draft.table_names[entity.name] = name
        if name != wanted:
            odd.append(Evidence(name=f"table of {entity.name}", value=name, source=_why(wanted)))
    for entity in draft.system.entities:
        draft.keys[entity.name] = ()
    for entity in draft.system.entities:
        odd += _name_columns(draft, entity)
    if not draft.system.entities:
        return
    first = draft.system.entities[0].name
    draft.decide(
        Decision(
            id="naming",
            title="Names of tables and columns",
            choice="plural snake-case tables, columns named after the fields, references named after the key they hold",
            because=f"{first} is kept in {draft.table_names[first]}; callers see the fields under the names of the model.",
            source="PostgreSQL documentation, 4.1.1 and appendix C",
            threshold="63 bytes a name",
            evidence=tuple(odd),
            alternatives=(
                Alternative(
                    name="singular tables", because="`order` and `user` are reserved words; their plurals are not"
                ),
                Alternative(name="quoted mixed case", because="every statement by hand would need quotes too"),
            ),
            elements=tuple(f"table {draft.table_names[entity.name]}" for entity in draft.system.entities),
        )
    )


def free_name(wanted: str, taken: set[str], reserved: frozenset[str] = RESERVED) -> str:
    """The wanted name, short enough, and different from those taken and from the words in `reserved`."""
    base = fit_name(wanted + "_" if wanted in reserved else wanted)
    name, number = base, 1
    while name in taken:
        number += 1
        name = fit_name(f"{base}_{number}")
    return name


def key_fields(entity: Entity) -> tuple[Field, ...]:
    """The declared fields of the key; none where the design adds one."""
    return tuple(field for field in (entity.field(name) for name in entity.key) if field is not None)


def _name_columns(draft: Draft, entity: Entity) -> list[Evidence]:
    odd: list[Evidence] = []
    taken: set[str] = set()
    for field in entity.fields:
        if field.relation is not None and field.relation.many:
            continue
        names = []
        for wanted in _wanted(draft, field, frozenset()):
            name = free_name(wanted, taken, reserved=frozenset())
            taken.add(name)
            names.append(name)
            if name != wanted:
                odd.append(Evidence(name=f"column of {entity.name}.{field.name}", value=name, source=_why(wanted)))
        draft.column_names[entity.name, field.name] = tuple(names)
    return odd


def _wanted(draft: Draft, field: Field, seen: frozenset[str]) -> tuple[str, ...]:
    """The column names a field would like: one, or one for each column of the key it refers to."""
    if field.relation is None:
        return (snake(field.name),)
    target = draft.entity(field.relation.target)
    if target.name in seen and target.key != ("id",):
        return (snake(field.name) + "_key",)
    keys = key_fields(target)
    if not keys:
        return (snake(field.name) + "_id",)
    parts = [part for key in keys for part in _wanted(draft, key, seen | {target.name})]
    return tuple(f"{snake(field.name)}_{part}" for part in parts)


def _why(wanted: str) -> str:
    if wanted in RESERVED:
        return f"{wanted} is a reserved word of PostgreSQL"
    return f"{wanted} is too long" if fit_name(wanted) != wanted else f"{wanted} is taken"


STAGE = Stage("naming", "Names of tables and columns", __doc__, decide)
