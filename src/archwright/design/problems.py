"""The problems (RFC 9457) that each route documents.

401 unless anyone may call; 403 unless anyone may; 404 where the path names a row; 409 where a constraint, a stock or a running
request with the same idempotency key can refuse; 413 and 422 where there is a body or a parameter; 502 and 504 where a peer is
called; 503 where the service sheds load. Source: RFC 9110 section 15; RFC 9457.
"""

from __future__ import annotations

import msgspec

from archwright.design.draft import Draft, Stage
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import OnDelete
from archwright.model.physical import ParameterIn, Route, WriteKind
from archwright.model.policy import ANYONE


def decide(draft: Draft) -> None:
    """Add the status codes of its problems to every route."""
    for route in tuple(draft.routes.values()):
        draft.put_route(msgspec.structs.replace(route, errors=_errors(draft, route)))
    if draft.routes:
        draft.decide(
            Decision(
                id="problems",
                title="Answers to what goes wrong",
                choice="application/problem+json, with the status codes listed for each route",
                because="A client can tell what to do next from the status and the type, without reading the text.",
                source="RFC 9457; RFC 9110 section 15",
                evidence=tuple(
                    Evidence(
                        name=f"{r.method} {r.path}",
                        value=", ".join(map(str, r.errors)),
                        source="derived: what can refuse it",
                    )
                    for r in draft.routes.values()
                ),
                alternatives=(
                    Alternative(
                        name="200 with an error inside", because="caches, proxies and retries go by the status"
                    ),
                ),
            )
        )


def _errors(draft: Draft, route: Route) -> tuple[int, ...]:
    codes = {503}
    open_to_all = any(grant.role == ANYONE for grant in route.grants)
    if not open_to_all:
        codes |= {401, 403}
    if any(parameter.located is ParameterIn.PATH for parameter in route.parameters):
        codes.add(404)
    if route.parameters or route.body:
        codes.add(422)
    if route.body:
        codes.add(413)
    if route.idempotency_key or any(_can_conflict(draft, route, step.table, step.kind) for step in route.writes):
        codes.add(409)
    if route.calls:
        codes |= {502, 504}
    return tuple(sorted(codes))


def _can_conflict(draft: Draft, route: Route, table: str, kind: WriteKind) -> bool:
    if kind is WriteKind.DELETE:
        return any(
            key.target == table and key.on_delete is OnDelete.RESTRICT
            for other in draft.tables.values()
            for key in other.foreign_keys
        )
    held = draft.tables[table]
    return (
        bool(held.uniques)
        or bool(held.foreign_keys)
        or any(index.unique for index in held.indexes)
        or any(fill.by.value == "decrease" for step in route.writes for fill in step.fills)
    )


STAGE = Stage("problems", "Problem answers", __doc__, decide)
