"""JSON for scripts. The keys are a contract: every one is always present, and a change of meaning raises `VERSION`."""

from __future__ import annotations

import json
from typing import Any

from archwright.model.finding import Finding, Impact
from archwright.report.findings.document import Document, View

VERSION = 1


def render(document: Document, view: View) -> str:  # noqa: ARG001 - every format is called alike
    """The review as indented JSON: the same document gives the same text."""
    figures = document.figures
    data = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in document.findings],
        "notes": [{"path": note.path, "line": note.line, "message": note.message} for note in document.notes],
        "stats": {
            "tool": f"archwright {document.version}",
            "files": figures.files,
            "lines": figures.lines,
            "templates": figures.templates,
            "languages": list(figures.languages),
            "frameworks": list(figures.frameworks),
            "not_reviewed": [{"what": part.what, "files": part.files} for part in figures.not_reviewed],
            "rules": figures.rules,
            "not_run": list(figures.not_run),
            "findings": {str(i): sum(f.impact is i for f in document.findings) for i in Impact},
            "low_confidence": figures.low_confidence,
            "suppressed": figures.suppressed,
            "left_to_ruff": figures.left_to_ruff,
            "baseline": figures.baseline,
            "since": figures.since,
            "older": figures.older,
        },
    }
    return json.dumps(data, indent=2, ensure_ascii=True)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "function": finding.function,
        "operations": list(finding.operations),
        "message": finding.message,
        "why": finding.why,
        "fix": finding.fix,
        "edits": [
            {
                "path": edit.path,
                "line": edit.line,
                "column": edit.column,
                "end_line": edit.end_line,
                "end_column": edit.end_column,
                "text": edit.text,
            }
            for edit in finding.edits
        ],
        "impact": str(finding.impact),
        "confidence": str(finding.confidence),
        "trace": [{"path": step.path, "line": step.line, "note": step.note} for step in finding.trace],
        "cwe": finding.cwe,
        "fingerprint": finding.fingerprint,
    }
