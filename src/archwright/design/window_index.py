"""A window up to now (`scan: placed last 1d`): full scan, block-range index or B-tree, by the pages a second each costs.

pages/s = calls/s * pages a call + row inserts/s * pages of upkeep. Without an index a call reads the table; with a
block-range index it reads the window's rows where they lie, if rows arrive in the window's order; with a B-tree it reads a page of
the answer. Upkeep: 3 pages an entry for a B-tree (descent, leaf, log), 0.01 for a block-range index (one summary for 128
pages). Source: PostgreSQL documentation, chapter 71 "BRIN Indexes"; upkeep figures are defaults, to be calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass

from archwright.design.access_paths import AccessPath, calls
from archwright.design.columns import NOW
from archwright.design.demand import row_inserts
from archwright.design.draft import Draft
from archwright.design.estimate import PAGE_BYTES, index_height, row_bytes, rows, table_pages
from archwright.design.number import Number

BTREE_UPKEEP = 3.0
BRIN_UPKEEP = 0.01
BRIN_RANGE = 128


@dataclass(frozen=True)
class WindowChoice:
    """The chosen method (None: no index), with the pages a second of every candidate."""

    method: str | None
    costs: tuple[tuple[str, float], ...]
    rows: Number
    window_rows: float
    calls: float


def choose_window(draft: Draft, path: AccessPath) -> WindowChoice:
    """The cheapest way to read the window; a tie goes to the one with less to keep up."""
    table = draft.tables[path.table]
    assert table.entity is not None
    entity = draft.entity(table.entity)
    count = rows(draft, entity)
    bytes_a_row = row_bytes(draft, table)
    inserts = row_inserts(draft, path.table)
    window_rows = min(count.value, inserts * (path.window or 0.0)) or count.value
    rate = calls(draft, path)
    costs: list[tuple[str, float]] = [("none", rate * table_pages(count.value, bytes_a_row))]
    column = path.ranges[0]
    field = next(f for f in entity.fields if column in draft.columns_of(entity.name, f.name))
    if field.default == NOW:
        read = table_pages(window_rows, bytes_a_row) + BRIN_RANGE
        costs.append(("brin", rate * read + inserts * BRIN_UPKEEP))
    page_rows = min(window_rows, path.page or window_rows)
    read = index_height(count.value, (8, 16)) + page_rows * min(1.0, bytes_a_row / PAGE_BYTES * 4)
    costs.append(("btree", rate * read + inserts * BTREE_UPKEEP))
    best = min(costs, key=lambda item: item[1])
    return WindowChoice(None if best[0] == "none" else best[0], tuple(costs), count, window_rows, rate)
