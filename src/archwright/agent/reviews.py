"""The tool `review`: findings as pages of typed data. A review is made once and kept for its further pages."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Annotated

import msgspec
from pydantic import Field

from archwright.agent.error import AgentError
from archwright.agent.findings import FindingOut, finding_out
from archwright.agent.output import Output, some
from archwright.agent.root import Root
from archwright.report.findings.document import tally
from archwright.report.findings.text import aside
from archwright.report.findings.text import reviewed as what_was_read
from archwright.review.project import Reviewed
from archwright.review.request import Prepared, Request
from archwright.source.cache import default_directory
from archwright.source.discover import EXCLUDED

PAGE = 20
"""The most findings of a page."""
_KEPT = 4
"""Reviews whose further pages can still be asked for."""
_NOTES = 10
_DIGITS = 9
"""Of a cursor's number; `int` refuses what is much longer."""


class ReviewOut(Output):
    """One page of a review."""

    summary: str
    reviewed: str = Field(description="what was read, and what was not")
    total: int
    findings: list[FindingOut]
    next: str | None = Field(description="cursor of the next page; null: this is the last")
    low_confidence: int = Field(description="not in total; everything=true adds them")
    notes: list[str] = Field(description="files not read whole, rules that failed")


Paths = Annotated[list[str], Field(min_length=1, description="files or directories below the root")]
Rules = Annotated[list[str], Field(description="only these rules or families, as query or query/n-plus-one; []: all")]
Everything = Annotated[bool, Field(description="add findings that are less sure")]
Since = Annotated[
    str,
    Field(description="a revision: only what the change since it causes"),
]
Limit = Annotated[int, Field(ge=1, le=PAGE)]
Cursor = Annotated[str | None, Field(description="`next` of the page before; paths and rules are then not used")]


class Reviews:
    """Makes reviews below a root, keeps the last few, and gives their pages."""

    def __init__(self, root: Root) -> None:
        self._root = root
        self._kept: OrderedDict[str, ReviewOut] = OrderedDict()

    def page(
        self,
        paths: Paths = ["."],  # noqa: B006 - the schema shows the value; nothing changes it
        rules: Rules = [],  # noqa: B006
        everything: Everything = False,
        since: Since = "",
        limit: Limit = PAGE,
        cursor: Cursor = None,
    ) -> ReviewOut:
        """Find defects in an existing Python backend, followed through all its files. The code is read, never run.

        Every finding has its trace. total 0: no rule found anything; report "no finding".
        """
        if cursor is None:
            name, start = self._review(paths, rules, everything, since), 0
        else:
            name, start = self._at(cursor)
        whole = self._kept[name]
        findings = whole.findings[start : start + limit]
        end = start + len(findings)
        part = f" (here {start + 1} to {end})" if findings and len(findings) < whole.total else ""
        following = f"{name}-{end}" if findings and end < whole.total else None
        return whole.model_copy(
            update={"summary": whole.summary + part, "findings": findings, "next": following},
        )

    def _review(self, paths: list[str], rules: list[str], everything: bool, since: str) -> str:
        request = Request(select=tuple(rules), everything=everything or None, revision=since or None)
        prepared = Prepared(request, self._root.directory)
        found = [self._root.shown(self._root.existing(path)) for path in paths]
        reviewed = prepared.run(found, default_directory())
        figures = reviewed.document.figures
        if not figures.files and not any(part.what == EXCLUDED for part in figures.not_reviewed):
            seen = ", ".join(f"{part.files} {part.what}" for part in figures.not_reviewed)
            raise AgentError(
                f"there is no Python file in {' '.join(paths)}, so nothing was reviewed",
                f"what was seen: {seen}" if seen else "give the directory that holds the code",
            )
        whole = _whole(reviewed)
        asked = repr((found, rules, everything, since, [finding.fingerprint for finding in whole.findings]))
        name = hashlib.sha256(asked.encode()).hexdigest()[:12]
        self._kept[name] = whole
        self._kept.move_to_end(name)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return name

    def _at(self, cursor: str) -> tuple[str, int]:
        name, _, start = cursor.partition("-")
        if name not in self._kept or not (start.isascii() and start.isdecimal() and len(start) <= _DIGITS):
            raise AgentError(f"there is no page at cursor {cursor!r}, or no longer", "call review without a cursor")
        return name, int(start)


def _whole(reviewed: Reviewed) -> ReviewOut:
    """All findings as one page, which holds nothing of the program, so that keeping it is cheap."""
    document, figures = reviewed.document, reviewed.document.figures
    nothing = f"No finding in {figures.lines:,} lines ({figures.rules} rules)"
    faults = [f"rule {fault.rule} failed at {fault.place}: {fault.error}" for fault in reviewed.faults]
    notes = [f"{note.path}:{note.line}: {note.message}".replace(":0: ", ": ", 1) for note in document.notes]
    return ReviewOut(
        summary=tally(document.findings) if document.findings else nothing,
        reviewed=" · ".join([what_was_read(figures, None), *aside(msgspec.structs.replace(figures, low_confidence=0))]),
        total=len(document.findings),
        findings=[finding_out(finding, reviewed.source) for finding in document.findings],
        next=None,
        low_confidence=figures.low_confidence,
        notes=some(faults + notes, _NOTES),
    )
