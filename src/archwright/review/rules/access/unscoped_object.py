"""`access/unscoped-object`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from archwright.model.base import Place
from archwright.model.effect import Effect, Many, Read, Write
from archwright.model.entity import Entity
from archwright.model.finding import Confidence, Impact
from archwright.model.which import Which
from archwright.review.endpoint import Does, Endpoint
from archwright.review.rule import Rule, Verdict
from archwright.review.rules.access import _object_verdicts as verdicts
from archwright.review.rules.access._before import checks_strictly, looked_at_before, names_check
from archwright.review.rules.access._object_examples import BAD, GOOD
from archwright.review.rules.access._owner import is_person, owner_of
from archwright.review.rules.access._scope import Access, Accesses, Limit, accesses_of, all_accesses
from archwright.review.staff import for_staff

_FEWEST = 2
_SHARE = 0.5
_PRIVATE = 3
"""Of so many other entities the project limits rows by a field of the same name: such rows are not everyone's."""
_ABOUT = re.compile(
    r"(?:get|list|load|fetch|set|add|create|update|grant|give|assign|remove|revoke|delete|save|store)_", re.IGNORECASE
)
"""What names a look at, or a change of, who may do what: it turns nobody away."""
_CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_COMPARES = re.compile(r" [!=]= ")
_ATTRIBUTES = re.compile(r"\.(\w+)")


class UnscopedObject(Rule):
    """A row is fetched by a key from the request, and nothing ties it to who calls, as other endpoints do for the same entity.

    The endpoint knows who calls, or its path names what the row is a part of; yet the query asks for the key alone, no
    condition of the code compares the row with the caller, and no permission is checked. Reported where at least two other
    endpoints limit the same entity and most of them do, or the one that lists it does, or where most check whose the row is; where the
    row has an owner by its schema and is changed, or the project limits rows of other entities by the same owner; and where a
    decorator checks what the path names first (the project), and the row that it names last (a file of the project) is fetched
    whatever it belongs to. An endpoint that only reads and asks for no login is compared with those that only read. Endpoints for staff, and for services that
    prove themselves by a secret of the settings, are left out, and so are rows that are compared by a secret of theirs, that name a row of
    the caller's, that the caller only keeps as a bookmark or is sent on to the page of, and that an endpoint for anyone shows as well; rows that the path names and a hook of the view's class
    (`test_func`, `dispatch`) hands to a check of permissions, or that a form finds among those it is limited to. Rows that only callers with a permission on their model
    may change, and that no endpoint limits to who calls, are shared.

    Why: a caller who sends another key gets at the row of somebody else. Keys are guessed, counted up, or seen in links.

    Instead: put the owner into the query (`get(pk=pk, owner=request.user)`), so that what is not the caller's is not found.

    Fine when: every caller may see every row of the entity.

    Fix safety: no automatic fix. Rows that were found until now are not found any more, as is meant.
    """

    name = "access/unscoped-object"
    impact = Impact.HIGH
    cwe = "CWE-639"
    security = True
    which = Which.SENT
    bad = BAD
    good = GOOD

    def check(
        self,
        endpoint: Endpoint,
        endpoints: Sequence[Endpoint],
        effects: Callable[[Endpoint], Sequence[Read | Write]],
        entities: Mapping[str, Entity],
    ) -> Iterator[Verdict]:
        if for_staff(endpoint):
            return
        own = list(accesses_of(endpoint, effects(endpoint), entities))
        taken = [access for access in own if access.limit is Limit.KEY]
        if not taken or endpoint.checks or endpoint.sends_on or not (endpoint.signed_in or endpoint.asks):
            return
        known = all_accesses(endpoints, effects, entities)
        found: Sequence[Effect] = effects(endpoint)
        for access in taken:
            changed = any(isinstance(each, Write) and each.entity == access.entity for each in found)
            doubtful: Verdict | None = None
            for verdict in self._judged(access, own, entities, known, changed=changed):
                if verdict.confidence is not Confidence.LOW:
                    yield verdict
                    break
                doubtful = doubtful or verdict
            else:
                if doubtful is not None:
                    yield doubtful

    def _judged(
        self, access: Access, own: Sequence[Access], entities: Mapping[str, Entity], known: Accesses, *, changed: bool
    ) -> Iterator[Verdict]:
        """What shows that the row is not everyone's, the surest first."""
        all_ = known.of(access.entity)
        same = [each for each in own if each.entity == access.entity]
        harmless = not changed and (access.endpoint.keeps or _for_anyone(access, all_))
        if any(each.limit is Limit.CALLER and access.entity in each.parts for each in own):
            return  # what is looked up with it is the caller's
        if not any(each.key == access.key and each.limit is not Limit.KEY for each in same):
            yield from _by_siblings(
                access, entities[access.entity], known, harmless=harmless or (not changed and is_person(access.entity))
            )
        if any(each.limit is not Limit.KEY and not _looks_only(each) for each in same):
            return
        before = looked_at_before(access)
        owner = None if _is_shared(access, all_) else owner_of(entities[access.entity])
        if owner is not None and changed and not before:
            yield verdicts.owned(access, owner)
        if (parent := _checked_parent(access, own)) is not None and _belongs(entities[access.entity]):
            yield verdicts.loose_child(access, *parent)
        if before:
            return
        if owner is not None and owner.sure and not access.constants and not harmless:
            like = known.by_owner(owner.field)
            if len(like) >= _PRIVATE and access.entity not in like:
                yield verdicts.private(access, owner, like[min(like)], len(like))


