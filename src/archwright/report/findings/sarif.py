"""SARIF 2.1.0, as GitHub code scanning accepts it.

Standard: docs.oasis-open.org/sarif/sarif/v2.1.0. What GitHub reads, and its limits: docs.github.com, "SARIF support for
code scanning": 25,000 results and 25,000 rules a run, 20 tags a rule, 10,000 locations a thread flow of which 1,000
count; paths relative to the repository's root; lines from 1.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from archwright.model.finding import Confidence, Edit, Finding, Impact
from archwright.report.findings.document import Document, Note, RuleDoc, View
from archwright.report.findings.linehash import line_hashes
from archwright.report.terminal import visible_lines

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "archwright/v1"
"""Our key among the partial fingerprints: it survives moved lines and is raised when its recipe changes."""

_RESULTS = 25_000
_LOCATIONS = 1_000
_LEVELS = {Impact.CRITICAL: "error", Impact.HIGH: "error", Impact.MEDIUM: "warning", Impact.LOW: "note"}
_SEVERITIES = {Impact.CRITICAL: "9.5", Impact.HIGH: "8.0", Impact.MEDIUM: "5.5", Impact.LOW: "2.0"}
"""GitHub's scale: above 9.0 critical, from 7.0 high, from 4.0 medium, below that low."""
_PRECISIONS = {Confidence.HIGH: "high", Confidence.MEDIUM: "medium", Confidence.LOW: "low"}
_PROBLEMS = {"error": "error", "warning": "warning", "note": "recommendation"}


def render(document: Document, view: View) -> str:
    """One run with every finding; past GitHub's limit the gravest, and a notification that says so."""
    findings = sorted(document.findings, key=lambda f: f.impact.rank)[:_RESULTS]
    kept = set(map(id, findings))
    indices = {rule.name: index for index, rule in enumerate(document.rules)}
    hashes = _Hashes(view.source)
    results = [_result(finding, indices, hashes) for finding in document.findings if id(finding) in kept]
    dropped = len(document.findings) - len(results)
    run = {
        "tool": {
            "driver": {
                "name": "archwright",
                "semanticVersion": document.version,
                "rules": [_rule(rule, document.findings) for rule in document.rules],
            }
        },
        "automationDetails": {"id": "archwright/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    *(_notification(note) for note in document.notes),
                    *([_dropped(dropped)] if dropped else []),
                ],
            }
        ],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=True)


class _Hashes:
    """The line hashes of the files that hold findings, computed once a file."""

    def __init__(self, source: Callable[[str], str | None]) -> None:
        self.source = source
        self.by_path: dict[str, list[str]] = {}

    def of(self, path: str, line: int) -> str | None:
        if path not in self.by_path:
            text = self.source(path)
            self.by_path[path] = line_hashes(text) if text is not None else []
        hashes = self.by_path[path]
        return hashes[line - 1] if 1 <= line <= len(hashes) else None


def _rule(rule: RuleDoc, findings: tuple[Finding, ...]) -> dict[str, Any]:
    level = _LEVELS[rule.impact]
    family = rule.name.partition("/")[0]
    found = [finding.confidence for finding in findings if finding.rule == rule.name]
    properties: dict[str, Any] = {
        "tags": [*(["security"] if rule.security else []), *_cwe_tags(rule), family],
        "precision": _PRECISIONS[min(found, key=lambda c: c.rank) if found else Confidence.HIGH],
        "problem.severity": _PROBLEMS[level],
    }
    if rule.security:
        properties["security-severity"] = _SEVERITIES[rule.impact]
    return {
        "id": rule.name,
        "name": "".join(part.title() for part in rule.name.replace("/", "-").split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.description},
        "help": {"text": rule.help, "markdown": rule.help},
        **({"helpUri": rule.uri} if rule.uri else {}),
        "defaultConfiguration": {"level": level},
        "properties": properties,
    }


def _cwe_tags(rule: RuleDoc) -> list[str]:
    """`external/cwe/cwe-089`: three digits at least, as code scanning spells it."""
    return [f"external/cwe/cwe-{int(rule.cwe.rpartition('-')[2]):03d}"] if rule.cwe else []


def _result(finding: Finding, indices: dict[str, int], hashes: _Hashes) -> dict[str, Any]:
    line_hash = hashes.of(finding.path, finding.line)
    region: dict[str, Any] = {"startLine": finding.line, "startColumn": finding.column}
    if finding.end_line > finding.line:
        region["endLine"] = finding.end_line
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        **({"ruleIndex": indices[finding.rule]} if finding.rule in indices else {}),
        "level": _LEVELS[finding.impact],
        "message": {"text": _clean(f"{finding.message} {finding.why} Fix: {finding.fix}")},
        "locations": [_location(finding.path, region, finding.function)],
        "partialFingerprints": {
            FINGERPRINT: finding.fingerprint,
            **({"primaryLocationLineHash": line_hash} if line_hash else {}),
        },
        "properties": {
            "impact": str(finding.impact),
            "confidence": str(finding.confidence),
            "operations": [_clean(operation) for operation in finding.operations],
        },
    }
    if len(finding.trace) > 1:
        result["codeFlows"] = [{"threadFlows": [{"locations": _flow(finding)}]}]
    if finding.edits:
        result["fixes"] = [_fix(finding)]
    return result


def _flow(finding: Finding) -> list[dict[str, Any]]:
    return [
        {"location": {**_location(step.path, {"startLine": max(step.line, 1)}), "message": {"text": _clean(step.note)}}}
        for step in finding.trace[:_LOCATIONS]
    ]


def _location(path: str, region: dict[str, Any], function: str = "") -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(path), "region": region}}
    if function:
        location["logicalLocations"] = [{"fullyQualifiedName": _clean(function), "kind": "function"}]
    return location


def _artifact(path: str) -> dict[str, str]:
    """A relative URI. Bytes of a name that are no UTF-8 are percent-encoded as they are on disk."""
    return {"uri": quote(path.encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": "%SRCROOT%"}


def _fix(finding: Finding) -> dict[str, Any]:
    changes: dict[str, list[Edit]] = defaultdict(list)
    for edit in finding.edits:
        changes[edit.path].append(edit)
    return {
        "description": {"text": _clean(finding.fix)},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": [_replacement(edit) for edit in edits]}
            for path, edits in changes.items()
        ],
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": {
            "startLine": edit.line,
            "startColumn": edit.column,
            "endLine": edit.end_line,
            "endColumn": edit.end_column,
        },
        "insertedContent": {"text": _clean(edit.text)},
    }


def _notification(note: Note) -> dict[str, Any]:
    notification: dict[str, Any] = {"level": "warning", "message": {"text": _clean(note.message)}}
    if note.path:
        notification["locations"] = [_location(note.path, {"startLine": max(note.line, 1)})]
    return notification


def _dropped(count: int) -> dict[str, Any]:
    text = f"{count} more findings are left out: code scanning takes {_RESULTS} results a run"
    return {"level": "warning", "message": {"text": text}}


def _clean(text: str) -> str:
    """The text without what readers refuse or a page would hide: lone surrogates, control characters."""
    return visible_lines(text)
