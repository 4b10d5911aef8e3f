"""Makes the endpoints of a program that was read: entries of the frameworks with their guards and what their code asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, partial
from typing import Any

from archwright.model.base import Place
from archwright.model.operation import GraphqlField, Http
from archwright.model.policy import AUTHENTICATED, Around, Shows
from archwright.review.beside import in_tests
from archwright.review.endpoint import Decorator, Does, Endpoint, Exemption, Inversion, Standing
from archwright.source import facts as f
from archwright.source.frameworks.django.admin import is_admin
from archwright.source.frameworks.shared.declared import elements, last_name, written
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.link.project import ClassInfo
from archwright.source.nodes import nodes
from archwright.source.packed import body_of
from archwright.source.program import Program
from archwright.source.survey.asking import USER, Asking
from archwright.source.survey.exemptions import exemptions
from archwright.source.survey.guards import Guards, decorators_of, guard_of
from archwright.source.survey.own_addresses import sends_on
from archwright.source.survey.refusals import Refusals, by_rank, raw_flags
from archwright.source.survey.row_checks import asks_of_row, decides_by_row
from archwright.source.survey.same_answers import shows
from archwright.source.survey.sessions import Sessions
from archwright.source.survey.shared_secrets import compares_shared_secret
from archwright.source.survey.strangers import turns_strangers_away
from archwright.source.survey.wrapping import Wrapping

_ROUTES = frozenset(
    {"route", "get", "post", "put", "patch", "delete", "head", "options", "websocket", "api_route", "api_operation"}
)

_SAVES = ("perform_create", "perform_update", "form_valid", "initial", "dispatch", "get_serializer", "get_form")
"""Hooks of a view class through which what was sent goes before it is stored."""

_FILTERS = frozenset(
    {"DjangoFilterBackend", "SearchFilter", "OrderingFilter", "RestFrameworkFilterBackend", "ComplexFilterBackend"}
)
"""Filters of libraries, by what the request says and not by who sends it."""

_BEFORE = ("dispatch", "setup", "initial", "prepare", "get_queryset", "get_object", "test_func", "has_permission")
"""Hooks of a view class that run before its methods, or give them what they work on."""

_TURNS_AWAY = ("dispatch", "setup", "initial", "get_object")
"""Of these, the ones that may answer, or raise, in the place of a method."""

_TESTED = "UserPassesTestMixin"
"""Django's, which lets through whom `test_func` says."""


def endpoints_of(program: Program) -> tuple[Endpoint, ...]:
    """Every endpoint outside of the tests, by place."""
    return tuple(sorted(_endpoints(program), key=lambda endpoint: (endpoint.place, endpoint.unit)))


def exemptions_of(program: Program) -> tuple[Exemption, ...]:
    """What lets requests through unasked because of a text in their address, outside of the tests, by place."""
    found = [
        Exemption(
            place=_place(*each.at),
            unit=each.owner,
            text=each.text,
            of=each.of,
            start=each.start,
            decorator=each.decorator,
        )
        for each in exemptions(program)
        if not in_tests(each.at[0].path)
    ]
    return tuple(sorted(found, key=lambda each: (each.place, each.text)))


def _endpoints(program: Program) -> Iterator[Endpoint]:
    project, guards, asking = program.project, Guards(program.engine), Asking(program)
    sessions, refusals, wrapping = Sessions(program, asking), Refusals(program), Wrapping(program, asking)
    inherited = {base.name for info in project.all_classes() for base in info.mro()[1:]}
    for unit, entries in sorted(program.engine.entries.items()):
        operations = [
            guards.narrowed(unit, entry.operation)
            for entry in entries
            if entry.operation is not None and isinstance(entry.operation.trigger, (Http, GraphqlField))
        ]
        if not operations:
            continue
        module, facts = project.unit(unit)
        holder = project.class_of_unit(unit)
        if in_tests(module.path):
            continue
        decorators = tuple(_decorators(program, asking, module, facts, holder))
        standing = guards.of(unit, holder)
        exempt = sessions.exempt(unit, holder)
        yield Endpoint(
            unit=project.unit_name(unit),
            name=str(facts[0]),
            place=_place(module, facts[2]),
            operations=tuple(sorted(dict.fromkeys(operations), key=str)),
            guards=tuple(
                Standing(
                    name=each.name,
                    role=each.role,
                    allows=each.allows,
                    blind=each.blind,
                    of_row=each.of_row,
                    granted=each.granted,
                )
                for each in standing
            ),
            asking=cache(partial(_asks, asking, unit, f"{module.path}:{_receiver(facts)}")),
            checking=cache(partial(_checks, asking, unit, holder, tuple(each.name for each in standing))),
            hooking=cache(partial(_hooked, asking, holder, tuple(each.name for each in standing))),
            checking_itself=cache(partial(_checks_itself, asking, unit, holder)),
            decorators=decorators,
            router=_router(module, facts),
            holder=holder.name if holder is not None else "",
            admin=holder is not None and is_admin(holder),
            heirs=holder is not None and holder.name in inherited,
            exempt=_place(*exempt) if exempt is not None else None,
            knowing=cache(partial(sessions.known, unit, holder)),
            linking=cache(partial(sessions.links, unit, holder)),
            filtering=cache(partial(_filtered, asking, holder, bool(standing))),
            implied=project.is_implied(unit),
            ranking=cache(partial(_ranks, asking, unit)),
            flagging=cache(partial(_raw_flags, asking, unit)),
            keeping=cache(partial(asking.keeps, unit)),
            sending=cache(partial(_sends_on, program, unit)),
            fixing=cache(partial(asking.fixed, unit)),
            showing=cache(partial(_shown, asking, unit)),
            welcoming=cache(partial(asking.welcomes, unit)),
            surrounding=cache(partial(_surrounded, wrapping, program, unit, holder)),
            inverting=cache(partial(_inverted, asking, refusals, unit)),
        )


