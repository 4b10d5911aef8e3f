"""Operation drafts to the model: filters, order, page, triggers, load, and what these say of each other."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.brief.accesses import CallDraft, FilterDraft, MeasureDraft, RateDraft, SortDraft, TouchDraft
from archwright.brief.compose_roles import Roles
from archwright.brief.compose_touches import Touches
from archwright.brief.compose_triggers import Triggers
from archwright.brief.kinds import Scope
from archwright.brief.nearest import suggest
from archwright.brief.nodes import quote
from archwright.brief.paths import NUMERIC, TEMPORAL, TEXTUAL, UNORDERED, Entities, Found, field_of, follow
from archwright.brief.policies import PolicyDraft
from archwright.brief.table import Values
from archwright.brief.vocabulary import DEFAULT_PAGE, Draft
from archwright.brief.words import Word, moved
from archwright.model.effect import WriteKind
from archwright.model.entity import Entity, Type
from archwright.model.operation import Access, Action, Filter, Measure, Operation, PeerCall, Sort, Touch
from archwright.model.workload import Load

_READING = ("by", "match", "scan", "measure", "group", "sort", "page")


@dataclass(frozen=True, slots=True)
class Prepared:
    """An operation whose touches are known, before its policies can be."""

    draft: Draft
    touches: Touches
    scope: Scope


def prepare(draft: Draft, entities: Entities, scope: Scope) -> Prepared:
    """Look up what the operation touches."""
    inner = Scope(draft.name.text, scope.notes, scope.unknown)
    touches = Touches(entities, inner)
    kinds = (("write", WriteKind.INSERT), ("update", WriteKind.UPDATE), ("read", None))
    for word, kind in kinds:
        for touch in draft.values.get(word, ()):
            touches.add(touch, kind, word)
    for name in draft.values.get("delete", ()):
        touches.add(TouchDraft(name), WriteKind.DELETE, "delete")
    return Prepared(draft, touches, inner)


def claim_owners(prepared: Prepared, roles: Roles) -> None:
    """Tell the roles what the operation's policies say of them."""
    subject = prepared.touches.subject
    policy: PolicyDraft
    for policy in prepared.draft.values.get("who", ()):
        if subject is not None:
            roles.claim_owner(policy, subject, prepared.scope)
        elif policy.owns is not None and not _touches_something(prepared.draft.values):
            prepared.scope.note(policy.owns, f"{prepared.scope.path} touches no rows to own", "add read: or write:")


def compose_operation(prepared: Prepared, entities: Entities, roles: Roles, triggers: Triggers) -> Operation:
    """The model's operation; mistakes are noted."""
    values, scope, subject = prepared.draft.values, prepared.scope, prepared.touches.subject
    _check_shape(values, prepared.draft, scope)
    reads, writes = prepared.touches.compose()
    filters = _filters(values, subject, entities, scope) if subject is not None else ()
    if writes and subject is not None and not values.has("by") and _changes(writes, subject):
        filters = (*(Filter(field=name) for name in subject.key), *filters)
    policies = tuple(roles.policy(policy, subject, scope) for policy in values.get("who", ()))
    action = _action(values, reads, writes, filters, subject, policies_own_key=_own_row(values, subject))
    access = Access(
        reads=reads,
        writes=writes,
        filters=filters,
        sort=_sort(values, subject, entities, scope) if subject is not None else (),
        page=_page(values, action, scope),
        measures=_measures(values, prepared.touches, scope) if action is Action.AGGREGATE else (),
        group=_group(values, subject, entities, scope) if subject is not None else (),
        together=values.get("together", len(writes) > 1),
        idempotent=values.get("idempotent", False),
        calls=tuple(_call(call, triggers) for call in values.get("calls", ())),
        publishes=tuple(triggers.channel(word, scope) for word in values.get("publishes", ())),
    )
    trigger = triggers.trigger(values, filters, subject, scope, writes=bool(writes))
    return Operation(
        name=prepared.draft.name.text,
        trigger=trigger,
        action=action,
        access=access,
        policies=policies,
        load=_load(values, scope),
        description=values.get("about", ""),
        place=prepared.draft.place,
    )


def _touches_something(values: Values) -> bool:
    return any(values.has(word) for word in ("read", "write", "update", "delete"))


