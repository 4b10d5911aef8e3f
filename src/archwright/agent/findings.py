"""Findings as the tool `review` sends them."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import Field

from archwright.agent.output import Output, some
from archwright.model.finding import Finding
from archwright.report.lines import lines_of

_OPERATIONS = 5
_TRACE = 12
"""Steps of a trace that are sent; of a longer one the first and the last."""
_WIDTH = 200
"""Characters of a line of code that are sent: enough to recognise it, and no minified file whole."""


class TraceLine(Output):
    """One place on the way to the harm."""

    path: str
    line: int
    note: str


class FindingOut(Output):
    """A finding, by the names of `archwright review --format json`."""

    rule: str
    impact: str
    confidence: str
    path: str
    line: int
    code: str = Field(description="the text of that line")
    function: str
    operations: list[str] = Field(description="entry points that reach it")
    message: str
    why: str
    fix: str
    trace: list[TraceLine] = Field(description="in the order of execution")
    cwe: str | None
    fingerprint: str


def finding_out(finding: Finding, source: Callable[[str], str | None]) -> FindingOut:
    """A finding to send; `source` gives the text of a reviewed file."""
    lines = lines_of(source(finding.path) or "")
    trace = [TraceLine(path=step.path, line=step.line, note=step.note) for step in finding.trace]
    if len(trace) > _TRACE:
        trace = trace[: _TRACE // 2] + trace[-_TRACE // 2 :]
    return FindingOut(
        rule=finding.rule,
        impact=finding.impact,
        confidence=finding.confidence,
        path=finding.path,
        line=finding.line,
        code=lines[finding.line - 1].strip()[:_WIDTH] if finding.line <= len(lines) else "",
        function=finding.function,
        operations=some(list(finding.operations), _OPERATIONS),
        message=finding.message,
        why=finding.why,
        fix=finding.fix,
        trace=trace,
        cwe=finding.cwe,
        fingerprint=finding.fingerprint,
    )
