"""Requests that may be repeated.

An operation that the brief calls idempotent and that creates rows takes an `Idempotency-Key` header. The key is stored
with the caller, the operation and a digest of the request in the same transaction as the effect; a repeat gets the stored
reply; the same key with another body is refused (422), a repeat while the first still runs gets 409. Keys are kept 24 h.

Rows kept = sum of the operations' rates * 24 h. Source: IETF draft-ietf-httpapi-idempotency-key-header; RFC 9110 9.2.2
(PUT, DELETE and GET need no key); rule 57 of the design rules.
"""

from __future__ import annotations

import msgspec

from archwright.design import assumption
from archwright.design.demand import mean_rate
from archwright.design.draft import Draft, Stage
from archwright.design.naming import free_name
from archwright.design.number import assumed, derived, plain, unknown_paths
from archwright.model.decision import Alternative, Decision, Flip
from archwright.model.physical import Column, IndexKey, Table, TableIndex

TABLE = "idempotency_keys"


def decide(draft: Draft) -> None:
    """Add the table of keys if an operation needs it, and mark the routes."""
    needing = [
        operation
        for operation in draft.system.operations
        if operation.access.idempotent
        and operation.name in draft.routes
        and draft.routes[operation.name].method in {"POST", "PATCH"}
    ]
    if not needing:
        return
    name = free_name(TABLE, set(draft.tables))
    draft.put_table(_table(name))
    for operation in needing:
        draft.put_route(msgspec.structs.replace(draft.routes[operation.name], idempotency_key=True))
    rates = [mean_rate(operation) for operation in needing]
    hours = assumed("keys are kept", assumption.IDEMPOTENCY_HOURS)
    kept = sum(rate.value for rate in rates) * hours.value * 3600
    rows = derived("rows kept", kept, plain(kept), "sum of the rates * 24 h")
    draft.decide(
        Decision(
            id="idempotency",
            title="Requests that may be repeated",
            choice=f"an Idempotency-Key header on {', '.join(o.name for o in needing)}, kept in {name}",
            because="A caller who got no answer repeats the request, and the effect happens once.",
            formula="rows kept = sum of the rates * 24 h",
            source="IETF draft-ietf-httpapi-idempotency-key-header; RFC 9110 9.2.2",
            evidence=(*(rate.evidence for rate in rates), hours.evidence, rows.evidence),
            alternatives=(
                Alternative(
                    name="a cache with a time to live",
                    because="key and effect would commit apart: a crash between them repeats it",
                ),
                Alternative(
                    name="the client's key as primary key",
                    because="it does not store the reply, and trusts clients to choose well",
                ),
            ),
            flips=(
                Flip(
                    input="rate of the idempotent operations", at="above 20 % of the commit rate", to="partition by day"
                ),
            ),
            depends_on_unknown=unknown_paths(*rates),
            elements=(f"table {name}",),
        )
    )


def _table(name: str) -> Table:
    return Table(
        name=name,
        columns=(
            Column(name="caller", type="text"),
            Column(name="operation", type="text"),
            Column(name="key", type="text"),
            Column(name="request_digest", type="bytea"),
            Column(name="status", type="integer", nullable=True),
            Column(name="reply", type="bytea", nullable=True),
            Column(name="created", type="timestamptz", default="now()"),
        ),
        key=("caller", "operation", "key"),
        indexes=(TableIndex(name=f"{name}_created_idx", keys=(IndexKey(expression="created"),), serves=("expiry",)),),
    )


STAGE = Stage("idempotency", "Requests that may be repeated", __doc__, decide)
