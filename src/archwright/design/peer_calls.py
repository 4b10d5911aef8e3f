"""Calls to other services.

A call to a peer is made after the commit and never inside a transaction: a slow peer would hold locks and connections (hold time
and pool grow by its time-out). It always has a time-out, at most what the brief says; it is repeated only under the same
idempotency key, with growing, jittered pauses, at one layer. A caller that must not wait, or a peer that is often away, asks for the outbox.

Connections that a call inside the transaction would need = peak * (hold + time-out). Source: Nygard, Release It! (2nd edition),
chapter 5; Amazon Builders' Library, "Timeouts, retries, and backoff with jitter"; rules 16, 18, 19 and 20.
"""

from __future__ import annotations

import msgspec

from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.number import assumed, given, plain, seconds
from archwright.design.queueing import servers_needed
from archwright.design.work import Work, works
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.physical import PeerStep
from archwright.model.quantity import Duration


def decide(draft: Draft) -> None:
    """Place the calls of every operation outside of its transaction, with time-outs."""
    peers = {peer.name: peer for peer in draft.system.peers}
    for work in works(draft):
        calls = work.operation.access.calls
        if not calls:
            continue
        steps = []
        for call in calls:
            stated = call.timeout or (peers[call.peer].timeout if call.peer in peers else None)
            steps.append(PeerStep(peer=call.peer, timeout=stated or Duration(assumption.PEER_TIMEOUT.value)))
        route = draft.routes[work.operation.name]
        draft.put_route(msgspec.structs.replace(route, calls=tuple(steps)))
        _record(draft, work, tuple(steps), [call.timeout is None for call in calls])


def _record(draft: Draft, work: Work, steps: tuple[PeerStep, ...], defaulted: list[bool]) -> None:
    slowest = max(step.timeout.value for step in steps)
    inside = servers_needed(work.peak.value * (work.hold + slowest), assumption.WAITING.value)
    outside = servers_needed(work.peak.value * work.hold, assumption.WAITING.value)
    goal = work.operation.load.p95
    late = goal is not None and slowest > goal.value
    evidence: list[Evidence] = [work.peak.evidence]
    for step, default in zip(steps, defaulted, strict=True):
        number = (
            assumed(f"time-out of {step.peer}", assumption.PEER_TIMEOUT)
            if default
            else given(f"time-out of {step.peer}", step.timeout.value, str(step.timeout), work.operation.place)
        )
        evidence.append(number.evidence)
    if goal is not None:
        evidence.append(given("p95 goal", goal.value, str(goal), work.operation.place).evidence)
    evidence.append(
        Evidence(
            name="connections if called inside",
            value=plain(inside),
            source="derived: Erlang C of peak * (hold + time-out)",
        )
    )
    evidence.append(
        Evidence(name="connections if called after", value=plain(outside), source="derived: Erlang C of peak * hold")
    )
    names = ", ".join(f"{step.peer} within {seconds(step.timeout.value)}" for step in steps)
    draft.decide(
        Decision(
            id=f"call/{work.operation.name}",
            title=f"Calls of {work.operation.name}",
            choice=f"{names}, after the commit, outside of the transaction",
            because=f"Inside it, a slow peer would take {plain(inside)} connections instead of {plain(outside)}, and their locks."
            + (
                " The time-out is longer than the p95 goal: the goal holds only while the peer is fast." if late else ""
            ),
            formula="connections = smallest c with ErlangC(peak * (hold + time-out), c) <= 5 %",
            source="Nygard, Release It! (2nd ed.), chapter 5; rules 16 and 18 to 20",
            evidence=tuple(evidence),
            alternatives=(
                Alternative(
                    name="inside the transaction",
                    because="locks and connections would be held as long as the peer takes",
                ),
                Alternative(
                    name="outbox and a worker, answer 202",
                    because="a part more; it pays if the call must survive a crash between commit and call",
                ),
            ),
            flips=(
                Flip(
                    input=f"availability of {steps[0].peer}",
                    at="below what the goal leaves (see availability)",
                    to="outbox and a worker, answer 202",
                ),
            ),
        )
    )


STAGE = Stage("call", "Calls to other services", __doc__, decide)
