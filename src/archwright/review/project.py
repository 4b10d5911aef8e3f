"""Reviews a project: from paths to a document that every format can write. The command and the agent's tool are thin over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from archwright import __version__
from archwright.model.base import Model
from archwright.model.finding import Confidence, Finding
from archwright.report.findings.document import Document, Figures, Note, NotReviewed
from archwright.review.catalogue import rule_docs
from archwright.review.engine import Fault, review, wanted
from archwright.review.rule import Rule
from archwright.review.suppress import suppress
from archwright.source.program import Program, analyse


class Reviewed(Model, frozen=True, kw_only=True):
    """The outcome of a review."""

    document: Document
    source: Callable[[str], str | None]
    """The text of a reviewed file, for code frames."""
    faults: tuple[Fault, ...] = ()
    """Rules that failed: defects of ours or of an outside package."""


def review_project(
    paths: Iterable[str | os.PathLike[str]],
    rules: tuple[Rule, ...],
    *,
    everything: bool = False,
    root: str | os.PathLike[str] = ".",
    workers: int | None = None,
) -> Reviewed:
    """Review the Python files of `paths` by `rules`. `everything` keeps findings of low confidence.

    Paths in the document are relative to `root`, with forward slashes.
    """
    program = analyse(paths, wanted=wanted(rules), root=root, workers=workers)
    result = review(program, rules)
    ran = frozenset(rule.name for rule in rules)
    left = suppress(result.findings, (module.path for module in program.project.modules), program.source, ran)
    shown = tuple(finding for finding in left.kept if everything or finding.confidence is not Confidence.LOW)
    notes = [Note(path=note.path, line=note.line, message=note.message) for note in program.notes]
    notes += [Note(path=path, line=line, message=message) for path, line, message in left.complaints]
    document = Document(
        version=__version__,
        findings=shown,
        notes=tuple(sorted(notes, key=lambda note: (note.path, note.line, note.message))),
        figures=_figures(program, rules, hidden=len(left.kept) - len(shown), silenced=left.silenced),
        rules=rule_docs(rules),
    )
    return Reviewed(document=document, source=program.source, faults=result.faults)


def _figures(program: Program, rules: tuple[Rule, ...], hidden: int, silenced: tuple[Finding, ...]) -> Figures:
    stats = program.stats
    return Figures(
        files=stats.files,
        lines=stats.lines,
        languages=("Python",) if stats.files else (),
        frameworks=stats.frameworks,
        not_reviewed=tuple(NotReviewed(what=what, files=files) for what, files in stats.not_reviewed),
        rules=len(rules),
        low_confidence=hidden,
        suppressed=len(silenced),
    )
