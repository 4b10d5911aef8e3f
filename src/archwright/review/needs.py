"""What a rule asks for, read from the parameters of its `check`."""

from __future__ import annotations

import inspect
import types
import typing
from typing import Any

from archwright.model.base import Model
from archwright.model.effect import Effect
from archwright.review.endpoint import Endpoint
from archwright.review.rule import Rule, RuleError

FACTS = {
    "program": "the program under review (`program.Program`)",
    "reaching": "a function from a place to the operations that reach it, as people name them: `GET /orders/{id}`",
    "ungiven": "a function from an effect to its unit, where nothing in the program gives that its arguments (`rule.Ungiven`)",
    "siblings": "the endpoints beside one, by router, class, file or package (`endpoint.Siblings`)",
    "effects": "a function from an endpoint to its effects, annotated with their kinds: `Callable[[Endpoint], Sequence[Read | Write]]`",
    "endpoints": "every endpoint of the program (`endpoint.Endpoint`)",
    "exemptions": "what runs before handlers and lets requests through because their address holds a text (`endpoint.Exemption`)",
    "stored": "who writes a field of a row with data from outside (`stored.Stored`)",
    "entities": "what the program keeps rows of, by name (`model.entity.Entity`)",
}
"""What `check` may ask for by name, after the effect or the endpoint."""


class Needs(Model, frozen=True, kw_only=True):
    """The kinds of effect a rule judges, or that it judges endpoints, and the facts it wants beside."""

    kinds: tuple[type[Effect], ...]
    facts: tuple[str, ...]
    endpoints: bool = False
    reads: tuple[type[Effect], ...] = ()
    """The kinds of effect it asks for beside."""


def needs_of(rule: Rule) -> Needs:
    """What `rule.check` asks for. Raises RuleError where its declaration can't be met."""
    check = getattr(rule, "check", None)
    if not callable(check):
        raise RuleError(rule.name, "has no method `check(self, effect: <kind of effect>, ...)`")
    parameters = list(inspect.signature(check).parameters.values())
    if not parameters:
        raise RuleError(rule.name, "check() takes no effect; its first parameter is the effect it judges")
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise RuleError(rule.name, f"check() has a parameter *{parameter.name}; name each thing it needs")
    asked = tuple(parameter.name for parameter in parameters[1:])
    if unknown := [name for name in asked if name not in FACTS]:
        raise RuleError(
            rule.name, f"check() asks for {', '.join(unknown)}; what can be asked for is {', '.join(FACTS)}"
        )
    hints = _hints(rule)
    judged = hints.get(parameters[0].name)
    return Needs(
        kinds=() if judged is Endpoint else _kinds(rule, parameters[0].name, judged),
        facts=asked,
        endpoints=judged is Endpoint,
        reads=_reads(rule, hints.get("effects")) if "effects" in asked else (),
    )


def _hints(rule: Rule) -> dict[str, Any]:
    try:
        return typing.get_type_hints(rule.check)
    except NameError as error:
        raise RuleError(
            rule.name, f"{error}; import what check() is annotated with, outside of TYPE_CHECKING"
        ) from error


def _reads(rule: Rule, annotation: Any) -> tuple[type[Effect], ...]:
    """The kinds in `Callable[[Endpoint], Sequence[Read | Write]]`."""
    given = typing.get_args(annotation)
    held = typing.get_args(given[1]) if len(given) == 2 else ()
    return _kinds(rule, "effects", held[0] if len(held) == 1 else annotation)


def _kinds(rule: Rule, parameter: str, annotation: Any) -> tuple[type[Effect], ...]:
    union = typing.get_origin(annotation) in (types.UnionType, typing.Union)
    members = typing.get_args(annotation) if union else (annotation,)
    for member in members:
        if not (isinstance(member, type) and issubclass(member, Effect) and member is not Effect):
            given = "nothing" if annotation is None else str(annotation)
            raise RuleError(
                rule.name,
                f"the parameter of check(), {parameter}, is annotated with {given}; "
                "it must be a kind of effect from archwright.model.effect, or several joined by |, or (the first) Endpoint",
            )
    return tuple(members)
