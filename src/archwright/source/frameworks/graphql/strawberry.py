"""strawberry and strawberry-django: types by decorated classes, resolvers by decorated methods and annotations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.policy import AUTHENTICATED
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import Val
from archwright.source.frameworks.base import Entry, Framework, Guarding
from archwright.source.frameworks.graphql import resolvers
from archwright.source.frameworks.graphql.graphene_arguments import kinds_of
from archwright.source.frameworks.graphql.types import Graph, GraphField, ObjectType
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import constant, elements, last_name, written
from archwright.source.frameworks.shared.trust import trust_of
from archwright.source.frameworks.shared.typed import Outside, typed
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_INFO: Final = "strawberry.Info"
_TYPES: Final = frozenset({"type", "interface"})
_FIELDS: Final = frozenset(
    {"field", "mutation", "subscription", "connection", "node", "offset_paginated", "input_mutation", "django_resolver"}
)
_ROOTS: Final = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
_MANY: Final = frozenset(
    {"list", "List", "Sequence", "Iterable", "Connection", "ListConnection", "DjangoListConnection", "OffsetPaginated"}
    | {"ListConnectionWithTotalCount", "CursorConnection", "DjangoCursorConnection", "ConnectionWithTotalCount"}
)
_THROUGH: Final = frozenset(
    {"Optional", "Annotated", "Union", "AsyncGenerator", "AsyncIterator", "AsyncIterable", "Awaitable", "Generator"}
)
_EXTENSIONS: Final = frozenset(
    {"IsAuthenticated", "IsStaff", "IsSuperuser", "HasPerm", "HasSourcePerm", "HasRetvalPerm"}
)
"""Extensions of strawberry-django that ask who calls."""
_PARENTS: Final = frozenset({"self", "root", "parent"})
_MAX_DEPTH: Final = 6


class Strawberry(Framework):
    """Resolvers of strawberry's types."""

    name = "strawberry"
    title = "strawberry"
    packages = ("strawberry", "strawberry_django")
    aliases: ClassVar[dict[str, str]] = {
        "strawberry.types.Info": _INFO,
        "strawberry.types.info.Info": _INFO,
        "strawberry.django.type": "strawberry_django.type",
        "strawberry.django.field": "strawberry_django.field",
    }

    def __init__(self) -> None:
        super().__init__()
        self._guards: dict[int, list[Guarding]] = {}

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        return ("object", _INFO) if name == "info" and index == 1 else None

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Root fields with their resolvers, then the resolvers of every other type."""
        reader = _Reader(engine)
        types: dict[str, ObjectType] = {}
        for info in project.all_classes():
            if reader.is_object(info):
                types[info.name] = reader.type_of(info)
        roots: dict[str, str] = {}
        for kind, infos in reader.roots().items():
            key = infos[0].name if len(infos) == 1 else kind
            merged = types.setdefault(key, ObjectType(key))
            for info in infos:
                merged.fields.update(reader.type_of(info).fields)
            roots[kind] = key
        graph = Graph(engine, types, roots, loads=not reader.optimised)
        for each in types.values():
            for field in each.fields.values():
                if field.resolver is not None and field.guards:
                    self._guards[field.resolver] = [_guard(node) for node in field.guards]
        yield from resolvers.entries(engine, graph, _parent_at, touches=True)

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        return self._guards.get(unit, ())


def _guard(node: Any) -> Guarding:
    name = last_name(node)
    return Guarding(written(node), AUTHENTICATED if "uthenticat" in name or name in _EXTENSIONS else "")


def _parent_at(facts: tuple[Any, ...]) -> int | None:
    """A method's `self`, and a parameter that is called `root` or `parent` or is declared `strawberry.Parent[...]`."""
    for index, (name, _, annotation, _) in enumerate(facts[4]):
        if (index == 0 and name in _PARENTS) or name in ("root", "parent"):
            return index
        if annotation is not None and annotation[0] == f.SUBSCRIPT and last_name(annotation[2]) == "Parent":
            return index
    return None


