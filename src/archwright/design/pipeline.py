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
    search_index,
    storage,
    store,
    style,
    transactions,
    uniqueness,
    window_index,
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
    found: list[tuple[str, str, str]] = []
    for stage in STAGES:
        found.append((stage.kind, stage.title, stage.documentation))
        found += [entry for after, entry in _ALSO if after == stage.kind]
    return tuple(found)


_ALSO = (
    ("check", ("rule", "Rules of the brief", checks.__doc__)),
    ("access", ("identity", "Who a caller is", access.__doc__)),
    ("index", ("search", "Search by words", search_index.__doc__)),
    ("index", ("window", "Windows up to now", window_index.__doc__)),
)
"""Kinds that a stage decides along with its own, after that stage's kind."""
