"""Litestar: route handlers, controllers, routers and what handlers receive by the names of their parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.policy import AUTHENTICATED
from archwright.model.value import Trust
from archwright.source import facts as f
from archwright.source.flow.values import UNKNOWN_ORIGIN, Val, clean
from archwright.source.frameworks.base import Entry, Framework, Guarding, Source
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import elements, last_name, written
from archwright.source.frameworks.shared.endpoints import http_entry
from archwright.source.frameworks.shared.routes import join_paths
from archwright.source.frameworks.shared.typed import Outside, bounds, typed
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_REQUEST: Final = "litestar.Request"
_DATA: Final = {
    "query_params": "query parameter",
    "path_params": "path parameter",
    "headers": "request header",
    "cookies": "cookie",
    "url": "request URL",
    "json": "request body",
    "body": "request body",
    "form": "form field",
    "stream": "request body",
}
_VERBS: Final = {
    **{verb: verb.upper() for verb in ("get", "post", "put", "patch", "delete", "head")},
    **dict.fromkeys(("websocket", "websocket_listener", "websocket_stream"), "WEBSOCKET"),
    "route": "",
}
_LAYERS: Final = frozenset({"Litestar", "Router"})
_GIVEN: Final = frozenset(
    {"request", "socket", "scope", "state", "headers", "cookies", "query", "body", "self", "receive", "send"}
)
_MAX_WAYS: Final = 4

Layer = tuple[Module, dict[str, Any]]
"""What one layer gives by keyword: path, guards, dependencies."""


class Litestar(Framework):
    """Handlers and what they receive."""

    name = "litestar"
    title = "Litestar"
    packages = ("litestar", "starlite")
    aliases: ClassVar[dict[str, str]] = {
        "litestar.connection.Request": _REQUEST,
        "litestar.connection.request.Request": _REQUEST,
        "starlite.Request": _REQUEST,
    }
    sources: ClassVar[dict[str, Source]] = {f"{_REQUEST}.{name}": Source(said) for name, said in _DATA.items()}

    def __init__(self) -> None:
        super().__init__()
        self._standing: dict[int, tuple[Guarding, ...]] = {}

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        return self._standing.get(unit, ())

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Every decorated handler, below its controller and the routers that list either."""
        listed = _listed(engine)
        for module in project.modules:
            for index, unit in enumerate(module.units):
                for node in unit[5]:
                    call = node if node[0] == f.CALL else None
                    name = last_name(call[2] if call is not None else node)
                    if name in _VERBS and _is_ours(project, module, call[2] if call is not None else node):
                        target = module.index << UNIT_BITS | index
                        yield from self._handler(engine, listed, module, target, call, name)

    def _handler(
        self,
        engine: Engine,
        listed: dict[str, list[list[Layer]]],
        module: Module,
        unit: int,
        call: Any,
        name: str,
    ) -> Iterator[Entry]:
        given = {key: node for key, node in call[4] if key is not None} if call is not None else {}
        first = call[3][0] if call is not None and call[3] else given.get("path")
        paths = [_text(engine, module, part) for part in (elements(first) or ((first,) if first is not None else ()))]
        verb = _VERBS[name] or "|".join(_methods(given.get("http_method"))) or "GET"
        info = engine.project.class_of_unit(unit)
        own: list[Layer] = [(module, given)]
        if info is not None:
            own.append((info.module, _of_class(info)))
        key = info.name if info is not None else engine.project.unit_name(unit)
        ways = [[*own, *above] for above in listed.get(key, [[]])]
        self._standing[unit] = _guards(ways[0])
        trust = Trust.SIGNED_IN if any(guard.role == AUTHENTICATED for guard in self._standing[unit]) else Trust.ANYONE
        for path in paths or [""]:
            for way in ways:
                above = [_text(engine, where, layer["path"]) for where, layer in reversed(way[1:]) if "path" in layer]
                whole = join_paths(*above, path)
                parameters = _parameters(engine, unit, whole, way, trust)
                yield http_entry(engine, unit, verb, _plain(whole), parameters)


def _is_ours(project: Project, module: Module, node: Any) -> bool:
    found = project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    return found is not None and found.kind == "external" and found.value.partition(".")[0] in ("litestar", "starlite")


def _listed(engine: Engine) -> dict[str, list[list[Layer]]]:
    """Handlers and controllers by dotted name -> the layers above each way to them, nearest first."""
    above: dict[str, list[tuple[Layer, str]]] = {}
    for module in engine.project.modules:
        if not any(name in _LAYERS for name in module.scope()):
            continue
        for unit in module.units:
            for call in calls_in(body_of(unit)):
                if last_name(call[2]) not in _LAYERS or not _is_ours(engine.project, module, call[2]):
                    continue
                given = {key: node for key, node in call[4] if key is not None}
                given.setdefault(
                    "path", call[3][0] if call[3] and last_name(call[2]) == "Router" else given.get("path")
                )
                layer = (module, {key: node for key, node in given.items() if node is not None})
                own = f"{module.index}:{call[1]}"
                for node in elements(given.get("route_handlers")):
                    above.setdefault(_key(engine, module, node), []).append((layer, own))
    return {key: _ways(above, key, ()) for key in above}


