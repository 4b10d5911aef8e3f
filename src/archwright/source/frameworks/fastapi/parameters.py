"""What FastAPI hands to a handler: parameters by their place in the request, and the results of dependencies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.model.value import Trust, Use
from archwright.source import facts as f
from archwright.source.flow.calls import call_value
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import ALL_USES, NO, UNKNOWN, Val, clean, join_all
from archwright.source.frameworks.base import Entry, mask
from archwright.source.frameworks.shared.parameters import Parameters
from archwright.source.frameworks.shared.routes import segment
from archwright.source.frameworks.shared.typed import Outside, bounds, typed
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

SECURITY: Final = {
    "OAuth2PasswordBearer": "oauth2",
    "OAuth2AuthorizationCodeBearer": "oauth2",
    "OAuth2": "oauth2",
    "HTTPBearer": "http",
    "HTTPBasic": "http",
    "HTTPDigest": "http",
    "APIKeyHeader": "api_key",
    "APIKeyQuery": "api_key",
    "APIKeyCookie": "api_key",
    "OpenIdConnect": "open_id_connect_url",
}
"""Classes of `fastapi.security` whose instances, as dependencies, ask who calls -> the module that defines them."""
_KINDS = {
    "Query": "query parameter",
    "Path": "path parameter",
    "Header": "request header",
    "Cookie": "cookie",
    "Body": "request body",
    "Form": "form field",
    "File": "uploaded file",
}
_CONTENT: Final = mask(Use.PATH, Use.PARENTS, Use.RELATIVE, Use.SEGMENT)
"""What the bytes of a file are clean for: they are never its name."""
_DEPENDS = frozenset({"Depends", "Security"})
_GIVEN = frozenset({"Request", "WebSocket", "HTTPConnection", "Response", "BackgroundTasks", "SecurityScopes"})
_SIGNED_IN = re.compile(
    r"(?:^|_)(?:current_\w*user|current_\w*superuser|require_\w+|authenticate\w*|verify_\w*token|login_required)"
)
_BODIES = frozenset({"instance", "row", "dict"})
_MAX_DEPTH = 8


class Handler(NamedTuple):
    """A unit that FastAPI calls: the path of its route, and the dependencies of route and routers."""

    module: Module
    unit: int
    """The unit's index in the module."""
    path: str
    guards: list[tuple[Module, Any]]


class Declared(NamedTuple):
    """A parameter as declared: its type, and the marker that says where it comes from."""

    module: Module
    annotation: Any
    marker: tuple[Module, Any] | None
    inner: int | None = None
    """The unit that the marker names, where that is a function inside of the one that makes the marker."""


