"""One transaction for each operation that writes.

All writes of an operation commit together or not at all (`together`), at READ COMMITTED: what must not race is held by
constraints, by conditional updates (`stock >= qty`) and by locks in key order, not by a check before. One statement is a transaction by itself.
Only a rule over rows that nobody writes would need SERIALIZABLE with a retry.

Source: PostgreSQL documentation, 13.2 "Transaction Isolation"; Kleppmann, DDIA, chapter 7; rule 22.
"""

from __future__ import annotations

from archwright.design.draft import Draft, Stage
from archwright.model.decision import Alternative, Decision, Evidence, Flip


def decide(draft: Draft) -> None:
    """Record the transactions of the operations that write more than one thing."""
    several = [route for route in draft.routes.values() if len(route.writes) + route.idempotency_key > 1]
    if not several:
        return
    apart = [
        o.name
        for o in draft.system.operations
        if not o.access.together and len(o.access.writes) > 1 and o.name in draft.routes
    ]
    draft.decide(
        Decision(
            id="transaction",
            title="Transactions",
            choice="one for each request that writes, READ COMMITTED",
            because="A request that stops half-way leaves nothing behind; constraints and conditional updates hold what must not race.",
            source="PostgreSQL documentation, 13.2; rule 22",
            evidence=tuple(
                Evidence(
                    name=route.operation,
                    value=", ".join(f"{step.kind.value} {step.table}" for step in route.writes)
                    + (", idempotency key" if route.idempotency_key else ""),
                    source="derived: although `together` is not asked for" if route.operation in apart else "given",
                )
                for route in several
            ),
            alternatives=(
                Alternative(
                    name="SERIALIZABLE",
                    because="every write may have to be retried; no rule here reads what it does not write",
                ),
                Alternative(
                    name="saga",
                    because="all these rows live in one database; compensation is for what can't share a transaction",
                ),
            ),
            flips=(Flip(input="stores or services that an operation writes", at="more than one", to="outbox or saga"),),
        )
    )


STAGE = Stage("transaction", "Transactions", __doc__, decide)
