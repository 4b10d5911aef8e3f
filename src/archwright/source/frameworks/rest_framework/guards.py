"""What Django REST framework runs before a handler: permissions, authentication, throttles, of the view or by default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.policy import ANYONE, AUTHENTICATED
from archwright.source import facts as f
from archwright.source.flow.values import NO, Val
from archwright.source.frameworks.base import Guarding
from archwright.source.frameworks.django.settings import Settings
from archwright.source.frameworks.rest_framework import actions as known
from archwright.source.frameworks.shared.declared import elements, last_name, written
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_ASKS: Final = re.compile(r"^(?:Is|Has|Can|Django|TokenHas|TokenMatches)\w+|Permissions?$|Authenticated\w*$")
_OPEN: Final = frozenset({"AllowAny"})
_SAFE_OPEN: Final = frozenset({"IsAuthenticatedOrReadOnly", "DjangoModelPermissionsOrAnonReadOnly"})
"""Permission classes that let anyone read."""
_BLIND: Final = frozenset(
    {*_OPEN, *_SAFE_OPEN, "IsAuthenticated", "IsAdminUser", "DjangoModelPermissions", "BasePermission"}
)
"""Permission classes of the library that look at no object."""
_OF_MODEL: Final = frozenset(
    {"DjangoModelPermissions", "DjangoModelPermissionsOrAnonReadOnly", "DjangoObjectPermissions"}
)
"""Permission classes of the library by which whoever changes rows needs a permission on their model."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OF_OBJECT: Final = ("has_object_permission", "has_permission")
_ABOUT: Final = frozenset({"kwargs", "data", "query_params", "GET", "POST", "path", "parser_context", "resolver_match"})
"""Names by which `has_permission` looks at what a request is about."""
_OF_VIEW: Final = frozenset({"action", "basename", "detail", "name"})
"""What of a view says nothing of what a request is about."""


class RestGuards:
    """The guards of views of Django REST framework."""

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._settings = settings

    def of(self, unit: int) -> Iterator[Guarding]:
        """What stands before a handler: the action's own permissions, else the view's, else those of the settings."""
        info = self._engine.project.class_of_unit(unit)
        _, facts = self._engine.project.unit(unit)
        if info is not None and known.is_view(info):
            yield from self._permissions(info, unit, facts)
            yield from self._others(info, "throttle_classes", "DEFAULT_THROTTLE_CLASSES")
        elif info is None:
            names = {last_name(node[2] if node[0] == f.CALL else node) for node in facts[5]}
            if "api_view" in names and "permission_classes" not in names:
                yield from self._defaults(reads=False)

    def _permissions(self, info: ClassInfo, unit: int, facts: Any) -> Iterator[Guarding]:
        action = str(facts[0])
        extra = next((each for each in known.extras(info) if each.name == action), None)
        made = info.method("get_permissions")
        if made is not None:
            yield from self._asked(info, made, action)
        elif extra is not None and extra.permissions is not None:
            module, _ = self._engine.project.unit(extra.unit)
            yield from self._listed(module, extra.permissions, action)
        else:
            hit = info.lookup("permission_classes")
            if hit is not None and hit[1].kind == "expression":
                yield from self._listed(hit[0].module, hit[1].value, action)
                if all(_is_empty(info, name) for name in ("permission_classes", "authentication_classes")):
                    yield Guarding("authentication_classes = []", ANYONE)  # neither asks: meant for anyone
            elif hit is None:
                yield from self._defaults(reads=_reads(action))

    def _asked(self, info: ClassInfo, made: int, action: str) -> Iterator[Guarding]:
        """`get_permissions` is asked what it gives for the action; where it can't be told, nothing is."""
        doing = Val(("constant", action), (), action)
        key = ("built", ("instance", info), (("action", doing.type),))
        summary = self._engine.summary(made, ((0, key),), 8)
        items = summary.returns.items or {}
        if summary.returns.const is not NO or ("*" in items and len(items) > 1):
            return
        for item in items.values():
            if item.type is not None and item.type[0] == "instance":
                name = item.type[1].short
                yield _looking(_guarding(name, name, reads=_reads(action)), item.type[1], reads=_reads(action))
            elif item.type is not None and item.type[0] == "object":
                name = item.type[1].rpartition(".")[2]
                yield _looking(_guarding(name, name, reads=_reads(action)), None, blind=name in _BLIND)

    def _listed(self, module: Module, node: Any, action: str) -> Iterator[Guarding]:
        where = node
        if node[0] in (f.NAME, f.ATTR):
            found = self._engine.project.resolve_expression(module, node)
            if found is not None and found.kind == "expression":
                module, where = found.value[0], found.value[2]
        for part in elements(where):
            name = last_name(part[2] if part[0] == f.CALL else part)
            found = self._engine.project.resolve_expression(module, part) if part[0] in (f.NAME, f.ATTR) else None
            own = found.value if found is not None and found.kind == "class" else None
            blind = part[0] != f.BINOP and name in _BLIND
            yield _looking(_guarding(name, written(part), reads=_reads(action)), own, blind=blind, reads=_reads(action))

    def _defaults(self, *, reads: bool) -> Iterator[Guarding]:
        for dotted in self._settings.rest("DEFAULT_PERMISSION_CLASSES"):
            name = dotted.rpartition(".")[2]
            own = self._engine.project.class_named(dotted)
            yield _looking(_guarding(name, name, reads=reads), own, blind=name in _BLIND, reads=reads)

    def _others(self, info: ClassInfo, name: str, setting: str) -> Iterator[Guarding]:
        hit = info.lookup(name)
        if hit is not None and hit[1].kind == "expression":
            found = self._settings.classes(hit[0].module, hit[1].value)
        else:
            found = self._settings.rest(setting) if hit is None else []
        for dotted in found:
            yield Guarding(dotted.rpartition(".")[2])


