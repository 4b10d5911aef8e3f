"""Conditions of a brief as checks: what one row can hold, and what it can't."""

from __future__ import annotations

import msgspec
import pytest

from archwright.design import design
from archwright.model.entity import Check, Entity, Field, Type
from archwright.model.system import Rule, System

ENTITY = Entity(
    name="Booking",
    fields=(
        Field(name="start", type=Type.DATE),
        Field(name="end", type=Type.DATE),
        Field(name="state", type=Type.ENUM, values=("held", "paid")),
        Field(name="paid", type=Type.MONEY, nullable=True),
        Field(name="code", type=Type.TEXT),
    ),
)


def checks(*rules: str) -> list[str]:
    system = System(name="inn", entities=(ENTITY,), rules=tuple(Rule(text=rule) for rule in rules))
    (table,) = design(system).physical.tables
    return [check.expression for check in table.checks if check.name.endswith("_rule") or "_rule_" in check.name]


@pytest.mark.parametrize(
    ("rule", "expression"),
    [
        ("Booking.start < Booking.end", 'start < "end"'),
        ("Booking.state = held or Booking.paid is not empty", "(state = 'held') OR paid IS NOT NULL"),
        ("Booking.paid >= 0 always", "paid >= 0"),
        ("length(Booking.code) = 6", "char_length(code) = 6"),
        ("not Booking.state = paid", "NOT (state = 'paid')"),
        ("Booking.paid * 2 + 1 > -5", "((paid * 2) + 1) > -5"),
    ],
)
def test_rules_of_one_row_become_checks(rule: str, expression: str) -> None:
    found = checks(rule)
    assert found in ([expression], [expression.replace('"end"', "end_")])


@pytest.mark.parametrize("rule", ["Booking.paid = sum(Booking.paid)", "Booking.paid", "this is prose", "Nothing.x > 1"])
def test_other_rules_are_recorded_and_are_no_checks(rule: str) -> None:
    system = System(name="inn", entities=(ENTITY,), rules=(Rule(text=rule),))
    blueprint = design(system)
    assert checks(rule) == []
    (found,) = [d for d in blueprint.decisions if d.id.startswith("rule/")]
    assert found.choice.startswith("held by the transaction")


def test_checks_of_an_entity_and_repeats() -> None:
    entity = msgspec.structs.replace(ENTITY, checks=(Check(name="order", expression="start < end"),))
    system = System(name="inn", entities=(entity,), rules=(Rule(text="Booking.start < Booking.end"),))
    (table,) = design(system).physical.tables
    assert sum(check.expression.startswith("start <") for check in table.checks) == 1
