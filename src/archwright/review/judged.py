"""What the rules say of one state of the code: found where its rule runs, not ruff's to tell, not silenced by a comment."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from archwright.model.base import Model
from archwright.model.finding import Confidence, Finding, Remedy
from archwright.review.engine import Fault, Render, only, review, wanted
from archwright.review.readable import Readable
from archwright.review.rule import Rule
from archwright.review.scope import Scope
from archwright.review.suppress import Suppressed, suppress
from archwright.source.program import Program, analyse, uncollected
from archwright.source.repository import below_top
from archwright.source.survey.ruff import Ruff


class Asked(Model, frozen=True, kw_only=True):
    """A review as it was asked for, of whatever state of the code."""

    paths: tuple[str, ...]
    rules: tuple[Rule, ...]
    scope: Scope
    everything: bool
    """Findings of low confidence, and of doubted rules, too."""
    root: Path
    cache: str | os.PathLike[str] | None
    workers: int | None

    def shows(self, finding: Finding) -> bool:
        """Whether a finding is among those asked for: by default those of high and medium confidence, by rules that are not doubted."""
        return self.everything or (finding.confidence is not Confidence.LOW and finding.rule not in self._doubted)

    @property
    def _doubted(self) -> frozenset[str]:
        return frozenset(rule.name for rule in self.rules if rule.doubted)


class Judged:
    """One state of the code, read and judged."""

    def __init__(
        self, program: Program, comments: Suppressed, faults: tuple[Fault, ...] = (), left_to_ruff: int = 0
    ) -> None:
        self.program = program
        self.comments = comments
        """The findings, apart by whether a comment silences them."""
        self.faults = faults
        self.left_to_ruff = left_to_ruff


@uncollected()
def judge(asked: Asked, root: Path | None = None, paths: Sequence[str] | None = None) -> Judged:
    """Read and judge what was asked for, or the same below another root."""
    at = root or asked.root
    paths = asked.paths if paths is None else paths
    program = analyse(
        paths,
        wanted=wanted(asked.rules),
        only=only(asked.rules),
        root=at,
        cache=asked.cache,
        workers=asked.workers,
        excludes=asked.scope.excludes if asked.scope.excluding else None,
        cached_as=str(asked.root.absolute()),
    )
    found = review(
        Readable(program),
        asked.rules,
        _render(program),
        left=Ruff(at).reports,
        below=below_top(at),
        doubtful=asked.everything,
    )
    comments = suppress(
        [finding for finding in found.findings if finding.rule in asked.scope.runs_on(finding.path)],
        program.marked,
        program.source,
        asked.scope.runs_on,
        asked.scope.names,
        whole=not any((at / path).is_file() for path in paths),
    )
    return Judged(program, comments, found.faults, found.left)


def _render(program: Program) -> Render:
    """A remedy in the words of the first framework in use that knows it."""

    def render(remedy: Remedy) -> str | None:
        return next((words for each in program.engine.frameworks if (words := each.remedy(remedy))), None)

    return render
