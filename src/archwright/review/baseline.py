"""The file of known findings: what was there when a project began to be reviewed, and is not to be told every time.

It is JSON, sorted, a finding a line, so that two branches' changes of it merge. Paths start from the top of the repository, so
it is the same from whatever directory of it archwright is called. It holds no line numbers and no texts: those change.

BaselineError (Exception)
└── the file can't be read or is no baseline; `advice` says what would be right
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterable
from pathlib import Path

import msgspec

from archwright.model.base import Model
from archwright.model.finding import Finding
from archwright.review.judged import Asked
from archwright.review.known import Recognised, recognise
from archwright.source.program import Program
from archwright.source.repository import below_top

DEFAULT = "archwright-baseline.json"
VERSION = 1

_NAMED = 3
"""Entries that no longer occur which a note names."""


class BaselineError(Exception):
    """A baseline can't be used; `advice` says what would be right."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class Entry(Model, frozen=True, kw_only=True):
    """A known finding. All but the fingerprint is for those who read the file, and for telling what is gone."""

    fingerprint: str
    rule: str
    path: str
    function: str = ""


class Baseline(Model, frozen=True, kw_only=True):
    """Known findings."""

    version: int = VERSION
    findings: tuple[Entry, ...] = ()


class Compared:
    """Findings beside a baseline."""

    def __init__(self, recognised: Recognised, gone: list[Entry], beside: list[Entry], below: str) -> None:
        self.new = recognised.new
        self.known = recognised.known
        self._gone = gone
        self._beside = beside
        self._below = below

    def told_gone(self) -> str:
        """A sentence on the entries that no longer occur; empty where all do."""
        if not self._gone:
            return ""
        named = [
            f"{entry.rule} in {entry.path}" + (f" ({entry.function})" if entry.function else "") for entry in self._gone
        ]
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        which = (
            "entry of the baseline no longer occurs" if len(named) == 1 else "entries of the baseline no longer occur"
        )
        return f"{len(named)} {which}: {', '.join(named[:_NAMED])}{more}; archwright review --write-baseline drops what is mended"

    def written(self, shown: Iterable[Finding]) -> tuple[Entry, ...]:
        """The entries of a baseline that is written now: what is found, and what was not looked at."""
        found = [
            Entry(
                fingerprint=finding.fingerprint,
                rule=finding.rule,
                path=posixpath.normpath(posixpath.join(self._below, finding.path)),
                function=finding.function,
            )
            for finding in (*self.known, *shown)
        ]
        return tuple({entry.fingerprint: entry for entry in (*self._beside, *found)}.values())


def compared(baseline: Baseline, findings: Iterable[Finding], asked: Asked, program: Program) -> Compared:
    """Tell the known findings from the new ones. What was not reviewed, or by other rules, is not gone."""
    below = below_top(asked.root)
    entries = {entry.fingerprint: entry for entry in baseline.findings}
    recognised = recognise(findings, entries)
    reviewed = {module.path for module in program.project.modules}
    tops = [posixpath.normpath(Path(path).as_posix()) for path in asked.paths]
    gone: list[Entry] = []
    beside: list[Entry] = []
    for entry in (entries[fingerprint] for fingerprint in recognised.gone):
        path = posixpath.relpath(entry.path, below or ".")
        looked = path in reviewed or (not (asked.root / path).exists() and any(_is_below(path, top) for top in tops))
        (gone if looked and entry.rule in asked.scope.runs_on(path) else beside).append(entry)
    return Compared(recognised, gone, beside, below)


def _is_below(path: str, top: str) -> bool:
    return (top == "." and not path.startswith("../")) or path == top or path.startswith(top + "/")


def read_baseline(path: str | os.PathLike[str]) -> Baseline:
    """The baseline in a file. Raises BaselineError."""
    again = f"archwright review --write-baseline --baseline {path} writes one"
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise BaselineError(f"the baseline {path} can't be read: {error.strerror or error}", again) from error
    try:
        baseline = msgspec.json.decode(data, type=Baseline)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BaselineError(f"{path} is no baseline: {error}", again) from error
    if baseline.version != VERSION:
        raise BaselineError(f"{path} is of version {baseline.version}, this archwright reads {VERSION}", again)
    return baseline


def baseline_text(entries: Iterable[Entry]) -> str:
    """A baseline as it is written: sorted, one finding a line."""
    rows = sorted(entries, key=lambda entry: (entry.path, entry.rule, entry.function, entry.fingerprint))
    lines = ",\n".join(f"    {json.dumps(_row(entry))}" for entry in rows)
    listed = f"[\n{lines}\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {listed}\n}}\n'


def _row(entry: Entry) -> dict[str, str]:
    return {
        "fingerprint": entry.fingerprint, "rule": entry.rule, "path": entry.path, "function": entry.function
    }  # fmt: skip
