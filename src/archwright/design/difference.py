"""Which decisions two designs do not share."""

from __future__ import annotations

from archwright.model.blueprint import Blueprint
from archwright.model.decision import Decision


def differences(old: Blueprint, new: Blueprint) -> tuple[tuple[Decision | None, Decision | None], ...]:
    """The decisions whose choice changed, as (before, after), in the order of the new design; then those no longer made."""
    before = {decision.id: decision for decision in old.decisions}
    after = {decision.id: decision for decision in new.decisions}
    changed: list[tuple[Decision | None, Decision | None]] = [
        (before.get(decision.id), decision)
        for decision in new.decisions
        if decision.id not in before or before[decision.id].choice != decision.choice
    ]
    gone: list[tuple[Decision | None, Decision | None]] = [
        (decision, None) for decision in old.decisions if decision.id not in after
    ]
    return (*changed, *gone)
