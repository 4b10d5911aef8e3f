"""Workflow commands of GitHub Actions: each finding becomes an annotation of the changed file.

Format and escapes: docs.github.com, "Workflow commands for GitHub Actions"; `actions/toolkit` core/src/command.ts.
"""

from __future__ import annotations

from archwright.model.finding import Finding, Impact
from archwright.report.findings.document import Document, View
from archwright.report.terminal import visible_lines

_LEVELS = {Impact.CRITICAL: "error", Impact.HIGH: "error", Impact.MEDIUM: "warning", Impact.LOW: "notice"}


def render(document: Document, view: View) -> str:  # noqa: ARG001 - every format is called alike
    """One command a finding; empty if there is none."""
    return "\n".join(_command(finding) for finding in document.findings)


def _command(finding: Finding) -> str:
    properties = {
        "file": finding.path,
        "line": str(finding.line),
        "endLine": str(finding.end_line),
        "title": f"{finding.rule} ({finding.impact})",
    }
    if finding.end_line == finding.line:
        properties["col"] = str(finding.column)  # GitHub refuses columns of places over several lines
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = f"{finding.message}\n{finding.why}\nFix: {finding.fix}"
    return f"::{_LEVELS[finding.impact]} {given}::{_data(text)}"


def _data(text: str) -> str:
    return visible_lines(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
