"""The work of one call of each operation: CPU of the service, CPU of the database, and how long it holds a connection.

hold = statements * round trip + CPU of the database + (writes: one commit). All times are defaults until calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass

from archwright.design import assumption as a
from archwright.design.access_paths import access_paths
from archwright.design.coverage import existing, serves
from archwright.design.demand import mean_rate, peak_rate
from archwright.design.draft import Draft
from archwright.design.estimate import rows
from archwright.design.number import Number
from archwright.model.decision import Evidence
from archwright.model.operation import Operation
from archwright.model.physical import Route


@dataclass(frozen=True)
class Work:
    """Seconds that one call costs."""

    operation: Operation
    service: float
    database: float
    hold: float
    commits: int

    @property
    def mean(self) -> Number:
        """Calls per second on average."""
        return mean_rate(self.operation)

    @property
    def peak(self) -> Number:
        """Calls per second at the peak."""
        return peak_rate(self.operation)


def works(draft: Draft) -> tuple[Work, ...]:
    """The work of every operation that HTTP serves, in the order of the model."""
    scans = _scanned(draft)
    found = []
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        if route is not None:
            found.append(_work(operation, route, scans.get(operation.name, 0.0)))
    return tuple(found)


def database_cores(all_work: tuple[Work, ...]) -> float:
    """Cores of the database that are busy at the peak."""
    return sum(work.peak.value * work.database for work in all_work)


def service_cores(all_work: tuple[Work, ...]) -> float:
    """Cores of the service that are busy at the peak."""
    return sum(work.peak.value * work.service for work in all_work)


TIMES = tuple(
    Evidence(name=name, value=value.shown, source=f"default: {value.because}")
    for name, value in (
        ("service, row read", a.SERVICE_READ),
        ("service, page read", a.SERVICE_LIST),
        ("service, row written", a.SERVICE_WRITE),
        ("database, row read", a.DATABASE_READ),
        ("database, page read", a.DATABASE_LIST),
        ("database, row written", a.DATABASE_WRITE),
    )
)
"""The default times, as evidence of the decisions that use them."""


def _work(operation: Operation, route: Route, scanned: float) -> Work:
    if route.writes:
        written = sum(a.EDGE_ITEMS.value if step.many else 1.0 for step in route.writes)
        statements = len(route.writes) + (2 if route.idempotency_key else 0)
        database = written * a.DATABASE_WRITE.value
        hold = statements * a.ROUND_TRIP.value + database + a.COMMIT.value
        return Work(operation, written * a.SERVICE_WRITE.value, database, hold, 1)
    if route.table is None:
        return Work(operation, a.SERVICE_READ.value, 0.0, 0.0, 0)
    many = route.pagination is not None or bool(route.embeds)
    statements = 1 + len(route.embeds)
    database = (a.DATABASE_LIST if many else a.DATABASE_READ).value + scanned * a.SCAN_ROW.value
    service = (a.SERVICE_LIST if many else a.SERVICE_READ).value
    return Work(operation, service, database, statements * a.ROUND_TRIP.value + database, 0)


def _scanned(draft: Draft) -> dict[str, float]:
    """The rows that an operation reads beyond its page: words matched, tables added up, tables without an index."""
    found: dict[str, float] = {}
    beyond: dict[str, float] = {}
    for operation in draft.system.operations:
        route = draft.routes.get(operation.name)
        if route is not None and route.figures and route.table is not None:
            entity = draft.tables[route.table].entity
            found[operation.name] = rows(draft, draft.entity(entity)).value if entity is not None else 0.0
    for path in access_paths(draft):
        table = draft.tables[path.table]
        if path.operation is None or path.operation in found or table.entity is None or path.following:
            continue
        count = rows(draft, draft.entity(table.entity)).value
        if path.match:
            read = count * a.MATCH_SHARE.value
        elif any(serves(index, path) for index in existing(table)):
            read = 0.0
        else:
            read = count
        beyond[path.operation] = beyond.get(path.operation, 0.0) + read
    return found | beyond
