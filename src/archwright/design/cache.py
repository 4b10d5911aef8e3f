"""A shared cache (Redis, Valkey): none, unless it pays.

It pays if the database is under pressure (above 70 % of its cores at the peak) and the cache takes at least half of that load away.
Only reads that may be stale count. Entries live as long as the answer may be stale; the hit ratio follows from the rate, that
lifetime and how skewed the access is: h = sum over objects of p * (r p T) / (1 + r p T), with Zipf popularity p. Money, stock and
permissions are never decided from a cache.

Source: Jung, Berger and Balakrishnan, "Modeling TTL-based Internet Caches", INFOCOM 2003; rules 40 to 42 of the design rules.
"""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.estimate import rows
from archwright.design.number import percent, plain, unknown_paths
from archwright.design.queueing import ttl_hit_ratio
from archwright.design.soundness import main_entity
from archwright.design.work import Work, database_cores, works
from archwright.model.decision import Alternative, Decision, Evidence, Flip

GAIN = 2.0


def decide(draft: Draft) -> None:
    """Weigh a shared cache against the pressure on the database."""
    all_work = works(draft)
    candidates = [
        w for w in all_work if not w.commits and w.operation.load.stale is not None and w.operation.load.stale.value > 0
    ]
    busy = database_cores(all_work)
    cores = assumption.LARGE_NODE_CORES.value
    most = cores * assumption.UTILISATION.value
    evidence: list[Evidence] = []
    unknown: list[str] = []
    saved = 0.0
    for work in candidates:
        hit, missing = _hit_ratio(draft, work)
        unknown += missing
        saved += hit * work.peak.value * work.database
        evidence.append(
            Evidence(
                name=f"hits of {work.operation.name}",
                value=percent(round(hit, 3)),
                source="derived: rate, lifetime and skew" + (f" ({missing[0]} taken as 0, no skew)" if missing else ""),
            )
        )
    gain = busy / (busy - saved) if busy > saved > 0 else 1.0
    pays = busy > most and gain >= GAIN
    biggest = max(candidates, key=lambda w: w.peak.value * w.database, default=None)
    if not candidates:
        because = "No read may be stale, so nothing may be kept."
    elif pays:
        because = f"The database is above 70 % of the largest node, and the cache takes {percent(round(saved / busy, 3))} of its load."
    else:
        because = f"It would cut the database's load {plain(gain)} times, but the peak needs {plain(busy)} cores and a node has up to {int(cores)}."
    flips: tuple[Flip, ...] = ()
    if biggest is not None and not pays and busy < most:
        own = biggest.peak.value * biggest.database
        factor = (most - (busy - own)) / own if own else 0.0
        flips = (
            Flip(
                input=f"rate of {biggest.operation.name}",
                at=f"{plain(factor)} times today's",
                to="a shared cache, if it halves the load",
            ),
        )
    draft.decide(
        Decision(
            id="cache",
            title="Shared cache",
            choice="a shared cache for " + ", ".join(w.operation.name for w in candidates) if pays else "none",
            because=because,
            formula="pays if cores busy > 0.7 * cores of the largest node and busy / (busy - saved) >= 2",
            threshold=f"{plain(most)} cores busy, gain {plain(GAIN)}",
            source="Jung, Berger and Balakrishnan, INFOCOM 2003; rules 40 to 42",
            evidence=(
                Evidence(
                    name="cores of the database at the peak", value=plain(busy), source="derived: sum of peak * time"
                ),
                *evidence,
                Evidence(name="gain", value=plain(gain), source="derived: busy / (busy - saved)"),
            ),
            alternatives=(
                Alternative(name="no cache", because="the database would be above 70 %")
                if pays
                else Alternative(
                    name="Redis or Valkey",
                    because="a part to run, a second truth, and answers that are old, for no pressure",
                ),
            ),
            flips=flips,
            depends_on_unknown=tuple(dict.fromkeys((*unknown, *unknown_paths(*(w.peak for w in candidates))))),
        )
    )


def _hit_ratio(draft: Draft, work: Work) -> tuple[float, tuple[str, ...]]:
    main = main_entity(draft.system, work.operation)
    stale = work.operation.load.stale
    if main is None or stale is None:
        return 0.0, ()
    reference = next(
        (
            f.relation.target
            for item in work.operation.access.filters
            if item.operator == "=" and (f := main.field(item.field)) is not None and f.relation is not None
        ),
        None,
    )
    entity = draft.entity(reference) if reference is not None else main
    zipf = entity.volume.zipf
    missing = () if zipf is not None else (f"{entity.name}.hot",)
    return ttl_hit_ratio(work.mean.value, stale.value, rows(draft, entity).value, zipf or 0.0), missing


STAGE = Stage("cache", "Shared cache", __doc__, decide)
