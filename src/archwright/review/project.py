"""Reviews a project: from paths to a document that every format can write. The command and the agent's tool are thin over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from archwright import __version__
from archwright.model.base import Model, Place
from archwright.model.effect import Effect
from archwright.model.finding import Confidence, Finding, Remedy
from archwright.report.findings.document import Document, Figures, Note, NotReviewed
from archwright.review.catalogue import rule_docs
from archwright.review.engine import Fault, Render, review, wanted
from archwright.review.rule import Rule
from archwright.review.suppress import suppress
from archwright.source.facts import COLUMNS, LAMBDA, line_of
from archwright.source.link.module import UNIT_BITS
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
    cache: str | os.PathLike[str] | None = None,
    workers: int | None = None,
) -> Reviewed:
    """Review the Python files of `paths` by `rules`. `everything` keeps findings of low confidence.

    `cache` is the directory where what was read of a file is kept for the next review; None keeps nothing.

    Paths in the document are relative to `root`, with forward slashes.
    """
    program = analyse(paths, wanted=wanted(rules), root=root, cache=cache, workers=workers)
    result = review(Readable(program), rules, _render(program))
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


class Readable:
    """A program with what the review asks of it beside."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._units: dict[str, list[tuple[int, int, str]]] | None = None

    @property
    def effects(self) -> Sequence[Effect]:
        return self._program.effects

    def operations_reaching(self, unit: str) -> tuple[str, ...]:
        return self._program.operations_reaching(unit)

    def source(self, path: str) -> str | None:
        return self._program.source(path)

    def unit_at(self, place: Place) -> str | None:
        if self._units is None:
            self._units = self._index()
        implied = self._program.project.implied_at(place.path, place.line * COLUMNS + place.column)
        if implied is not None:
            return implied
        around = [unit for unit in self._units.get(place.path, ()) if unit[0] <= place.line <= unit[1]]
        return max(around)[2] if around else None

    def _index(self) -> dict[str, list[tuple[int, int, str]]]:
        """The functions of each file: first line, last line, name."""
        project = self._program.project
        return {
            module.path: [
                (line_of(unit[2]), unit[3], project.unit_name(module.index << UNIT_BITS | index))
                for index, unit in enumerate(module.units)
                if not unit[8] & LAMBDA
            ]
            for module in project.modules
        }


def _render(program: Program) -> Render:
    """A remedy in the words of the first framework in use that knows it."""

    def render(remedy: Remedy) -> str | None:
        return next((words for each in program.engine.frameworks if (words := each.remedy(remedy))), None)

    return render


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
