"""What stands before a handler: decorators, permission classes, mixins and dependencies, by their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from archwright.model.operation import Http, Operation
from archwright.model.policy import ANYONE, AUTHENTICATED
from archwright.source import facts as f
from archwright.source.flow.engine import Engine
from archwright.source.frameworks.base import Guarding
from archwright.source.frameworks.shared.declared import elements, last_name, written
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo

_SIGNED_IN: Final = re.compile(
    r"(?:^|_)(?:login|auth\w*|permissions?|roles?|jwt|token|user|session|access|admin\w*|staff|superuser|scopes?|owner|member\w*)_(?:\w+_)?(?:required|or_\w+)$"
    r"|^(?:requires?|needs?|check|has|with|allow)_(?:login|auth\w*|perm\w*|roles?|scopes?|token|user|access|any_of\w*|super_\w+|admin\w*|staff\w*|owner\w*|api_key\w*)$"
    r"|^(?:authenticat\w*|authoriz\w*|authoris\w*|auth_required|login_required|protected?|secured?)(?:_\w+)?$"
    r"|^(?:admin|staff|superuser|user)_only$"
)
"""Names that ask who calls: `login_required`, `requires_scope`, `authorize_read`."""
_CHECKER: Final = re.compile(r"perm|auth|access|polic|acl$|rbac|guard|login", re.IGNORECASE)
_CHECKS: Final = re.compile(r"(?:require|check|has|need|protect|ensure|enforce|guard|verify)", re.IGNORECASE)
"""Methods of an object of that kind that are put around a handler: `permissions.require_any("add")`."""
_NAMES_ROLES: Final = re.compile(r"role|perm|scope|group|requires?$", re.IGNORECASE)
"""Guards whose texts are what a caller must have: `roles_required("admin")`, `permission_required("shop.add_order")`."""
_MIXIN: Final = re.compile(
    r"(?:Login|Permission|UserPasses|Access|Auth\w*|Admin|Staff|Superuser|Owner|ProtectedResource)\w*Mixin$|ProtectedResourceView$"
)
"""Parents of a view class that let only some through; a protected resource is what OAuth gives a token for."""
_CLASS: Final = re.compile(r"^(?:Is|Has|Can|Dj?ango)\w+|Permissions?$|Authenticated\w*$")
_OPEN: Final = frozenset({"AllowAny", "allow_anonymous", "login_not_required", "public", "no_auth", "auth_exempt"})
_VERBS: Final = {"require_POST": "POST", "require_GET": "GET", "require_safe": "GET"}
_FAMILIES: Final = (
    frozenset({"get", "post", "put", "patch", "delete", "head", "options"}),
    frozenset({"list", "retrieve", "create", "update", "partial_update", "destroy"}),
)
"""Methods of a view of which a request goes to one alone."""
_HOLDERS: Final = ("decorators", "method_decorators")
_NO_GUARDS: Final = re.compile(
    r"^(?:route|get|post|put|patch|delete|head|options|websocket|api_route|action|api_view|property|cached_property|override"
    r"|staticmethod|classmethod|wraps|lru_cache|cache|task|shared_task|extend_schema\w*|swagger_auto_schema|receiver|require_\w*(?:POST|GET|safe|http_methods))$"
)
"""Decorators that say nothing of who may call."""


class Guards:
    """The guards of operations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project

    def of(self, unit: int, holder: ClassInfo | None) -> tuple[Guarding, ...]:
        """What stands before a unit, outermost first; `holder`: the class of the view, where it is one."""
        _, facts = self._project.unit(unit)
        found: list[Guarding] = []
        for info in holder.mro() if holder is not None else ():
            around = [part for node in info.facts[6] for part in _put_around(node, str(facts[0]))]
            found += [each for node in around if (each := guard_of(node)) is not None]
            for name in _HOLDERS:
                binding = info.scope().get(name)
                if binding is not None and binding.kind == "expression":
                    found += [each for node in elements(binding.value) if (each := guard_of(node)) is not None]
        if holder is not None:
            found += self._of_class(holder)
        found += [each for node in facts[5] if (each := guard_of(node)) is not None]
        found += [each for _, node in _registered(self._engine, unit) if (each := guard_of(node)) is not None]
        for framework in self._engine.frameworks:
            found += framework.guards(self._engine, unit)
        return tuple(dict.fromkeys(found))

    def _of_class(self, holder: ClassInfo) -> list[Guarding]:
        """Mixins that let only some through."""
        bases = [info.short for info in holder.mro()[1:]]
        bases += [base.rpartition(".")[2] for base in holder.external_bases()]
        return [Guarding(base, AUTHENTICATED) for base in bases if _MIXIN.search(base)]

    def narrowed(self, unit: int, operation: Operation) -> Operation:
        """An endpoint whose route lets every method through, with those that decorators let through."""
        trigger = operation.trigger
        method = self.methods(unit) if isinstance(trigger, Http) and trigger.method == "ANY" else ""
        if not method or not isinstance(trigger, Http):
            return operation
        return msgspec.structs.replace(operation, trigger=Http(method=method, path=trigger.path))

    def methods(self, unit: int) -> str:
        """The HTTP methods that decorators let through, as `GET|POST`; empty where none says."""
        for node in self._project.unit(unit)[1][5]:
            name = last_name(node[2] if node[0] == f.CALL else node)
            if name in _VERBS:
                return _VERBS[name]
            if name in ("require_http_methods", "api_view") and node[0] == f.CALL and node[3]:
                given = [part[2] for part in elements(node[3][0]) if part[0] == f.CONST and isinstance(part[2], str)]
                if given:
                    return "|".join(given)
        return ""


