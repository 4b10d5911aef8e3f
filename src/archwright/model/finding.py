"""Findings: what a review says, where, why it is certain, and how to mend it."""

from __future__ import annotations

import enum

from archwright.model.base import Model


class Impact(enum.StrEnum):
    """What goes wrong if nothing is done."""

    CRITICAL = "critical"
    """Anyone takes over data or the machine; data is lost."""
    HIGH = "high"
    """A caller reads or changes what is not theirs; wrong data; an outage under ordinary load."""
    MEDIUM = "medium"
    """Degraded service, or a harm that needs an unusual precondition."""
    LOW = "low"
    """A weakness without a harm of its own."""

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Impact).index(self)


class Confidence(enum.StrEnum):
    """How much was proved. Formats show high and medium; `--all` adds low."""

    HIGH = "high"
    """Every step was seen in the code."""
    MEDIUM = "medium"
    """One step rests on a convention of the framework or of names."""
    LOW = "low"
    """A pattern that is often a defect."""

    @property
    def rank(self) -> int:
        """0 for the surest."""
        return list(Confidence).index(self)


class TraceStep(Model, frozen=True, kw_only=True):
    """One place on the way to the harm, in the order of execution."""

    path: str
    line: int
    note: str


class Edit(Model, frozen=True, kw_only=True):
    """A replacement of text: from line:column to end_line:end_column (1-based characters, end exclusive)."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class RemedyKind(enum.StrEnum):
    """What kind of change mends it; a framework file renders it in its own words."""

    LOAD = "load"
    """Fetch a relation along with the query."""
    BATCH = "batch"
    """One query for all rows instead of one a row."""
    BIND = "bind"
    """Pass the value apart from the text."""
    ALLOW = "allow"
    """Choose from a fixed list."""
    SCOPE = "scope"
    """Limit a query to what the caller may see."""
    LOCK = "lock"
    DEFER = "defer"
    LIMIT = "limit"
    RECORD = "record"
    """Log or re-raise the error."""
    NARROW = "narrow"
    """Catch only what is expected."""
    CALL = "call"
    """Call another function with the same arguments: `.safe_load`, `.SystemRandom().{name}` in place of the last name."""
    KEYWORD = "keyword"
    """Give a keyword argument: `debug=False`."""
    COMPARE = "compare"
    """Compare in constant time."""


class Remedy(Model, frozen=True, kw_only=True):
    """A change that would mend a finding, in the model's terms."""

    kind: RemedyKind
    subject: str = ""
    """The relation path, column, or name it is about."""
    many: bool = False
    """True for a relation to many rows."""
    path: str = ""
    line: int = 0
    """Where to change, if not at the finding."""


class Finding(Model, frozen=True, kw_only=True):
    """One defect. Field names are the JSON contract that others script against."""

    rule: str
    path: str
    line: int
    column: int
    end_line: int
    message: str
    why: str
    fix: str
    impact: Impact
    confidence: Confidence
    fingerprint: str
    function: str = ""
    operations: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    cwe: str | None = None
