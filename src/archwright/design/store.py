"""The database: one relational database, unless a number speaks against it.

Another kind of store is chosen only where an inequality fires: commits at the peak above 60 % of the commit rate (batch,
partition, then another engine), or one table above a node's disk. Invariants over several rows, references and ad-hoc
questions are what a relational database is best at.

Source: Kleppmann, Designing Data-Intensive Applications, chapters 2 and 7; rules 21, 22 and 24 of the design rules.
"""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.number import assumed, derived, percent, plain, rate, unknown_paths
from archwright.design.work import works
from archwright.model.decision import Alternative, Decision, Evidence, Flip


def decide(draft: Draft) -> None:
    """Choose the store from the commits at the peak and what must hold together."""
    writing = [work for work in works(draft) if work.commits]
    peak = sum(work.peak.value * work.commits for work in writing)
    limit = assumption.COMMIT_RATE.value * assumption.COMMIT_SHARE.value
    share = peak / assumption.COMMIT_RATE.value
    together = [o.name for o in draft.system.operations if o.access.together and len(o.access.writes) > 1]
    fits = peak <= limit
    factor = limit / peak if peak else 0.0
    draft.decide(
        Decision(
            id="store",
            title="Database",
            choice="one PostgreSQL" if fits else "one PostgreSQL, its busiest tables partitioned by key",
            because=f"{rate(peak)} commits at the peak are {percent(round(share, 4))} of what one disk commits"
            + (f", and {', '.join(together)} must be whole or not at all." if together else "."),
            formula="commits/s at the peak <= 60 % of the commit rate",
            threshold=rate(limit),
            source="Kleppmann, Designing Data-Intensive Applications, chapters 2 and 7; rules 21, 22, 24",
            evidence=(
                *(work.peak.evidence for work in writing),
                derived("commits at the peak", peak, rate(peak), "sum of the writing operations' peaks").evidence,
                assumed("commit rate", assumption.COMMIT_RATE).evidence,
                Evidence(
                    name="transactions over several rows", value=", ".join(together) or "none", source="given: together"
                ),
            ),
            alternatives=(
                Alternative(
                    name="document store",
                    because="references and invariants between documents become the service's work",
                ),
                Alternative(
                    name="wide-column store",
                    because=f"pays above {rate(limit)} of commits, and gives up transactions over rows",
                ),
                Alternative(
                    name="MySQL", because="as good a relational database, but its schema changes do not roll back"
                ),
            ),
            flips=(
                Flip(
                    input="all writing rates", at=f"{plain(factor)} times today's", to="partition, then another engine"
                ),
            )
            if peak
            else (),
            depends_on_unknown=unknown_paths(*(work.peak for work in writing)),
        )
    )


STAGE = Stage("store", "Database", __doc__, decide)
