"""What a review gives to every format: findings, notes, figures, and the rules they came from."""

from __future__ import annotations

from collections.abc import Callable

from archwright.model.base import Model
from archwright.model.finding import Finding, Impact
from archwright.report.terminal import Terminal


class Note(Model, frozen=True, kw_only=True):
    """Something the reader should know that is no finding: a file that could not be read, a comment without effect."""

    message: str
    path: str = ""
    line: int = 0
    """0: the whole file, or no file."""


class NotReviewed(Model, frozen=True, kw_only=True):
    """Files that were seen and not reviewed, with the reason: a language we do not read, vendored code."""

    what: str
    """The language, or the reason in plural: `TypeScript`, `vendored code`."""
    files: int


class Figures(Model, frozen=True, kw_only=True):
    """What was reviewed, in numbers."""

    files: int = 0
    lines: int = 0
    templates: int = 0
    """Template files that were read as part of the program; `files` and `lines` are of Python alone."""
    languages: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    not_reviewed: tuple[NotReviewed, ...] = ()
    rules: int = 0
    not_run: tuple[str, ...] = ()
    """Rules left out because the input lacks what they need."""
    low_confidence: int = 0
    """Findings of low confidence, or of rules that are doubted, which are not among the findings shown (`--all` adds them)."""
    suppressed: int = 0
    """Findings that comments in the code silence."""
    left_to_ruff: int = 0
    """Places that the project's ruff tells of."""
    baseline: int = 0
    """Findings that the baseline knows."""
    older: int = 0
    """Findings that the change since `since` neither touches nor causes."""
    since: str = ""
    """The revision that was compared with; empty: none."""


class RuleDoc(Model, frozen=True, kw_only=True):
    """The documentation of a rule, as formats need it. Texts are Markdown."""

    name: str
    impact: Impact
    summary: str
    description: str
    help: str
    cwe: str | None = None
    security: bool = False
    uri: str = ""
    """Where the documentation is read online; empty: nowhere."""


class Document(Model, frozen=True, kw_only=True):
    """A review. The same input gives an equal document."""

    version: str
    """Of archwright."""
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...] = ()
    figures: Figures = Figures()
    rules: tuple[RuleDoc, ...] = ()


class View(Model, frozen=True, kw_only=True):
    """What a format may use beside the document."""

    source: Callable[[str], str | None] = lambda _: None
    """The text of a file, for code frames."""
    terminal: Terminal = Terminal()
    seconds: float | None = None
    """How long the review took. Formats for people may say it; formats for machines must not."""


def counted(number: int, singular: str, plural: str = "") -> str:
    """`1 finding`, `12,345 findings`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def tally(findings: tuple[Finding, ...]) -> str:
    """`12 findings: 1 critical, 5 high, 6 medium`."""
    counts = {impact: sum(1 for finding in findings if finding.impact is impact) for impact in Impact}
    parts = ", ".join(f"{count:,} {impact}" for impact, count in counts.items() if count)
    return f"{counted(len(findings), 'finding')}: {parts}" if findings else "No findings"
