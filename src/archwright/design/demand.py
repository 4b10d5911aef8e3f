"""How often operations run: the brief's rates, and the defaults where it gives none."""

from __future__ import annotations

from archwright.design import assumption
from archwright.design.draft import Draft
from archwright.design.number import Number, assumed, derived, given, rate
from archwright.model.operation import Operation


def mean_rate(operation: Operation) -> Number:
    """Calls per second, on average."""
    name = f"rate of {operation.name}"
    if operation.load.rate is None:
        return assumed(name, assumption.RATE, f"{operation.name}.rate")
    return given(name, operation.load.rate.value, rate(operation.load.rate.value), operation.place)


def peak_rate(operation: Operation) -> Number:
    """Calls per second, at the highest rate that lasts for minutes."""
    name = f"peak of {operation.name}"
    if operation.load.peak is not None:
        return given(name, operation.load.peak.value, rate(operation.load.peak.value), operation.place)
    mean = mean_rate(operation)
    value = mean.value * assumption.PEAK_FACTOR.value
    shown = derived(name, value, rate(value), f"{mean.shown} * {assumption.PEAK_FACTOR.shown} (default)")
    return Number(shown.name, shown.value, shown.shown, shown.source, mean.unknown)


def row_writes(draft: Draft, table: str) -> float:
    """Rows inserted, updated or deleted in a table per second, on average, by the routes that write it."""
    total = 0.0
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        if route is not None:
            each = sum(rows_a_step(step.many) for step in route.writes if step.table == table)
            total += mean_rate(operation).value * each
    return total


def row_inserts(draft: Draft, table: str) -> float:
    """Rows inserted in a table per second, on average."""
    total = 0.0
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        if route is not None:
            each = sum(rows_a_step(s.many) for s in route.writes if s.table == table and s.kind.value == "insert")
            total += mean_rate(operation).value * each
    return total


def rows_a_step(many: bool) -> float:
    """Rows that one statement of a request writes: one, or the default number of items of a list."""
    return 3.0 if many else 1.0