def _asks(asking: Asking, unit: int, router: str) -> str:
    return asking.of(unit) or asking.before(router)


def _checks(asking: Asking, unit: int, holder: ClassInfo | None, guards: tuple[str, ...]) -> str:
    """Of what the class does before, only that counts which compares a row with the caller: the rest may ask for a sign-in."""
    found = asking.checks(unit, guards)
    for hook in _methods(holder, _TURNS_AWAY) if not found else ():
        bodies = (body_of(asking.project.unit(each)[1]) for each in asking.whole(hook))
        found = found or next(filter(None, (turns_strangers_away(body, before=True) for body in bodies)), "")
    return found


def _hooked(asking: Asking, holder: ClassInfo | None, guards: tuple[str, ...]) -> str:
    hooks = _methods(holder, _BEFORE)
    found = next((name for each in hooks if (name := asking.checks(each, guards))), "")
    found = found or next((USER for each in hooks if USER in asking.names(each)), "")
    return found or _own_filter(holder)


def _own_filter(holder: ClassInfo | None) -> str:
    """A filter of the project's own that a view puts on its rows; empty: there is none, or libraries' alone."""
    hit = holder.lookup("filter_backends") if holder is not None else None
    for node in elements(hit[1].value) if hit is not None and hit[1].kind == "expression" else ():
        if last_name(node) not in _FILTERS:
            return last_name(node)
    return ""


def _filtered(asking: Asking, holder: ClassInfo | None, guarded: bool) -> str:
    """`get_permissions` that gives what can't be told may give permissions that look at rows."""
    if holder is None:
        return ""
    unknown = not guarded and holder.method("get_permissions") is not None
    return _own_filter(holder) or ("get_permissions" if unknown else "") or _asked_of_row(asking, holder)


def _asked_of_row(asking: Asking, holder: ClassInfo) -> str:
    """The function by which a hook of the class, or of one it comes from, asks whether the caller may work on the row."""
    if _TESTED in (base.rpartition(".")[2] for base in holder.external_bases()):
        for test in _methods(holder, ("test_func",)):
            if decides_by_row(asking.project.unit(test)[1]):
                return "test_func"

    def own(name: str) -> Any | None:
        found = holder.method(name)
        return asking.project.unit(found)[1] if found is not None else None

    for info in holder.mro():
        for name in _TURNS_AWAY:
            binding = info.scope().get(name)
            if binding is not None and binding.kind == "unit":
                found = asks_of_row(info.module.units[int(binding.value)], own)
                if found:
                    return found
    return ""


def _checks_itself(asking: Asking, unit: int, holder: ClassInfo | None) -> str:
    hooks = _methods(holder, _SAVES)
    return next((name for each in (unit, *hooks) if (name := asking.checks_itself(each))), "")


def _methods(holder: ClassInfo | None, names: Iterable[str]) -> list[int]:
    return [found for name in names if holder is not None and (found := holder.method(name)) is not None]


