"""How large the data gets.

bytes = rows * (row + its index entries); rows grow by the declared factor per year up to the horizon, and are kept as long as the
brief says. A table above 100 GB is partitioned, by time where rows are deleted by age. Where operations create many more rows
than the brief's count and growth allow, the two numbers contradict each other, and the brief is asked.

Source: PostgreSQL documentation, 5.12 "Table Partitioning" and 73.6; rules 25 and 38 of the design rules.
"""

from __future__ import annotations

from archwright.design.demand import row_inserts
from archwright.design.draft import Draft, Stage
from archwright.design.estimate import index_bytes, row_bytes, rows, width
from archwright.design.number import plain, rate, size
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.entity import Entity
from archwright.model.physical import Table

YEAR = 31557600.0
LARGE = 100e9
CONTRADICTION = 3.0


def decide(draft: Draft) -> None:
    """Add up the data today and at the horizon; point at contradictions between counts and rates."""
    if not draft.system.entities:
        return
    years = _years(draft)
    today, later = today_bytes(draft), horizon_bytes(draft)
    sizes = {
        e.name: (bytes_of(draft, e, 1.0), bytes_of(draft, e, _growth(draft, e) ** years)) for e in draft.system.entities
    }
    large = [name for name, (_, end) in sizes.items() if end > LARGE]
    disputed = [entity for entity in draft.system.entities if _disputed(draft, entity)]
    unknown = [f"{e.name}.count" for e in draft.system.entities if e.volume.count is None]
    evidence = [
        Evidence(
            name=draft.table_names[name],
            value=f"{size(now)} today, {size(end)} in {plain(years)} years",
            source="derived: rows * (row + index entries) * growth^years",
        )
        for name, (now, end) in sizes.items()
    ]
    evidence += [
        Evidence(name=f"rows of {e.name}", value=_dispute(draft, e), source="derived: rate against count")
        for e in disputed
    ]
    biggest = max(sizes, key=lambda name: sizes[name][1])
    end = sizes[biggest][1]
    draft.decide(
        Decision(
            id="storage",
            title="Growth of the data",
            choice=f"partition {', '.join(draft.table_names[name] for name in large)}" if large else "no partitions",
            because=f"{size(today)} today, {size(later)} in {plain(years)} years; the largest table is {draft.table_names[biggest]} with {size(end)}.",
            formula="rows * (row + index entries) * growth^years",
            threshold=size(LARGE),
            source="PostgreSQL documentation, 5.12 and 73.6; rules 25 and 38",
            evidence=tuple(evidence),
            alternatives=(
                Alternative(name="one large table", because="deleting by age and rebuilding an index would take hours")
                if large
                else Alternative(
                    name="partition from the start", because="every unique constraint must then hold the partition key"
                ),
            ),
            flips=()
            if large
            else (Flip(input=f"rows of {biggest}", at=f"{plain(LARGE / end)} times the estimate", to="partitions"),),
            depends_on_unknown=tuple(unknown),
            questions=tuple(f"{e.name}.count: {_dispute(draft, e)}; which number is right?" for e in disputed),
        )
    )


def today_bytes(draft: Draft) -> float:
    """All tables and their indexes, today."""
    return sum(bytes_of(draft, entity, 1.0) for entity in draft.system.entities)


def horizon_bytes(draft: Draft) -> float:
    """All tables and their indexes, at the end of the horizon (3 years where none is given)."""
    years = _years(draft)
    return sum(bytes_of(draft, entity, _growth(draft, entity) ** years) for entity in draft.system.entities)


def bytes_of(draft: Draft, entity: Entity, factor: float) -> float:
    """The bytes of an entity's table with its indexes, with that many times today's rows."""
    table = draft.table_of(entity.name)
    count = rows(draft, entity).value * factor
    return count * row_bytes(draft, table) + sum(index_bytes(count, widths) for widths in _index_widths(table))


def _index_widths(table: Table) -> list[tuple[int, ...]]:
    types = {column.name: width(column.type) for column in table.columns}
    keys = [table.key, *(unique.columns for unique in table.uniques)]
    found = [tuple(types[name] for name in key) for key in keys if key]
    for index in table.indexes:
        if index.method == "btree":
            found.append(tuple(types.get(key.expression, 16) for key in index.keys))
        elif index.method == "gin":
            found.append((width("tsvector"),))
    return found


def _years(draft: Draft) -> float:
    horizon = draft.system.goals.horizon
    return horizon.value / YEAR if horizon is not None else 3.0


def _growth(draft: Draft, entity: Entity) -> float:
    growth = entity.volume.growth or draft.system.goals.growth
    return growth.value if growth is not None else 1.0


def _disputed(draft: Draft, entity: Entity) -> bool:
    """Whether the operations create far more rows than count and growth allow."""
    if entity.volume.count is None:
        return False
    made = row_inserts(draft, draft.table_names[entity.name]) * YEAR
    return made > CONTRADICTION * entity.volume.count.value * max(1.0, _growth(draft, entity))


def _dispute(draft: Draft, entity: Entity) -> str:
    inserts = row_inserts(draft, draft.table_names[entity.name])
    count = entity.volume.count
    return f"the operations add {rate(inserts)}, {plain(inserts * YEAR)} rows a year, to the {plain(count.value if count else 0)} there are"


STAGE = Stage("storage", "Growth of the data", __doc__, decide)
