"""Caching by HTTP: answers that are equal for all and may be a little old.

A read that anyone may call, and whose answer may be stale for a second or more, carries `Cache-Control: public, max-age`, so that
browsers and a delivery network answer it without this service. It is no part to run. An answer that depends on the caller is
`private, no-store`. Source: RFC 9111, 5.2.2; rule 43 of the design rules.
"""

from __future__ import annotations

import msgspec

from archwright.design.draft import Draft, Stage
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.policy import ANYONE


def decide(draft: Draft) -> None:
    """Set Cache-Control on every read that is public and may be stale."""
    chosen: list[Evidence] = []
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        stale = operation.load.stale
        if route is None or route.method != "GET" or stale is None or stale.value < 1:
            continue
        if any(grant.role == ANYONE and not grant.conditions for grant in route.grants):
            header = f"public, max-age={int(stale.value)}"
            draft.put_route(msgspec.structs.replace(route, cache_control=header))
            chosen.append(Evidence(name=operation.name, value=header, source="given: stale, who: anyone"))
    if not chosen:
        return
    draft.decide(
        Decision(
            id="http-cache",
            title="Caching by HTTP",
            choice=", ".join(f"{item.name} {item.value.rpartition('=')[2]} s" for item in chosen),
            because="These answers are equal for all and may be that old; browsers and a delivery network keep them for nothing.",
            formula="max-age = stale, where anyone may call",
            threshold="stale >= 1 s",
            source="RFC 9111, 5.2.2; rule 43",
            evidence=tuple(chosen),
            alternatives=(
                Alternative(name="no-store", because="every repeat of the same request would cost a query"),
                Alternative(name="a cache of our own first", because="a part to run, for what a header does"),
            ),
            flips=(Flip(input="stale", at="below 1 s", to="no-store"),),
            elements=tuple(f"route {draft.routes[i.name].method} {draft.routes[i.name].path}" for i in chosen),
        )
    )


STAGE = Stage("http-cache", "Caching by HTTP", __doc__, decide)
