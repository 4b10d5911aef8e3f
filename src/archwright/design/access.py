"""Who may call: roles and ownership, as joins and columns.

- Denied by default: an operation without `who` has a route that refuses everybody (403), and stands among the open questions.
- `shopper owns customer` becomes a condition in the statement itself (`orders.customer_id = caller`), so that no code path
  can forget it; over several steps it is a join. A row of somebody else is answered 404, like a row that is not there:
  403 would tell which ids exist.
- The caller's id is the key of the row that stands for him: the token's `sub` (or another claim) is that key, or the value of
  the field that the brief names.
- A role that stands for an entity and may read or change rows without owning them is reported as open.

Source: OWASP API1:2023 (broken object level authorization); RFC 9110 15.5.5 (404 to hide existence); RFC 7519 4.1.2 (`sub`).
"""

from __future__ import annotations

import msgspec

from archwright.design.draft import Draft, Stage
from archwright.design.owners import caller_entity, joined, owner_path
from archwright.design.soundness import main_entity
from archwright.design.subject import Shape, shape
from archwright.model.decision import Alternative, Decision, Evidence, Flip
from archwright.model.entity import Entity
from archwright.model.operation import Operation
from archwright.model.physical import ColumnCondition, Grant
from archwright.model.policy import ANYONE, AUTHENTICATED, AttributeCondition, Policy


def decide(draft: Draft) -> None:
    """Add the grants to every route, with one decision each; and one for each role that stands for an entity."""
    for role in draft.system.roles:
        entity = caller_entity(draft, role.name)
        if entity is not None:
            _record_identity(draft, role.name, entity, role.entity is not None)
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        if route is None:
            continue
        main = main_entity(draft.system, operation)
        grants = tuple(_grant(draft, main, policy) for policy in operation.policies)
        draft.put_route(msgspec.structs.replace(route, grants=grants))
        _record(draft, operation, grants)


def _grant(draft: Draft, main: Entity | None, policy: Policy) -> Grant:
    owner = owner_path(draft, main, policy.owns.path) if main is not None and policy.owns is not None else None
    conditions = tuple(_condition(draft, main, policy.role, c) for c in policy.conditions if main is not None)
    return Grant(role=policy.role, owner=owner, conditions=conditions)


def _condition(draft: Draft, main: Entity, role: str, condition: AttributeCondition) -> ColumnCondition:
    """A condition on the row as columns; `caller.clinic` is reached from the caller's own row."""
    steps, columns, _ = joined(draft, main, condition.field)
    theirs = caller_entity(draft, role) if condition.caller else None
    return ColumnCondition(
        column=columns[0],
        operator=condition.operator,
        value=condition.value,
        steps=steps,
        caller=owner_path(draft, theirs, condition.caller) if theirs is not None else None,
    )


def _record(draft: Draft, operation: Operation, grants: tuple[Grant, ...]) -> None:
    route = draft.routes[operation.name]
    place = f"given, {operation.place}" if operation.place else "given"
    if not grants:
        draft.decide(
            Decision(
                id=f"access/{operation.name}",
                title=f"Who may call {operation.name}",
                choice="nobody, until the brief says who",
                because="An operation without `who` is denied: a forgotten word must not open a door.",
                source="OWASP API5:2023 (broken function level authorization)",
                alternatives=(Alternative(name="anyone signed in", because="the brief does not say so"),),
                flips=(Flip(input=f"{operation.name}.who", at="any role", to="that role may call"),),
                depends_on_unknown=(f"{operation.name}.who",),
                elements=(f"route {route.method} {route.path}",),
            )
        )
        return
    parts = [_shown(grant) for grant in grants]
    free = _roams(draft, operation, grants)
    draft.decide(
        Decision(
            id=f"access/{operation.name}",
            title=f"Who may call {operation.name}",
            choice=" or ".join(parts),
            because="The condition stands in the statement, so that no code path can forget it."
            if any(grant.owner for grant in grants)
            else "The brief names the roles; everybody else is refused.",
            source="OWASP API1:2023, API5:2023",
            evidence=tuple(Evidence(name="who", value=part, source=place) for part in parts),
            alternatives=(
                Alternative(
                    name="row-level security",
                    because="the same predicate in the database; worth it once SQL has other writers",
                ),
            )
            if any(grant.owner for grant in grants)
            else (Alternative(name="anyone signed in", because="the brief is narrower"),),
            questions=tuple(
                f"{operation.name}: may every {role} reach the rows of others? If not, write `{role} owns ...`"
                for role in free
            ),
            elements=(f"route {route.method} {route.path}",),
        )
    )


def _shown(grant: Grant) -> str:
    text = grant.role
    if grant.owner is not None:
        joins = "".join(f"{step.table}.{','.join(step.columns)} → " for step in grant.owner.steps)
        text += f" where {joins}{grant.owner.table}.{grant.owner.column} is the caller"
    for condition in grant.conditions:
        other = f"the caller's {condition.caller.column}" if condition.caller is not None else condition.value
        text += f" and {condition.column} {condition.operator} {other}"
    return text


def _roams(draft: Draft, operation: Operation, grants: tuple[Grant, ...]) -> tuple[str, ...]:
    """Roles that stand for an entity, and reach rows that other callers own without having to own them."""
    main = main_entity(draft.system, operation)
    if main is None or shape(draft, operation) == Shape.CREATE:
        return ()
    owned = {f.relation.target for f in main.fields if f.relation is not None and not f.relation.many} | {main.name}
    return tuple(
        grant.role
        for grant in grants
        if grant.owner is None
        and grant.role not in {ANYONE, AUTHENTICATED}
        and (entity := caller_entity(draft, grant.role)) is not None
        and entity.name in owned
    )


def _record_identity(draft: Draft, role: str, entity: Entity, declared: bool) -> None:
    table = draft.table_names[entity.name]
    stated = next(r for r in draft.system.roles if r.name == role)
    columns = draft.columns_of(entity.name, stated.entity_field) if stated.entity_field else draft.keys[entity.name]
    draft.decide(
        Decision(
            id=f"identity/{role}",
            title=f"Who a {role} is",
            choice=f"the token's `{stated.subject}` is {table}.{', '.join(columns)}",
            because=f"Every ownership path of {role} ends at {entity.name}."
            if not declared
            else f"The brief says that a {role} is a {entity.name}.",
            source="RFC 7519 4.1.2",
            alternatives=(
                Alternative(
                    name="look the caller up by e-mail",
                    because="an address changes hands; and it costs a read a request",
                ),
            ),
            elements=(f"table {table}",),
        )
    )


STAGE = Stage("access", "Who may call", __doc__, decide)
