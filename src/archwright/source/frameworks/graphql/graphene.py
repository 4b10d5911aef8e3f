"""graphene and graphene-django: object types, fields, mutations and connections as classes declare them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archwright.model.policy import AUTHENTICATED
from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import UNKNOWN_ORIGIN, Val
from archwright.source.frameworks.base import Entry, Framework, Guarding
from archwright.source.frameworks.django.orm import DjangoOrm
from archwright.source.frameworks.graphql import resolvers
from archwright.source.frameworks.graphql.graphene_arguments import argument, kinds_of
from archwright.source.frameworks.graphql.types import Graph, GraphField, ObjectType
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import constant, elements, last_name, texts, written
from archwright.source.frameworks.shared.trust import trust_of
from archwright.source.frameworks.shared.typed import Outside
from archwright.source.link.module import Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_OBJECTS: Final = frozenset({"ObjectType", "DjangoObjectType", "SQLAlchemyObjectType", "Interface"})
_BOUND: Final = frozenset({"DjangoObjectType", "SQLAlchemyObjectType"})
"""Types whose parents are rows of `Meta.model`."""
_MUTATIONS: Final = ("mutate_and_get_payload", "mutate", "perform_mutate")
_ROOTS: Final = {"query": "Query", "mutation": "Mutation", "subscription": "Subscription"}
_OWN: Final = frozenset(
    {"args", "resolver", "source", "deprecation_reason", "name", "description", "required", "default_value", "type_"}
    | {"type", "of_type", "_creation_counter"}
)
"""Keywords of a field that are no arguments of it."""
_PAGES: Final = ("first", "last", "before", "after", "offset")
_MAX_DEPTH: Final = 6


class Graphene(Framework):
    """Resolvers of graphene's types."""

    name = "graphene"
    title = "graphene"
    packages = ("graphene",)

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        return ("object", resolvers.INFO) if name == "info" and index == 1 else None

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Root fields with their resolvers and mutations, then the resolvers of every other type."""
        reader = _Reader(engine)
        types = {info.name: reader.type_of(info) for info in project.all_classes() if reader.is_object(info)}
        roots = reader.roots()
        for info in roots.values():
            types.setdefault(info.name, reader.type_of(info))
        graph = Graph(engine, types, {kind: info.name for kind, info in roots.items()}, loads=True)
        yield from resolvers.entries(engine, graph, _parent_at, touches=True)

    def guards(self, engine: Engine, unit: int) -> Iterable[Guarding]:
        """What `Meta.permissions` and the like name: the base class of a project's mutations asks for them."""
        info = engine.project.class_of_unit(unit)
        meta = info.inner("Meta") if info is not None else None
        for name, binding in meta.scope().items() if meta is not None else ():
            if "permission" in name and binding.kind == "expression":
                for node in elements(binding.value):
                    yield Guarding(written(node), AUTHENTICATED, (last_name(node),) if last_name(node) else ())


class GrapheneDjango(Framework):
    """What graphene-django hands to resolvers: Django's request is the context."""

    name = "graphene_django"
    packages = ("graphene_django",)
    attributes: ClassVar[dict[str, str]] = {f"{resolvers.INFO}.context": "django.http.HttpRequest"}


def _parent_at(facts: tuple[Any, ...]) -> int | None:
    """`resolve_x(root, info)`, whatever the first is called; a class method gets its class before it."""
    names = [parameter[0] for parameter in facts[4]]
    first = 1 if any(last_name(node) == "classmethod" for node in facts[5]) else 0
    return first if len(names) > first else None


def _size(info: ClassInfo) -> int:
    """How much a class declares, inherited things included."""
    return sum(len(holder.scope()) for holder in info.mro())


