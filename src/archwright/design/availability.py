"""Whether the availability goal can be met.

An operation is up when all it needs is up: the product of its parts in series, 1 - prod(1 - a) for instances side by side. If
the product is below the goal, a synchronous dependency is taken out before copies are added.

Source: Microsoft Azure Well-Architected, "composite SLO"; Dean and Barroso 2013; rule 15 of the design rules.
"""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.capacity import SERVICE
from archwright.design.draft import Draft, Stage
from archwright.design.durability import STANDBY
from archwright.design.number import Number, assumed, given, percent
from archwright.model.decision import Alternative, Decision, Evidence, Flip


def decide(draft: Draft) -> None:
    """Multiply the parts of every operation and compare with the goal."""
    process = draft.processes.get(SERVICE)
    goal = draft.system.goals.availability
    if process is None:
        return
    base = assumption.SERVICE_AVAILABILITY.value
    instances = 1 - (1 - base) ** process.instances
    store = assumption.STANDBY_AVAILABILITY if STANDBY in draft.processes else assumption.DATABASE_AVAILABILITY
    core = instances * store.value
    evidence = [
        assumed("one instance", assumption.SERVICE_AVAILABILITY).evidence,
        Evidence(
            name=f"{process.instances} side by side",
            value=percent(round(instances, 7)),
            source="derived: 1 - (1 - a)^n",
        ),
        assumed("database", store).evidence,
        Evidence(name="operations without peers", value=percent(round(core, 6)), source="derived: product"),
    ]
    flips: list[Flip] = []
    missed: list[str] = [] if goal is None or core >= goal.value else ["all"]
    stated = {peer.name: peer.availability.value for peer in draft.system.peers if peer.availability is not None}
    for operation in draft.system.operations:
        if operation.name not in draft.routes or not operation.access.calls:
            continue
        product = core
        for call in operation.access.calls:
            number = _peer(call.peer, stated.get(call.peer))
            evidence.append(number.evidence)
            product *= number.value
        evidence.append(
            Evidence(name=operation.name, value=percent(round(product, 6)), source="derived: product with its peers")
        )
        if goal is not None and product < goal.value:
            missed.append(operation.name)
            if core > goal.value:
                flips.append(
                    Flip(
                        input=f"availability of {operation.access.calls[0].peer}",
                        at=f"{percent(round(goal.value / core, 6))} or more",
                        to=f"{operation.name} meets the goal",
                    )
                )
    goal_evidence = (given("goal", goal.value, str(goal), None).evidence,) if goal is not None else ()
    if goal is None:
        choice, because = "no goal given", f"Without one, expect {percent(round(core, 5))}."
    elif missed:
        choice = (
            f"{', '.join(missed)} can't promise {percent(goal.value)} while it waits for a peer"
            if missed != ["all"]
            else f"{percent(goal.value)} is out of reach"
        )
        because = "A chain is up only while every link is; answer 202 and call the peer from the outbox, or accept less for it."
    else:
        choice, because = (
            "the goal is met",
            f"{percent(round(core, 6))} without peers; every operation stays at or above {percent(goal.value)}.",
        )
    draft.decide(
        Decision(
            id="availability",
            title="Availability",
            choice=choice,
            because=because,
            formula="product of the parts in series; 1 - (1 - a)^n side by side",
            threshold=percent(goal.value) if goal is not None else "",
            source="Azure Well-Architected, composite SLO; rule 15",
            evidence=(*goal_evidence, *dict.fromkeys(evidence)),
            alternatives=(
                Alternative(name="more instances", because="the service is not the weakest link"),
                Alternative(name="a second region", because="it doubles the parts; take out a dependency first"),
            ),
            flips=tuple(flips),
            depends_on_unknown=() if goal is not None else ("goals.availability",),
        )
    )


def _peer(name: str, stated: float | None) -> Number:
    title = f"peer {name}"
    return (
        given(title, stated, percent(stated), None)
        if stated is not None
        else assumed(title, assumption.PEER_AVAILABILITY)
    )


STAGE = Stage("availability", "Availability", __doc__, decide)
