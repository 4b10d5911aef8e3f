"""What is asked of the backend in numbers: rates, latency goals, staleness, availability, team and money."""

from __future__ import annotations

from archwright.model.base import Model
from archwright.model.quantity import Budget, Duration, Growth, Rate, Share


class Load(Model, frozen=True, kw_only=True):
    """How often an operation runs, and how fast and fresh it must be. None: not given, which design asks about."""

    rate: Rate | None = None
    peak: Rate | None = None
    """The highest rate sustained for minutes; None: the rate times the system's default peak factor."""
    p95: Duration | None = None
    stale: Duration | None = None
    """How old an answer may be; 0s: read your own writes."""


class Goals(Model, frozen=True, kw_only=True):
    """Goals of the whole system."""

    availability: Share | None = None
    rpo: Duration | None = None
    """Recovery point objective: how much acknowledged work may be lost in a disaster."""
    rto: Duration | None = None
    """Recovery time objective: how long the service may be away."""
    team: int | None = None
    """Engineers who own the system."""
    budget: Budget | None = None
    horizon: Duration | None = None
    growth: Growth | None = None
    tenants: int | None = None
