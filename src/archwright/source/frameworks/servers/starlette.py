"""Starlette's own routes: lists of Route, WebSocketRoute and Mount, and endpoints that are classes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.source import facts as f
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry, Framework
from archwright.source.frameworks.fastapi.app import REQUEST
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.endpoints import endpoint, http_entry, text_of, verbs_of
from archwright.source.frameworks.shared.routes import join_paths, methods_of
from archwright.source.link.module import Module
from archwright.source.link.project import Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_ROUTES: Final = frozenset({"Route", "WebSocketRoute"})
_HOLDERS: Final = frozenset({"Mount", "Host", "Starlette", "Router", "FastAPI"})
_CONVERTED: Final = re.compile(r"\{(\w+):\w+\}")
_MAX_DEPTH: Final = 6


class Starlette(Framework):
    """Routes in lists."""

    name = "starlette"
    packages = ("starlette",)

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Every route below an application; of lists that no application takes, the routes as they stand."""
        modules = [module for module in project.modules if _ROUTES & module.scope().keys() or "Mount" in module.scope()]
        modules += [m for m in project.modules if m not in modules and {"Starlette", "Router"} & m.scope().keys()]
        done: set[tuple[int, int]] = set()
        for module in modules:
            for index, unit in enumerate(module.units):
                for call in calls_in(body_of(unit)):
                    if last_name(call[2]) in ("Starlette", "FastAPI") and _is_ours(project, module, call[2]):
                        given = dict(call[4])
                        routes = given.get("routes") or (call[3][1] if len(call[3]) > 1 else None)
                        yield from _below(engine, module, index, routes, "", done)
        for module in modules:
            for index, unit in enumerate(module.units):
                for call in calls_in(body_of(unit)):
                    yield from _of_call(engine, module, index, call, "", done, _MAX_DEPTH)


def _is_ours(project: Project, module: Module, node: Any) -> bool:
    found = project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    outside = (
        found is not None and found.kind == "external" and found.value.partition(".")[0] in ("starlette", "fastapi")
    )
    return outside or (
        found is not None
        and found.kind == "class"
        and any(base.startswith("starlette.") for base in found.value.external_bases())
    )


def _below(
    engine: Engine,
    module: Module,
    index: int,
    node: Any,
    prefix: str,
    done: set[tuple[int, int]],
    depth: int = _MAX_DEPTH,
) -> Iterator[Entry]:
    """The routes in a list, written out or by name."""
    if node is None or depth == 0:
        return
    if node[0] in (f.LIST, f.TUPLE):
        for part in node[2]:
            part_ = part[2] if part[0] == f.STARRED else part
            yield from _below(engine, module, index, part_, prefix, done, depth - 1)
    elif node[0] == f.BINOP:
        yield from _below(engine, module, index, node[3], prefix, done, depth - 1)
        yield from _below(engine, module, index, node[4], prefix, done, depth - 1)
    elif node[0] == f.CALL:
        yield from _of_call(engine, module, index, node, prefix, done, depth)
    elif node[0] in (f.NAME, f.ATTR):
        for statement in body_of(module.units[index]) if node[0] == f.NAME and index else ():
            if statement[0] == f.ASSIGN and any(t[0] == f.NAME and t[2] == node[2] for t in statement[2]):
                yield from _below(engine, module, index, statement[3], prefix, done, depth - 1)
                return
        if node[0] == f.ATTR and node[3] == "routes":
            node = node[2]
        found = engine.project.resolve_expression(module, node)
        if found is not None and found.kind == "expression" and found.value[2] is not node:
            yield from _below(engine, found.value[0], 0, found.value[2], prefix, done, depth - 1)


def _of_call(
    engine: Engine,
    module: Module,
    index: int,
    call: tuple[Any, ...],
    prefix: str,
    done: set[tuple[int, int]],
    depth: int,
) -> Iterator[Entry]:
    name = last_name(call[2])
    if (
        (module.index, call[1]) in done
        or name not in _ROUTES | _HOLDERS
        or not _is_ours(engine.project, module, call[2])
    ):
        return
    given = dict(call[4])
    path = (
        text_of(
            engine,
            module,
            call[3][0] if call[3] and name not in ("Starlette", "Router", "FastAPI") else given.get("path"),
        )
        or ""
    )
    whole = join_paths(prefix, path)
    done.add((module.index, call[1]))
    if name not in _ROUTES:
        inner = given.get("routes") or (call[3][0] if name == "Router" and call[3] else given.get("app"))
        inner = inner or (call[3][1] if name in ("Mount", "Host") and len(call[3]) > 1 else None)
        yield from _below(engine, module, index, inner, whole if name == "Mount" else prefix, done, depth - 1)
        return
    target = endpoint(engine, module, index, call[3][1] if len(call[3]) > 1 else given.get("endpoint"))
    if isinstance(target, int):
        verb = "WEBSOCKET" if name == "WebSocketRoute" else "|".join(methods_of(call)) or "GET"
        yield http_entry(engine, target, verb, _plain(whole), _parameters(engine, target))
    elif target is not None:
        served = list(verbs_of(target))
        for called in ("on_receive", "dispatch", "__call__") if name == "WebSocketRoute" else ("__call__",):
            unit = target.method(called)
            if unit is not None and not served:
                served = [("WEBSOCKET" if name == "WebSocketRoute" else "ANY", unit)]
        for verb, unit in served:
            yield http_entry(engine, unit, verb, _plain(whole), _parameters(engine, unit))


def _plain(path: str) -> str:
    """`/files/{name:path}` as `/files/{name}`."""
    return _CONVERTED.sub(r"{\1}", path)


def _parameters(engine: Engine, unit: int) -> dict[str, Val]:
    """A handler's first argument is the request, or the socket."""
    _, facts = engine.project.unit(unit)
    place = 1 if facts[9] >= 0 and "static" not in engine.decorations(unit) else 0
    if len(facts[4]) <= place or facts[4][place][0] in ("scope", "self"):
        return {}
    return {facts[4][place][0]: Val(("object", REQUEST))}
