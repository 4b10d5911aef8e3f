"""Operations as found: HTTP endpoints that the frameworks tell, tasks and management commands by their shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from archwright.model.base import Place
from archwright.model.entity import Entity
from archwright.model.operation import Command, Http, Message, Operation
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.routes import place_of
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo
from archwright.source.program import Program
from archwright.source.survey.accesses import Accesses
from archwright.source.survey.guards import Guards, roles_of
from archwright.source.survey.paths.reached import Reached
from archwright.source.survey.tests_left_out import is_test

_TASKS: Final = frozenset({"shared_task", "task", "actor", "periodic_task", "db_task", "db_periodic_task", "job"})
"""Decorators of Celery, dramatiq, huey and rq that make a function a task."""
_TASK_PACKAGES: Final = ("celery", "dramatiq", "huey", "rq", "django_rq", "procrastinate", "taskiq")


def operations(program: Program, accesses: Accesses, entities: Iterable[Entity]) -> tuple[Operation, ...]:
    """Every operation outside of the tests, by trigger and then by entry."""
    guards = Guards(program.engine)
    reached = Reached(program, accesses, entities)
    found: dict[tuple[str, str], Operation] = {}
    for unit, entries in sorted(program.engine.entries.items()):
        for entry in entries:
            operation = entry.operation
            if operation is not None and operation.place is not None and not is_test(operation.place.path):
                made = _endpoint(program, guards, accesses, reached, unit, operation)
                found.setdefault((str(made), made.name), made)
    for unit, operation in (*_tasks(program), *_commands(program)):
        if (str(operation), operation.name) not in found:
            access, _ = reached.of(unit, accesses.of([unit]), (), ())
            made = msgspec.structs.replace(operation, access=access)
            found[(str(made), made.name)] = made
    return tuple(found[key] for key in sorted(found))


def _endpoint(
    program: Program, guards: Guards, accesses: Accesses, reached: Reached, unit: int, operation: Operation
) -> Operation:
    standing = guards.of(unit, program.project.class_of_unit(unit))
    trigger = operation.trigger
    if isinstance(trigger, Http) and trigger.method == "ANY":
        trigger = Http(method=guards.methods(unit) or "ANY", path=trigger.path)
    callers = tuple(guard.parameter for guard in standing if guard.parameter)
    access, policies = reached.of(unit, accesses.of([unit]), callers, roles_of(standing))
    return msgspec.structs.replace(
        operation,
        trigger=trigger,
        access=access if operation.entry is not None else operation.access,
        guards=tuple(dict.fromkeys(guard.name for guard in standing)),
        policies=policies,
    )


def _tasks(program: Program) -> Iterator[tuple[int, Operation]]:
    for module in program.project.modules:
        if is_test(module.path):
            continue
        for index, unit in enumerate(module.units):
            if any(_makes_task(program, module, node) for node in unit[5]):
                identity = module.index << UNIT_BITS | index
                name = program.project.unit_name(identity)
                yield (
                    identity,
                    Operation(name=name, trigger=Message(channel=name), entry=name, place=place_of(module, unit)),
                )


def _makes_task(program: Program, module: Module, node: Any) -> bool:
    """True for `@shared_task`, `@app.task(...)`: by name, and by where the name comes from."""
    target = node[2] if node[0] == f.CALL else node
    if last_name(target) not in _TASKS:
        return False
    found = program.project.resolve_expression(module, target)
    if found is not None and found.kind == "external":
        return str(found.value).partition(".")[0] in _TASK_PACKAGES
    if target[0] != f.ATTR:
        return False
    holder = program.project.resolve_expression(module, target[2])
    if holder is None or holder.kind != "expression" or holder.value[2][0] != f.CALL:
        return False
    maker = program.project.resolve_expression(holder.value[0], holder.value[2][2])
    if maker is not None and maker.kind == "external":
        return str(maker.value).partition(".")[0] in _TASK_PACKAGES
    return (
        maker is not None
        and maker.kind == "class"
        and any(base.partition(".")[0] in _TASK_PACKAGES for base in maker.value.external_bases())
    )


def _commands(program: Program) -> Iterator[tuple[int, Operation]]:
    """Django's management commands: the class `Command` of a file in `management/commands`."""
    for module in program.project.modules:
        if "management/commands/" not in module.path or is_test(module.path):
            continue
        binding = module.scope().get("Command")
        if binding is None or binding.kind != "class":
            continue
        info: ClassInfo = program.project.class_at(module, binding.value)
        unit = info.method("handle")
        if unit is not None:
            name = module.path.rpartition("/")[2].removesuffix(".py")
            entry = program.project.unit_name(unit)
            place = Place(module.path, f.line_of(info.facts[2]), f.column_of(info.facts[2]))
            yield unit, Operation(name=f"{module.name}.Command", trigger=Command(name=name), entry=entry, place=place)