def _decorators(
    program: Program, asking: Asking, module: Module, facts: Any, holder: ClassInfo | None
) -> Iterator[Decorator]:
    for node in facts[5]:
        does = Does.OTHER
        if holder is None and _registers(node):
            does = Does.ROUTE
        else:
            guard = guard_of(node)
            if guard is not None and guard.role == AUTHENTICATED and not _only_marks(program, module, node):
                does = Does.GUARD
        yield Decorator(
            name=_told(module, node),
            place=_place(module, node[1]),
            does=does,
            naming=cache(partial(_named, asking, module, node)),
            sharing=cache(partial(_shares, asking, module, node)),
        )


def _surrounded(wrapping: Wrapping, program: Program, unit: int, holder: ClassInfo | None) -> Around:
    found = decorators_of(program.engine, unit, holder)
    return wrapping.of(unit, [(module, node) for module, node in found if holder is not None or not _registers(node)])


def _shown(asking: Asking, unit: int) -> Shows:
    facts = asking.project.unit(unit)[1]
    return shows(facts, body_of(facts), calls_own=asking.calls_own(unit))


def _sends_on(program: Program, unit: int) -> bool:
    return sends_on(body_of(program.project.unit(unit)[1]))


def _ranks(asking: Asking, unit: int) -> str:
    bodies = (body_of(asking.project.unit(each)[1]) for each in asking.whole(unit))
    return next((name for body in bodies if (name := by_rank(body))), "")


def _raw_flags(asking: Asking, unit: int) -> tuple[tuple[Place, str], ...]:
    module, _ = asking.project.unit(unit)
    bodies = (body_of(asking.project.unit(each)[1]) for each in asking.whole(unit))
    return tuple((_place(module, at), name) for body in bodies for at, name in raw_flags(body))


def _inverted(asking: Asking, refusals: Refusals, unit: int) -> tuple[Inversion, ...]:
    module, _ = asking.project.unit(unit)
    bodies = (body_of(asking.project.unit(each)[1]) for each in asking.whole(unit))
    return tuple(
        Inversion(check=each.check, place=_place(*each.at), like=_place(*each.like), others=each.others)
        for each in refusals.inverted(module, bodies)
    )


def _told(module: Module, node: Any) -> str:
    """A decorator as written; of a lambda that it is given, the names: `user_passes_test(is_superuser)`."""
    given = [part for part in node[3] if part[0] == f.LAMBDA_EXPR] if node[0] == f.CALL else []
    names = [str(each[3]) for part in given for each in nodes(body_of(module.units[part[2]])) if each[0] == f.ATTR]
    return f"{written(node[2])}({', '.join(names)})" if names else written(node)


def _named(asking: Asking, module: Module, node: Any) -> frozenset[str]:
    unit = _unit_of(asking, module, node)
    return asking.names(unit) if unit is not None else frozenset()


def _shares(asking: Asking, module: Module, node: Any) -> bool:
    unit = _unit_of(asking, module, node)
    if unit is None or any(name == USER or "user" in name.lower() for name in asking.names(unit)):
        return False
    return any(compares_shared_secret(body_of(asking.project.unit(each)[1])) for each in asking.whole(unit))


def _unit_of(asking: Asking, module: Module, node: Any) -> int | None:
    """The function of the project behind a decorator; None: it is a library's."""
    found = asking.project.resolve_expression(module, node[2] if node[0] == f.CALL else node)
    return int(found.value) if found is not None and found.kind == "unit" else None


def _registers(node: Any) -> bool:
    return node[0] == f.CALL and node[2][0] == f.ATTR and node[2][3] in _ROUTES


def _only_marks(program: Program, module: Module, node: Any) -> bool:
    """True for a decorator of the project that gives back the function it is given: where it stands makes no difference."""
    found = program.project.resolve_expression(module, node[2] if node[0] == f.CALL else node)
    if found is None or found.kind != "unit":
        return False
    where, facts = program.project.unit(found.value)
    units = [facts]
    if node[0] == f.CALL:
        index = found.value & (1 << UNIT_BITS) - 1
        units = [unit for unit in where.units if unit[10] == index]
    for unit in units:
        given = [each[2] for each in nodes(body_of(unit)) if each[0] == f.RETURN]
        names = {parameter[0] for parameter in unit[4][:1]}
        if given and all(each is not None and each[0] == f.NAME and each[2] in names for each in given):
            return True
    return False


def _receiver(facts: Any) -> str:
    return next((written(node[2][2]) for node in facts[5] if _registers(node)), "")


def _router(module: Module, facts: Any) -> str:
    receiver = _receiver(facts)
    return f"{module.path}:{facts[10]}:{receiver}" if receiver else ""


def _place(module: Module, position: int) -> Place:
    return Place(module.path, f.line_of(position), f.column_of(position))
