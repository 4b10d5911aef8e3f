"""One cause, one finding, one owner: what another rule tells along with the way to the harm is that rule's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archwright.model.base import Place
from archwright.model.finding import Confidence, TraceStep
from archwright.review.program import Program
from archwright.review.rule import Rule, Verdict

Told = tuple[Rule, Place, Verdict]
"""What a rule says of a place."""


def given_up(told: Iterable[Told], program: Program) -> frozenset[tuple[str, Place]]:
    """The rules and places of what is told already, by the rule that each gives way to.

    That is so where the way to the harm leads through the function of the place, and is told by default.
    """
    told = list(told)
    owners = {rule.gives_way_to for rule, _, _ in told if rule.gives_way_to}
    if not owners:
        return frozenset()
    passed = {
        (rule.name, unit)
        for rule, _, verdict in told
        if rule.name in owners and verdict.confidence is not Confidence.LOW
        for unit in _units(verdict.trace, program)
    }
    return frozenset(
        (rule.name, place) for rule, place, _ in told if (rule.gives_way_to, program.unit_at(place)) in passed
    )


def _units(trace: Iterable[TraceStep], program: Program) -> Iterator[str]:
    for step in trace:
        unit = program.unit_at(Place(step.path, step.line, 1))
        if unit is not None:
            yield unit