def decorators_of(engine: Engine, unit: int, holder: ClassInfo | None) -> Iterator[tuple[Module, Any]]:
    """The decorators of a handler, of its class and of the class's `dispatch`, and those that it is registered with."""
    module, facts = engine.project.unit(unit)
    found = [(module, node) for node in facts[5]]
    for info in holder.mro() if holder is not None else ():
        found += [(info.module, node) for node in info.facts[6]]
        dispatch = info.method("dispatch")
        if dispatch is not None:
            where, of = engine.project.unit(dispatch)
            found += [(where, node) for node in of[5]]
        for name in _HOLDERS:
            binding = info.scope().get(name)
            if binding is not None and binding.kind == "expression":
                found += [(info.module, node) for node in elements(binding.value)]
    found += _registered(engine, unit)
    for where, node in found:
        yield from ((where, each) for each in _put_around(node, str(facts[0])))


def _registered(engine: Engine, unit: int) -> list[tuple[Module, Any]]:
    """The decorators that are put around a handler wherever it is registered: none of them where one address lacks it."""
    entries = [entry for entry in engine.entries.get(unit, ()) if entry.operation is not None]
    everywhere = [{written(node) for _, node in entry.around} for entry in entries]
    first = entries[0].around if entries else ()
    return [(module, node) for module, node in first if all(written(node) in names for names in everywhere)]


def _put_around(node: Any, handler: str) -> tuple[Any, ...]:
    """What a decorator of a class puts around a handler; Django's `method_decorator` takes functions' and names the method it is for."""
    if node[0] != f.CALL or last_name(node[2]) != "method_decorator":
        return (node,)
    given = dict(node[4])
    inner = node[3][0] if node[3] else given.get("decorator")
    method = node[3][1] if len(node[3]) > 1 else given.get("name")
    named = method[2] if method is not None and method[0] == f.CONST else ""
    if inner is None or any(named in family and handler in family and named != handler for family in _FAMILIES):
        return ()
    return tuple(elements(inner)) if inner[0] in (f.LIST, f.TUPLE) else (inner,)


def guard_of(node: Any) -> Guarding | None:
    """What a decorator says of who may call; None: nothing."""
    call = node[0] == f.CALL
    name = last_name(node[2] if call else node)
    if name == "method_decorator" and call and node[3]:  # Django: a function's decorator put on a class
        return guard_of(node[3][0]) if node[3][0][0] not in (f.LIST, f.TUPLE) else None
    if name == "permission_classes" and call and node[3]:
        classes = [_permission(part) for part in elements(node[3][0])]
        return classes[0] if classes else None
    if not name or says_nothing(name):
        return None
    if name in _OPEN:
        return Guarding(name, ANYONE)
    function = node[2] if call else node
    of_checker = function[0] == f.ATTR and _CHECKER.search(last_name(function[2])) and _CHECKS.match(name)
    if of_checker or _SIGNED_IN.search(name):
        return Guarding(written(node), AUTHENTICATED, _allows(node) if call and _NAMES_ROLES.search(name) else ())
    return None


def says_nothing(name: str) -> bool:
    """True for the name of a decorator that has nothing to do with who may call."""
    return _NO_GUARDS.match(name) is not None


def _allows(node: Any) -> tuple[str, ...]:
    """The constant texts that a decorator is given by position: the roles or permissions it asks for."""
    parts = [
        part for given in node[3] for part in (elements(given) if given[0] in (f.LIST, f.TUPLE, f.SET) else (given,))
    ]
    return tuple(part[2] for part in parts if part[0] == f.CONST and isinstance(part[2], str))


def _permission(node: Any) -> Guarding:
    name = last_name(node[2] if node[0] == f.CALL else node)
    if name in _OPEN:
        return Guarding(name, ANYONE)
    return Guarding(written(node), AUTHENTICATED if _CLASS.search(name) else "")


def roles_of(guards: tuple[Guarding, ...]) -> tuple[str, ...]:
    """Who gets through all of them; empty: nothing is known.

    The roles that are named; `authenticated` if one asks who calls and none names a role; `anyone` if one says so and none asks.
    """
    named = [guard.allows for guard in guards if guard.allows]
    if named:
        shared = [role for role in named[0] if all(role in allowed for allowed in named)]
        return tuple(dict.fromkeys(shared)) or (" and ".join("|".join(allowed) for allowed in named),)
    roles = {guard.role for guard in guards}
    if AUTHENTICATED in roles:
        return (AUTHENTICATED,)
    return (ANYONE,) if ANYONE in roles else ()
