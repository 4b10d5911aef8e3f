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
from archwright.design.demand import mean_rate, row_inserts
from archwright.design.draft import Draft
from archwright.design.estimate import PAGE_BYTES, index_height, row_bytes, rows, table_pages
from archwright.design.number import Number, plain, rate, unknown_paths
from archwright.model.decision import Alternative, Decision, Evidence, Flip

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


def record_window(draft: Draft, path: AccessPath, choice: WindowChoice) -> None:
    """The decision on how a window up to now is read."""
    shown = {"brin": "block-range index (BRIN)", "btree": "B-tree index", None: "no index", "none": "no index"}
    costs = dict(choice.costs)
    best = choice.method or "none"
    operation = draft.system.operation(path.operation or "")
    flips: tuple[Flip, ...] = ()
    others = [(name, cost) for name, cost in choice.costs if name != best]
    if best != "btree" and choice.calls and "btree" in costs:
        fixed = {name: _fixed(draft, path, name) for name in costs}
        per_call = {name: (costs[name] - fixed[name]) / choice.calls for name in costs}
        if per_call[best] > per_call["btree"]:
            at = (fixed["btree"] - fixed[best]) / (per_call[best] - per_call["btree"])
            flips = (Flip(input=f"rate of {path.user}", at=f"above {rate(at)}", to="B-tree index"),)
    draft.decide(
        Decision(
            id=f"window/{path.table}/{path.ranges[0]}",
            title=f"How {path.user} reads its window of {path.table}",
            choice=f"{shown[choice.method]} on {path.ranges[0]}"
            if choice.method
            else f"a scan, no index on {path.ranges[0]}",
            because=f"{rate(choice.calls)} * {plain(choice.window_rows)} rows: it costs {plain(costs[best])} pages/s, the least of all.",
            formula="pages/s = calls/s * pages a call + row inserts/s * pages of upkeep",
            source="PostgreSQL documentation, chapter 71; upkeep of 3 (B-tree) and 0.01 pages (BRIN) is a default",
            evidence=(
                choice.rows.evidence,
                *((mean_rate(operation).evidence,) if operation is not None else ()),
                Evidence(
                    name="rows of the window",
                    value=plain(choice.window_rows),
                    source="derived: row inserts/s * window, at most all",
                ),
            ),
            alternatives=tuple(
                Alternative(name=shown[name], because=f"{plain(cost)} pages/s instead of {plain(costs[best])}")
                for name, cost in others
            ),
            flips=flips,
            depends_on_unknown=unknown_paths(choice.rows, *((mean_rate(operation),) if operation is not None else ())),
            elements=(f"table {path.table}",),
        )
    )


def _fixed(draft: Draft, path: AccessPath, method: str) -> float:
    upkeep = {"btree": BTREE_UPKEEP, "brin": BRIN_UPKEEP}.get(method, 0.0)
    return row_inserts(draft, path.table) * upkeep