def _by_siblings(access: Access, entity: Entity, known: Accesses, *, harmless: bool) -> Iterator[Verdict]:
    """What the endpoints beside it show.

    An endpoint that only reads and lets in who is not signed in is compared with those that only read: all may see what few may change.
    """
    all_ = known.of(access.entity)
    beside = [each for each in all_ if each.endpoint.unit != access.endpoint.unit and not for_staff(each.endpoint)]
    fewest = 1 if known.changes(access.endpoint) else _FEWEST
    if access.endpoint.signed_in or fewest == 1:
        yield from _compared(access, entity, beside, harmless=harmless, fewest=fewest)
        return
    readers = [each for each in beside if not known.changes(each.endpoint)]
    found = list(_compared(access, entity, readers, harmless=harmless, fewest=fewest))
    yield from found or map(verdicts.doubted, _compared(access, entity, beside, harmless=harmless, fewest=fewest))


def _compared(
    access: Access, entity: Entity, beside: Sequence[Access], *, harmless: bool, fewest: int
) -> Iterator[Verdict]:
    """`fewest`: how many must limit the entity where others check it."""
    endpoint = access.endpoint
    callers = _first_of_each(each for each in beside if each.limit is Limit.CALLER and each.key)
    parents = _first_of_each(
        each
        for each in beside
        if each.limit is Limit.PARENT
        and (each.key or _is_collection(each.endpoint, endpoint))
        and _names(endpoint, each.parent)
    )
    before = looked_at_before(access)
    if before:
        callers = []  # what stands before it may look at the row
        if not _is_last(endpoint, access.key):
            return
    limited = callers if len(callers) >= len(parents) else parents
    others = {each.endpoint.unit for each in beside if each.limit is Limit.KEY and not each.endpoint.checks}
    checked = _first_of_each(each for each in beside if each.limit is Limit.KEY and each.endpoint.checks)
    if limited:
        sure = len(limited) >= _FEWEST and len(limited) >= _SHARE * (len(limited) + len(others))
        sure = sure or (len(limited) >= fewest and bool(checked) and len(limited) + len(checked) > len(others))
        sure = sure or any(_is_collection(each.endpoint, endpoint) for each in limited)
        yield verdicts.limited_elsewhere(access, limited, sure=sure)
    elif not before and not harmless:
        strictly = [
            each
            for each in checked
            if checks_strictly(each.endpoint)
            and _is_of(entity, each.endpoint.checks)
            and not _ABOUT.match(each.endpoint.checks)
        ]
        if len(strictly) >= _FEWEST and len(strictly) >= len(others):
            yield verdicts.checked_elsewhere(access, strictly)


