"""The brief as read to the model's system: names looked up, parts checked against each other."""

from __future__ import annotations

from archwright.brief.compose_entities import compose_entities
from archwright.brief.compose_operations import Prepared, claim_owners, compose_operation, prepare
from archwright.brief.compose_roles import Roles
from archwright.brief.compose_triggers import Triggers
from archwright.brief.kinds import Scope
from archwright.brief.paths import Entities, check_dotted_formula
from archwright.brief.table import Values
from archwright.brief.vocabulary import Draft, RuleDraft
from archwright.model.entity import Entity
from archwright.model.operation import Operation
from archwright.model.system import Rule, System
from archwright.model.workload import Goals

_GOALS = ("availability", "rpo", "rto", "team", "budget", "horizon", "growth")


def compose(values: Values, scope: Scope) -> System:
    """The system; where notes were made on the way it is incomplete and must not be used."""
    entities: dict[str, Entity] = compose_entities(values.get("entities", ()), scope)
    if values.has("entities") and not entities and not scope.notes.problems:
        scope.note(values.at("entities"), "the brief has no entity", "write each as Name: {field: type}")
    roles = Roles(values.get("roles", ()), entities, scope.inner("roles"))
    triggers = Triggers(values.get("peers"), values.get("channels"))
    drafts: tuple[Draft, ...] = values.get("operations", ())
    prepared = [prepare(draft, entities, scope) for draft in drafts]
    for item in prepared:
        claim_owners(item, roles)
    operations = tuple(_operation(item, entities, roles, triggers) for item in prepared)
    goals: Values | None = values.get("goals")
    name = values.get("system")
    return System(
        name=name.text if name is not None else "",
        description=values.get("about", ""),
        goals=_goals(goals) if goals is not None else Goals(),
        roles=roles.compose(),
        entities=tuple(entities.values()),
        operations=operations,
        channels=triggers.channels(entities, scope.inner("channels")),
        peers=triggers.peers(),
        rules=_rules(values.get("rules", ()), entities, scope),
        unknown=tuple(dict.fromkeys(scope.unknown)),
    )


def _operation(item: Prepared, entities: Entities, roles: Roles, triggers: Triggers) -> Operation:
    triggers.check_calls(item.draft.values.get("calls", ()), item.scope)
    return compose_operation(item, entities, roles, triggers)


def _goals(values: Values) -> Goals:
    tenants = values.get("tenants")
    given = {word: values.get(word) for word in _GOALS}
    return Goals(**given, tenants=int(tenants.value) if tenants is not None else None)


def _rules(drafts: tuple[RuleDraft, ...], entities: Entities, scope: Scope) -> tuple[Rule, ...]:
    for draft in drafts:
        if draft.formula is not None:
            check_dotted_formula(draft.formula, entities, scope.inner("rules"))
    return tuple(Rule(text=d.text, prose=d.formula is None, place=d.node.place) for d in drafts)
