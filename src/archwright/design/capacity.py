"""How many instances: offered load against the cores of a node.

U = sum(peak * time) / cores must stay at or below 70 %; where the availability goal is 99.9 % or more, one instance more than the
load needs, so that the others carry the peak when one is away (at least two). The times are defaults: `archwright
calibrate` replaces them by measurements.

Source: utilisation law (Denning and Buzen 1978); AWS Well-Architected, Reliability Pillar (static stability); rules 1 and 11.
"""

from __future__ import annotations

import math

from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.number import assumed, derived, given, percent, plain, rate, seconds, unknown_paths
from archwright.design.work import TIMES, Work, database_cores, service_cores, works
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.physical import Process

SERVICE = "api"
DATABASE = "postgresql"
HIGH = 0.999


def decide(draft: Draft) -> None:
    """Size the service and the database, and add both as processes."""
    all_work = works(draft)
    if not all_work:
        return
    node = assumption.NODE_CORES.value
    most = node * assumption.UTILISATION.value
    busy = service_cores(all_work)
    needed = max(1, math.ceil(busy / most))
    goal = draft.system.goals.availability
    spare = goal is not None and goal.value >= HIGH
    instances = max(2, needed + 1) if spare else needed
    served = tuple(work.operation.name for work in all_work)
    draft.processes[SERVICE] = Process(
        name=SERVICE, kind="service", technology="Python, ASGI", serves=served, instances=instances
    )
    draft.processes[DATABASE] = Process(name=DATABASE, kind="database", technology="PostgreSQL")
    peak = sum(work.peak.value for work in all_work)
    total = derived("cores of the service at the peak", busy, plain(busy), "sum of peak * time of the service")
    goal_number = (given("availability goal", goal.value, str(goal), None),) if goal is not None else ()
    draft.decide(
        Decision(
            id="capacity/service",
            title="Instances of the service",
            choice=f"{instances} instance{'s' if instances != 1 else ''} of {int(node)} cores",
            because=f"{plain(peak)} req/s at the peak keep {plain(busy)} cores busy; {needed} carr{'ies' if needed == 1 else 'y'} them at 70 %"
            + (", and one may be away." if spare else "."),
            formula="instances = ceil(sum(peak * time) / (0.7 * cores)) + 1 where availability >= 99.9 %",
            threshold="utilisation 70 %",
            source="Denning and Buzen 1978; AWS Reliability Pillar; rules 1 and 11",
            evidence=(
                *(number.evidence for number in goal_number),
                *(
                    Evidence(
                        name=f"{work.operation.name} at the peak",
                        value=f"{rate(work.peak.value)} * {seconds(work.service)}"
                        f" = {plain(work.peak.value * work.service)} cores",
                        source=f"{work.peak.source}; time by default",
                    )
                    for work in all_work
                ),
                *TIMES[:3],
                total.evidence,
            ),
            alternatives=(
                Alternative(name=f"{needed}, no spare", because="the peak has no room while one is deployed or down")
                if spare
                else Alternative(name=f"{instances + 1}", because="no availability goal asks for a spare"),
                Alternative(
                    name="scale with the load", because="a start takes longer than a burst; it saves money, not outages"
                ),
            ),
            flips=(_factor("all rates", needed * most / busy if busy else 0.0, f"{instances + 1} instances"),),
            depends_on_unknown=unknown_paths(*(work.peak for work in all_work)),
            elements=(f"process {SERVICE}",),
        )
    )
    _database(draft, all_work)


def latency(work: Work, load: float) -> float:
    """An estimate of the 95th percentile: ln(20) * time / (1 - U), as in M/M/1 (Kleinrock); infinite at full load."""
    return math.inf if load >= 1 else math.log(20) * (work.service + work.hold) / (1 - load)


def _factor(what: str, factor: float, to: str) -> Flip:
    return Flip(input=what, at=f"{plain(factor)} times today's", to=to)


def _database(draft: Draft, all_work: tuple[Work, ...]) -> None:
    busy = database_cores(all_work)
    most = assumption.UTILISATION.value
    sizes = [2.0, 4.0, 8.0, 16.0, assumption.LARGE_NODE_CORES.value]
    cores = next((size for size in sizes if busy <= size * most), sizes[-1])
    largest = assumption.LARGE_NODE_CORES.value * most
    fits = busy <= largest
    load = busy / cores
    worst = max(all_work, key=lambda work: work.peak.value * work.database)
    missed = [
        f"{work.operation.name} ({seconds(latency(work, load))} for {seconds(work.operation.load.p95.value)})"
        for work in all_work
        if work.operation.load.p95 is not None and latency(work, load) > work.operation.load.p95.value
    ]
    evidence = [
        derived("cores of the database at the peak", busy, plain(busy), "sum of peak * time of the database").evidence,
        Evidence(
            name="busiest operation",
            value=f"{worst.operation.name}, {rate(worst.peak.value)} * {seconds(worst.database)}",
            source="derived: peak * time",
        ),
        Evidence(name="p95 goals missed", value=", ".join(missed) or "none", source="derived: ln(20) * time / (1 - U)"),
        assumed("largest node", assumption.LARGE_NODE_CORES).evidence,
    ]
    draft.decide(
        Decision(
            id="capacity/database",
            title="Size of the database, and replicas",
            choice=f"{int(cores)} cores, no read replica"
            if fits
            else f"{int(cores)} cores, and read replicas for what may be stale",
            because=f"The peak keeps {plain(busy)} cores busy, {percent(round(load, 3))} of {int(cores)}.",
            formula="sum(peak * time of the database) <= 0.7 * cores",
            threshold="utilisation 70 %; replicas when the largest node is full",
            source="utilisation law; rules 1, 27 and 52",
            evidence=(*evidence, *TIMES[3:]),
            alternatives=(
                Alternative(
                    name="a read replica now",
                    because="a second machine to run, and answers that lag; a larger node has neither",
                ),
            ),
            flips=(
                _factor("all rates", cores * most / busy if busy else 0.0, "a larger node for the database"),
                _factor("all rates", largest / busy if busy else 0.0, "read replicas"),
            ),
            depends_on_unknown=unknown_paths(*(work.peak for work in all_work)),
            elements=(f"process {DATABASE}",),
        )
    )


STAGE = Stage("capacity", "Instances and nodes", __doc__, decide)
