"""Routers and blueprints: which paths lead to each, through `include_router` and the like across files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from archwright.source import facts as f
from archwright.source.frameworks.shared.calls import calls_in, given_at
from archwright.source.frameworks.shared.own_adds import Adding, added_by_own, methods_that_add
from archwright.source.frameworks.shared.routes import join_paths
from archwright.source.imports import imports_of
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_MAX_WAYS = 4
"""More ways to one router than this are cut."""

Identity = tuple[int, int]
"""Module index and position of the call that makes a router."""


class Kind(NamedTuple):
    """What a web framework calls its routers, and how they are put together."""

    packages: frozenset[str]
    makers: frozenset[str]
    """Dotted names of apps and routers."""
    includes: frozenset[str]
    """Methods that take a router as their first argument."""
    adds: frozenset[str]
    """Methods that add one route."""
    prefixes: tuple[str, ...]
    """Keywords that give a prefix."""
    names: frozenset[str]
    """Names that a router usually has where a function receives it without annotation."""
    inside: frozenset[str] = frozenset()
    """Makers whose first argument is the router that they stand in."""
    prefix_first: bool = False
    """True where an inclusion gives the prefix first, and then the router."""
    overrides: bool = False
    """True where the prefix given at the inclusion takes the place of the router's own."""
    mounts: frozenset[str] = frozenset({"mount"})
    """Methods that take a prefix and then a router."""
    named: frozenset[str] = frozenset()
    """Makers whose first argument is a name that is the prefix too, where none is given."""
    groups: frozenset[str] = frozenset()
    """Methods that make a router of the routers they are given."""


class Mount(NamedTuple):
    """One `include_router`: the parent, the prefix, the dependencies given there."""

    parent: Identity | None
    prefix: str | None
    dependencies: tuple[tuple[Module, Any], ...]


class Way(NamedTuple):
    """One way to a router: the whole prefix, and every dependency on it."""

    prefix: str
    dependencies: tuple[tuple[Module, Any], ...]
    root: Identity | None = None
    """The app or router that it starts from."""


class Added(NamedTuple):
    """One `add_api_route`: the call, where it stands, and the router."""

    module: Module
    unit: int
    call: tuple[Any, ...]
    router: Identity | None


