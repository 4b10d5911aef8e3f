"""Primary keys.

- A declared key of the business (a sku, a country code) is kept.
- `id: uuid` is a UUIDv7 that the service makes: its first 48 bits are the time, so that new keys go to the right edge of
  the index and not to a random page (RFC 9562, 5.7); nobody can count or guess rows by it; and a client may retry with it.
- `id: int` is a `bigint` identity: 8 bytes, numbered by the database, never exhausted (an `integer` ends at 2.1 G rows).
- A part that is only ever written with its parent is keyed by (parent, position): the key's own index then also serves the
  reads of a parent's parts, so that the table has one index instead of two.
- Any other entity without a key gets a UUIDv7 if callers see its key, and else an identity.

Size of a key's index: rows * (8 bytes of tuple header + the key's width, aligned to 8 + 4 bytes of line pointer) / 0.9 fill.
Source: RFC 9562 section 5.7; PostgreSQL documentation, 73.6 "Database Page Layout" and 8.1.4.
"""

from __future__ import annotations

from archwright.design.draft import Draft, Stage
from archwright.design.estimate import index_bytes, rows
from archwright.design.naming import free_name, key_fields
from archwright.design.number import derived, size, unknown_paths
from archwright.model.decision import Alternative, Decision, Flip
from archwright.model.entity import Entity, Type
from archwright.model.physical import Column, Table

POSITION = "position"
"""The column that numbers the parts of a parent."""
INT4_END = 2**31 - 1


def decide(draft: Draft) -> None:
    """Give every entity its table with the key columns alone; the other columns follow in the next stage."""
    for entity in _parents_first(draft):
        names = tuple(name for field in key_fields(entity) for name in draft.columns_of(entity.name, field.name))
        if names:
            draft.keys[entity.name] = names
            draft.put_table(Table(name=draft.table_names[entity.name], columns=(), key=names, entity=entity.name))
            _declared(draft, entity)
        elif _only_with_parent(draft, entity):
            _by_position(draft, entity)
        else:
            _added(draft, entity)
    order = [draft.table_names[entity.name] for entity in draft.system.entities]
    draft.tables = {name: draft.tables[name] for name in order}


def _declared(draft: Draft, entity: Entity) -> None:
    fields = key_fields(entity)
    types = {field.type for field in fields}
    if len(fields) == 1 and types == {Type.UUID}:
        _record(draft, entity, "UUIDv7, made by the service", _UUID_REASON, _UUID_ALTERNATIVES)
    elif len(fields) == 1 and types == {Type.INT}:
        _record(draft, entity, "bigint, numbered by the database", _BIGINT_REASON, _BIGINT_ALTERNATIVES)
    else:
        _record(
            draft,
            entity,
            f"({', '.join(draft.keys[entity.name])}), as declared",
            _NATURAL_REASON,
            _NATURAL_ALTERNATIVES,
        )


def _added(draft: Draft, entity: Entity) -> None:
    taken = {n for (owner, _), names in draft.column_names.items() if owner == entity.name for n in names}
    name = free_name("id", taken)
    seen = _seen_by_callers(draft, entity)
    column = Column(name=name, type="uuid" if seen else "bigint", identity=not seen)
    draft.keys[entity.name] = (name,)
    draft.column_names[entity.name, "id"] = (name,)
    draft.put_table(Table(name=draft.table_names[entity.name], columns=(column,), key=(name,), entity=entity.name))
    if seen:
        _record(draft, entity, "UUIDv7, made by the service", _UUID_REASON, _UUID_ALTERNATIVES)
    else:
        _record(draft, entity, "bigint, numbered by the database", _BIGINT_REASON, _BIGINT_ALTERNATIVES)


def _by_position(draft: Draft, entity: Entity) -> None:
    parent = entity.parent
    assert parent is not None
    taken = {n for (owner, _), names in draft.column_names.items() if owner == entity.name for n in names}
    position = free_name(POSITION, taken)
    key = (*draft.columns_of(entity.name, parent.name), position)
    draft.keys[entity.name] = key
    draft.column_names[entity.name, "id"] = key
    column = Column(name=position, type="integer")
    draft.put_table(Table(name=draft.table_names[entity.name], columns=(column,), key=key, entity=entity.name))
    count = rows(draft, entity)
    saved = derived(
        "index saved", index_bytes(count.value, (16,)), size(index_bytes(count.value, (16,))), "rows * entry size / 0.9"
    )
    draft.decide(
        Decision(
            id=f"key/{draft.table_names[entity.name]}",
            title=f"Key of {entity.name}",
            choice=f"({', '.join(key)})",
            because=f"{entity.name} is only written with its {parent.name}: one index keeps the key and finds the parts.",
            source="PostgreSQL documentation, 11.3 (a multicolumn B-tree serves its leading columns)",
            evidence=(count.evidence, saved.evidence),
            alternatives=(
                Alternative(
                    name="id of its own",
                    because=f"it needs a second index on {', '.join(key[:-1])}: {saved.shown} more, one more write a row",
                ),
            ),
            flips=(
                Flip(
                    input=f"an operation that addresses one {entity.name}, or an entity that refers to it",
                    at="the first one",
                    to="an id of its own",
                ),
            ),
            depends_on_unknown=unknown_paths(count),
            elements=(f"table {draft.table_names[entity.name]}",),
        )
    )


