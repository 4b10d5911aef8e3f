"""What an index saves and costs, in rows, pages, bytes and writes, as a decision."""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.access_paths import AccessPath, calls, peak_calls
from archwright.design.demand import mean_rate, row_inserts, row_writes
from archwright.design.draft import Draft
from archwright.design.estimate import PAGE_BYTES, index_bytes, index_height, row_bytes, rows, table_pages, width
from archwright.design.number import Number, assumed, derived, plain, rate, seconds, size, unknown_paths
from archwright.design.selectivity import equality_share
from archwright.design.window_index import BRIN_UPKEEP, BTREE_UPKEEP, WindowChoice
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.physical import Table, TableIndex

_FORMULA = "calls/s * (pages without - pages with) > row writes/s * 3 pages"
_SOURCE = "Lahdenmäki & Leach 2005, chapter 4; PostgreSQL documentation, chapter 11"
MATCH_SECONDS = 2e-6
"""Time to test one row's words without an index: a default, to be calibrated."""


def record_index(draft: Draft, name: str, index: TableIndex, paths: tuple[AccessPath, ...]) -> None:
    """The decision for one B-tree index, from the path that is taken most often."""
    table = draft.tables[name]
    count = _rows(draft, table)
    main = max(paths, key=lambda path: (calls(draft, path), not path.following), default=None)
    if main is None:
        return
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
    if main.following and not called:
        because = f"A delete in {_parent(table, main)} reads {plain(read)} rows instead of {plain(count.value)} under its lock."
    else:
        because = f"{main.user} {rate(called)}: {plain(read)} rows read instead of {plain(count.value)}."
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
    draft.decide(
        Decision(
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
            depends_on_unknown=unknown_paths(
                count, *shares, *((mean_rate(operation),) if operation is not None else ())
            ),
            elements=(f"table {name}", f"index {index.name}"),
        )
    )


def record_search(draft: Draft, path: AccessPath, index: TableIndex) -> bool:
    """The decision on a search by words; True where the index is worth having."""
    table = draft.tables[path.table]
    count = _rows(draft, table)
    peak = peak_calls(draft, path)
    cores = peak * count.value * MATCH_SECONDS
    pays = cores > 0.05 or count.value > 100_000
    matched = max(1.0, count.value * assumption.MATCH_SHARE.value)
    share = assumed(f"rows of {path.table} that match", assumption.MATCH_SHARE)
    burden = derived("cores busy at the peak without it", cores, plain(cores), "peak * rows * 2 µs a row (default)")
    engine = 5_000_000
    operation = draft.system.operation(path.operation or "")
    draft.decide(
        Decision(
            id=f"search/{path.table}/{'-'.join(path.match)}",
            title=f"Search of {path.table} by words in {', '.join(path.match)}",
            choice="full-text index (GIN on a tsvector), in PostgreSQL" if pays else "full-text match by a scan",
            because=f"{path.user}: {plain(matched)} rows read instead of {plain(count.value)}, and no second store to keep in step."
            if pays
            else f"{path.user}: a scan of {plain(count.value)} rows keeps {plain(cores)} cores busy at the peak.",
            formula="cores busy = peak calls/s * rows * 2 µs",
            threshold="0.05 cores, or 100 k rows",
            source="PostgreSQL documentation, chapter 12; rule 28 of the design rules",
            evidence=(
                count.evidence,
                *((mean_rate(operation).evidence,) if operation is not None else ()),
                share.evidence,
                burden.evidence,
            ),
            alternatives=(
                Alternative(
                    name="trigrams (pg_trgm)",
                    because="finds parts of words and typing errors, but needs an extension beside the core",
                ),
                Alternative(
                    name="ILIKE '%word%'",
                    because=f"reads all {plain(count.value)} rows each time: {seconds(count.value * MATCH_SECONDS)} of a core",
                ),
                Alternative(
                    name="a search engine",
                    because=f"a second store; it pays above {plain(engine)} rows, 200/s, or for facets and typing errors",
                ),
            ),
            flips=(
                Flip(input=f"rows of {path.table}", at=f"{plain(engine)}", to="a search engine fed by the outbox"),
                Flip(input=f"rate of {path.user}", at="200/s", to="a search engine fed by the outbox"),
            ),
            depends_on_unknown=unknown_paths(count, *((mean_rate(operation),) if operation is not None else ())),
            elements=(f"table {path.table}", *((f"index {index.name}",) if pays else ())),
        )
    )
    return pays


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
            choice=f"{shown[choice.method]} on {path.ranges[0]}" if choice.method else "no index",
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


def _rows(draft: Draft, table: Table) -> Number:
    entity = draft.system.entity(table.entity) if table.entity else None
    if entity is not None:
        return rows(draft, entity)
    return assumed(f"rows of {table.name}", assumption.ROWS)


def _parent(table: Table, path: AccessPath) -> str:
    return next((key.target for key in table.foreign_keys if key.columns == path.equality), "the parent")
