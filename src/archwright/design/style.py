"""Architecture style: one deployable, made of modules, until it pays to split.

A split pays if at least two of these hold: three teams or more on one release train; modules whose peaks differ by five times
or more while the load needs more than one node; parts with different availability, law or runtime (asked, not derived). And
its cut must be cheap: no transaction across services, at most 10 % of the requests calling from one to another in step.

Source: Fowler, "MonolithFirst"; Newman, Building Microservices, 2nd edition, chapter 3; the thresholds are defaults
(rule 49 of the design rules).
"""

from __future__ import annotations

import math

from archwright.design import assumption
from archwright.design.draft import Draft, Stage
from archwright.design.number import assumed, derived, given, plain
from archwright.design.soundness import main_entity
from archwright.design.work import Work, service_cores, works
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.entity import Entity

TEAMS = 3
RATIO = 5.0


def decide(draft: Draft) -> None:
    """Choose the style from teams, load and the transactions that a cut would go through."""
    modules = aggregates(draft)
    all_work = works(draft)
    team = draft.system.goals.team
    size = (
        given("engineers", team, f"{team} engineers", None)
        if team is not None
        else assumed("engineers", assumption.TEAM_SIZE, "goals.team")
    )
    teams = math.ceil(size.value / assumption.TEAM_SIZE.value)
    cores = service_cores(all_work)
    peaks = _peaks(draft, all_work)
    ratio = max(peaks.values(), default=0.0) / max(min(peaks.values(), default=1.0), 1e-9)
    crossing = [
        o.name
        for o in draft.system.operations
        if o.access.together and len({root(draft, draft.entity(t.entity)).name for t in o.access.writes}) > 1
    ]
    reasons = [teams >= TEAMS, ratio >= RATIO and cores > assumption.NODE_CORES.value * assumption.UTILISATION.value]
    split = sum(reasons) >= 2 and not crossing
    peak = sum(work.peak.value for work in all_work)
    node = assumption.NODE_CORES.value
    evidence = [
        size.evidence,
        derived("teams", teams, str(teams), f"engineers / {assumption.TEAM_SIZE.shown}, rounded up").evidence,
        Evidence(name="modules", value=", ".join(modules) or "none", source="derived: entities with their parts"),
        derived("peak", peak, f"{plain(peak)} req/s", "sum of the operations' peaks").evidence,
        derived("cores of the service at the peak", cores, plain(cores), "sum of peak * time of the service").evidence,
        derived("ratio of the modules' peaks", ratio, plain(ratio), "highest / lowest peak of a module").evidence,
        Evidence(
            name="transactions over several modules", value=", ".join(crossing) or "none", source="given: together"
        ),
    ]
    against = f"{teams} team{'s' if teams != 1 else ''}" + (
        f"; {crossing[0]} is one transaction over modules" if crossing else ""
    )
    draft.decide(
        Decision(
            id="style",
            title="Architecture style",
            choice="services along the modules" if split else "modular monolith",
            because=f"{int(size.value)} engineers, peak {plain(peak)} req/s = {plain(100 * cores / node)} % of a node of {int(node)} cores.",
            formula="split if 2 of (teams >= 3, ratio of peaks >= 5 beyond one node) and no transaction crosses the cut",
            threshold=f"{TEAMS} teams, ratio {plain(RATIO)}, {plain(node * assumption.UTILISATION.value)} cores",
            source="Fowler, MonolithFirst; Newman, Building Microservices (2nd ed.), chapter 3; rule 49",
            evidence=tuple(evidence),
            alternatives=(
                Alternative(name="modular monolith", because="several teams would wait for each other's releases")
                if split
                else Alternative(
                    name="microservices", because=f"{against}: each part costs a pipeline, a database and a network hop"
                ),
                Alternative(
                    name="functions without servers", because="a database connection per call, and no pool to hold them"
                ),
            ),
            flips=(
                Flip(input="teams", at=f"never below {TEAMS}", to="services along the modules"),
                Flip(
                    input="engineers",
                    at=str(int(assumption.TEAM_SIZE.value) * (TEAMS - 1) + 1),
                    to="the question is open again",
                ),
            ),
            depends_on_unknown=("goals.team",) if team is None else (),
        )
    )


def root(draft: Draft, entity: Entity) -> Entity:
    """The entity at the top of the composition: an order for its lines."""
    seen = {entity.name}
    while entity.parent is not None and entity.parent.relation is not None:
        above = draft.entity(entity.parent.relation.target)
        if above.name in seen:
            break
        seen.add(above.name)
        entity = above
    return entity


def aggregates(draft: Draft) -> tuple[str, ...]:
    """The modules: every entity that is no part, in order."""
    return tuple(dict.fromkeys(root(draft, entity).name for entity in draft.system.entities))


def _peaks(draft: Draft, all_work: tuple[Work, ...]) -> dict[str, float]:
    peaks: dict[str, float] = {}
    for work in all_work:
        main = main_entity(draft.system, work.operation)
        if main is not None:
            name = root(draft, main).name
            peaks[name] = peaks.get(name, 0.0) + work.peak.value
    return peaks


STAGE = Stage("style", "Architecture style", __doc__, decide)