class Dependencies:
    """Resolves the parameters of handlers and, below them, of dependencies."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._units: dict[int, Parameters] = {}
        """Dependencies that are units of the project."""
        self._signed: dict[tuple[int, Any], bool] = {}

    def entries(self) -> Iterator[Entry]:
        """The dependencies met so far, as units that run but are no operation of their own."""
        done: set[int] = set()
        while len(done) < len(self._units):
            for unit, parameters in list(self._units.items()):
                if unit not in done:
                    done.add(unit)
                    yield Entry(unit, parameters)

    def parameters(self, handler: Handler) -> Parameters:
        """The parameters of a handler. Dependencies that only guard are entered too."""
        module, index = handler.module, handler.unit
        unit = module.index << UNIT_BITS | index
        marked = [self._declared(module, annotation, default) for _, _, annotation, default in module.units[index][4]]
        needed = [d.marker for d in marked if d.marker is not None and _callee(d.marker[1]) in _DEPENDS]
        guards = [*handler.guards, *needed]
        signed = any(self._signs_in(where, node) for where, node in guards)
        for where, node in guards:
            target = self._target(where, node)
            if target is not None:
                self._enter(target, unit)
        for declared in marked:
            if declared.inner is not None:
                self._enter(declared.inner, unit)
        return self._made(unit, marked, Trust.SIGNED_IN if signed else Trust.ANYONE, handler.path)

    def _made(self, unit: int, marked: list[Declared], trust: Trust, path: str) -> Parameters:
        _, facts = self._project.unit(unit)
        makers: dict[str, Callable[[], Val]] = {}
        is_method = facts[9] >= 0 and "static" not in self._engine.decorations(unit)
        for place, (name, kind, _, _) in enumerate(facts[4]):
            if (is_method and place == 0) or kind in (f.PARAM_VARARGS, f.PARAM_KWARGS):
                continue
            declared = marked[place]
            makers[name] = lambda name=name, declared=declared: self._value(unit, name, declared, trust, path)  # type: ignore[misc]
        return Parameters(makers)

    # --- one parameter -----------------------------------------------------------------------------------
    def _declared(self, module: Module, annotation: Any, default: Any) -> Declared:
        """A parameter's type and marker, through `Annotated` and the names that stand for it."""
        where, node = module, annotation
        for _ in range(4):
            if node is None or node[0] not in (f.NAME, f.ATTR):
                break
            found = (
                self._project.resolve_name(where, node[2])
                if node[0] == f.NAME
                else self._project.resolve_expression(where, node)
            )
            if found is None or found.kind != "expression" or found.value[2] is node:
                break
            where, node = found.value[0], found.value[2]
        marker: tuple[Module, Any] | None = None
        if node is not None and node[0] == f.SUBSCRIPT and _name(node[2]) == "Annotated" and node[3][0] == f.TUPLE:
            parts = node[3][2]
            for part in parts[1:]:
                if _marks(part):
                    marker = (where, part)
            if marker is not None:
                node = parts[0]
        if default is not None and default[0] == f.CALL:
            if _marks(default):
                return Declared(where, node, (module, default))
            if (made := self._made_by(module, default)) is not None:
                return Declared(where, node, *made)
        return Declared(where, node, marker)

    def _made_by(self, module: Module, call: tuple[Any, ...]) -> tuple[tuple[Module, Any], int | None] | None:
        """The marker that a function of the project returns, and the function inside of it which that names: `limit: int = Limit()`."""
        found = self._project.resolve_expression(module, call[2])
        if found is None or found.kind != "unit":
            return None
        where, maker = self._project.unit(found.value)
        returned = [node[2] for node in nodes(body_of(maker)) if node[0] == f.RETURN]
        if len(returned) != 1 or not _marks(returned[0]):
            return None
        given = _dependency_node(returned[0]) if _callee(returned[0]) in _DEPENDS else None
        within = found.value & (1 << UNIT_BITS) - 1
        inside = [
            where.index << UNIT_BITS | index
            for index, unit in enumerate(where.units)
            if given is not None and given[0] == f.NAME and unit[10] == within and index and unit[0] == given[2]
        ]
        return (where, returned[0]), inside[-1] if inside else None

    def _value(self, unit: int, name: str, declared: Declared, trust: Trust, path: str) -> Val:
        _, facts = self._project.unit(unit)
        if declared.marker is not None and _callee(declared.marker[1]) in _DEPENDS:
            return self._dependency(unit, declared)
        if _name(declared.annotation) in _GIVEN:
            found = self._project.resolve_expression(declared.module, declared.annotation)
            dotted = found.value if found is not None and found.kind == "external" else ""
            return Val(("object", dotted)) if dotted else UNKNOWN
        kind = _KINDS.get(_callee(declared.marker[1]), "") if declared.marker is not None else ""
        if not kind:
            in_path = f"{{{name}}}" in path or f"{{{name}:" in path
            kind = "path parameter" if in_path else "query parameter"
            if _name(declared.annotation) == "UploadFile":
                kind = "uploaded file"
        outside = Outside(f"{kind} {name!r}", trust, unit, facts[2])
        value = typed(self._engine, declared.module, declared.annotation, outside)
        if kind == "query parameter" and _is_body(value):
            outside = outside._replace(name="request body")
            value = typed(self._engine, declared.module, declared.annotation, outside)
        if limit := bounds(declared.annotation, declared.marker[1] if declared.marker is not None else None):
            value = Val(value.type, clean(value.origins, limit), value.const, value.items, value.text)
        if kind == "uploaded file" and _name(declared.annotation) == "bytes":
            return Val(None, clean((outside.origin(),), _CONTENT))
        if kind == "uploaded file":
            return Val(("object", "fastapi.UploadFile"), (outside.origin(),))
        if declared.marker is not None and any(key in ("pattern", "regex") for key, _ in declared.marker[1][4]):
            return Val(value.type, clean(value.origins, ALL_USES))
        if value.type == ("text",) and (uses := segment(path, name)):
            return Val(value.type, clean(value.origins, uses))
        return value

    # --- dependencies ------------------------------------------------------------------------------------
    def _target(self, module: Module, node: tuple[Any, ...], annotation: Any = None) -> int | ClassInfo | None:
        """The unit or class that `Depends(...)` names; None for what only evaluation can tell."""
        given = _dependency_node(node) or annotation
        if given is None:
            return None
        found = self._project.resolve_expression(module, given)
        if found is None:
            return None
        if found.kind == "unit":
            return int(found.value)
        if found.kind == "class":
            info: ClassInfo = found.value
            return info
        return None

    def _enter(self, target: int | ClassInfo, caller: int) -> Parameters | None:
        """Make a dependency an entry, with parameters of its own."""
        unit = target if isinstance(target, int) else target.method("__init__")
        if unit is None:
            return None
        self._engine.link(caller, unit)
        known = self._units.get(unit)
        if known is not None:
            return known
        module, facts = self._project.unit(unit)
        marked = [self._declared(module, annotation, default) for _, _, annotation, default in facts[4]]
        made = self._units[unit] = self._made(unit, marked, Trust.ANYONE, "")
        for declared in marked:
            if declared.marker is not None and _callee(declared.marker[1]) in _DEPENDS:
                below = declared.inner or self._target(*declared.marker, declared.annotation)
                if below is not None:
                    self._enter(below, unit)
        return made

    def _dependency(self, unit: int, declared: Declared) -> Val:
        """The value that a dependency gives; what it yields, if it yields."""
        assert declared.marker is not None
        where, node = declared.marker
        module, facts = self._project.unit(unit)
        target = declared.inner or self._target(where, node, declared.annotation)
        frame = Frame(self._engine, module, unit, facts, None, None, 4)
        keywords: dict[str, Val] = {}
        if isinstance(target, ClassInfo):
            parameters = self._enter(target, unit)
            if parameters is not None:
                init = self._project.unit(target.method("__init__") or 0)[1]
                keywords = {name: parameters[name] for name, _, _, _ in init[4] if name in parameters}
            else:
                outside = Outside("query parameter", Trust.ANYONE, unit, facts[2])
                return typed(self._engine, declared.module, _dependency_node(node) or declared.annotation, outside)
        given = _dependency_node(node) or declared.annotation
        if declared.inner is not None:
            function = Val(("unit", declared.inner))
        else:
            function = self._engine.module_expression(where, given) if given is not None else UNKNOWN
        if function.type is not None and function.type[0] == "object" and _is_security(function.type[1]):
            outside = Outside("credentials", Trust.ANYONE, unit, facts[2])
            return Val(("text",), (outside.origin(),))
        if function.type is not None and function.type[0] == "external" and "security" in str(function.type[1]):
            outside = Outside("form field", Trust.ANYONE, unit, facts[2])
            return Val(("object", function.type[1]), (outside.origin(),))
        value = call_value(frame, function, [], keywords, [], facts[2])
        if value.type == ("generator",) and value.items:
            value = join_all(list(value.items.values()))
        if value.type is None and declared.annotation is not None:
            type_ = self._engine.annotated(declared.module, declared.annotation)
            if type_ is not None:
                return Val(type_, value.origins, NO, value.items)
        return value

    # --- who calls ---------------------------------------------------------------------------------------
    def _signs_in(self, module: Module, node: tuple[Any, ...], depth: int = _MAX_DEPTH) -> bool:
        """True where a dependency asks, itself or further down, for credentials."""
        given = _dependency_node(node) if _callee(node) in _DEPENDS else node
        if given is None or depth == 0:
            return False
        key = (module.index, given)
        known = self._signed.get(key)
        if known is None:
            self._signed[key] = False
            known = self._signed[key] = self._asks(module, given, depth)
        return known

    def _asks(self, module: Module, given: tuple[Any, ...], depth: int) -> bool:
        called = given[2] if given[0] == f.CALL else given
        if _SIGNED_IN.search(_name(called)):
            return True
        found = self._project.resolve_expression(module, called)
        if found is None:
            return False
        if found.kind == "external":
            return _is_security(found.value)
        if found.kind == "expression" and found.value[2] is not given:
            return self._signs_in(found.value[0], found.value[2], depth - 1)
        units: list[int] = []
        if found.kind == "unit":
            units = [found.value]
        elif found.kind == "class":
            if any(_is_security(base) for base in found.value.external_bases()):
                return True
            units = [u for u in (found.value.method("__init__"), found.value.method("__call__")) if u is not None]
        for unit in units:
            where, facts = self._project.unit(unit)
            for _, _, annotation, default in facts[4]:
                marker = self._declared(where, annotation, default).marker
                if marker is not None and _callee(marker[1]) in _DEPENDS and self._signs_in(*marker, depth - 1):
                    return True
        return False


def _is_body(value: Val) -> bool:
    """True for models and dictionaries, and lists of them: FastAPI takes them from the body without being told."""
    if value.type == ("list",) and value.items:
        return any(_is_body(item) for item in value.items.values())
    return value.type is not None and value.type[0] in _BODIES


def _is_security(dotted: str) -> bool:
    return dotted.startswith("fastapi.security.") and dotted.rpartition(".")[2] in SECURITY


def _name(node: Any) -> str:
    return str(node[-1]) if node is not None and node[0] in (f.NAME, f.ATTR) else ""


def _marks(node: Any) -> bool:
    """True for a call that says where a parameter comes from: `Query(...)`, `Depends(...)`."""
    return _callee(node) in _DEPENDS or _callee(node) in _KINDS


def _callee(node: Any) -> str:
    return _name(node[2]) if node is not None and node[0] == f.CALL else ""


def _dependency_node(node: tuple[Any, ...]) -> Any:
    """What stands in `Depends(...)`; a name is some other dependency that is made elsewhere."""
    if node[0] != f.CALL:
        return None
    if node[3]:
        return node[3][0]
    return next((value for name, value in node[4] if name == "dependency"), None)
