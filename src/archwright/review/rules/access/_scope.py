"""Which accesses of endpoints to an entity are limited to what the caller may see, and which take any row whose key is sent."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from weakref import WeakKeyDictionary

from archwright.model.base import Model
from archwright.model.effect import Condition, Effect, Many, Read, Write
from archwright.model.entity import Entity, Type
from archwright.model.value import OriginKind
from archwright.review.endpoint import EffectsOf, Endpoint
from archwright.review.rules.access._owner import owner_of
from archwright.review.rules.access._reads import changes

_OWNERS = re.compile(
    r"^(?:(?:\w+_)?(?:owner|user|author|creator|created_by|customer|account|tenant|org|organi[sz]ation|team|workspace|company"
    r"|project|client|member|members|profile|household|school|merchant|vendor|group|groups|users|owners))(?:_id|_ids|_by)?$"
)
"""Fields that say whose a row is."""
_PERSONS = re.compile(r"(?:^|_|[a-z])(?:User|Account|Customer|Member|Tenant|Organi[sz]ation|Workspace|Team|Company)$")
SECRET = re.compile(
    r"token|secret|cookie|hash|signature|password|otp|(?:activation|access|api|auth|confirm\w*|verif\w*|reset|invit\w*)_?(?:key|code)",
    re.IGNORECASE,
)
"""What a request calls a key that only its holder knows, and columns that hold one."""
_PATH = "path parameter"


class Limit(enum.StrEnum):
    """How an access chooses its rows."""

    CALLER = "caller"
    """By who calls, beside whatever else."""
    PARENT = "parent"
    """By a parameter of the path that names what the row is a part of."""
    KEY = "key"
    """By nothing but a key that the request names."""
    UNKNOWN = "unknown"


class Access(Model, frozen=True, kw_only=True):
    """How an endpoint gets at rows of an entity."""

    endpoint: Endpoint
    effect: Read | Write
    entity: str
    limit: Limit
    path: str = ""
    """The field that limits it; for a key, the key."""
    key: str = ""
    """What the request calls a key among its conditions: `path parameter 'order_id'`; empty: none is."""
    parent: str = ""
    """What the path calls the row that this one is a part of, where that limits it."""

    parts: frozenset[str] = frozenset()
    """The entities whose rows its conditions name: of `filter(order=order, owner=me)`, those of `Order` and of the owner."""
    constants: bool = False
    """True where some of its conditions are constants: it takes rows of one kind (those that are published)."""

    @property
    def writes(self) -> bool:
        return isinstance(self.effect, Write)


def accesses_of(endpoint: Endpoint, effects: Sequence[Effect], entities: Mapping[str, Entity]) -> Iterator[Access]:
    """The accesses of one endpoint to known entities by conditions; those without any condition are left out."""
    for effect in effects:
        if isinstance(effect, Read):
            given = effect.predicate if effect.many is not Many.AGGREGATE else ()
        elif isinstance(effect, Write):
            given = effect.condition if effect.row is None else ()
        else:
            continue
        entity = entities.get(effect.entity or "")
        if entity is None or not given or effect.context.deferred is not None:
            continue
        limit, path, parent = _limit(entity, given)
        key = next((_sent(each) for each in given if _is_key(entity, each)), "")
        yield Access(
            endpoint=endpoint,
            effect=effect,
            entity=entity.name,
            limit=limit,
            path=path,
            key=key,
            parent=parent,
            parts=frozenset(_related(entity, given)),
            constants=any(each.value.constant is not None for each in given),
        )


class Listing(Model, frozen=True, kw_only=True):
    """An endpoint lists or counts rows of an entity."""

    endpoint: Endpoint
    effect: Read
    entity: str
    limit: Limit
    """`CALLER`; `KEY` for rows of everyone, whatever else the request filters them by; `UNKNOWN`."""
    path: str = ""
    """The field that limits it."""


def listings_of(endpoint: Endpoint, effects: Sequence[Effect], entities: Mapping[str, Entity]) -> Iterator[Listing]:
    """The rows of known entities that an endpoint lists."""
    for effect in effects:
        if not isinstance(effect, Read) or effect.many not in (Many.MANY, Many.AGGREGATE) or effect.context.deferred:
            continue
        entity = entities.get(effect.entity or "")
        if entity is None:
            continue
        limit, path = Limit.KEY, ""
        for each in effect.predicate:
            if each.path == "?" or each.operator == "?" or (_is_key(entity, each) and limit is Limit.KEY):
                limit = Limit.UNKNOWN
            elif _says_whose(entity, each.path) and not _sent(each) and each.value.constant is None:
                limit, path = Limit.CALLER, each.path
                break
            elif not _sent(each):
                limit = Limit.UNKNOWN
        yield Listing(endpoint=endpoint, effect=effect, entity=entity.name, limit=limit, path=path)


class Accesses:
    """The accesses of all endpoints, by entity."""

    def __init__(self, endpoints: Iterable[Endpoint], effects: EffectsOf, entities: Mapping[str, Entity]) -> None:
        self._by_entity: dict[str, list[Access]] = {}
        self._by_owner: dict[str, dict[str, Access]] = {}
        self._changing: set[str] = set()
        self._tied: set[str] = set()
        for endpoint in endpoints:
            found = effects(endpoint)
            if changes(endpoint, found):
                self._changing.add(endpoint.unit)
            for access in accesses_of(endpoint, found, entities):
                self._by_entity.setdefault(access.entity, []).append(access)
                if access.limit is Limit.CALLER:
                    self._tied.add(endpoint.unit)
                owner = owner_of(entities[access.entity]) if access.limit is Limit.CALLER else None
                if owner is not None and access.path.removesuffix("_id") == owner.field.removesuffix("_id"):
                    self._by_owner.setdefault(owner.field, {}).setdefault(access.entity, access)

    def by_owner(self, field: str) -> Mapping[str, Access]:
        """The entities whose rows are limited to those of the caller by the field that says whose they are, each with an access."""
        return self._by_owner.get(field, {})

    def changes(self, endpoint: Endpoint) -> bool:
        """True where an endpoint changes anything, or its method says so: what it asks of callers need not hold for who only reads."""
        return endpoint.unit in self._changing

    def tied(self, endpoint: Endpoint) -> bool:
        """True where an endpoint looks up some row by who calls."""
        return endpoint.unit in self._tied

    def of(self, entity: str) -> Sequence[Access]:
        """Every access to an entity."""
        return self._by_entity.get(entity, ())


_ALL: WeakKeyDictionary[object, Accesses] = WeakKeyDictionary()


def all_accesses(endpoints: Iterable[Endpoint], effects: EffectsOf, entities: Mapping[str, Entity]) -> Accesses:
    """Those of all endpoints, made once for all rules of a review: they are given the same `effects`."""
    known = _ALL.get(effects)
    if known is None:
        known = _ALL[effects] = Accesses(endpoints, effects, entities)
    return known


def _limit(entity: Entity, conditions: Sequence[Condition]) -> tuple[Limit, str, str]:
    if any(each.path == "?" or each.operator == "?" for each in conditions):
        return Limit.UNKNOWN, "", ""
    key = [each for each in conditions if _is_key(entity, each)]
    rest = [each for each in conditions if each not in key]
    for each in rest:
        if _says_whose(entity, each.path) and not _sent(each) and each.value.constant is None:
            return Limit.CALLER, each.path, ""
    for each in rest:
        name = _sent(each)
        if name.startswith(_PATH):
            return Limit.PARENT, each.path, name
    if key and all(_sent(each) or each.value.constant is not None for each in conditions):
        return Limit.KEY, key[0].path, ""
    return Limit.UNKNOWN, "", ""


def _is_key(entity: Entity, condition: Condition) -> bool:
    """A key whose values follow one another or are told around; a secret that only its holder knows is none."""
    return (
        condition.operator in ("=", "==", "in", "exact")
        and (condition.path in ("pk", "id", "uuid", *entity.key) or _is_unique(entity, condition.path))
        and bool(_sent(condition))
    )


def _is_unique(entity: Entity, path: str) -> bool:
    field = entity.field(path)
    return field is not None and field.unique and field.type is Type.UUID and not SECRET.search(path)


def _sent(condition: Condition) -> str:
    """What the request calls a value that is all its own choice; empty: it is not."""
    origins = condition.value.origins
    if SECRET.search(condition.path) or any(SECRET.search(origin.name) for origin in origins):
        return ""
    if origins and all(origin.kind is OriginKind.SOURCE for origin in origins):
        return origins[0].name
    return ""


def _related(entity: Entity, conditions: Sequence[Condition]) -> Iterator[str]:
    for each in conditions:
        name = each.path.partition(".")[0]
        field = entity.field(name) or entity.field(name.removesuffix("_id"))
        if field is not None and field.relation is not None:
            yield field.relation.target


def _says_whose(entity: Entity, path: str) -> bool:
    for part in path.split("."):
        field = entity.field(part) or entity.field(part.removesuffix("_id"))
        target = field.relation.target if field is not None and field.relation is not None else ""
        if _OWNERS.search(part) or _PERSONS.search(target):
            return True
    return False
