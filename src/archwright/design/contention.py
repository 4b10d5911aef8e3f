"""Rows that many requests change at once.

A row can be changed at most 1 / hold times a second, where hold is the time from its lock to the commit. If the hottest row's
peak is above 0.7 / hold, its changes queue: then the counter is split into shards, or reserved in blocks. The hottest row's
share of the changes follows from the skew (Zipf) of its entity.

Source: Little's law on the lock (Little 1961); O'Neil, "The Escrow Transactional Method", TODS 1986; rule 23.
"""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.estimate import rows
from archwright.design.number import assumed, derived, plain, rate, seconds, unknown_paths
from archwright.design.queueing import hottest_share
from archwright.design.work import Work, works
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.physical import FillBy, WriteStep


def decide(draft: Draft) -> None:
    """Judge every counter that several requests change."""
    for work in works(draft):
        for step in draft.routes[work.operation.name].writes:
            for fill in step.fills:
                if fill.by in {FillBy.DECREASE, FillBy.INCREASE}:
                    _counter(draft, work, step, fill.column)


def _counter(draft: Draft, work: Work, step: WriteStep, column: str) -> None:
    entity = draft.entity(draft.tables[step.table].entity or "")
    count = rows(draft, entity)
    zipf = entity.volume.zipf
    share = hottest_share(count.value, zipf or 0.0)
    items = assumption.EDGE_ITEMS.value if step.many else 1.0
    changes = work.peak.value * items * share
    hold = assumption.ROUND_TRIP.value + assumption.DATABASE_WRITE.value * items + assumption.COMMIT.value
    limit = assumption.UTILISATION.value / hold
    fits = changes <= limit
    factor = limit / changes if changes else 0.0
    skew = (
        Evidence(name="skew", value=f"zipf {plain(zipf)}", source="given")
        if zipf is not None
        else Evidence(name="skew", value="none", source=f"default: {entity.name}.hot is unknown")
    )
    draft.decide(
        Decision(
            id=f"contention/{step.table}/{column}",
            title=f"Changes of one {step.table}.{column} at once",
            choice="one row, changed in place, last in its transaction"
            if fits
            else "the counter split over several rows",
            because=f"The hottest row is changed {rate(changes)} at the peak; its lock allows {rate(1 / hold)}.",
            formula="peak * items * share of the hottest row <= 0.7 / hold",
            threshold=rate(limit),
            source="Little 1961; O'Neil, The Escrow Transactional Method, TODS 1986; rule 23",
            evidence=(
                work.peak.evidence,
                count.evidence,
                skew,
                *((assumed("items of a request", assumption.EDGE_ITEMS).evidence,) if step.many else ()),
                derived("share of the hottest row", share, plain(share), "1 / sum of rank^-zipf").evidence,
                derived("hold", hold, seconds(hold), "round trip + writes + commit").evidence,
            ),
            alternatives=(
                Alternative(
                    name="split counter", because=f"more rows to add up; it pays above {rate(limit)} on one row"
                )
                if fits
                else Alternative(name="one row", because="its lock would be a queue"),
                Alternative(
                    name="check, then write",
                    because="two requests check before either writes, and both sell the last one",
                ),
            ),
            flips=(
                Flip(
                    input=f"peak of {work.operation.name}",
                    at=f"{plain(factor)} times today's",
                    to="the counter split over several rows",
                ),
            )
            if fits
            else (),
            depends_on_unknown=(
                *(() if zipf is not None else (f"{entity.name}.hot",)),
                *unknown_paths(work.peak, count),
            ),
            elements=(f"table {step.table}",),
        )
    )


STAGE = Stage("contention", "Contended rows", __doc__, decide)