class Routers:
    """All routers of a project."""

    def __init__(self, engine: Engine, kind: Kind) -> None:
        self.engine = engine
        self._kind = kind
        self._project = engine.project
        self._made: dict[Identity, tuple[Module, Any]] = {}
        self._mounts: dict[Identity, list[Mount]] = {}
        self._classes: dict[str, bool] = {}
        self._concerned: dict[int, bool] = {}
        self._unread: list[Mount] = []
        """Inclusions of routers that can't be told: a loop over a list from elsewhere."""
        self._all_read = True
        """False where some inclusion names no router that is known here."""
        self.added: list[Added] = []
        self._own: dict[str, list[Adding]] = methods_that_add(self._project, kind.makers, kind.adds)
        """Methods of the project's own routers that add routes: by name, with their class, unit and calls of the library's."""
        for module in self._project.modules:
            if self.concerns(module):
                for index, unit in enumerate(module.units):
                    for call in calls_in(body_of(unit)):
                        self._collect(module, index, call)

    def concerns(self, module: Module) -> bool:
        """True where a module or a function of it imports the framework, or puts routers together at its top level."""
        known = self._concerned.get(module.index)
        if known is None:
            known = self._concerned[module.index] = self._is_concerned(module)
        return known

    def _is_concerned(self, module: Module) -> bool:
        for binding in module.scope().values():
            origin = binding.value[0] if binding.kind == "import" else binding.value if binding.kind == "module" else ""
            if origin.partition(".")[0] in self._kind.packages:
                return True
        if any(map(module.mentions, self._kind.packages)) and not self._kind.packages.isdisjoint(
            imports_of(module.facts)
        ):
            return True
        methods = self._kind.includes | self._kind.adds
        return any(
            node[0] == f.EXPR and node[2][0] == f.CALL and node[2][2][0] == f.ATTR and node[2][2][3] in methods
            for node in module.units[0][7]
        )

    def _collect(self, module: Module, index: int, call: tuple[Any, ...]) -> None:
        function = call[2]
        if function[0] != f.ATTR:
            return
        if function[3] in self._own and self._add_by_own(module, index, call):
            return
        if function[3] in self._kind.mounts:
            path, child = (given_at(call, place, name) for place, name in enumerate(("path", "app")))
            if path is not None and child is not None:
                self._mount(module, index, call, child, path)
        elif function[3] in self._kind.includes and self._kind.prefix_first:
            router = given_at(call, 1, "router")
            if router is not None:
                self._mount(module, index, call, router, call[3][0] if call[3] else self._prefix(call))
        elif function[3] in self._kind.groups and call[3]:
            parent = self._router(module, call)
            for child in call[3] if parent is not None else ():
                for each in self._arguments(module, index, child):
                    self._mounts.setdefault(each, []).append(Mount(parent, None, ()))
        elif function[3] in self._kind.includes and call[3]:
            prefix = self._prefix(call)
            self._mount(module, index, call, call[3][0], call[3][1] if prefix is None and len(call[3]) > 1 else prefix)
        elif function[3] in self._kind.adds and len(call[3]) + len(call[4]) > 1:
            router = self.locate(module, index, function[2])
            if router is not None or self.likely(module, index, function[2]):
                self.added.append(Added(module, index, call, router))

    def _add_by_own(self, module: Module, index: int, call: tuple[Any, ...]) -> bool:
        """Note the routes that a method of the project's own router adds; False where the method is the library's."""
        router = self.locate(module, index, call[2][2])
        if router is None:
            return False
        where, made = self._made[router]
        found = self._project.resolve_expression(where, made[2])
        for info, unit, adds in self._own[call[2][3]]:
            if found is not None and found.kind == "class" and info in found.value.mro():
                for each in added_by_own(self.engine, call, adds, unit):
                    self.added.append(Added(module, index, each, router))
                return True
        return False

    def _mount(
        self, module: Module, index: int, call: tuple[Any, ...], child: tuple[Any, ...], prefix: tuple[Any, ...] | None
    ) -> None:
        text = self.text(module, prefix) if prefix is not None else None
        guards = _listed(module, dict(call[4]).get("dependencies"))
        mount = Mount(self.locate(module, index, call[2][2]), text, guards)
        children = self._arguments(module, index, child)
        self._all_read &= bool(children) or call[2][3] in self._kind.mounts
        if not children and child[0] == f.NAME and call[2][3] not in self._kind.mounts:
            self._unread.append(mount)
        for each in children:
            self._mounts.setdefault(each, []).append(mount)

    def _prefix(self, call: tuple[Any, ...]) -> Any:
        return next((value for name, value in call[4] if name in self._kind.prefixes), None)

    def _arguments(self, module: Module, index: int, node: tuple[Any, ...]) -> list[Identity]:
        """The routers that an argument may be: by name, in a list that is looped over, or handed in by callers in this file."""
        here = self.locate(module, index, node)
        if here is not None:
            return [here]
        unit = module.units[index]
        if node[0] == f.ATTR and node[2][0] == f.NAME:  # for part in (orders, users): app.include_router(part.router)
            looped = _looped(body_of(unit), node[2][2])
            return self._elements(module, index, looped, node[3]) if looped is not None else []
        if node[0] != f.NAME:
            return []
        looped = _looped(body_of(unit), node[2])
        if looped is not None:
            return self._elements(module, index, looped)
        places = [place for place, parameter in enumerate(unit[4]) if parameter[0] == node[2]]
        if not places or not index:
            return []
        found = []
        for other, each in enumerate(module.units):
            for call in calls_in(body_of(each)):
                if call[2][0] == f.NAME and call[2][2] == unit[0]:
                    given = call[3][places[0]] if len(call[3]) > places[0] else dict(call[4]).get(node[2])
                    router = self.locate(module, other, given) if given is not None else None
                    if router is not None:
                        found.append(router)
        return found

    def _elements(self, module: Module, index: int, node: tuple[Any, ...], attribute: str = "") -> list[Identity]:
        """The routers in a list that is written out, here or where its name is bound; attribute: what holds them in each part."""
        if node[0] in (f.NAME, f.ATTR):
            found = self._project.resolve_expression(module, node)
            if found is None or found.kind != "expression" or found.value[2] is node:
                return []
            module, index, node = found.value[0], 0, found.value[2]
        if node[0] not in (f.LIST, f.TUPLE):
            return []
        parts = [(f.ATTR, part[1], part, attribute) if attribute else part for part in node[2]]
        return [router for part in parts if (router := self.locate(module, index, part)) is not None]

    def made(self, router: Identity) -> tuple[Module, Any] | None:
        """The call that makes a router, and the module it stands in."""
        return self._made.get(router)

    # --- names -------------------------------------------------------------------------------------------
    def locate(self, module: Module, index: int, node: tuple[Any, ...]) -> Identity | None:
        """The router that an expression in a unit stands for."""
        if node[0] == f.NAME:
            local = self._local(module, index, node[2])
            if local is not None:
                return self._router(module, local)
        elif node[0] == f.ATTR and node[2][0] == f.NAME and node[2][2] == "self":
            owner = module.units[index][9]
            for unit in module.units:
                if unit[9] == owner:
                    value = _assigned(body_of(unit), "self", node[3])
                    if value is not None:
                        return self._router(module, value)
        elif node[0] == f.CALL:
            return self._router(module, node)
        dotted = node[2] if node[0] == f.CONST and isinstance(node[2], str) and "." in node[2] else ""
        resolve = self._project.resolve_dotted
        found = resolve(dotted) if dotted else self._project.resolve_expression(module, node)
        if found is not None and found.kind == "annotation" and found.value[3] is not None:
            return self._router(found.value[0], found.value[3])
        if found is None or found.kind != "expression":
            return None
        return self._router(found.value[0], found.value[2])

    def _local(self, module: Module, index: int, name: str) -> Any:
        """What a function, or one around it, assigns to a name."""
        while index > 0:
            unit = module.units[index]
            value = _assigned(body_of(unit), "", name)
            if value is not None:
                return value
            index = unit[10]
        return None

    def _router(self, module: Module, node: tuple[Any, ...]) -> Identity | None:
        if node[0] != f.CALL or not self._makes_router(module, node[2]):
            return None
        identity = (module.index, node[1])
        self._made.setdefault(identity, (module, node))
        return identity

    def _makes_router(self, module: Module, node: tuple[Any, ...]) -> bool:
        found = self._project.resolve_expression(module, node)
        if found is None:
            return False
        if found.kind == "external":
            return found.value in self._kind.makers
        if found.kind == "class":
            known = self._classes.get(found.value.name)
            if known is None:
                known = any(base in self._kind.makers for base in found.value.external_bases())
                self._classes[found.value.name] = known
            return known
        return False

    def likely(self, module: Module, index: int, node: tuple[Any, ...]) -> bool:
        """True for a parameter declared as an app or a router, or named as one in a file that imports the framework.

        A name that the file uses at its top level and nothing binds is put there by who loads the file: a router, too.
        """
        top = index <= 0
        if node[0] != f.NAME:
            return False
        while index > 0:
            unit = module.units[index]
            for name, _, annotation, _ in unit[4]:
                if name == node[2]:
                    if annotation is not None:
                        return self._makes_router(module, annotation)
                    last = name.rpartition("_")[2]
                    return last in self._kind.names and self.concerns(module)
            index = unit[10]
        unbound = self._project.resolve_name(module, node[2]) is None
        return unbound and (top or node[2] in self._kind.names) and self.concerns(module)

    def text(self, module: Module, node: Any) -> str:
        """A constant text, read through names and settings; empty where it can't be read."""
        if node is None:
            return ""
        if node[0] == f.CONST:
            return node[2] if isinstance(node[2], str) else ""
        value = self.engine.module_expression(module, node)
        return value.const if isinstance(value.const, str) else ""

    # --- ways --------------------------------------------------------------------------------------------
    def ways(self, router: Identity | None, seen: tuple[Identity, ...] = ()) -> list[Way]:
        """Every way to a router; none to one that is left out where every inclusion of the project is known.

        Where some are not, a router that nobody seems to include is its own start.
        """
        if router is None or router in seen or router not in self._made:
            return [Way("", (), router)]
        module, call = self._made[router]
        given = dict(call[4])
        written = self._prefix(call)
        own = self.text(module, written) if written is not None else ""
        if written is None and call[3] and self._named(module, call[2]) in self._kind.named:
            own = f"/{self.text(module, call[3][0])}"
        guards = _listed(module, given.get("dependencies"))
        mounts = list(self._mounts.get(router, ()))
        if self._named(module, call[2]) in self._kind.inside:
            around = call[3][0] if call[3] else given.get("app")
            parent = self.locate(module, 0, around) if around is not None else None
            mounts.append(Mount(parent, None, ()))
        elif not mounts and len(set(self._unread)) == 1 and self._unread[0].parent != router:
            mounts = self._unread[:1] if self._is_part(module, call) else []
        if not mounts and self._left_out(module, call):
            return []
        if not mounts:
            return [Way(own, guards, router)]
        found: list[Way] = []
        for mount in mounts:
            pieces = [mount.prefix or "", own]
            if self._kind.overrides and mount.prefix is not None:
                pieces = [mount.prefix]
            below = (*mount.dependencies, *guards)
            found.extend(
                Way(join_paths(above.prefix, *pieces), (*above.dependencies, *below), above.root)
                for above in self.ways(mount.parent, (*seen, router))
            )
        return list(dict.fromkeys(found))[:_MAX_WAYS]

    def _left_out(self, module: Module, call: tuple[Any, ...]) -> bool:
        """True for a module's router where others are included and none of the inclusions could be this one's."""
        if not self._mounts or not self._all_read or not self._is_part(module, call):
            return False
        return any(node[0] == f.ASSIGN and node[3] is call for node in module.units[0][7])

    def _is_part(self, module: Module, call: tuple[Any, ...]) -> bool:
        """True for what has to be included somewhere: routers and blueprints, not apps."""
        return self._named(module, call[2]).endswith(("Router", "Blueprint"))

    def _named(self, module: Module, node: tuple[Any, ...]) -> str:
        found = self._project.resolve_expression(module, node)
        if found is None:
            return ""
        if found.kind == "class":
            return next((base for base in found.value.external_bases() if base in self._kind.makers), "")
        return found.value if found.kind == "external" else ""