def _is_shared(access: Access, all_: Sequence[Access]) -> bool:
    """True where staff says who may change rows of the entity, and nothing limits them to who calls: the owner only tells who wrote it."""
    endpoint = access.endpoint
    return (
        any(guard.granted for guard in endpoint.guards)
        and endpoint.methods <= _CHANGES
        and not any(each.limit is Limit.CALLER for each in all_)
    )


def _is_of(entity: Entity, check: str) -> bool:
    """False for a comparison that names no field of the entity: `note.user == me`, where the rows have no user."""
    compared = _ATTRIBUTES.findall(check) if _COMPARES.search(check) else []
    keys = ("id", "pk", *entity.key)
    return not compared or any(
        name in keys or entity.field(name) or entity.field(name.removesuffix("_id")) for name in compared
    )


def _for_anyone(access: Access, all_: Sequence[Access]) -> bool:
    """True where an endpoint that asks nobody who calls fetches rows of the entity by a key as well: all may see them."""
    return any(
        each.limit is Limit.KEY
        and not each.writes
        and each.endpoint.unit != access.endpoint.unit
        and each.endpoint.asks_nobody
        and not each.endpoint.changes
        for each in all_
    )


def _checked_parent(access: Access, own: Sequence[Access]) -> tuple[str, Place, str] | None:
    """What the path names before the key, where that is checked and the key is not: its name, where, by what."""
    endpoint, key = access.endpoint, _parameter(access.key)
    if not access.key.startswith("path") or not _is_last(endpoint, access.key):
        return None
    for path in endpoint.paths:
        earlier = [part[1:-1] for part in path.split("/") if part.startswith("{") and part.endswith("}")]
        for name in earlier[:-1] if earlier[-1:] == [key] else ():
            for each in endpoint.decorators:
                if each.does is Does.OTHER and names_check(each.name) and name in each.names:
                    return None if key in each.names else (f"path parameter {name!r}", each.place, f"@{each.name}")
            for other in own:
                if other.limit is Limit.CALLER and _parameter(other.key) == name and other.entity != access.entity:
                    return f"path parameter {name!r}", other.effect.place, f"the query of {other.entity}"
    return None


def _looks_only(access: Access) -> bool:
    """True for a look whether there is such a row, as a form does for a name that must be the only one."""
    return access.limit is Limit.UNKNOWN and isinstance(access.effect, Read) and access.effect.many is Many.EXISTS


def _belongs(entity: Entity) -> bool:
    """True for rows that refer to another row: they are a part of something."""
    return any(
        field.relation is not None or (field.name.endswith("_id") and field.name not in entity.key)
        for field in entity.fields
    )


def _is_last(endpoint: Endpoint, source: str) -> bool:
    """True for what is not checked along with the path: its last parameter, and what the body or the query names."""
    name = _parameter(source)
    return not source.startswith("path") or any(
        path.rpartition("{")[2].partition("}")[0] == name for path in endpoint.paths
    )


def _parameter(source: str) -> str:
    return source.partition("'")[2].rstrip("'")


def _names(endpoint: Endpoint, source: str) -> bool:
    """True where a path of the endpoint has the parameter, too: `path parameter 'order_id'`."""
    name = _parameter(source)
    return any("{" + name + "}" in path for path in endpoint.paths)


def _is_collection(other: Endpoint, endpoint: Endpoint) -> bool:
    """True for `/orders/{order}/lines` of `/orders/{order}/lines/{line}`."""
    shorter = {path.rstrip("/") for path in other.paths}
    return any(
        path.rstrip("/").rpartition("/")[0] in shorter for path in endpoint.paths if path.rstrip("/").endswith("}")
    )


def _first_of_each(found: Iterator[Access]) -> list[Access]:
    """One access of each endpoint."""
    first: dict[str, Access] = {}
    for access in found:
        first.setdefault(access.endpoint.unit, access)
    return list(first.values())
