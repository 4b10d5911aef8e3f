"""What the decorators around a handler do before they call it: whether they may turn away who calls.

A name such as `login_required` tells by itself (`guards`). Any other decorator of the project is followed: through the function that it
hands the handler on to, a factory, a class, a partial, the test that it is given. One whose code is not there may do anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from archwright.model.policy import Around
from archwright.source import facts as f
from archwright.source.flow.decorators import called_of
from archwright.source.flow.values import Val
from archwright.source.frameworks.shared.declared import last_name
from archwright.source.frameworks.shared.turned_away import refuses
from archwright.source.link.module import UNIT_BITS, Module
from archwright.source.nodes import blocks, nodes
from archwright.source.packed import body_of
from archwright.source.program import Program
from archwright.source.survey.asking import OWN, USER, Asking, aborts, names_in
from archwright.source.survey.guards import says_nothing
from archwright.source.survey.shared_secrets import compares_presented, compares_shared_secret

_CALLER: Final = re.compile(
    rf"{OWN.pattern}|^(?:{USER}|user|me|viewer|principal)(?:_id)?$|is_?anonymous", re.IGNORECASE
)
"""Names that concern who calls."""
_NOT_CALLER: Final = re.compile(r"csrf|xsrf|allowed_methods|method_not_allowed", re.IGNORECASE)
"""Of those, what asks for another thing: whether a page of one's own sent the request, by which method."""
_HARMLESS: Final = re.compile(
    r"^(?:django\.(?:views\.decorators|utils|db|test|dispatch|urls|template)|functools|contextlib|typing|asyncio|warnings|dataclasses"
    r"|rest_framework\.(?:decorators|schemas)|drf_spectacular|drf_yasg|flasgger|flask_smorest|flask_apispec|flask_openapi3|apispec"
    r"|webargs|marshmallow|flask_pydantic|pydantic|flask_limiter|flask_cors|flask_caching|flask_cachecontrol|django_ratelimit|ratelimit"
    r"|slowapi|fastapi_limiter|fastapi_cache|aiocache|cachetools|cacheops|tenacity|backoff|deprecated|deprecation|typing_extensions"
    r"|sentry_sdk|opentelemetry|prometheus_client|ddtrace|newrelic|waffle|silk|celery)(?:\.|$)"
)
"""Libraries whose decorators ask for other things: documentation, parsing, caches, limits, measures, switches."""
_MAX_UNITS: Final = 40
_MAX_DEPTH: Final = 6


