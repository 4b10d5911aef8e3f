"""Methods by which a project's own router adds a route: `class Api(flask_restful.Api): def add_org_resource(self, ...)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archwright.source import facts as f
from archwright.source.frameworks.shared.calls import calls_in
from archwright.source.frameworks.shared.wrappers import Bound, bound, substituted
from archwright.source.frameworks.shared.written_paths import written_path
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo, Project
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine


Adding = tuple[ClassInfo, int, tuple[tuple[Any, ...], ...]]
"""A method that adds routes: its class, its unit, and the library's calls in it."""


def methods_that_add(project: Project, makers: frozenset[str], adds: frozenset[str]) -> dict[str, list[Adding]]:
    """The methods of the project's own routers that add routes, by name. makers, adds: the library's routers and methods."""
    found: dict[str, list[Adding]] = {}
    for info in project.all_classes() if adds else ():
        if makers.isdisjoint(info.external_bases()):
            continue
        for name, binding in info.scope().items():
            if binding.kind == "unit":
                body = body_of(info.module.units[binding.value])
                calls = tuple(call for call in calls_in(body) if call[2][0] == f.ATTR and call[2][3] in adds)
                if calls:
                    found.setdefault(name, []).append((info, info.module.index << UNIT_BITS | binding.value, calls))
    return found


def added_by_own(
    engine: Engine, call: tuple[Any, ...], adds: tuple[tuple[Any, ...], ...], unit: int
) -> tuple[tuple[Any, ...], ...]:
    """The library's calls that a call of such a method comes to, seen from where it stands.

    adds: the library's calls in the method, whose unit is `unit`. Texts that the method builds are told as constants.
    """
    where, facts = engine.project.unit(unit)
    given = bound(facts, call, skipped=1)
    return tuple(_seen_from_outside(engine, where, facts, given, inner, call) for inner in adds)


def _seen_from_outside(
    engine: Engine,
    where: Module,
    facts: tuple[Any, ...],
    given: Bound,
    inner: tuple[Any, ...],
    call: tuple[Any, ...],
) -> tuple[Any, ...]:
    def told(node: Any) -> Any:
        if node[0] == f.NAME and node[2] in given.names:
            return given.names[node[2]]
        whole = substituted(node, given.names)
        text = written_path(engine, where, whole)
        return (f.CONST, node[1], text) if text is not None else whole

    arguments: list[Any] = []
    for node in inner[3]:
        if node[0] == f.STARRED:
            arguments += [told(part) for part in _spread(facts, given, node[2])]
        else:
            arguments.append(told(node))
    keywords = [(name, told(value)) for name, value in inner[4] if name is not None]
    if any(name is None and value[0] == f.NAME and value[2] == given.keywords for name, value in inner[4]):
        keywords += given.rest
    return (f.CALL, call[1], (f.ATTR, call[1], call[2][2], inner[2][3]), tuple(arguments), tuple(keywords))


def _spread(facts: tuple[Any, ...], given: Bound, node: Any) -> tuple[Any, ...]:
    """The parts of `*urls`: the arguments themselves, or what a comprehension over them makes of each."""
    if node[0] != f.NAME:
        return ()
    for statement in body_of(facts):
        if statement[0] != f.ASSIGN or not any(part[0] == f.NAME and part[2] == node[2] for part in statement[2]):
            continue
        made = statement[3]
        if made[0] != f.COMPREHENSION or len(made[5]) != 1:
            return ()
        target, iterable, conditions, _ = made[5][0]
        if conditions or target[0] != f.NAME or iterable[0] != f.NAME or iterable[2] != given.positions:
            return ()
        return tuple(substituted(made[3], {target[2]: part}) for part in given.others)
    return given.others if node[2] == given.positions else ()
