"""Search by words (`match`): a full-text index in PostgreSQL, a plain scan for little, a search engine for a great deal.

Without an index a search tests every row: cores busy = peak * rows * 2 us. Above 0.05 cores, or 100 k rows, a GIN index on
the tsvector of the columns pays; it needs nothing beyond PostgreSQL's core, finds whole words, and is in step
with the data. Parts of words and typing errors need trigrams (pg_trgm, an extension); above 5 M rows or 200/s, or
for facets, a search engine fed by the outbox.

Source: PostgreSQL documentation, chapter 12 "Full Text Search" and appendix F.35 (pg_trgm); rule 28 of the design rules.
"""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.access_paths import AccessPath, peak_calls
from archwright.design.demand import mean_rate
from archwright.design.draft import Draft
from archwright.design.index_record import row_count
from archwright.design.number import assumed, derived, plain, seconds, unknown_paths
from archwright.model.decision import Alternative, Decision, Flip
from archwright.model.physical import TableIndex

MATCH_SECONDS = 2e-6
"""Time to test one row's words without an index: a default, to be calibrated."""


def record_search(draft: Draft, path: AccessPath, index: TableIndex) -> bool:
    """The decision on a search by words; True where the index is worth having."""
    table = draft.tables[path.table]
    count = row_count(draft, table)
    peak = peak_calls(draft, path)
    cores = peak * count.value * MATCH_SECONDS
    pays = cores > 0.05 or count.value > 100_000
    matched = max(1.0, count.value * assumption.MATCH_SHARE.value)
    share = assumed(f"rows of {path.table} that match", assumption.MATCH_SHARE)
    burden = derived("cores busy at the peak without it", cores, plain(cores), "peak * rows * 2 us a row (default)")
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
            formula="cores busy = peak calls/s * rows * 2 us",
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