class Wrapping:
    """What decorators do with callers, each followed once."""

    def __init__(self, program: Program, asking: Asking) -> None:
        self._program = program
        self._asking = asking
        self._known: dict[int, bool] = {}

    def of(self, unit: int, decorators: Iterable[tuple[Module, Any]]) -> Around:
        """What is done before a handler's own work is: by what stands around it, and by its own test of a secret that is sent."""
        found = [self._around(module, node, 0) for module, node in decorators]
        if Around.ASKS in found or any(compares_presented(body) for body in self._bodies(unit)):
            return Around.ASKS
        return Around.UNTOLD if Around.UNTOLD in found else Around.LETS_IN

    def _around(self, module: Module, node: Any, depth: int) -> Around:
        """What one decorator does, as it is written: `name`, `name(...)`, `holder.name`."""
        if node[0] == f.CALL and node[3] and last_name(node[2]) == "partial":
            node = (f.CALL, node[1], node[3][0], node[3][1:], node[4])
        function, given = (node[2], (*node[3], *(value for _, value in node[4]))) if node[0] == f.CALL else (node, ())
        if says_nothing(last_name(function)):
            return Around.LETS_IN
        project = self._program.project
        found = project.resolve_expression(module, function)
        if found is not None and found.kind == "expression" and found.value[2][0] == f.CALL and depth < _MAX_DEPTH:
            where, _, made = found.value  # staff_only = gate(is_staff)
            return self._around(where, made, depth + 1)
        if function[0] == f.CALL and depth < _MAX_DEPTH:  # gate("a")("b")
            return self._around(module, function, depth + 1)
        value = self._program.engine.module_expression(module, function)
        outside = (str(found.value),) if found is not None and found.kind == "external" else called_of(value)
        outside = outside or self._made_outside(module, function)
        if outside and all(map(_HARMLESS.match, outside)):
            return Around.LETS_IN
        own = list(self._units(value, 0))
        tests = [unit for part in given for unit in self._given(module, part)]
        if any(map(self._asks, (*own, *tests))):
            return Around.ASKS
        return Around.LETS_IN if own else Around.UNTOLD

    def _made_outside(self, module: Module, function: Any) -> tuple[str, ...]:
        """`limiter.limit`, where `limiter` is what a library's class gave: by the name of that class."""
        if function[0] != f.ATTR:
            return ()
        found = self._program.project.resolve_expression(module, function[2])
        if found is None or found.kind != "expression" or found.value[2][0] != f.CALL:
            return ()
        made = self._program.project.resolve_expression(found.value[0], found.value[2][2])
        return (f"{made.value}.{function[3]}",) if made is not None and made.kind == "external" else ()

    def _units(self, value: Val, depth: int) -> Iterator[int]:
        """The functions of the project that a call of a value runs, now or by what it gives back."""
        type_ = value.type
        if type_ is None or depth > _MAX_DEPTH:
            return
        if type_[0] in ("unit", "bound"):
            yield int(type_[1])
        elif type_[0] in ("class", "instance"):
            yield from (unit for name in ("__init__", "__call__") if (unit := type_[1].method(name)) is not None)
        elif type_[0] == "choice":
            for each in type_[1]:
                yield from self._units(each, depth + 1)

    def _given(self, module: Module, node: Any) -> Iterator[int]:
        """A test that a decorator is given: a function by its name, or written where it stands."""
        if node[0] == f.LAMBDA_EXPR:
            yield module.index << UNIT_BITS | int(node[2])
        elif node[0] in (f.NAME, f.ATTR):
            found = self._program.project.resolve_expression(module, node)
            if found is not None and found.kind == "unit":
                yield int(found.value)

    def _asks(self, unit: int) -> bool:
        known = self._known.get(unit)
        if known is None:
            self._known[unit] = False  # one that calls itself
            known = self._known[unit] = any(map(self._turns_away, self._followed(unit)))
        return known

    def _followed(self, unit: int) -> list[int]:
        """A function, those inside of it, and what they call; no handlers, which the function is put around."""
        found: list[int] = []
        todo = [unit]
        while todo and len(found) < _MAX_UNITS:
            for each in self._asking.whole(todo.pop(0)):
                if each not in found and (each == unit or each not in self._program.engine.entries):
                    found.append(each)
                    todo += sorted(self._program.called_by(each))
        return found

    def _turns_away(self, unit: int) -> bool:
        """True where a function may end before it has called what it was given, and looks at who calls."""
        body = body_of(self._program.project.unit(unit)[1])
        asked = list(_before(body))
        run = (part[2] if part[0] == f.IF else part for part in asked)
        called = (last_name(node[2]) for part in run for node in nodes(part) if node[0] == f.CALL)
        if any(_concerns(name) for name in called) or compares_shared_secret(body) or compares_presented(body):
            return True
        tests = [node for node in asked if node[0] in (f.IF, f.IFEXP)]
        if any(refuses(branch) for node in tests if node[0] == f.IF for branch in node[3:5]):
            return True
        ending = [node for node in tests if node[0] == f.IFEXP or any(_ends(branch) for branch in node[3:5])]
        if any(_concerns(name) for node in ending for name in names_in(node[2])):
            return True
        answers = (node[2] for node in asked if node[0] == f.RETURN and node[2] is not None)
        return any(_concerns(name) for node in answers if not _hands_on(node) for name in names_in(node))

    def _bodies(self, unit: int) -> Iterator[Any]:
        for each in self._followed(unit):
            yield body_of(self._program.project.unit(each)[1])


def _before(body: Any) -> Iterator[tuple[Any, ...]]:
    """The statements of a body that run where nothing went wrong, but for their blocks, and the conditions within."""
    for statement in body:
        inner = list(blocks(statement))
        if statement[0] == f.TRY:
            inner = [statement[2], *statement[4:6]]
            if any(refuses(handler[3]) for handler in statement[3]) and not any(map(_hands_on, statement[2])):
                yield (f.IF, statement[1], statement[2], statement[3][0][3], ())
        elif not inner or statement[0] == f.IF:
            yield statement
            yield from (node for node in nodes(statement) if node[0] == f.IFEXP)
        elif statement[0] in (f.WITH, f.FOR, f.WHILE):
            yield (f.EXPR, statement[1], statement[2])
        for block in inner:
            yield from _before(block)


def _ends(branch: Any) -> bool:
    """True for statements that end by an error, or by an answer that is not the handler's."""
    return bool(branch) and (aborts(branch[-1]) or (branch[-1][0] == f.RETURN and not _hands_on(branch[-1])))


def _hands_on(node: Any) -> bool:
    """True where the arguments of a call are handed on as they came: `view(request, *args, **kwargs)`."""
    return any(
        each[0] == f.CALL
        and (any(part[0] == f.STARRED for part in each[3]) or any(name is None for name, _ in each[4]))
        for each in nodes((node,))
    )


def _concerns(name: str) -> bool:
    return _CALLER.search(name) is not None and not _NOT_CALLER.search(name)