def _check_shape(values: Values, draft: Draft, scope: Scope) -> None:
    """Words that need other words beside them."""
    if not _touches_something(values) and not values.has("calls") and not values.has("publishes"):
        scope.note(draft.name, f"{scope.path} neither reads nor writes", "add read:, write:, update: or delete:")
    if not values.has("who") and not any(values.has(word) for word in ("on", "every", "command")):
        scope.note(
            draft.name, f"{scope.path} does not say who may call it", "add who: with a role, anyone or authenticated"
        )
    for word in _READING[1:]:
        if values.has(word) and not values.has("read"):
            scope.note(values.at(word), f"{scope.path} has {word}, but reads nothing", "add read: and an entity")
    if values.has("by") and not _touches_something(values):
        scope.note(values.at("by"), f"{scope.path} has by, but touches nothing", "add read: and an entity")
    if values.get("together") and not any(values.has(word) for word in ("write", "update", "delete")):
        scope.note(values.at("together"), f"{scope.path} has together, but writes nothing", "leave together out")
    if values.has("page") and (values.has("scan") or values.has("measure")):
        hint = "leave out page, or scan and measure"
        scope.note(values.at("page"), f"{scope.path} gives figures, which have no pages", hint)
    if values.has("group") and not (values.has("scan") or values.has("measure")):
        scope.note(values.at("group"), f"{scope.path} groups, but gives no figures", "add measure: count")


def _changes(writes: tuple[Touch, ...], subject: Entity) -> bool:
    first = writes[0]
    return first.entity == subject.name and first.kind in {WriteKind.UPDATE, WriteKind.DELETE}


def _own_row(values: Values, subject: Entity | None) -> bool:
    who: tuple[PolicyDraft, ...] = values.get("who", ())
    return subject is not None and bool(who) and all(p.owns is not None and (p.owns.text,) == subject.key for p in who)


def _action(
    values: Values,
    reads: tuple[Touch, ...],
    writes: tuple[Touch, ...],
    filters: tuple[Filter, ...],
    subject: Entity | None,
    *,
    policies_own_key: bool,
) -> Action:
    if writes:
        kinds = {touch.kind for touch in writes}
        names = {touch.entity for touch in writes}
        if kinds == {WriteKind.INSERT} and all(f"{touch.entity}." in touch.through for touch in writes[1:]):
            return Action.CREATE
        if len(names) == 1 and kinds == {WriteKind.UPDATE}:
            return Action.UPDATE
        return Action.DELETE if len(names) == 1 and kinds == {WriteKind.DELETE} else Action.CUSTOM
    if not reads or subject is None:
        return Action.CUSTOM
    if values.has("scan") or values.has("measure"):
        return Action.AGGREGATE
    equal = {item.field for item in filters if item.operator == "=" and not item.optional}
    if policies_own_key and not values.has("by") and not values.has("page"):
        return Action.READ_ONE
    return Action.READ_ONE if any(set(fields) <= equal for fields in _identities(subject)) else Action.READ_MANY


def _identities(entity: Entity) -> list[tuple[str, ...]]:
    """The sets of fields that name one row."""
    single = [(field.name,) for field in entity.fields if field.unique]
    return [entity.key, *single, *(unique.fields for unique in entity.uniques if unique.where is None)]


def _filters(values: Values, subject: Entity, entities: Entities, scope: Scope) -> tuple[Filter, ...]:
    found: list[Filter] = []
    draft: FilterDraft
    verb = "reads" if values.has("read") else "writes"
    for draft in values.get("by", ()):
        at = follow(entities, subject, draft.field, scope, f"{scope.path} {verb} by")
        if at is not None:
            _check_filter(at, draft, scope)
            if any((item.field, item.operator) == (draft.field.text, draft.operator) for item in found):
                scope.note(draft.field, f"{scope.path} {verb} by {quote(draft.field.text)} twice")
            found.append(Filter(field=draft.field.text, operator=draft.operator, optional=draft.optional))
    word: Word
    for word in values.get("match", ()):
        at = follow(entities, subject, word, scope, f"{scope.path} matches")
        if at is not None:
            if at.field.type not in {*TEXTUAL, Type.UNKNOWN}:
                scope.note(
                    word, f"{scope.path} matches {quote(word.text)}, which is {at.field.type}", "only a text is matched"
                )
            found.append(Filter(field=word.text, operator="match"))
    scan: FilterDraft | None = values.get("scan")
    if scan is not None and scan.operator != "all":
        at = follow(entities, subject, scan.field, scope, f"{scope.path} scans")
        if at is not None and at.field.type not in {*TEMPORAL, Type.UNKNOWN}:
            scope.note(
                scan.field,
                f"{scope.path} scans {quote(scan.field.text)}, which is {at.field.type}",
                "name a time or date",
            )
        found.append(Filter(field=scan.field.text, operator="within", window=scan.window))
    return tuple(found)


