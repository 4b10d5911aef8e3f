"""What a rule asks for, read from the parameters of its `check`."""

from __future__ import annotations

import inspect
import types
import typing

from archwright.model.base import Model
from archwright.model.effect import Effect
from archwright.review.rule import Rule, RuleError

FACTS = {
    "program": "the program under review (`program.Program`)",
    "reaching": "a function from a place to the operations that reach it, as people name them: `GET /orders/{id}`",
}
"""What `check` may ask for by name, after the effect."""


class Needs(Model, frozen=True, kw_only=True):
    """The kinds of effect a rule judges, and the facts it wants beside."""

    kinds: tuple[type[Effect], ...]
    facts: tuple[str, ...]


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
    return Needs(kinds=_kinds(rule, parameters[0].name), facts=asked)


def _kinds(rule: Rule, parameter: str) -> tuple[type[Effect], ...]:
    try:
        annotation = typing.get_type_hints(rule.check).get(parameter)
    except NameError as error:
        raise RuleError(
            rule.name, f"{error}; import what check() is annotated with, outside of TYPE_CHECKING"
        ) from error
    union = typing.get_origin(annotation) in (types.UnionType, typing.Union)
    members = typing.get_args(annotation) if union else (annotation,)
    for member in members:
        if not (isinstance(member, type) and issubclass(member, Effect) and member is not Effect):
            given = "nothing" if annotation is None else str(annotation)
            raise RuleError(
                rule.name,
                f"the first parameter of check(), {parameter}, is annotated with {given}; "
                "it must be a kind of effect from archwright.model.effect, or several joined by |",
            )
    return tuple(members)