def _only_with_parent(draft: Draft, entity: Entity) -> bool:
    """Whether a part is never addressed or written on its own and never referred to."""
    parent = entity.parent
    if parent is None or parent.relation is None or parent.relation.target == entity.name:
        return False
    for other in draft.system.entities:
        if any(f.relation is not None and f.relation.target == entity.name for f in other.fields):
            return False
    for operation in draft.system.operations:
        writes = operation.access.writes
        if any(t.entity == entity.name for t in writes) and not any(
            t.entity == parent.relation.target and not t.fields for t in writes
        ):
            return False
        reads = operation.access.reads
        if reads and reads[0].entity == entity.name:
            return False
    return True


def _seen_by_callers(draft: Draft, entity: Entity) -> bool:
    """Whether a key of the entity can stand in a URL or a body: all but parts that no operation starts from."""
    if entity.parent is None:
        return True
    starts = [(*op.access.writes, *op.access.reads)[:1] for op in draft.system.operations]
    return any(touch.entity == entity.name for start in starts for touch in start)


def _parents_first(draft: Draft) -> list[Entity]:
    """Entities in an order in which a key that holds a parent's key finds it decided; declared order breaks cycles."""
    result: list[Entity] = []

    def visit(entity: Entity, above: frozenset[str]) -> None:
        if entity in result or entity.name in above:
            return
        for field in (*key_fields(entity), *((entity.parent,) if entity.parent else ())):
            if field.relation is not None:
                visit(draft.entity(field.relation.target), above | {entity.name})
        result.append(entity)

    for entity in draft.system.entities:
        visit(entity, frozenset())
    return result


_UUID_REASON = "Keys can't be counted or guessed, and new ones go to the end of the index instead of a random page."
_UUID_ALTERNATIVES = (
    Alternative(
        name="UUIDv4", because="random keys touch a random index page at every insert once the index outgrows memory"
    ),
    Alternative(
        name="bigint identity", because="half the width, but callers can count rows and guess their neighbours' keys"
    ),
)
_BIGINT_REASON = "Eight bytes, in order of arrival, and no end in sight."
_BIGINT_ALTERNATIVES = (
    Alternative(
        name="integer identity", because=f"ends at {INT4_END:,} rows, and widening it later rewrites the table"
    ),
    Alternative(name="UUIDv7", because="twice the width in this table, its index and every reference to it"),
)
_NATURAL_REASON = "The brief names the key, and what refers to it can then be read without a join."
_NATURAL_ALTERNATIVES = (
    Alternative(
        name="UUIDv7 beside a unique constraint", because="a second index; worth it only if the declared key changes"
    ),
)


def _record(draft: Draft, entity: Entity, choice: str, because: str, alternatives: tuple[Alternative, ...]) -> None:
    count = rows(draft, entity)
    width = {"UUIDv7": (16,), "bigint": (8,)}.get(choice.split(",", maxsplit=1)[0], (24,))
    index = derived("index of the key", index_bytes(count.value, width), size(index_bytes(count.value, width)), _SIZE)
    flips: tuple[Flip, ...] = ()
    if choice.startswith("bigint"):
        flips = (
            Flip(input="who may see the key", at="callers who must not guess their neighbours' keys", to="UUIDv7"),
        )
    table = draft.table_names[entity.name]
    draft.decide(
        Decision(
            id=f"key/{table}",
            title=f"Key of {entity.name}",
            choice=choice,
            because=because,
            formula=_SIZE,
            source="RFC 9562 section 5.7; PostgreSQL documentation, 73.6 and 8.1.4",
            evidence=(count.evidence, index.evidence),
            alternatives=alternatives,
            flips=flips,
            depends_on_unknown=unknown_paths(count),
            elements=(f"table {table}",),
        )
    )


_SIZE = "rows * (8 + width aligned to 8 + 4 bytes) / 0.9"

STAGE = Stage("key", "Primary keys", __doc__, decide)