def unit_id(module: Module, index: int) -> int:
    """The global id of a unit of a module."""
    return module.index << UNIT_BITS | index


def _listed(module: Module, node: Any) -> tuple[tuple[Module, Any], ...]:
    if node is None or node[0] not in (f.LIST, f.TUPLE):
        return ()
    return tuple((module, part) for part in node[2])


def _assigned(body: tuple[Any, ...], holder: str, name: str) -> Any:
    """The value that statements assign to `name`, or to `holder.name`."""
    for node in body:
        kind = node[0]
        targets = node[2] if kind == f.ASSIGN else (node[2],) if kind == f.ANNASSIGN else ()
        for target in targets:
            named = target[0] == f.NAME and not holder and target[2] == name
            held = target[0] == f.ATTR and target[3] == name and target[2][0] == f.NAME and target[2][2] == holder
            if named or (holder and held):
                return node[3] if kind == f.ASSIGN else node[4]
        if kind in (f.IF, f.WITH, f.TRY):
            inner = (node[3], node[4]) if kind == f.IF else (node[3],) if kind == f.WITH else (node[2],)
            for part in inner:
                found = _assigned(part, holder, name)
                if found is not None:
                    return found
    return None


def _looped(body: tuple[Any, ...], name: str) -> Any:
    """What a `for` over `name` iterates."""
    for node in body:
        if node[0] == f.FOR and node[2][0] == f.NAME and node[2][2] == name:
            return node[3]
        inner = (node[3], node[4]) if node[0] == f.IF else (node[3],) if node[0] == f.WITH else ()
        for part in inner:
            found = _looped(part, name)
            if found is not None:
                return found
    return None
