"""Operations as found: endpoints, tasks, schedules and channels that the frameworks tell, management commands by their shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from archwright.model.base import Place
from archwright.model.entity import Entity
from archwright.model.operation import Command, Operation
from archwright.source import facts as f
from archwright.source.link.project import ClassInfo
from archwright.source.program import Program
from archwright.source.survey.accesses import Accesses
from archwright.source.survey.guards import Guards, roles_of
from archwright.source.survey.paths.reached import Reached
from archwright.source.tests_left_out import is_test


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
    for unit, operation in _commands(program):
        if (str(operation), operation.name) not in found:
            access, _ = reached.of(unit, accesses.of([unit]), (), ())
            made = msgspec.structs.replace(operation, access=access)
            found[(str(made), made.name)] = made
    return tuple(found[key] for key in sorted(found))


def _endpoint(
    program: Program, guards: Guards, accesses: Accesses, reached: Reached, unit: int, operation: Operation
) -> Operation:
    standing = guards.of(unit, program.project.class_of_unit(unit))
    callers = tuple(guard.parameter for guard in standing if guard.parameter)
    access, policies = reached.of(unit, accesses.of([unit]), callers, roles_of(standing))
    return msgspec.structs.replace(
        guards.narrowed(unit, operation),
        access=access if operation.entry is not None else operation.access,
        guards=tuple(dict.fromkeys(guard.name for guard in standing)),
        policies=policies,
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
