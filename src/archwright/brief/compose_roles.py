"""Roles and policies to the model. A role's entity is told, or follows from what the role owns."""

from __future__ import annotations

from archwright.brief.constants import constant
from archwright.brief.kinds import Scope
from archwright.brief.nearest import suggest
from archwright.brief.nodes import quote
from archwright.brief.paths import Entities, Found, field_of, follow, look_up
from archwright.brief.policies import CALLER, PolicyDraft, WhenDraft
from archwright.brief.vocabulary import Draft, Stand
from archwright.brief.words import Word, moved
from archwright.model.entity import Entity, Type
from archwright.model.policy import ANYONE, AUTHENTICATED, AttributeCondition, Ownership, Policy, Role

BUILT_IN = (ANYONE, AUTHENTICATED)


class Roles:
    """The roles of the brief. Ownership must be told with `claim_owner` before `compose` and `policy` are asked."""

    def __init__(self, drafts: tuple[Draft, ...], entities: Entities, scope: Scope) -> None:
        self._drafts = drafts
        self._entities = entities
        self._scope = scope
        self._names = [draft.name.text for draft in drafts] + list(BUILT_IN)
        self._stands: dict[str, Entity] = {}
        for draft in drafts:
            if draft.name.text in BUILT_IN:
                hint = "leave it out: it needs no declaration"
                scope.note(draft.name, f"role {quote(draft.name.text)} is known to every brief", hint)
            stand: Stand | None = draft.values.get("entity")
            entity = look_up(entities, stand.entity, scope.inner(draft.name.text)) if stand is not None else None
            if entity is not None:
                self._stands[draft.name.text] = entity
        self._told = set(self._stands)

    def claim_owner(self, policy: PolicyDraft, subject: Entity, scope: Scope) -> None:
        """Learn from `role owns path` which entity stands for the role."""
        target = self._owner(policy, subject, scope)
        role = policy.role.text
        if target is None or role not in self._names or role in BUILT_IN or policy.owns is None:
            return
        known = self._stands.setdefault(role, target)
        if known is not target:
            source = "its entity is" if role in self._told else "elsewhere it owns by"
            message = f"{role} owns by {quote(policy.owns.text)}, a {target.name}, but {source} {known.name}"
            scope.note(policy.owns, message, f"name the entity at the role: {role}: {{entity: {known.name}}}")

    def _owner(self, policy: PolicyDraft, subject: Entity, scope: Scope) -> Entity | None:
        if policy.owns is None:
            return None
        found = follow(self._entities, subject, policy.owns, scope, f"{scope.path} owns by")
        if found is None:
            return None
        if found.field.relation is not None:
            if not found.field.relation.many:
                return self._entities.get(found.field.relation.target)
            scope.note(
                policy.owns,
                f"{scope.path} owns by {quote(policy.owns.text)}, which holds many",
                "name a single reference",
            )
        elif (found.field.name,) == found.entity.key:
            return found.entity
        elif found.field.type is not Type.UNKNOWN:
            message = f"{scope.path} owns by {quote(policy.owns.text)}, which refers to no entity"
            references = [field.name for field in found.entity.fields if field.relation is not None]
            scope.note(policy.owns, message, f"references of {found.entity.name}: {', '.join(references) or 'none'}")
        return None

    def policy(self, draft: PolicyDraft, subject: Entity | None, scope: Scope) -> Policy:
        """The model's policy; its names are checked."""
        role = draft.role.text
        if role not in self._names:
            scope.note(draft.role, f"unknown role {quote(role)} in {scope.path}", suggest(role, self._names, "roles"))
        if role == ANYONE and (
            draft.owns is not None or any(when.value.text.startswith(CALLER) for when in draft.when)
        ):
            scope.note(draft.role, f"{scope.path}: anyone is nobody in particular", "name a role that signs in")
        if role == AUTHENTICATED and draft.owns is not None:
            hint = f"declare a role with that entity, such as shopper: {{entity: {'Customer' if subject is None else subject.name}}}"
            scope.note(draft.role, f"{scope.path}: no entity stands for every caller who has signed in", hint)
        when = [self._when(draft, item, subject, scope) for item in draft.when] if subject is not None else []
        return Policy(
            role=role,
            owns=Ownership(path=draft.owns.text) if draft.owns is not None else None,
            conditions=tuple(condition for condition in when if condition is not None),
        )

    def _when(self, draft: PolicyDraft, when: WhenDraft, subject: Entity, scope: Scope) -> AttributeCondition | None:
        found = follow(self._entities, subject, when.field, scope, f"{scope.path} looks at")
        if found is None:
            return None
        if not when.value.quoted and when.value.text.split(".")[0] == CALLER:
            return self._of_caller(draft, when, found, scope)
        if found.field.relation is not None:
            hint = "compare it with the caller: when clinic = caller.clinic"
            scope.note(when.value, f"{scope.path}: {found.field.name} is a reference", hint)
            return None
        value = constant(when.value, found.field, scope)
        return None if value is None else AttributeCondition(field=when.field.text, operator=when.operator, value=value)

    def _of_caller(self, draft: PolicyDraft, when: WhenDraft, found: Found, scope: Scope) -> AttributeCondition | None:
        path = when.value.text.partition(".")[2]
        role = draft.role.text
        if not path:
            scope.note(when.value, f"{scope.path}: caller alone is no value", f"write {role} owns {when.field.text}")
            return None
        entity = self._stands.get(role)
        if entity is None:
            if role in self._names and role != ANYONE:
                hint = f"add it at the role: {role}: {{entity: Doctor}}"
                scope.note(when.value, f"{scope.path}: no entity stands for {role}, so caller has no fields", hint)
            return None
        word = Word(path, moved(when.value, len(CALLER) + 1))
        theirs = follow(self._entities, entity, word, scope, f"{scope.path} compares with caller")
        if theirs is None:
            return None
        mine, other = _sort_of(found), _sort_of(theirs)
        if mine != other:
            message = f"{scope.path} compares {when.field.text} ({mine}) with {when.value.text} ({other})"
            scope.note(when.value, message, "the two must be alike")
            return None
        return AttributeCondition(field=when.field.text, operator=when.operator, caller=path)

    def compose(self) -> tuple[Role, ...]:
        """The roles, each with the entity that stands for its callers."""
        return tuple(self._role(draft) for draft in self._drafts if draft.name.text not in BUILT_IN)

    def _role(self, draft: Draft) -> Role:
        stand: Stand | None = draft.values.get("entity")
        entity = self._stands.get(draft.name.text)
        by = stand.by if stand is not None else None
        if by is not None and entity is not None:
            scope = Scope(draft.name.text, self._scope.notes, self._scope.unknown)
            field = field_of(entity, by, scope, f"{scope.path} is found by")
            if field is not None and not field.unique and entity.key != (field.name,):
                hint = f"mark it unique, so that it names one {entity.name}"
                scope.note(by, f"{scope.path} is found by {entity.name}.{field.name}, which is not unique", hint)
        return Role(
            name=draft.name.text,
            source=draft.values.get("from", "oidc"),
            claim=draft.values.get("claim", ""),
            entity=entity.name if entity is not None else None,
            entity_field=by.text if by is not None else "",
            subject=stand.claim if stand is not None else "sub",
            place=draft.place,
        )


def _sort_of(found: Found) -> str:
    relation = found.field.relation
    if relation is not None:
        return f"a {relation.target}"
    return f"a {found.entity.name}" if (found.field.name,) == found.entity.key else str(found.field.type)
