"""The engine: summaries by unit and argument types, and the answers that depend on frameworks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archwright.model.operation import Http
from archwright.model.which import Which
from archwright.source import facts as f
from archwright.source.flow import pasted, transactions
from archwright.source.flow.annotations import annotated_value
from archwright.source.flow.checks import checks_of, leave
from archwright.source.flow.decorators import decorate, resulting
from archwright.source.flow.destinations import Destinations
from archwright.source.flow.effects import EMPTY, Summary, carried
from archwright.source.flow.entities import escaped, escapes
from archwright.source.flow.expressions import evaluate
from archwright.source.flow.frame import Frame
from archwright.source.flow.masks import masked, masks
from archwright.source.flow.memo import CACHES
from archwright.source.flow.parameters import Signature, signature_of
from archwright.source.flow.presumed import Presumed
from archwright.source.flow.records import Need, Recorder
from archwright.source.flow.registry import Registry
from archwright.source.flow.selves import SelfAttributes
from archwright.source.flow.statements import block
from archwright.source.flow.surroundings import surrounding
from archwright.source.flow.values import NO, UNKNOWN, Origin, Val, constant, join_all
from archwright.source.flow.wanted import Wanted
from archwright.source.frameworks.base import CallSite, Entry, Framework
from archwright.source.frameworks.shared.exposed import returned
from archwright.source.link.module import UNIT_BITS, Binding, Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.link.project import Found as Name
from archwright.source.packed import body_of
from archwright.source.versions import Versions

MAX_SPECIALISED = 400
"""Summaries of one unit for particular argument types; beyond, the general one serves. Which come first depends on what is
followed, so that only code that is written by programs should get there."""

_OF_CLASS = frozenset({"expression", "comparator", "update_expression"})
"""What a hybrid property of SQLAlchemy adds for the class: `@shown.expression` is given the class, as a class method is."""
Spec = tuple[tuple[int, Any], ...]
_UNFINISHED = EMPTY._replace(returns=UNKNOWN)
"""What a unit that calls itself is taken to do while it is interpreted."""


class Engine:
    """Interprets units on demand and keeps what it learnt."""

    def __init__(
        self,
        project: Project,
        frameworks: list[Framework],
        kinds: Mapping[str, Which] | None = None,
        versions: Versions | None = None,
        *,
        presume: bool = False,
    ) -> None:
        """presume: take parameters that nothing tells of for what their names say (`flow.presumed`). kinds: the effects to record, and which of them are asked for; None: all. What code does is known of every kind, as `does:Kind`."""
        self.project = project
        self.versions = versions if versions is not None else Versions()
        """Which versions of libraries the project runs with. What a framework file makes of it belongs to its `tables`."""
        self.registry = Registry(frameworks)
        self.frameworks = frameworks
        self.kinds = kinds
        self.frameworks_by_name = {framework.name: framework for framework in frameworks}
        self.summaries: dict[tuple[int, Spec], Summary] = {}
        self.attributes_set: dict[tuple[int, Spec], dict[str, Val]] = {}
        self.closures: dict[int, dict[str, Val]] = {}
        self.recorder = Recorder(project)
        self._given: dict[int, str] = {}
        """Units with a parameter that a function in them calls: the state of the transaction it does so in."""
        self._given_by: dict[int, str] = {}
        self.entries: dict[int, list[Entry]] = {}
        self.wanted = Wanted(kinds, self.entries, project)
        self.replaced: dict[int, Callable[[CallSite], Val]] = {}
        """Units that a library puts something else in the place of -> what calling their name does."""
        self._specialised: dict[int, int] = {}
        self._running: dict[tuple[int, Spec], int] = {}
        self._globals: dict[tuple[int, str], tuple[Val | None, Need]] = {}
        """Values with what they were made from."""
        self._claims: dict[str, tuple[Framework, ...]] = {}
        self.selves = SelfAttributes(self)
        self._decorations: dict[int, frozenset[str]] = {}
        self._passed: dict[int, str] = {}
        self._signatures: dict[int, Signature] = {}
        self._overridden: set[int] | None = None
        self.whither: dict[tuple[int, int], Destinations] = {}
        """Where results of calls go, by unit and position: of the units' text alone, so it holds for the whole run."""
        self.judging: dict[int, bool] = {}
        """Units that were asked whether they judge addresses (`flow.hosts`): of their text alone, too."""
        self.keeping: dict[int, bool] = {}
        """Units that were asked whether they refuse paths outside of a folder (`flow.keepers`)."""
        self.presumed: Presumed | None = None
        """What parameters without annotation are taken to be; None: nothing is presumed."""
        for framework in frameworks:
            framework.prepare(project, self)
        for framework in frameworks:
            for entry in framework.entries(project, self):
                self.entries.setdefault(entry.unit, []).append(entry)
        if presume:
            self.presumed = Presumed(self)

    def forget(self) -> None:
        """Drop all that was learnt from units, so that a part of the project gives the same whatever was read before it."""
        for learnt in (
            self.summaries,
            self.attributes_set,
            self.closures,
            self._given,
            self._given_by,
            self._specialised,
            self._globals,
        ):
            learnt.clear()
        self.selves.forget()
        self.recorder.forget()

    # --- summaries -----------------------------------------------------------------------------------
    def summary(self, unit: int, spec: Spec = (), depth: int = 0) -> Summary:
        """What a unit does, for arguments of the types in `spec`."""
        key = (unit, spec)
        known = self.summaries.get(key)
        if known is not None:
            self.recorder.need(known.number)
            return known
        running = self._running.get(key)
        if running is not None:
            self.recorder.need(running)
            return _UNFINISHED
        if spec:
            if self._specialised.get(unit, 0) >= MAX_SPECIALISED:
                return self.summary(unit, (), depth)
            self._specialised[unit] = self._specialised.get(unit, 0) + 1
        elif unit not in self.closures:
            self._surround(unit, depth)
        number, outer = self.recorder.begin(unit, general=not spec)
        self._running[key] = number
        try:
            made = self.summaries[key] = self._interpret(unit, spec, depth, number)
        finally:
            del self._running[key]
            self.recorder.end(outer)
        return made

    def _surround(self, unit: int, depth: int) -> None:
        """A function inside another is read with the names of the other, whoever asks for it first."""
        module, facts = self.project.unit(unit)
        parent = facts[10]
        if parent > 0:
            around = (module.index << UNIT_BITS | parent, ())
            if around not in self.summaries and around not in self._running:
                self.summary(around[0], (), depth + 1)

    def _interpret(self, unit: int, spec: Spec, depth: int, number: int) -> Summary:
        module, facts = self.project.unit(unit)
        opened = transactions.decorated(self, unit) if facts[5] or facts[9] >= 0 else None
        owner = self.project.class_of_unit(unit)
        frame = Frame(self, module, unit, facts, owner, self.closures.get(unit), depth, general=not spec)
        types = dict(spec)
        entries = self.entries.get(unit, ())
        for entry in entries:
            if entry.loops is not None and not frame.loops:
                frame.loops = entry.loops()
        for index, (name, kind, annotation, default) in enumerate(facts[4]):
            frame.env[name] = self._parameter(frame, index, name, kind, annotation, default, types.get(index), entries)
        transactions.start(frame)
        if opened is not None:
            transactions.opened(frame, *opened)
        if facts[5]:
            decorate(frame)
        alive = block(frame, body_of(facts))
        if alive:
            leave(frame, None, False)
            transactions.left(frame)
        if frame.self_name:
            prefix = f"{frame.self_name}."
            self.attributes_set[(unit, spec)] = {
                name.removeprefix(prefix): value
                for name, value in frame.env.items()
                if name.startswith(prefix) and name.removeprefix(prefix).isidentifier()
            }
        returns = (
            join_all(frame.returns) if frame.returns else UNKNOWN if _unmade(body_of(facts)) else Val(None, (), None)
        )
        if (returns.origins or returns.items) and escapes(facts):
            returns = escaped(returns)
        if (returns.origins or returns.items) and masks(facts):
            returns = masked(returns)
        if facts[5]:
            returns = resulting(frame, returns)
        for answer in dict.fromkeys(entry.answer for entry in entries if entry.answer is not None):
            answer(frame, returns)
        if any(entry.operation is not None and isinstance(entry.operation.trigger, Http) for entry in entries):
            returned(frame)
        if returns.type is None and facts[6] is not None and not facts[8] & f.GENERATOR:
            declared = annotated_value(self, module, facts[6])
            if declared is not None:
                returns = Val(
                    declared.type, returns.origins, returns.const, returns.items or declared.items, returns.text
                )
        never = not alive and not frame.exits and not facts[8] & f.GENERATOR and "unmade" not in frame.traits
        return Summary(
            returns,
            self.wanted.of(frame.effects),
            carried(frame.traits),
            tuple((effect, units) for effect in frame.effects if (units := effect.parameter_units())),
            frame.touched,
            frame.tested,
            never,
            checks_of(frame),
            *transactions.outcome(frame),
            number,
        )

    def _parameter(
        self,
        frame: Frame,
        index: int,
        name: str,
        kind: int,
        annotation: Any,
        default: Any,
        given: Any,
        entries: Any,
    ) -> Val:
        is_self = index == 0 and frame.owner is not None and "static" not in self.decorations(frame.unit)
        if is_self:
            frame.self_name = name
        for entry in entries:
            if name in entry.parameters and not (is_self and given is not None):
                return entry.parameters[name]  # type: ignore[no-any-return]
        if given is not None and given[0] == "constant":
            return constant(given[1])
        origins: tuple[Any, ...] = ((("parameter", frame.unit, index), 0, None),)
        if is_self and frame.owner is not None and given is None:
            is_class = "class" in self.decorations(frame.unit)
            return Val(("class", frame.owner) if is_class else self.instance_type(frame.owner), origins)
        if given is not None and given[0] == "rows":
            return Val((given[1],), origins, NO, {"*": Val(given[2], origins)})
        if given is not None and given[0] == "built":
            return _built(given, (frame.unit, index))
        if given is not None:
            return Val(("unit", given[1], None) if given[0] == "unit" else given, origins)
        if kind == f.PARAM_VARARGS:
            return Val(("tuple",), origins)
        if kind == f.PARAM_KWARGS:
            return Val(("dict",), origins)
        says = False
        if annotation is not None:
            declared = annotated_value(self, frame.module, annotation)
            if declared is not None:
                items = declared.items
                if items:
                    items = {key: Val(item.type, origins, NO, item.items) for key, item in items.items()}
                if declared.type == ("text",) and self._conventional(frame, index, name) == pasted.NAME:
                    return Val(pasted.NAME, pasted.written_down(origins))
                return Val(declared.type, origins, NO, items)
            says = annotation[0] != f.NAME or annotation[2] not in ("object", "Any")
        else:
            type_ = self._conventional(frame, index, name)
            if type_ is not None:
                return Val(type_, pasted.written_down(origins) if type_ == pasted.NAME else origins)
        if self.presumed is not None and not says:
            return Val(self.presumed.type_of(frame.unit, name), origins)
        return Val(None, origins)

    def _conventional(self, frame: Frame, index: int, name: str) -> tuple[Any, ...] | None:
        """The type by which conventions name one of the first parameters of a handler: request, info, session."""
        for framework in self.registry.naming if index < 2 else ():
            type_ = framework.parameter(frame, index, name)
            if type_ is not None:
                return type_
        return None

    def link(self, caller: int, unit: int) -> None:
        """A library calls a unit on behalf of another; whether in a transaction can't be told."""
        self.recorder.called(caller, unit, 1 << surrounding(transactions.UNCLEAR, None))

    # --- transactions --------------------------------------------------------------------------------
    def parameter_called(self, unit: int, state: str) -> None:
        """A function inside a unit calls what the unit was given, with a transaction in some state."""
        self._given[unit] = state if self._given.get(unit, state) == state else transactions.UNCLEAR

    def entry_states(self) -> dict[int, str]:
        """The state of the transaction in which libraries call units, and in which modules are imported."""
        found = {module.index << UNIT_BITS: transactions.OFF for module in self.project.modules}
        for unit, entries in self.entries.items():
            said = {framework.surrounds(self, entry) for framework in self.frameworks for entry in entries} - {""}
            operation = any(entry.operation is not None for entry in entries)
            silent = transactions.OFF if operation else transactions.UNCLEAR
            found[unit] = said.pop() if len(said) == 1 else transactions.UNCLEAR if said else silent
        return found

    def state_given(self, unit: int) -> str | None:
        """The state in which a decorator of the project calls what it decorates; None: as it is called itself."""
        known = self._given_by.get(unit)
        if known is None:
            self._given_by[unit] = transactions.CALLER
            module, _ = self.project.unit(unit)
            inner = [unit]
            for index, facts in enumerate(module.units):  # a unit stands after the one that holds it
                if facts[10] >= 0 and module.index << UNIT_BITS | facts[10] in inner:
                    inner.append(module.index << UNIT_BITS | index)
            for each in inner:
                self.summary(each)
            states = {self._given[each] for each in inner if each in self._given}
            known = states.pop() if len(states) == 1 else transactions.UNCLEAR if states else transactions.CALLER
            self._given_by[unit] = known
        return known or None

    # --- names ---------------------------------------------------------------------------------------
    def global_value(self, module: Module, name: str) -> Val | None:
        """The value of a module's top-level name; None if nothing binds it."""
        key = (module.index, name)
        known = self._globals.get(key)
        if known is not None:
            self.recorder.need(known[1])
            return known[0]
        number, outer = self.recorder.begin(-1, general=False)
        self._globals[key] = (UNKNOWN, number)  # a name that is defined by itself
        value: Val | None = None
        try:
            found = self.project.resolve_name(module, name)
            value = self.found_value(found) if found is not None else None
        finally:
            self._globals[key] = (value, self.recorder.settle(number, outer))
        return value

    def found_value(self, found: Name | None) -> Val:
        """The value of what a name leads to."""
        if found is None:
            return UNKNOWN
        if found.kind == "unit":
            return Val(("unit", found.value, None))
        if found.kind == "class":
            return Val(("class", found.value))
        if found.kind == "module":
            return Val(("module", found.value))
        if found.kind == "external":
            return self.registry.external(found.value, None, 0)
        if found.kind == "annotation":
            module, scope, annotation, node = found.value
            declared = annotated_value(self, module, annotation)
            value = self.module_expression(module, node, scope) if node is not None else UNKNOWN
            return value.with_type(declared.type) if declared is not None and value.type is None else value
        module, scope, node = found.value
        return self.module_expression(module, node, scope)

    def module_expression(self, module: Module, node: Any, scope: ClassInfo | None = None) -> Val:
        """The value of an expression at the top level of a module, or in a class body."""
        unit = module.index << UNIT_BITS
        frame = Frame(self, module, unit, module.units[0], None, None, 8)
        if scope is not None:
            frame.closure = _ClassScope(self, scope)
        return evaluate(frame, node)

    def class_value(self, holder: ClassInfo, name: str, binding: Binding) -> Val | None:
        """The value of a class attribute that is no method."""
        key = (holder.module.index, f"{holder.facts[1]}.{name}")
        known = self._globals.get(key)
        if known is not None:
            self.recorder.need(known[1])
            return known[0]
        number, outer = self.recorder.begin(-1, general=False)
        self._globals[key] = (UNKNOWN, number)
        value: Val | None = None
        try:
            value = self.found_value(self.project.resolve_binding(holder.module, holder, binding))
        finally:
            self._globals[key] = (value, self.recorder.settle(number, outer))
        return value

    def member_value(self, module: str, name: str) -> Val:
        """`module.name` for a module of the project."""
        target = self.project.by_name.get(module)
        if target is not None:
            value = self.global_value(target, name)
            if value is not None:
                return value
        return self.found_value(self.project.resolve_member(module, name))

    def imported_value(self, origin: str, name: str) -> Val:
        """`from origin import name`."""
        if origin in self.project.by_name:
            return self.member_value(origin, name)
        return self.found_value(self.project.resolve_member(origin, name))

    def dotted_value(self, dotted: str) -> Val:
        """`import dotted`."""
        return self.found_value(self.project.resolve_dotted(dotted))

    def external_value(self, frame: Frame, dotted: str, position: int) -> Val:
        """A name outside of the project, at a place of a unit."""
        return self.registry.external(self.project.external(dotted), frame, position)

    # --- classes -------------------------------------------------------------------------------------
    def claimants(self, info: ClassInfo) -> tuple[Framework, ...]:
        """The framework files that claim a class."""
        known = self._claims.get(info.name)
        if known is None:
            known = self._claims[info.name] = self.registry.claimants(info)
        return known

    def instance_type(self, info: ClassInfo) -> tuple[Any, ...]:
        """The type of an instance of a project class."""
        for framework in self.claimants(info):
            type_ = framework.instance(info)
            if type_ is not None:
                return type_
        return ("instance", info)

    def receiver_type(self, unit: int) -> tuple[Any, ...] | None:
        """The type of a method's receiver when the method is summarised for itself; None for what is no method."""
        owner = self.project.class_of_unit(unit)
        if owner is None:
            return None
        return ("class", owner) if "class" in self.decorations(unit) else self.instance_type(owner)

    def decorations(self, unit: int) -> frozenset[str]:
        """`property`, `static` and `class` of a method; `cached`: what it gives for its arguments is kept."""
        known = self._decorations.get(unit)
        if known is None:
            names = set()
            for node in self.project.unit(unit)[1][5]:
                target = node[2] if node[0] == f.CALL else node
                name = target[2] if target[0] == f.NAME else target[3] if target[0] == f.ATTR else ""
                if name.endswith("property") or name == "getter":
                    names.add("property")
                elif name == "staticmethod":
                    names.add("static")
                elif name == "classmethod" or (target[0] == f.ATTR and name in _OF_CLASS):
                    names.add("class")
                elif name in CACHES:
                    names.add("cached")
            known = self._decorations[unit] = frozenset(names)
        return known

    def units_of_class(self, info: ClassInfo) -> list[int]:
        """The units that stand in a class body."""
        return [
            info.module.index << UNIT_BITS | index
            for index, unit in enumerate(info.module.units)
            if unit[9] == info.index
        ]

    def overridden(self, unit: int) -> bool:
        """True for a method that some heir in the project puts another in the place of: what it gives is not all there is."""
        if self._overridden is None:
            self._overridden = set()
            for info in self.project.all_classes():
                ancestors = info.mro()[1:]
                for name, binding in info.scope().items() if ancestors else ():
                    if binding.kind == "unit":
                        for ancestor in ancestors:
                            theirs = ancestor.scope().get(name)
                            if theirs is not None and theirs.kind == "unit":
                                self._overridden.add(ancestor.module.index << UNIT_BITS | int(theirs.value))
        return unit in self._overridden

    def signature(self, unit: int) -> Signature:
        """Where the arguments of a call of a unit go."""
        known = self._signatures.get(unit)
        if known is None:
            known = self._signatures[unit] = signature_of(self.project.unit(unit)[1][4])
        return known

    def annotated(self, module: Module, node: Any) -> tuple[Any, ...] | None:
        """The type an annotation declares, if it is one of use here."""
        value = annotated_value(self, module, node)
        return value.type if value is not None else None

    def passed(self, unit: int) -> str:
        """The words for a value that is handed to a unit."""
        known = self._passed.get(unit)
        if known is None:
            known = self._passed[unit] = f"passed to {self.short_name(unit)}"
        return known

    def short_name(self, unit: int) -> str:
        """A unit's name as a reader would say it."""
        return str(self.project.unit(unit)[1][1])


def _built(key: tuple[Any, ...], place: tuple[Any, ...]) -> Val:
    """The instance that a `built` key stands for; what lies below an attribute comes from the attribute."""
    origins: tuple[Origin, ...] = ((("parameter", *place), 0, None),)
    if key[0] == "constant":
        return Val(key, (), key[1])
    if key[0] != "built":
        return Val(key, origins)
    below = place if len(place) == 3 else None
    return Val(key[1], origins, NO, {name: _built(inner, below or (*place, name)) for name, inner in key[2]})


class _ClassScope(dict[str, Val]):
    """The names of a class body, as a closure for the expressions in it."""

    def __init__(self, engine: Engine, info: ClassInfo) -> None:
        super().__init__()
        self._engine = engine
        self._info = info

    def get(self, name: str, default: Any = None) -> Any:
        binding = self._info.scope().get(name)
        if binding is None:
            return default
        value = self._engine.class_value(self._info, name, binding)
        return value if value is not None else default


def _unmade(body: Any) -> bool:
    """True for a body that others fill in: a protocol's or an abstract method's `...`, `pass` or docstring alone."""
    return all(node[0] == f.PASS or (node[0] == f.EXPR and node[2][0] == f.CONST) for node in body)
