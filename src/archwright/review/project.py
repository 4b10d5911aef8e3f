"""Reviews a project: from paths to a document that every format can write. The command and the agent's tool are thin over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from archwright import __version__
from archwright.model.base import Model
from archwright.model.finding import Finding
from archwright.report.findings.document import Document, Figures, Note, NotReviewed
from archwright.review.baseline import Baseline, Compared, Entry, compared
from archwright.review.catalogue import rule_docs
from archwright.review.engine import Fault
from archwright.review.judged import Asked, Judged, judge
from archwright.review.rule import Rule
from archwright.review.scope import Scope
from archwright.review.since import Since, since


class Reviewed(Model, frozen=True, kw_only=True):
    """The outcome of a review."""

    document: Document
    source: Callable[[str], str | None]
    """The text of a reviewed file, for code frames."""
    faults: tuple[Fault, ...] = ()
    """Rules that failed: defects of ours or of an outside package."""
    entries: tuple[Entry, ...] = ()
    """What a baseline that is written now holds."""


def review_project(
    paths: Iterable[str | os.PathLike[str]],
    rules: tuple[Rule, ...],
    *,
    everything: bool = False,
    scope: Scope | None = None,
    baseline: Baseline | None = None,
    revision: str | None = None,
    root: str | os.PathLike[str] = ".",
    cache: str | os.PathLike[str] | None = None,
    workers: int | None = None,
) -> Reviewed:
    """Review the Python files of `paths` by `rules`. `everything` keeps findings of low confidence and of rules that are doubted.

    scope: which paths are read, and which rules run on each; None: all on all. baseline: findings that are known.
    revision: tell only what a change touches or causes (see `since`); raises RevisionError.

    `cache` is the directory where what was read of a file is kept for the next review; None keeps nothing.

    Paths in the document are relative to `root`, with forward slashes.
    """
    asked = Asked(
        paths=tuple(os.fspath(path) for path in paths),
        rules=rules,
        scope=scope if scope is not None else Scope.of(rules),
        everything=everything,
        root=Path(root),
        cache=cache,
        workers=workers,
    )
    if revision is not None:
        with since(asked, revision) as change:
            return _told(asked, change.judged, baseline, change)
    return _told(asked, judge(asked), baseline, None)


def _told(asked: Asked, judged: Judged, baseline: Baseline | None, change: Since | None) -> Reviewed:
    """The document: without what the baseline knows, what is of low confidence, what the change left as it was."""
    program, comments = judged.program, judged.comments
    known = compared(baseline or Baseline(), comments.kept, asked, program)
    confident = _shown(known.new, asked)
    shown = tuple(finding for finding in confident if change is None or change.concerns(finding))
    stats = program.stats
    document = Document(
        version=__version__,
        findings=shown,
        notes=_notes(judged, known, change),
        figures=Figures(
            files=stats.files,
            lines=stats.lines,
            languages=(*(("Python",) if stats.files else ()), *(f"{name} templates" for name, _ in stats.templates)),
            templates=sum(count for _, count in stats.templates),
            frameworks=stats.frameworks,
            not_reviewed=tuple(NotReviewed(what=what, files=files) for what, files in stats.not_reviewed),
            rules=len(asked.rules),
            low_confidence=len(known.new) - len(confident),
            suppressed=len(comments.silenced),
            left_to_ruff=judged.left_to_ruff,
            baseline=len(_shown(known.known, asked)),
            older=len(confident) - len(shown),
            since=change.name if change is not None else "",
        ),
        rules=rule_docs(asked.rules),
    )
    source = program.source if change is None else change.kept_source(shown)
    return Reviewed(document=document, source=source, faults=judged.faults, entries=known.written(confident))


def _shown(findings: Iterable[Finding], asked: Asked) -> tuple[Finding, ...]:
    return tuple(filter(asked.shows, findings))


def _notes(judged: Judged, known: Compared, change: Since | None) -> tuple[Note, ...]:
    notes = [Note(path=note.path, line=note.line, message=note.message) for note in judged.program.notes]
    notes += [Note(path=path, line=line, message=text) for path, line, text in judged.comments.complaints]
    notes += [Note(message=text) for text in (known.told_gone(), change.told() if change is not None else "") if text]
    return tuple(sorted(notes, key=lambda note: (note.path, note.line, note.message)))
