"""What task queues have in common: units that a worker runs, and calls that queue one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from archwright.model.operation import Message, Operation, Schedule
from archwright.source import facts as f
from archwright.source.flow.calls import call_elsewhere, call_unit
from archwright.source.flow.decorators import dotted_of
from archwright.source.flow.values import NO, UNKNOWN, Val, constant, origins_of
from archwright.source.frameworks.base import CallSite, Entry, Framework
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.routes import place_of
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

Node = tuple[Any, ...]


class Jobs:
    """The units that one queue runs, with the names they are known by in it."""

    def __init__(self) -> None:
        self.units: dict[int, tuple[Val, ...]] = {}
        """Unit -> the leading arguments that the queue itself gives."""
        self.names: dict[str, int] = {}
        self.schedules: dict[int, dict[str, None]] = {}

    def add(self, engine: Engine, unit: int, name: str = "", given: tuple[Val, ...] = ()) -> None:
        """A unit that a worker runs; `name`: what the queue calls it, if that is not its dotted name."""
        self.units.setdefault(unit, given)
        self.names.setdefault(engine.project.unit_name(unit), unit)
        if name:
            self.names[name] = unit

    def schedule(self, unit: int, every: str) -> None:
        """A unit that runs again and again."""
        self.schedules.setdefault(unit, {})[every] = None

    def entries(self, engine: Engine) -> Iterator[Entry]:
        """An operation for each unit, and one more for each of its schedules."""
        for unit in sorted(self.units.keys() | self.schedules.keys()):
            module, facts = engine.project.unit(unit)
            name = engine.project.unit_name(unit)
            given = self.units.get(unit, ())
            first = 1 if facts[9] >= 0 else 0
            parameters = {facts[4][first + i][0]: each for i, each in enumerate(given) if len(facts[4]) > first + i}
            triggers: list[Message | Schedule] = [Message(channel=name)] if unit in self.units else []
            triggers += [Schedule(every=every) for every in self.schedules.get(unit, ())]
            for trigger in triggers:
                operation = Operation(name=name, trigger=trigger, entry=name, place=place_of(module, facts))
                yield Entry(unit, parameters, operation)

    # --- what queues ---------------------------------------------------------------------------------------
    def enqueue(
        self, site: CallSite, target: Val | None, args: list[Val], keywords: dict[str, Val], spread: Iterable[Val] = ()
    ) -> None:
        """Record that a task is queued, and what its unit will do with the data that is handed over."""
        rest = list(spread)
        unit, first = self.tell(site, target, args, keywords, rest)
        if unit is not None:
            given = [*first, *self.units.get(unit, ()), *args]
            call_elsewhere(site.frame, unit, given, keywords, rest, site.position)

    def tell(
        self, site: CallSite, target: Val | None, args: list[Val], keywords: dict[str, Val], rest: list[Val]
    ) -> tuple[int | None, list[Val]]:
        """Record that a task is queued. Gives its unit and the receiver, as `unit_of` does."""
        unit, first = self.unit_of(target)
        if unit is None:
            task = target if target is not None else UNKNOWN
        else:
            task = constant(site.frame.engine.project.unit_name(unit))
        arguments = Val(("tuple",), (), NO, dict(enumerate([*args, *keywords.values(), *rest])))
        depends = Val(None, origins_of([arguments, task]))
        site.emit("Enqueue", relation=_said(task), task=task, arguments=arguments, depends=depends)
        return unit, first

    def unit_of(self, target: Val | None) -> tuple[int | None, list[Val]]:
        """The unit that a value names, by reference or by its name in the queue; and the receiver of a bound method."""
        type_ = target.type if target is not None else None
        if target is None:
            return None, []
        if isinstance(target.const, str) and not target.origins:
            return self.names.get(target.const), []
        if type_ is not None and type_[0] == "unit":
            return int(type_[1]), []
        if type_ is not None and type_[0] == "bound":
            return int(type_[1]), [type_[2]]
        return None, []

    def member(self, site: CallSite) -> Val | None:
        """The receiver of a method call where it is a task of this queue."""
        receiver = site.receiver
        type_ = receiver.type if receiver is not None else None
        if receiver is None or type_ is None or type_[0] not in ("unit", "bound"):
            return None
        return receiver if type_[1] in self.units else None

    def answer_with(self, engine: Engine) -> None:
        """Calls of a task's name by the project run it here and now, with what the library gives first."""
        for unit, given in self.units.items():
            if given and engine.project.unit(unit)[1][9] < 0:
                engine.replaced[unit] = _Eager(unit, given)