def _ways(above: dict[str, list[tuple[Layer, str]]], key: str, seen: tuple[str, ...]) -> list[list[Layer]]:
    if key not in above or key in seen:
        return [[]]
    found = [[layer, *rest] for layer, own in above[key] for rest in _ways(above, own, (*seen, key))]
    return found[:_MAX_WAYS]


def _key(engine: Engine, module: Module, node: Any) -> str:
    """How a listed handler is known: by its dotted name, a router by the place of its call."""
    if node[0] == f.CALL:
        return f"{module.index}:{node[1]}"
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is None:
        return ""
    if found.kind == "class":
        return str(found.value.name)
    if found.kind == "unit":
        return engine.project.unit_name(found.value)
    if found.kind == "expression" and found.value[2][0] == f.CALL:
        return f"{found.value[0].index}:{found.value[2][1]}"
    return ""


def _of_class(info: ClassInfo) -> dict[str, Any]:
    """What a controller's class body gives to its handlers."""
    found: dict[str, Any] = {}
    for name in ("path", "guards", "dependencies"):
        hit = info.lookup(name)
        if hit is not None and hit[1].kind == "expression":
            found[name] = hit[1].value
        elif hit is not None and hit[1].kind == "annotation" and hit[1].value[1] is not None:
            found[name] = hit[1].value[1]
    return found


def _guards(layers: list[Layer]) -> tuple[Guarding, ...]:
    found = []
    for _, given in reversed(layers):
        for node in elements(given.get("guards")):
            name = last_name(node[2] if node[0] == f.CALL else node)
            asks = any(word in name.lower() for word in ("require", "auth", "user", "admin", "role", "permission"))
            found.append(Guarding(written(node), AUTHENTICATED if asks else ""))
    return tuple(dict.fromkeys(found))


def _text(engine: Engine, module: Module, node: Any) -> str:
    value = node[2] if node[0] == f.CONST else engine.module_expression(module, node).const
    return value if isinstance(value, str) else ""


def _methods(node: Any) -> list[str]:
    parts = elements(node) or ((node,) if node is not None else ())
    return [str(part[-1]).upper() for part in parts if part[0] in (f.CONST, f.ATTR, f.NAME)]


def _plain(path: str) -> str:
    """`/users/{user_id:uuid}` as `/users/{user_id}`."""
    pieces = [
        f"{piece.partition(':')[0]}}}" if piece.startswith("{") and ":" in piece else piece for piece in path.split("/")
    ]
    plain = "/".join(pieces)
    return plain.rstrip("/") or "/"


def _parameters(engine: Engine, unit: int, path: str, layers: list[Layer], trust: Trust) -> dict[str, Val]:
    module, facts = engine.project.unit(unit)
    provided = {
        key[2]
        for _, given in layers
        for key, _ in (
            given["dependencies"][2] if "dependencies" in given and given["dependencies"][0] == f.DICT else ()
        )
        if key is not None and key[0] == f.CONST
    }
    open_ended = any("dependencies" in given and given["dependencies"][0] != f.DICT for _, given in layers)
    found: dict[str, Val] = {}
    for place, (name, kind, annotation, default) in enumerate(facts[4]):
        if kind in (f.PARAM_VARARGS, f.PARAM_KWARGS) or name in provided or (place == 0 and name == "self"):
            continue
        if name in ("request", "socket"):
            found[name] = Val(("object", _REQUEST))
        elif "{" + name + "}" in path or "{" + name + ":" in path:
            said = Outside(f"path parameter {name!r}", trust, unit, facts[2])
            found[name] = typed(engine, module, annotation, said)
            if f"{{{name}:str}}" not in path and f"{{{name}:path}}" not in path and "{" + name + ":" in path:
                found[name] = Val(found[name].type, (said.origin(clean=True),))
        elif name == "data":
            found[name] = typed(engine, module, annotation, Outside("request body", trust, unit, facts[2]))
        elif name not in _GIVEN and annotation is not None:
            value = typed(engine, module, annotation, Outside(f"query parameter {name!r}", trust, unit, facts[2]))
            scalar = value.type in (("text",), ("number",)) and UNKNOWN_ORIGIN not in value.origins
            if scalar and not open_ended:
                found[name] = value.with_origins(clean(value.origins, bounds(annotation, default)))
    return found
