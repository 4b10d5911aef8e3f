"""The whole design, in order. What a stage reads, an earlier stage has written."""

from __future__ import annotations

from archwright.design import (
    access,
    availability,
    cache,
    capacity,
    checks,
    columns,
    contention,
    durability,
    events,
    fills,
    http_cache,
    idempotency,
    indexes,
    join_tables,
    keys,
    naming,
    pagination,
    peer_calls,
    pool,
    problems,
    references,
    responses,
    routes,
    storage,
    store,
    style,
    transactions,
    uniqueness,
)
from archwright.design.draft import Draft, Stage
from archwright.design.soundness import require_sound
from archwright.model.blueprint import BLUEPRINT_VERSION, Blueprint
from archwright.model.system import System

STAGES: tuple[Stage, ...] = (
    naming.STAGE,
    keys.STAGE,
    columns.STAGE,
    references.STAGE,
    uniqueness.STAGE,
    checks.STAGE,
    join_tables.STAGE,
    routes.STAGE,
    fills.STAGE,
    responses.STAGE,
    access.STAGE,
    pagination.STAGE,
    idempotency.STAGE,
    events.STAGE,
    indexes.STAGE,
    peer_calls.STAGE,
    transactions.STAGE,
    contention.STAGE,
    http_cache.STAGE,
    style.STAGE,
    store.STAGE,
    capacity.STAGE,
    pool.STAGE,
    cache.STAGE,
    storage.STAGE,
    durability.STAGE,
    availability.STAGE,
    problems.STAGE,
)


def design(system: System) -> Blueprint:
    """The blueprint of a system: tables, indexes, routes, processes, and every decision with its reasons.

    Equal systems give equal blueprints. Raises DesignError, with all reasons at once, for a model that contradicts itself.
    """
    require_sound(system)
    draft = Draft(system=system)
    for stage in STAGES:
        stage.decide(draft)
    return Blueprint(
        version=BLUEPRINT_VERSION, system=system, physical=draft.physical(), decisions=tuple(draft.decisions)
    )


def catalogue() -> tuple[tuple[str, str, str], ...]:
    """Every kind of decision: its kind, its title and its documentation, in the order in which they are made."""
    return tuple((stage.kind, stage.title, stage.documentation) for stage in STAGES)