def _check_filter(at: Found, draft: FilterDraft, scope: Scope) -> None:
    name = quote(draft.field.text)
    if at.field.secret:
        scope.note(draft.field, f"{scope.path} chooses rows by {name}, which is secret", "choose by another field")
    elif at.field.type in UNORDERED:
        scope.note(
            draft.field, f"{scope.path} chooses rows by {name}, which is {at.field.type}", "choose by another field"
        )
    elif draft.operator in {">=", "<="} and at.field.type not in {*NUMERIC, *TEMPORAL, *TEXTUAL, Type.UNKNOWN}:
        hint = "from and to need numbers, times or texts"
        scope.note(draft.field, f"{scope.path} takes a range of {name}, which is {at.field.type}", hint)


def _sort(values: Values, subject: Entity, entities: Entities, scope: Scope) -> tuple[Sort, ...]:
    found: list[Sort] = []
    draft: SortDraft
    for draft in values.get("sort", ()):
        at = follow(entities, subject, draft.field, scope, f"{scope.path} sorts by")
        if at is not None and (at.field.type in UNORDERED or at.field.secret):
            kind = "secret" if at.field.secret else str(at.field.type)
            scope.note(
                draft.field,
                f"{scope.path} sorts by {quote(draft.field.text)}, which is {kind}",
                "sort by another field",
            )
        if any(sort.field == draft.field.text for sort in found):
            scope.note(draft.field, f"{scope.path} sorts by {quote(draft.field.text)} twice")
        found.append(Sort(field=draft.field.text, descending=draft.descending))
    return tuple(found)


def _page(values: Values, action: Action, scope: Scope) -> int | None:
    if action is Action.READ_ONE:
        for word in ("page", "sort"):
            if values.has(word):
                scope.note(values.at(word), f"{scope.path} gives one row, so it has no {word}", f"leave {word} out")
        return None
    if action is not Action.READ_MANY:
        return None
    page: int = values.get("page", DEFAULT_PAGE)
    return page


def _measures(values: Values, touches: Touches, scope: Scope) -> tuple[Measure, ...]:
    found: list[Measure] = []
    draft: MeasureDraft
    for draft in values.get("measure", (MeasureDraft("count", None),)):
        if draft.field is None:
            found.append(Measure(function=draft.function))
            continue
        named, _, name = draft.field.text.rpartition(".")
        word = Word(name, moved(draft.field, len(named) + 1 if named else 0))
        entity = next((e for e in touches.entities if e.name == named), None) if named else touches.subject
        if entity is None:
            hint = suggest(named, [entity.name for entity in touches.entities], "read here")
            scope.note(draft.field, f"{scope.path} measures {quote(named)}, which it does not read", hint)
            continue
        field = field_of(entity, word, scope, f"{scope.path} measures")
        ordered = NUMERIC if draft.function in {"sum", "avg"} else {*NUMERIC, *TEMPORAL, *TEXTUAL}
        if field is not None and field.type not in {*ordered, Type.UNKNOWN}:
            scope.note(
                word,
                f"{scope.path} has no {draft.function} of {entity.name}.{name}, which is {field.type}",
                "name a number",
            )
        found.append(Measure(function=draft.function, field=f"{entity.name}.{name}"))
    return tuple(found)


def _group(values: Values, subject: Entity, entities: Entities, scope: Scope) -> tuple[str, ...]:
    for word in values.get("group", ()):
        follow(entities, subject, word, scope, f"{scope.path} groups by")
    return tuple(word.text for word in values.get("group", ()))


def _call(draft: CallDraft, triggers: Triggers) -> PeerCall:
    return PeerCall(peer=draft.peer.text, timeout=draft.timeout or triggers.peer_timeout(draft.peer))


def _load(values: Values, scope: Scope) -> Load:
    rate: RateDraft | None = values.get("rate")
    usual = rate.usual if rate is not None else None
    peak = rate.peak if rate is not None else None
    if usual is not None and peak is not None and peak < usual:
        scope.note(
            values.at("rate"),
            f"{scope.path}: the peak {peak} is below the usual {usual}",
            "write the higher one after peak",
        )
    return Load(rate=usual, peak=peak, p95=values.get("p95"), stale=values.get("stale"))
