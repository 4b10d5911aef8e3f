"""Django's URL configuration: which view serves which path, through includes and routers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.operators import shape
from archwright.source.flow.values import ALL_USES, Val
from archwright.source.frameworks.django.paths import read_path
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.routes import join_paths
from archwright.source.link.module import Module
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_PATHS = frozenset({"path", "re_path", "url"})
_MAX_DEPTH = 8


class Pattern(NamedTuple):
    """A view at a path. `parameters`: name -> the uses that it is clean for by what the pattern lets through."""

    path: str
    view: Val
    parameters: dict[str, int]
    router: bool = False
    methods: str = ""
    actions: tuple[tuple[str, str], ...] = ()
    """HTTP method and action of a view set that is mounted by hand: `as_view({"get": "list"})`."""
    around: tuple[tuple[Module, tuple[Any, ...]], ...] = ()
    """The decorators that are put around the view, outermost first: `login_required(view)`."""

    def extended(self, tail: str) -> Pattern:
        """The same view below a further path segment."""
        names = dict(self.parameters)
        if tail.startswith("{"):
            names[tail.strip("{}")] = 0
            names["id"] = 0
        return self._replace(path=join_paths(self.path, tail) + "/", parameters=names)


class Mounted(NamedTuple):
    """An expression whose `urls` are mounted at a path: an API of another library."""

    path: str
    module: Module
    node: tuple[Any, ...]


class UrlTable:
    """All patterns of a project, each under the prefixes by which it is included."""

    def __init__(self, project: Project, engine: Engine) -> None:
        self._project = project
        self._engine = engine
        self._included_routers: set[tuple[int, str]] = set()
        self.mounted: list[Mounted] = []

    def patterns(self) -> Iterator[Pattern]:
        """Patterns of the modules that bind `urlpatterns` and that no other includes, and so on through includes."""
        modules = [module for module in self._project.modules if "urlpatterns" in module.scope()]
        included: set[int] = set()
        for module in modules:
            for call in calls_in(module.units[0][7]):
                target = self._included(module, call)
                if target is not None:
                    included.add(target.index)
            for binding in module.scope().values():  # from .orders import urlpatterns as order_urls
                spliced = binding.value[1] == "urlpatterns" if binding.kind == "import" else False
                part = self._project.by_name.get(binding.value[0]) if spliced else None
                if part is not None and part.index != module.index:
                    included.add(part.index)
        for module in modules:
            if module.index not in included:
                yield from self._module(module, "", {}, 0)
        yield from self._routers()

    def _module(self, module: Module, prefix: str, parameters: dict[str, int], depth: int) -> Iterator[Pattern]:
        for node in _assigned(module.units[0][7], "urlpatterns"):
            yield from self._list(module, node, prefix, parameters, depth)

    def _list(
        self, module: Module, node: tuple[Any, ...], prefix: str, parameters: dict[str, int], depth: int
    ) -> Iterator[Pattern]:
        """The patterns of an expression that gives a list of them."""
        if depth > _MAX_DEPTH:
            return
        kind = node[0]
        if kind in (f.LIST, f.TUPLE):
            for part in node[2]:
                yield from self._list(module, part, prefix, parameters, depth)
        elif kind == f.BINOP:
            yield from self._list(module, node[3], prefix, parameters, depth)
            yield from self._list(module, node[4], prefix, parameters, depth)
        elif kind == f.STARRED:
            yield from self._list(module, node[2], prefix, parameters, depth)
        elif kind == f.ATTR and (router := self._router(module, node)) is not None:
            yield from self._registered(*router, prefix, parameters)
        elif kind in (f.NAME, f.ATTR):
            found = self._project.resolve_expression(module, node)
            if found is not None and found.kind == "expression" and found.value[2] is not node:
                yield from self._list(found.value[0], found.value[2], prefix, parameters, depth + 1)
        elif kind == f.CALL:
            yield from self._called(module, node, prefix, parameters, depth)

    def _called(
        self, module: Module, call: tuple[Any, ...], prefix: str, parameters: dict[str, int], depth: int
    ) -> Iterator[Pattern]:
        name = _name(call[2])
        if name not in _PATHS:
            if name == "i18n_patterns":  # below the code of the active language
                prefix = join_paths(prefix, "<language>/") if prefix else "<language>/"
            for argument in call[3]:  # i18n_patterns(...), format_suffix_patterns([...])
                if argument[0] in (f.LIST, f.CALL, f.NAME, f.STARRED):
                    yield from self._list(module, argument, prefix, parameters, depth + 1)
            return
        view_node = call[3][1] if len(call[3]) > 1 else next((v for n, v in call[4] if n == "view"), None)
        if not call[3] or view_node is None:
            return
        text = self._text(module, call[3][0])
        piece, names = read_path(text.replace("{}", ""), regex=name != "path")
        if "{}" in text:  # what a pattern of another place lets through is not known
            names = {name: uses if uses == ALL_USES else 0 for name, uses in names.items()}
        path = join_paths(prefix, piece) if prefix else piece
        together = {**parameters, **names}
        if view_node[0] == f.ATTR and view_node[3] == "urls":
            self.mounted.append(Mounted(path, module, view_node[2]))
        target = self._included(module, view_node)
        if target is not None:
            yield from self._module(target, path, together, depth + 1)
        elif view_node[0] == f.CALL and _name(view_node[2]) == "include" and view_node[3]:
            router = self._router(module, view_node[3][0])
            if router is not None:
                yield from self._registered(*router, path, together)
                return
            yield from self._list(module, view_node[3][0], path, together, depth + 1)
        else:
            view = self._view(module, view_node)
            if view is not None:
                around = tuple((module, each) for each in _around(view_node))
                yield Pattern(path, view, together, actions=_actions(view_node), around=around)

    def _included(self, module: Module, node: tuple[Any, ...]) -> Module | None:
        if node[0] != f.CALL or _name(node[2]) != "include" or not node[3]:
            return None
        first = node[3][0]
        if first[0] == f.TUPLE and first[2]:
            first = first[2][0]
        if first[0] == f.CONST and isinstance(first[2], str):
            return self._project.by_name.get(first[2])
        found = self._project.resolve_expression(module, first)
        return self._project.by_name.get(found.value) if found is not None and found.kind == "module" else None

    def _text(self, module: Module, node: tuple[Any, ...]) -> str:
        """A path expression, `{}` for what is not constant in it."""
        return shape(self._engine.module_expression(module, node))

    def _view(self, module: Module, node: tuple[Any, ...]) -> Val | None:
        """The function or class behind a view expression: `f`, `C.as_view()`, `decorator(f)`."""
        while node[0] == f.CALL:
            if node[2][0] == f.ATTR and node[2][3] == "as_view":
                node = node[2][2]
                break
            if not node[3]:
                return None
            node = node[3][0]
        if node[0] == f.CONST:
            return None
        value = self._engine.found_value(self._project.resolve_expression(module, node))
        return value if value.type is not None and value.type[0] in ("unit", "class") else None

    def _router(self, module: Module, node: tuple[Any, ...]) -> tuple[Module, str] | None:
        """The module and name of the router in `include(router.urls)`."""
        if node[0] == f.TUPLE and node[2]:
            node = node[2][0]
        if node[0] != f.ATTR or node[3] != "urls" or node[2][0] not in (f.NAME, f.ATTR):
            return None
        found = self._project.resolve_expression(module, node[2])
        if found is None or found.kind not in ("expression", "annotation"):
            return None
        return found.value[0], _name(node[2])

    def _registered(self, module: Module, name: str, prefix: str, parameters: dict[str, int]) -> Iterator[Pattern]:
        """What `name.register(prefix, ViewSet)` put into a router, below the path it is included at."""
        self._included_routers.add((module.index, name))
        for call in calls_in(module.units[0][7]):
            if call[2][0] == f.ATTR and call[2][3] == "register" and len(call[3]) > 1 and _name(call[2][2]) == name:
                pattern = self._register(module, call)
                if pattern is not None:
                    path = join_paths(prefix, pattern.path) if prefix else pattern.path
                    yield pattern._replace(path=path, parameters={**parameters, **pattern.parameters})

    def _routers(self) -> Iterator[Pattern]:
        """`router.register("prefix", ViewSet)` of routers whose include was not found."""
        for module in self._project.modules:
            for call in calls_in(module.units[0][7]) if module.units else ():
                if call[2][0] != f.ATTR or call[2][3] != "register" or len(call[3]) < 2:
                    continue
                if (module.index, _name(call[2][2])) not in self._included_routers:
                    pattern = self._register(module, call)
                    if pattern is not None:
                        yield pattern

    def _register(self, module: Module, call: tuple[Any, ...]) -> Pattern | None:
        view = self._view(module, call[3][1])
        if view is None or view.type is None or view.type[0] != "class":
            return None
        piece, names = read_path(self._text(module, call[3][0]).replace("{}", ""), regex=True)
        return Pattern(f"{piece}/", view, names, router=True)


def _name(node: tuple[Any, ...]) -> str:
    """The last part of a name or dotted name."""
    return str(node[2] if node[0] == f.NAME else node[3]) if node[0] in (f.NAME, f.ATTR) else ""


def _actions(node: tuple[Any, ...]) -> tuple[tuple[str, str], ...]:
    """The constant pairs of `View.as_view({"get": "list"})`, decorated or not."""
    while node[0] == f.CALL:
        if node[2][0] == f.ATTR and node[2][3] == "as_view":
            given = node[3][0] if node[3] else dict(node[4]).get("actions")
            pairs = given[2] if given is not None and given[0] == f.DICT else ()
            return tuple(
                (str(key[2]).upper(), str(value[2]))
                for key, value in pairs
                if key is not None and key[0] == f.CONST and value[0] == f.CONST
            )
        if not node[3]:
            break
        node = node[3][0]
    return ()


def _around(node: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The decorators of `login_required(gate("a")(Orders.as_view()))`, as they would be written above the view."""
    while node[0] == f.CALL and node[3] and not (node[2][0] == f.ATTR and node[2][3] == "as_view"):
        yield node[2]
        node = node[3][0]


def _assigned(body: Any, name: str) -> Iterator[tuple[Any, ...]]:
    """Everything that statements put into a list of that name."""
    for node in body:
        kind = node[0]
        if kind == f.ASSIGN and any(_name(target) == name for target in node[2]):
            yield node[3]
        elif (kind == f.AUGASSIGN and _name(node[2]) == name) or (
            kind == f.ANNASSIGN and node[4] and _name(node[2]) == name
        ):
            yield node[4]
        elif kind == f.EXPR and node[2][0] == f.CALL and node[2][2][0] == f.ATTR and _name(node[2][2][2]) == name:
            yield from node[2][3]
        elif kind == f.IF:
            yield from _assigned(node[3], name)
            yield from _assigned(node[4], name)
        elif kind == f.TRY:
            yield from _assigned(node[2], name)