class _Reader:
    """Reads declarations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._camel = True

    def is_object(self, info: ClassInfo) -> bool:
        """True for what has fields and resolvers."""
        return any(base.rpartition(".")[2] in _OBJECTS and "graphene" in base for base in info.external_bases())

    # --- schemas -----------------------------------------------------------------------------------------------
    def roots(self) -> dict[str, ClassInfo]:
        """The root types: what a schema is made of, directly or through a function with parameters of those names."""
        found: dict[str, ClassInfo] = {}
        modules = [
            module
            for module in self._project.modules
            if any("schema" in name.lower() or name == "graphene" for name in module.scope())
        ]
        for until in (1, None):  # a schema is made where modules begin, seldom in a function
            for module in modules if not found else ():
                for unit in module.units[:until]:
                    for call in calls_in(body_of(unit)):
                        for name, node in self._schema(module, call):
                            self._root(module, found, name, node)
        if not found:
            for info in self._project.all_classes():
                if info.short in _ROOTS.values() and self.is_object(info):
                    found.setdefault(info.short, info)
        return found

    def _schema(self, module: Module, call: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
        if not any(name in _ROOTS for name, _ in call[4]) and not call[3]:
            return
        names = tuple(_ROOTS)
        if "Schema" not in kinds_of(self._engine, module, call[2]):
            target = self._project.resolve_expression(module, call[2]) if call[4] else None
            if target is None or target.kind != "unit":
                return
            names = tuple(parameter[0] for parameter in self._project.unit(target.value)[1][4])
            if "query" not in names:
                return
        elif any(name == "auto_camelcase" and node[0] == f.CONST and node[2] is False for name, node in call[4]):
            self._camel = False
        yield from zip(names, call[3], strict=False)
        yield from ((name, node) for name, node in call[4] if name is not None)

    def _root(self, module: Module, found: dict[str, ClassInfo], name: str, node: Any) -> None:
        target = self._project.resolve_expression(module, node) if name in _ROOTS else None
        if target is not None and target.kind == "class" and self.is_object(target.value):
            kept = found.get(_ROOTS[name])
            if kept is None or _size(kept) < _size(target.value):  # a project's tests make schemas too
                found[_ROOTS[name]] = target.value

    # --- types -------------------------------------------------------------------------------------------------
    def type_of(self, info: ClassInfo) -> ObjectType:
        """A class as a type with its fields: declared ones, and those of a Django model that it shows."""
        model = self.model_of(info)
        made = ObjectType(info.name, model)
        if model is not None:
            for field in self._of_model(info, model):
                made.fields[field.name] = field
        for holder in reversed(info.mro()):
            for name, binding in holder.scope().items():
                node = binding.value if binding.kind == "expression" else None
                if node is not None and node[0] == f.CALL and not name.startswith("_"):
                    declared = self._field(info, holder.module, name, node)
                    if declared is not None:
                        made.fields[name] = declared
        return made

    def model_of(self, info: ClassInfo) -> ClassInfo | None:
        """The model whose rows a type shows."""
        if not any(base.rpartition(".")[2] in _BOUND for base in info.external_bases()):
            return None
        meta = info.inner("Meta")
        binding = meta.scope().get("model") if meta is not None else None
        if meta is None or binding is None or binding.kind != "expression":
            return None
        found = self._project.resolve_expression(meta.module, binding.value)
        return found.value if found is not None and found.kind == "class" else None

    def _of_model(self, info: ClassInfo, model: ClassInfo) -> Iterator[GraphField]:
        """The relations that `Meta.fields` lets through and that lead to a model with a type of its own."""
        orm = self._engine.frameworks_by_name.get(DjangoOrm.name)
        known = orm.models.get(model.name) if isinstance(orm, DjangoOrm) else None
        meta = info.inner("Meta")
        if known is None or meta is None or info.method("get_queryset") is not None:
            return
        only = self._names(meta, "fields") or self._names(meta, "only_fields")
        without = self._names(meta, "exclude") or self._names(meta, "exclude_fields") or ()
        for name, relation in sorted(known.relations.items()):
            if (only is not None and "__all__" not in only and name not in only) or name in without:
                continue
            target = self.shown(relation.target)
            if target is not None:
                yield GraphField(
                    name,
                    self.exposed(name),
                    info.module,
                    info.facts[2],
                    target,
                    relation.many,
                    info.method(f"resolve_{name}"),
                )

    def shown(self, model: str | None) -> str | None:
        """The type that shows a model's rows, where there is one and only one."""
        if not hasattr(self, "_shown"):
            self._shown: dict[str, list[str]] = {}
            for info in self._project.all_classes():
                bound = self.model_of(info)
                if bound is not None:
                    self._shown.setdefault(bound.name, []).append(info.name)
        found = self._shown.get(model or "", [])
        return found[0] if len(found) == 1 else None

    def _names(self, meta: ClassInfo, name: str) -> tuple[str, ...] | None:
        binding = meta.scope().get(name)
        return (
            texts(self._engine, meta.module, binding.value)
            if binding is not None and binding.kind == "expression"
            else None
        )

    def exposed(self, name: str) -> str:
        """A field's name as callers write it."""
        if not self._camel:
            return name
        first, *rest = name.split("_")
        return first + "".join(part.capitalize() if part else "_" for part in rest)

    # --- fields ------------------------------------------------------------------------------------------------
    def _field(self, owner: ClassInfo, module: Module, name: str, node: tuple[Any, ...]) -> GraphField | None:
        given = dict(node[4])
        written = constant(self._engine, module, given.get("name"))
        exposed = written if isinstance(written, str) and written else self.exposed(name)
        kinds = kinds_of(self._engine, module, node[2])
        if node[2][0] == f.ATTR and node[2][3] == "Field" and last_name(node[2][2]) != "graphene":
            return self._mounted(owner, module, name, exposed, node)
        if not kinds:
            return None
        target, many = self.target(module, node)
        resolver = self._resolver(owner, module, name, given.get("resolver"))

        def arguments(unit: int) -> dict[str, Val]:
            return self._arguments(module, node, unit, paged="Field" in "".join(sorted(kinds)) and many)

        return GraphField(name, exposed, module, node[1], target, many, resolver, arguments)

    def _resolver(self, owner: ClassInfo, module: Module, name: str, node: Any) -> int | None:
        if node is not None:
            found = self._project.resolve_expression(module, node)
            if found is not None and found.kind == "unit":
                return int(found.value)
        return owner.method(f"resolve_{name}") or owner.method(f"subscribe_{name}")

    def _mounted(
        self, owner: ClassInfo, module: Module, name: str, exposed: str, node: tuple[Any, ...]
    ) -> GraphField | None:
        """`CreateOrder.Field()` and `relay.Node.Field(Order)`."""
        found = self._project.resolve_expression(module, node[2][2])
        if found is None:
            return None
        if found.kind == "class" and self._mutates(found.value):
            unit = self._mutation(found.value)
            info = found.value
            return GraphField(
                name, exposed, module, node[1], None, False, unit, lambda unit: self._mutation_arguments(info, unit)
            )
        if "Node" in (found.value.rpartition(".")[2] if found.kind == "external" else "Node"):
            target, _ = self.target(module, node)
            return GraphField(name, exposed, module, node[1], target, False, owner.method(f"resolve_{name}"))
        return None

    @staticmethod
    def _mutates(info: ClassInfo) -> bool:
        return any(
            base.rpartition(".")[2] in ("Mutation", "ClientIDMutation") or "Mutation" in base
            for base in info.external_bases()
        )

    def _mutation(self, info: ClassInfo) -> int | None:
        """What a mutation runs: its own `mutate`, else the method that an inherited `mutate` hands everything on to."""
        unit = next((unit for name in _MUTATIONS if (unit := info.method(name)) is not None), None)
        if unit is None or self._project.class_of_unit(unit) is info:
            return unit
        todo, seen = [unit], {unit}
        while todo:
            for called in self._handed_on(info, todo.pop(0)):
                if called not in seen:
                    seen.add(called)
                    todo.append(called)
                    if self._holder(called) != self._holder(unit):
                        return called
        return unit

    def _handed_on(self, info: ClassInfo, unit: int) -> Iterator[int]:
        """The methods of `info` that a unit calls on its class with all arguments it got: `cls.perform(root, info, **data)`."""
        for call in calls_in(body_of(self._project.unit(unit)[1])):
            base = call[2][2] if call[2][0] == f.ATTR else None
            if base is None or base[0] != f.NAME or base[2] not in ("cls", "self"):
                continue
            called = info.method(call[2][3])
            if called is not None and any(name is None for name, _ in call[4]):
                yield called

    def _holder(self, unit: int) -> str:
        info = self._project.class_of_unit(unit)
        return info.name if info is not None else ""

    def _mutation_arguments(self, info: ClassInfo, unit: int) -> dict[str, Val]:
        _, facts = self._project.unit(unit)
        found: dict[str, Val] = {}
        for inner in ("Arguments", "Input"):
            holder = info.inner(inner)
            for each in reversed(holder.mro()) if holder is not None else ():
                for name, binding in each.scope().items():
                    if binding.kind == "expression":
                        outside = Outside(f"argument {name!r}", trust_of(self._engine, unit, None), unit, facts[2])
                        found[name] = argument(self._engine, each.module, binding.value, outside)
        return found

    def _arguments(self, module: Module, node: tuple[Any, ...], unit: int, *, paged: bool) -> dict[str, Val]:
        _, facts = self._project.unit(unit)
        trust = trust_of(self._engine, unit, None)
        found: dict[str, Val] = {}
        listed = dict(node[4]).get("args")
        pairs = [(name, value) for name, value in node[4] if name is not None and name not in _OWN]
        if listed is not None and listed[0] == f.DICT:
            pairs += [(key[2], value) for key, value in listed[2] if key is not None and key[0] == f.CONST]
        for name, value in pairs:
            outside = Outside(f"argument {name!r}", trust, unit, facts[2])
            found[str(name)] = argument(self._engine, module, value, outside)
        for name, kind, _, _ in facts[4][2:]:
            if name not in found and kind in (f.PARAM_NORMAL, f.PARAM_KEYWORD_ONLY):
                origin = Outside(f"argument {name!r}", trust, unit, facts[2]).origin(clean=paged and name in _PAGES)
                found[name] = Val(None, (origin,) if paged and name in _PAGES else (origin, UNKNOWN_ORIGIN))
        return found

    # --- what a field gives --------------------------------------------------------------------------------------
    def target(self, module: Module, node: Any, depth: int = _MAX_DEPTH) -> tuple[str | None, bool]:
        """The object type that a declaration leads to, and whether in a list."""
        if node is None or depth == 0:
            return None, False
        if node[0] == f.LAMBDA_EXPR:
            body = body_of(module.units[node[2]])
            return self.target(module, body[0][2] if body else None, depth - 1)
        if node[0] == f.CALL:
            kinds = kinds_of(self._engine, module, node[2])
            first = node[3][0] if node[3] else dict(node[4]).get("type_") or dict(node[4]).get("type")
            found, many = self.target(module, first, depth - 1)
            lists = any("List" in kind or "ConnectionField" in kind for kind in kinds)
            return found, many or (lists and found is not None)
        if node[0] == f.ATTR and node[3] in ("connection", "_meta"):
            found, _ = self.target(module, node[2], depth - 1)
            return found, True
        return self._named(module, node, depth)

    def _named(self, module: Module, node: Any, depth: int) -> tuple[str | None, bool]:
        if node[0] == f.CONST and isinstance(node[2], str) and "." in node[2]:
            info = self._project.class_named(node[2])
            return (info.name, False) if info is not None else (None, False)
        found = self._project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR, f.CONST) else None
        if found is None:
            return None, False
        if found.kind == "expression" and found.value[2] is not node:
            return self.target(found.value[0], found.value[2], depth - 1)
        if found.kind != "class":
            return None, False
        info = found.value
        if any(base.rpartition(".")[2].endswith("Connection") for base in info.external_bases()):
            meta = info.inner("Meta")
            binding = meta.scope().get("node") if meta is not None else None
            if meta is None or binding is None or binding.kind != "expression":
                return None, False
            return self.target(meta.module, binding.value, depth - 1)[0], True
        return (info.name, False) if self.is_object(info) else (None, False)