def _looking(guarding: Guarding, own: ClassInfo | None, *, blind: bool = False, reads: bool = False) -> Guarding:
    """What a permission class looks at beside who calls. `blind`: what is known of one of the library's; `reads`: the action only reads."""
    if own is None:
        return guarding._replace(blind=blind, granted=guarding.name.rpartition(".")[2] in _OF_MODEL)
    if reads and _opens_reads(own):
        guarding = guarding._replace(role=ANYONE)
    return guarding._replace(blind=_is_blind(own), of_row=_looks_at_row(own), granted=_is_granted(own))


def _opens_reads(info: ClassInfo) -> bool:
    """True for a permission class that lets everyone read: `if request.method in SAFE_METHODS: return True`."""
    asked = info.method(_OF_OBJECT[1])
    if asked is None:
        return any(base.rpartition(".")[2] in _SAFE_OPEN for base in info.external_bases())
    return any(map(_lets_readers_in, body_of(info.project.unit(asked)[1])))


def _lets_readers_in(statement: Any) -> bool:
    if statement[0] != f.IF or statement[2][0] != f.COMPARE:
        return False
    operator, right = statement[2][3][0]
    first = statement[3][0]
    allowed = first[0] == f.RETURN and first[2] is not None and first[2][0] == f.CONST and first[2][2] is True
    return allowed and operator == "in" and last_name(right) == "SAFE_METHODS"


def _is_granted(info: ClassInfo) -> bool:
    """True for a class of Django's permissions on models that names one for each method that changes anything."""
    ours = any(info.method(name) is not None for name in ("has_permission", "get_required_permissions"))
    if ours or _OF_MODEL.isdisjoint(base.rpartition(".")[2] for base in info.external_bases()):
        return False
    hit = info.lookup("perms_map")
    if hit is None:
        return True
    named = hit[1].value if hit[1].kind == "expression" else None
    return named is not None and named[0] == f.DICT and all(map(_demands, named[2]))


def _demands(pair: Any) -> bool:
    """True for an entry of `perms_map` that names a permission, or is about a method that only reads."""
    key, value = pair
    if key is None or key[0] != f.CONST:
        return False
    return key[2] in _SAFE or (value[0] in (f.LIST, f.TUPLE) and bool(value[2]))


def _looks_at_row(info: ClassInfo) -> bool:
    """True for a permission class of the project whose `has_object_permission` uses the row that `get_object` found."""
    asked = info.method(_OF_OBJECT[0])
    if asked is None:
        return False
    _, facts = info.project.unit(asked)
    rows = {str(parameter[0]) for parameter in facts[4][3:4]}
    return any(node[0] == f.NAME and node[2] in rows for node in nodes(body_of(facts)))


def _is_blind(info: ClassInfo) -> bool:
    """True for a permission class that looks at no object, and at no part of a request but who sends it and by which method."""
    if info.method(_OF_OBJECT[0]) is not None:
        return False
    if any(base.rpartition(".")[2] not in _BLIND for base in info.external_bases()):
        return False
    asked = info.method(_OF_OBJECT[1])
    if asked is None:
        return True
    _, facts = info.project.unit(asked)
    found = list(nodes(body_of(facts)))
    views = {str(parameter[0]) for parameter in facts[4][2:3]}
    harmless = {id(node[2]) for node in found if node[0] == f.ATTR and node[3] in _OF_VIEW}
    if any(node[0] == f.NAME and node[2] in views and id(node) not in harmless for node in found):
        return False
    return not any(node[0] == f.ATTR and node[3] in _ABOUT for node in found)


def _guarding(name: str, said: str, *, reads: bool) -> Guarding:
    if name in _OPEN or (reads and name in _SAFE_OPEN):
        return Guarding(said, ANYONE)
    return Guarding(said, AUTHENTICATED if _ASKS.search(name) else "")


def _is_empty(info: ClassInfo, name: str) -> bool:
    """True where a class, or one it comes from, writes an empty list down."""
    hit = info.lookup(name)
    node = hit[1].value if hit is not None and hit[1].kind == "expression" else None
    return node is not None and node[0] in (f.LIST, f.TUPLE) and not node[2]


def _reads(action: str) -> bool:
    return action in ("list", "retrieve", "get", "head", "options")
