"""One departure of code from its blueprint."""

from __future__ import annotations

import enum

from archwright.model.base import Model, Place


class DriftKind(enum.StrEnum):
    """How the code departs from the blueprint."""

    MISSING = "missing"
    """The blueprint has it, the code has not."""
    EXTRA = "extra"
    DIFFERENT = "different"


class Drift(Model, frozen=True, kw_only=True):
    """One departure. `subject`: table, column, key, unique, check, index, reference, endpoint, access, policy or effect."""

    kind: DriftKind
    subject: str
    name: str
    detail: str = ""
    place: Place | None = None
    """Where the code says it; None where the code says nothing."""