class _Reader:
    """Reads declarations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._camel = True
        self.optimised = False
        """True where strawberry-django's optimizer loads along what a query asks for."""

    # --- schemas -----------------------------------------------------------------------------------------------
    def roots(self) -> dict[str, list[ClassInfo]]:
        """The classes of each root type: that of the schema that offers most."""
        found: dict[str, list[ClassInfo]] = {}
        modules = [
            module
            for module in self._project.modules
            if any("schema" in name.lower() or name == "strawberry" for name in module.scope())
        ]
        self.optimised = any("DjangoOptimizerExtension" in module.scope() for module in modules)
        for until in (1, None):  # a schema is made where modules begin, seldom in a function
            for module in modules if not found else ():
                for unit in module.units[:until]:
                    for call in calls_in(body_of(unit)):
                        if last_name(call[2]).endswith("Schema") and (call[3] or call[4]):
                            self._schema(module, call, found)
        return found

    def _schema(self, module: Module, call: tuple[Any, ...], found: dict[str, list[ClassInfo]]) -> None:
        if not any("Schema" in kind for kind in self._kinds(module, call[2])):
            return
        given = {**dict(zip(_ROOTS, call[3], strict=False)), **dict(call[4])}
        for name, kind in _ROOTS.items():
            infos = self._classes(module, given[name]) if name in given else []
            if infos and sum(map(_size, infos)) > sum(map(_size, found.get(kind, ()))):
                found[kind] = infos
        config = given.get("config")
        if config is not None and config[0] == f.CALL:
            off = dict(config[4]).get("auto_camel_case")
            if off is not None and off[0] == f.CONST and off[2] is False:
                self._camel = False

    def _kinds(self, module: Module, node: Any) -> frozenset[str]:
        found = self._project.resolve_expression(module, node)
        if found is not None and found.kind == "external":
            return frozenset({found.value.rpartition(".")[2]}) if "strawberry" in found.value else frozenset()
        if found is not None and found.kind == "class":
            return frozenset(b.rpartition(".")[2] for b in found.value.external_bases() if "strawberry" in b)
        return kinds_of(self._engine, module, node)

    def _classes(self, module: Module, node: Any) -> list[ClassInfo]:
        """The class, or those that `merge_types("Query", (A, B))` puts together."""
        if node[0] == f.CALL:
            if last_name(node[2]) == "merge_types" and len(node[3]) > 1:
                return [info for part in elements(node[3][1]) for info in self._classes(module, part)]
            return self._classes(module, node[3][0]) if node[3] else []
        if node[0] not in (f.NAME, f.ATTR):
            return []
        found = self._project.resolve_expression(module, node)
        if found is not None and found.kind == "expression" and found.value[2] is not node:
            return self._classes(found.value[0], found.value[2])
        return [found.value] if found is not None and found.kind == "class" else []

    # --- types -------------------------------------------------------------------------------------------------
    def _decorator(self, info: ClassInfo) -> tuple[Any, ...] | None:
        for node in info.facts[6]:
            target = node[2] if node[0] == f.CALL else node
            if last_name(target) in _TYPES and target[0] in (f.NAME, f.ATTR):
                found = self._project.resolve_expression(info.module, target)
                if found is not None and found.kind == "external" and "strawberry" in found.value:
                    return node  # type: ignore[no-any-return]
        return None

    def is_object(self, info: ClassInfo) -> bool:
        """True for what has fields and resolvers."""
        return self._decorator(info) is not None

    def type_of(self, info: ClassInfo) -> ObjectType:
        """A class as a type: its annotated names, and its methods that a decorator makes fields."""
        decorator = self._decorator(info)
        model = None
        if decorator is not None and decorator[0] == f.CALL:
            node = decorator[3][0] if decorator[3] else dict(decorator[4]).get("model")
            found = self._project.resolve_expression(info.module, node) if node is not None else None
            model = found.value if found is not None and found.kind == "class" else None
        made = ObjectType(info.name, model)
        for holder in reversed(info.mro()):
            for name, binding in holder.scope().items():
                field: GraphField | None = None
                if binding.kind == "unit":
                    field = self._method(holder, name, int(binding.value))
                elif binding.kind == "annotation" and not name.startswith("_"):
                    field = self._annotated(holder.module, name, *binding.value)
                elif binding.kind == "expression" and binding.value[0] == f.CALL:
                    field = self._assigned(holder.module, name, binding.value, None)
                if field is not None:
                    made.fields[name] = field
        return made

    def _method(self, holder: ClassInfo, name: str, index: int) -> GraphField | None:
        module = holder.module
        facts = module.units[index]
        for node in facts[5]:
            target = node[2] if node[0] == f.CALL else node
            if last_name(target) in _FIELDS and self._is_ours(module, target):
                given = dict(node[4]) if node[0] == f.CALL else {}
                shape = given.get("graphql_type") or (node[3][0] if node[0] == f.CALL and node[3] else None) or facts[6]
                found, many = self.target(module, shape)
                return self._made(module, name, facts[2], found, many, module.index << UNIT_BITS | index, given)
        return None

    def _annotated(self, module: Module, name: str, annotation: Any, node: Any) -> GraphField | None:
        if node is not None and node[0] == f.CALL:
            return self._assigned(module, name, node, annotation)
        found, many = self.target(module, annotation)
        return self._made(module, name, annotation[1], found, many, None, {})

    def _assigned(self, module: Module, name: str, node: tuple[Any, ...], annotation: Any) -> GraphField | None:
        """`users: list[User] = strawberry.field(resolver=users)`, `create = strawberry.mutation(resolver=create)`."""
        if not self._is_ours(module, node[2]):
            return None
        given = dict(node[4])
        resolver = given.get("resolver") or (node[3][0] if node[3] else None)
        target = self._project.resolve_expression(module, resolver) if resolver is not None else None
        unit = target.value if target is not None and target.kind == "unit" else None
        shape, where = annotation, module
        if shape is None and unit is not None:
            where, facts = self._project.unit(unit)
            shape = facts[6]
        found, many = self.target(where, shape if shape is not None else given.get("graphql_type"))
        return self._made(module, name, node[1], found, many, unit, given)

    def _is_ours(self, module: Module, node: Any) -> bool:
        found = self._project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
        if found is None:
            return False
        if found.kind == "unit":  # the project's own `field` around the library's
            return last_name(node) in _FIELDS
        return found.kind == "external" and "strawberry" in found.value

    def _made(
        self, module: Module, name: str, position: int, target: str | None, many: bool, unit: int | None, given: Any
    ) -> GraphField:
        written_name = constant(self._engine, module, given.get("name"))
        exposed = written_name if isinstance(written_name, str) and written_name else self.exposed(name)
        listed = [*elements(given.get("permission_classes")), *elements(given.get("extensions"))]
        named = [part[2] if part[0] == f.CALL else part for part in listed]
        guards = tuple(
            node
            for place, node in enumerate(named)
            if place < len(elements(given.get("permission_classes"))) or last_name(node) in _EXTENSIONS
        )
        return GraphField(name, exposed, module, position, target, many, unit, self._arguments, guards)

    def exposed(self, name: str) -> str:
        """A field's name as callers write it."""
        if not self._camel:
            return name
        first, *rest = name.split("_")
        return first + "".join(part[:1].upper() + part[1:] if part else "_" for part in rest)

    def _arguments(self, unit: int) -> dict[str, Val]:
        module, facts = self._project.unit(unit)
        trust = trust_of(self._engine, unit, None)
        parent = _parent_at(facts)
        return {
            name: typed(self._engine, module, annotation, Outside(f"argument {name!r}", trust, unit, facts[2]))
            for index, (name, kind, annotation, _) in enumerate(facts[4])
            if index != parent
            and annotation is not None
            and kind in (f.PARAM_NORMAL, f.PARAM_KEYWORD_ONLY)
            and last_name(annotation[2] if annotation[0] == f.SUBSCRIPT else annotation) != "Info"
        }

    # --- what a field gives --------------------------------------------------------------------------------------
    def target(self, module: Module, node: Any, depth: int = _MAX_DEPTH) -> tuple[str | None, bool]:
        """The object type that an annotation leads to, and whether in a list."""
        if node is None or depth == 0:
            return None, False
        if node[0] == f.BINOP:
            left = self.target(module, node[3], depth - 1)
            return left if left[0] is not None else self.target(module, node[4], depth - 1)
        if node[0] == f.SUBSCRIPT:
            return self._generic(module, node, depth)
        found = self._project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR, f.CONST) else None
        if found is None:
            return None, False
        if found.kind == "expression" and found.value[2] is not node:
            return self.target(found.value[0], found.value[2], depth - 1)
        return (found.value.name, False) if found.kind == "class" and self.is_object(found.value) else (None, False)

    def _generic(self, module: Module, node: Any, depth: int) -> tuple[str | None, bool]:
        head, inner = last_name(node[2]), node[3]
        parts: tuple[Any, ...] = inner[2] if inner[0] == f.TUPLE else (inner,)
        if head == "Annotated" and len(parts) > 1 and parts[0][0] == f.CONST and parts[1][0] == f.CALL:
            return self._lazy(module, parts[0][2], parts[1])
        for part in parts if head in _THROUGH or head in _MANY else ():
            found, many = self.target(module, part, depth - 1)
            if found is not None:
                return found, many or head in _MANY
        return None, False

    def _lazy(self, module: Module, name: Any, call: tuple[Any, ...]) -> tuple[str | None, bool]:
        """`Annotated["Order", strawberry.lazy(".orders")]`: a type that another module has."""
        path = call[3][0][2] if call[3] and call[3][0][0] == f.CONST else ""
        if not isinstance(name, str) or not isinstance(path, str):
            return None, False
        level = len(path) - len(path.lstrip("."))
        origin = module.absolute(path[level:], level)
        found = self._project.resolve_member(origin, name)
        return (found.value.name, False) if found is not None and found.kind == "class" else (None, False)


def _size(info: ClassInfo) -> int:
    """How much a class declares, inherited things included."""
    return sum(len(holder.scope()) for holder in info.mro())
