"""ariadne: resolvers bound to fields of a schema that is written in GraphQL's own language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NO, UNKNOWN_ORIGIN, Val
from archwright.source.frameworks.base import Entry, Framework
from archwright.source.frameworks.graphql import resolvers, sdl
from archwright.source.frameworks.graphql.types import Graph, GraphField, ObjectType
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.declared import constant, last_name
from archwright.source.frameworks.shared.trust import trust_of
from archwright.source.frameworks.shared.typed import Outside
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import Project

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_BINDABLES: Final = {
    "QueryType": "Query",
    "MutationType": "Mutation",
    "SubscriptionType": "Subscription",
    "ObjectType": "",
    "InterfaceType": "",
}
_ROOTS: Final = ("Query", "Mutation", "Subscription")
_CLEAN: Final = frozenset({"Int", "Float", "Boolean"})
_TEXTS: Final = frozenset({"String", "ID"})


class Bound(NamedTuple):
    """One resolver: the type and field that it serves."""

    type: str
    field: str
    unit: int
    module: Module
    position: int


class Ariadne(Framework):
    """Resolvers of bindable types."""

    name = "ariadne"
    title = "ariadne"
    packages = ("ariadne",)

    def parameter(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        return ("object", resolvers.INFO) if name == "info" and index == 1 else None

    def entries(self, project: Project, engine: Engine) -> Iterable[Entry]:
        """Root fields with their resolvers, then the resolvers of every other type."""
        texts: list[str] = []
        bound: list[Bound] = []
        for module in project.modules:
            if any("ariadne" in _origin(binding) for binding in module.scope().values()):
                texts += _texts(engine, module)
            bound += _bound(engine, module)
        known = sdl.read(texts)
        types: dict[str, ObjectType] = {}
        for each in bound:
            owner = types.setdefault(each.type, ObjectType(each.type))
            owner.fields[each.field] = _field(engine, known, each)
        for name in sorted(known.types):
            owner = types.setdefault(name, ObjectType(name))
            for field, said in known.types[name].items():
                if field not in owner.fields and name not in _ROOTS and project.modules:
                    owner.fields[field] = GraphField(field, field, project.modules[0], 0, said.type, said.many)
        graph = Graph(engine, types, {kind: kind for kind in _ROOTS if kind in types}, loads=True)
        yield from resolvers.entries(engine, graph, lambda facts: 0 if facts[4] else None, touches=True)


def _origin(binding: Any) -> str:
    value = binding.value[0] if binding.kind == "import" else binding.value if binding.kind == "module" else ""
    return str(value)


def _texts(engine: Engine, module: Module) -> Iterator[str]:
    """The texts handed to `gql`, and those that `type_defs` are made of."""
    for call in calls_in(module.units[0][7]):
        if last_name(call[2]) == "gql" and call[3]:
            value = constant(engine, module, call[3][0])
            if isinstance(value, str):
                yield value
    for name, binding in module.scope().items():
        if binding.kind == "expression" and "type_def" in name and binding.value[0] in (f.CONST, f.NAME, f.BINOP):
            value = constant(engine, module, binding.value)
            if isinstance(value, str):
                yield value


def _bound(engine: Engine, module: Module) -> Iterator[Bound]:
    """`@query.field("x")`, `query.set_field("x", resolver)`, `@subscription.source("x")`."""
    for index, unit in enumerate(module.units):
        for node in unit[5]:
            if node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in ("field", "source") and node[3]:
                type_ = _type(engine, module, node[2][2])
                name = constant(engine, module, node[3][0])
                if type_ and isinstance(name, str) and not (type_ == "Subscription" and node[2][3] == "field"):
                    yield Bound(type_, name, module.index << UNIT_BITS | index, module, node[1])
    for node in module.units[0][7]:
        call = node[2] if node[0] == f.EXPR else None
        if call is None or call[0] != f.CALL or call[2][0] != f.ATTR or len(call[3]) < 2:
            continue
        if call[2][3] in ("set_field", "set_source"):
            type_ = _type(engine, module, call[2][2])
            name = constant(engine, module, call[3][0])
            target = engine.project.resolve_expression(module, call[3][1])
            if type_ and isinstance(name, str) and target is not None and target.kind == "unit":
                yield Bound(type_, name, target.value, module, call[1])


def _type(engine: Engine, module: Module, node: Any) -> str:
    """The type that a bindable stands for; empty for what is none."""
    found = engine.project.resolve_expression(module, node) if node[0] in (f.NAME, f.ATTR) else None
    if found is None or found.kind != "expression" or found.value[2][0] != f.CALL:
        return ""
    where, call = found.value[0], found.value[2]
    made = engine.project.resolve_expression(where, call[2])
    if made is None or made.kind != "external" or not made.value.startswith("ariadne"):
        return ""
    name = made.value.rpartition(".")[2]
    if name not in _BINDABLES or _BINDABLES[name]:
        return _BINDABLES.get(name, "")
    value = constant(engine, where, call[3][0] if call[3] else dict(call[4]).get("name"))
    return value if isinstance(value, str) else ""


def _field(engine: Engine, known: sdl.Sdl, bound: Bound) -> GraphField:
    said = known.types.get(bound.type, {}).get(bound.field)

    def arguments(unit: int) -> dict[str, Val]:
        _, facts = engine.project.unit(unit)
        trust = trust_of(engine, unit, None)
        found: dict[str, Val] = {}
        for name, _, _, _ in facts[4][2:]:
            outside = Outside(f"argument {name!r}", trust, unit, facts[2])
            found[name] = Val(None, (outside.origin(), UNKNOWN_ORIGIN))
        for name, type_ in said.arguments.items() if said is not None else ():
            found[name] = _argument(known, type_, Outside(f"argument {name!r}", trust, unit, facts[2]), 4)
        return found

    target = said.type if said is not None and said.type in known.types else None
    many = said.many if said is not None else False
    return GraphField(bound.field, bound.field, bound.module, bound.position, target, many, bound.unit, arguments)


def _argument(known: sdl.Sdl, type_: str, outside: Outside, depth: int) -> Val:
    """What an argument of a named type lets through; a list counts as any of its elements."""
    if type_ in _CLEAN or type_ in known.enums:
        return Val(("number",) if type_ in _CLEAN else ("text",), (outside.origin(clean=True),))
    if type_ in _TEXTS:
        return Val(("text",), (outside.origin(),))
    fields = known.types.get(type_)
    if fields is None or not depth:
        return Val(None, (outside.origin(), UNKNOWN_ORIGIN))
    return Val(
        ("dict",), (), NO, {name: _argument(known, said.type, outside, depth - 1) for name, said in fields.items()}
    )
