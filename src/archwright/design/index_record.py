"""What an index saves and costs, in rows, pages, bytes and writes, as a decision."""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.access_paths import AccessPath, calls
from archwright.design.demand import mean_rate, row_writes
from archwright.design.draft import Draft
from archwright.design.estimate import PAGE_BYTES, index_bytes, index_height, row_bytes, rows, table_pages, width
from archwright.design.number import Number, assumed, plain, rate, size, unknown_paths
from archwright.design.selectivity import equality_share
from archwright.design.window_index import BTREE_UPKEEP
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.physical import Table, TableIndex

_FORMULA = "calls/s * (pages without - pages with) > row writes/s * 3 pages"
_SOURCE = "Lahdenmäki & Leach 2005, chapter 4; PostgreSQL documentation, chapter 11"


def judge_index(
    draft: Draft, name: str, index: TableIndex, paths: tuple[AccessPath, ...]
) -> list[tuple[float, Decision]]:
    """The decision for one B-tree index with the pages a second it saves, from the path that is taken most often."""
    table = draft.tables[name]
    count = row_count(draft, table)
    main = max(paths, key=lambda path: (calls(draft, path), not path.following), default=None)
    if main is None:
        return []
    shares = [equality_share(draft, table, column) for column in main.equality]
    matched = count.value * main.share
    for share in shares:
        matched *= share.value
    read = max(1.0, min(matched, main.page or matched))
    bytes_a_row = row_bytes(draft, table)
    widths = tuple(width(c.type) for key in index.keys for c in table.columns if c.name == key.expression)
    kept = count.value * (main.share if index.where else 1.0)
    without = table_pages(count.value, bytes_a_row)
    with_index = index_height(kept, widths) + read
    called = calls(draft, main)
    written = row_writes(draft, name)
    stored = index_bytes(kept, widths)
    gain = called * (without - with_index)
    cost = written * BTREE_UPKEEP
    columns = ", ".join(key.expression + (" DESC" if key.descending else "") for key in index.keys)
    break_even = max(1.0, (index_height(kept, widths) + 1) * PAGE_BYTES / bytes_a_row)
    operation = draft.system.operation(main.operation) if main.operation else None
    evidence = [
        count.evidence,
        *(mean_rate(operation).evidence for operation in (operation,) if operation is not None),
        *(share.evidence for share in shares),
        Evidence(name="rows read with it", value=plain(read), source="derived: min(page, rows * shares)"),
        Evidence(name="rows read without it", value=plain(count.value), source="derived: a scan reads every row"),
        Evidence(name="pages read with it", value=plain(with_index), source="derived: height + one page a row"),
        Evidence(name="pages read without it", value=plain(without), source="derived: rows * bytes a row / 8,192"),
        Evidence(name="size", value=size(stored), source="derived: rows * entry / 0.9 fill"),
        Evidence(name="entries written", value=rate(written), source="derived: rows that the operations write"),
    ]
    noun = "row" if read == 1 else "rows"
    if main.following and not called:
        because = f"A delete in {_parent(table, main)} reads {plain(read)} {noun} instead of {plain(count.value)} under its lock."
    else:
        because = f"{main.user} {rate(called)}: {plain(read)} row{'s' if read != 1 else ''} read instead of {plain(count.value)}."
    alternatives = [Alternative(name="none", because=f"{plain(without)} pages a call instead of {plain(with_index)}")]
    if len(index.keys) > 1:
        first = index.keys[0].expression
        alternatives.append(
            Alternative(
                name=f"({first}) alone",
                because=f"reads and sorts {plain(max(1.0, matched))} rows for a page of {plain(read)}",
            )
        )
    if index.where:
        alternatives.append(
            Alternative(name="the whole table", because=f"{plain(1 / main.share)} * the size and the upkeep")
        )
    flips = [Flip(input=f"rows of {name}", at=f"below {plain(break_even)}", to="none: a scan reads as few pages")]
    if called > 0 and without > with_index:
        worth = called * (without - with_index) / BTREE_UPKEEP
        flips.append(
            Flip(
                input=f"row writes/s on {name}",
                at=f"above {plain(worth)}",
                to="none: its upkeep costs more than it saves",
            )
        )
    decision = Decision(
        id=f"index/{name}/{'-'.join(key.expression for key in index.keys)}",
        title=f"Index of {name}",
        choice=f"{name} ({columns})" + (f" where {index.where}" if index.where else ""),
        because=because,
        formula=_FORMULA,
        threshold=f"saves {plain(max(0.0, gain))} pages/s, costs {plain(cost)} pages/s",
        source=_SOURCE,
        evidence=tuple(evidence),
        alternatives=tuple(alternatives),
        flips=tuple(flips),
        depends_on_unknown=unknown_paths(count, *shares, *((mean_rate(operation),) if operation is not None else ())),
        elements=(f"table {name}", f"index {index.name}"),
    )
    return [(gain, decision)]


def row_count(draft: Draft, table: Table) -> Number:
    """The rows of a table; a default for the machinery's tables, which no entity counts."""
    entity = draft.system.entity(table.entity) if table.entity else None
    if entity is not None:
        return rows(draft, entity)
    return assumed(f"rows of {table.name}", assumption.ROWS)


def _parent(table: Table, path: AccessPath) -> str:
    return next((key.target for key in table.foreign_keys if key.columns == path.equality), "the parent")