class Queue(Framework):
    """The base of the files of task queues."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs = Jobs()

    def tables(self) -> Any:
        """The names that tasks are known by, and what the queue gives them."""
        given = [(unit, tuple(value.type for value in values)) for unit, values in sorted(self.jobs.units.items())]
        return sorted(self.jobs.names.items()), given


class _Eager:
    """A direct call of a task whose first arguments the library gives."""

    __slots__ = ("given", "unit")

    def __init__(self, unit: int, given: tuple[Val, ...]) -> None:
        self.unit = unit
        self.given = given

    def __call__(self, site: CallSite) -> Val:
        return call_unit(site.frame, self.unit, [*self.given, *site.args], site.keywords, site.spread, site.position)


def _said(task: Val) -> str:
    return task.const if isinstance(task.const, str) else task.text or ""


def listed(value: Val | None) -> tuple[list[Val], list[Val]]:
    """The elements of a list or tuple that is handed over whole (`args=(a, b)`), and what can't be told apart."""
    if value is None or value.const is None:
        return [], []
    if value.items is not None and "*" not in value.items and not value.origins:
        return list(value.items.values()), []
    return [], [value]


def mapped(value: Val | None) -> tuple[dict[str, Val], list[Val]]:
    """The same of a dictionary (`kwargs={...}`)."""
    if value is None or value.const is None:
        return {}, []
    if value.items is not None and "*" not in value.items and not value.origins:
        return {key: item for key, item in value.items.items() if isinstance(key, str)}, []
    return {}, [value]


# --- what the project declares -------------------------------------------------------------------------------
def decorated(
    engine: Engine, wanted: frozenset[str], packages: tuple[str, ...]
) -> Iterator[tuple[Module, int, Node, str]]:
    """Units whose decorator is one of the dotted names in `wanted`, or a function of the project that applies one.

    Gives the module, the unit's id, the decorator, and the dotted name.
    """
    names = {dotted.rpartition(".")[2] for dotted in wanted}
    applying: dict[int, str] = {}
    for module in engine.project.modules:
        if not any(unit[5] for unit in module.units):
            continue
        for index, unit in enumerate(module.units):
            for node in unit[5]:
                target = node[2] if node[0] == f.CALL else node
                if target[0] not in (f.NAME, f.ATTR):
                    continue
                dotted = ""
                if target[-1] in names:
                    dotted = next((name for name in _dotted(engine, module, unit, target) if name in wanted), "")
                if not dotted:
                    dotted = _applied(engine, module, target, wanted, names, applying)
                if dotted:
                    yield module, module.index << UNIT_BITS | index, node, dotted
                    break


def _dotted(engine: Engine, module: Module, unit: Node, target: Node) -> tuple[str, ...]:
    found = dotted_of(engine, module, target)
    if found or target[0] != f.ATTR or target[2][0] != f.NAME or unit[10] <= 0:
        return found
    # `def create(): app = Celery(...); @app.task def inner()`: the app is a name of the function around
    around = module.units[unit[10]]
    for node in body_of(around):
        if node[0] == f.ASSIGN and any(each[0] == f.NAME and each[2] == target[2][2] for each in node[2]):
            value = engine.module_expression(module, node[3])
            if value.type is not None and value.type[0] == "object":
                return (f"{value.type[1]}.{target[3]}",)
    return ()


def _applied(
    engine: Engine, module: Module, target: Node, wanted: frozenset[str], names: set[str], applying: dict[int, str]
) -> str:
    """The dotted name that a decorator of the project applies to what it decorates; empty: none."""
    found = engine.project.resolve_expression(module, target)
    if found is None or found.kind != "unit":
        return ""
    known = applying.get(found.value)
    if known is None:
        applying[found.value] = ""  # a decorator that is defined by itself
        holder, _ = engine.project.unit(found.value)
        known = applying[found.value] = _calls_one(engine, holder, found.value & (1 << UNIT_BITS) - 1, wanted, names)
    return known


def _calls_one(engine: Engine, module: Module, index: int, wanted: frozenset[str], names: set[str]) -> str:
    inside = {index}
    for other, unit in enumerate(module.units):
        if unit[10] in inside and other > index:
            inside.add(other)
    for each in sorted(inside):
        for call in calls_in(body_of(module.units[each])):
            function = call[2]
            while function[0] == f.CALL:
                function = function[2]
            if function[0] == f.NAME or (function[0] == f.ATTR and function[-1] in names):
                for name in dotted_of(engine, module, function):
                    if name in wanted:
                        return name
    return ""


def keyword(engine: Engine, module: Module, node: Node, *names: str) -> Val | None:
    """The value of the first of some keywords that a decorator is called with; None: not given."""
    if node[0] == f.CALL:
        for name, value in node[4]:
            if name in names:
                return engine.module_expression(module, value)
    return None


def text_of(value: Val | None) -> str:
    """A constant text; empty for anything else."""
    return value.const if value is not None and isinstance(value.const, str) and not value.origins else ""


def thing(dotted: str, **items: Val) -> Val:
    """An object of a library that the queue hands over."""
    return Val(("object", dotted), (), NO, dict(items) if items else None)
