"""Messages to others.

A message that an operation publishes is written to the table `outbox` in the transaction of its writes, and sent from there by a
relay (SKIP LOCKED): publishing next to a commit loses a message or invents one at every crash between the two. A broker is only added
when the outbox would exceed 20 % of the commit rate, or several consumers need to read the same stream again. Nothing is
added where no operation publishes.

Source: Richardson, Microservices Patterns, chapter 3 (transactional outbox); PostgreSQL documentation, SELECT ... SKIP LOCKED;
rules 45 and 47 of the design rules.
"""

from __future__ import annotations

import msgspec

from archwright.design import assumption
from archwright.design.demand import mean_rate
from archwright.design.draft import Draft, Stage
from archwright.design.naming import free_name
from archwright.design.number import assumed, derived, percent, rate, unknown_paths
from archwright.model.decision import Alternative, Decision, Flip
from archwright.model.physical import Column, IndexKey, Process, Table, TableIndex

TABLE = "outbox"
SHARE = 0.2


def decide(draft: Draft) -> None:
    """Add the outbox and its relay if an operation publishes."""
    publishing = [o for o in draft.system.operations if o.access.publishes and o.name in draft.routes]
    limit = assumption.COMMIT_RATE.value * SHARE
    if not publishing:
        draft.decide(
            Decision(
                id="events",
                title="Messages to others",
                choice="none",
                because="No operation publishes, so there is no queue and no broker to run.",
                source="rules 44 and 45",
                alternatives=(Alternative(name="a broker", because="nothing would be sent through it"),),
                flips=(Flip(input="operations that publish", at="the first one", to="outbox, in PostgreSQL"),),
            )
        )
        return
    name = free_name(TABLE, set(draft.tables))
    draft.put_table(_table(name))
    draft.processes["relay"] = Process(
        name="relay", kind="worker", technology="Python, polls the outbox", serves=tuple(o.name for o in publishing)
    )
    rates = [mean_rate(operation) for operation in publishing]
    total = sum(r.value * len(o.access.publishes) for r, o in zip(rates, publishing, strict=True))
    for operation in publishing:
        route = draft.routes[operation.name]
        draft.put_route(msgspec.structs.replace(route, publishes=operation.access.publishes))
    fits = total <= limit
    draft.decide(
        Decision(
            id="events",
            title="Messages to others",
            choice="outbox, in PostgreSQL" if fits else "outbox, in PostgreSQL, emptied into a broker",
            because=f"{rate(total)} are {percent(round(total / assumption.COMMIT_RATE.value, 4))} of the commit rate; a message leaves if and only if its transaction commits.",
            formula="messages/s <= 20 % of the commit rate",
            threshold=rate(limit),
            source="Richardson, Microservices Patterns, chapter 3; rules 45 and 47",
            evidence=(
                *(r.evidence for r in rates),
                derived("messages", total, rate(total), "sum of rate * channels").evidence,
                assumed("commit rate", assumption.COMMIT_RATE).evidence,
            ),
            alternatives=(
                Alternative(
                    name="publish next to the commit",
                    because="a crash between the two loses a message or sends one for nothing",
                ),
                Alternative(
                    name="a broker now",
                    because=f"a part more to run; it pays above {rate(limit)} or for consumers that read again",
                ),
            ),
            flips=(Flip(input="messages", at=f"above {rate(limit)}", to="a broker behind the outbox"),),
            depends_on_unknown=unknown_paths(*rates),
            elements=(f"table {name}", "process relay"),
        )
    )


def _table(name: str) -> Table:
    return Table(
        name=name,
        columns=(
            Column(name="id", type="bigint", identity=True),
            Column(name="channel", type="text"),
            Column(name="payload", type="jsonb"),
            Column(name="created", type="timestamptz", default="now()"),
            Column(name="sent", type="timestamptz", nullable=True),
        ),
        key=("id",),
        indexes=(
            TableIndex(
                name=f"{name}_unsent_idx", keys=(IndexKey(expression="id"),), where="sent IS NULL", serves=("relay",)
            ),
        ),
    )


STAGE = Stage("events", "Messages to others", __doc__, decide)
