"""SARIF: the standard's shape and GitHub's conditions.

The official JSON schema is not part of this repository. Where ARCHWRIGHT_SARIF_SCHEMA names a copy of it, the documents
are validated against it too.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from archwright.model.finding import Confidence, Edit, Impact, TraceStep
from archwright.report.findings import sarif
from archwright.report.findings.document import Note
from archwright.report.findings.linehash import line_hashes

HOSTILE = "we ird/ä%:?#[\udcff\n.py"
CODE = "import db\n\nrun(q)\n"


@pytest.fixture
def full(document: Any, finding: Any, view: Any) -> str:
    trace = (TraceStep(path=HOSTILE, line=1, note="in \udcff"), TraceStep(path="shop/views.py", line=3, note="out"))
    edit = Edit(path="shop/views.py", line=3, column=1, end_line=3, end_column=7, text="run(x)")
    findings = (
        finding(trace=trace, edits=(edit,), function="C.m", operations=("GET /",), end_line=4),
        finding(rule="unknown/rule", path=HOSTILE, message="\x00\udcff", impact=Impact.LOW, confidence=Confidence.LOW),
        finding(impact=Impact.MEDIUM),
    )
    notes = (Note(message="not read", path=HOSTILE, line=2), Note(message="general"))
    return sarif.render(document(*findings, notes=notes), view({"shop/views.py": CODE}))


def test_it_is_valid_sarif(full: str, document: Any, view: Any) -> None:
    path = os.environ.get("ARCHWRIGHT_SARIF_SCHEMA")
    if not path:
        pytest.skip("ARCHWRIGHT_SARIF_SCHEMA names no copy of the official schema")
    import jsonschema

    schema = json.loads(Path(path).read_text(encoding="utf-8"))
    checker = jsonschema.FormatChecker()
    for text in (full, sarif.render(document(), view())):
        jsonschema.Draft7Validator(schema, format_checker=checker).validate(json.loads(text))


def test_one_run_with_tool_and_rules(full: str) -> None:
    (run,) = json.loads(full)["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["semanticVersion"]) == ("archwright", "0.1.0")
    (rule,) = driver["rules"]
    assert rule["properties"]["tags"] == ["security", "external/cwe/cwe-089", "injection"]
    assert rule["properties"]["security-severity"] == "9.5"
    assert rule["defaultConfiguration"]["level"] == "error"
    assert rule["properties"]["precision"] == "high"
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"]["id"].endswith("/")
    assert [n["message"]["text"] for n in run["invocations"][0]["toolExecutionNotifications"]] == [
        "not read",
        "general",
    ]


def test_results_carry_place_fingerprints_and_flow(full: str) -> None:
    first, second, third = json.loads(full)["runs"][0]["results"]
    physical = first["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "shop/views.py", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 3, "startColumn": 5, "endLine": 4}
    assert first["partialFingerprints"] == {
        "archwright/v1": "0123456789abcdef",
        "primaryLocationLineHash": line_hashes(CODE)[2],
    }
    steps = first["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps] == [1, 3]
    assert first["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == "run(x)"
    assert "ruleIndex" not in second
    assert "primaryLocationLineHash" not in second["partialFingerprints"]
    assert [result["level"] for result in (first, second, third)] == ["error", "note", "warning"]


def test_uris_are_relative_and_percent_encoded(full: str) -> None:
    for uri in re.findall(r'"uri": "([^"]*)"', full):
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri)
    assert '"uri": "we%20ird/%C3%A4%25%3A%3F%23%5B%FF%0A.py"' in full


def test_lines_count_from_one_and_no_list_is_empty_where_github_refuses_it(
    document: Any, finding: Any, view: Any
) -> None:
    trace = (TraceStep(path="a.py", line=0, note="the file"), TraceStep(path="a.py", line=2, note="x"))
    text = sarif.render(document(finding(trace=trace)), view())
    assert '"startLine": 0' not in text
    assert json.loads(sarif.render(document(finding()), view()))["runs"][0]["results"][0]["locations"]


def test_past_githubs_limit_the_gravest_are_kept_and_it_is_said(
    document: Any, finding: Any, view: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sarif, "_RESULTS", 2)
    impacts = (Impact.LOW, Impact.HIGH, Impact.MEDIUM)
    (run,) = json.loads(sarif.render(document(*(finding(impact=i) for i in impacts)), view()))["runs"]
    assert [result["properties"]["impact"] for result in run["results"]] == ["high", "medium"]
    assert "1 more" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_lone_surrogates_never_reach_the_file(full: str) -> None:
    assert full.isascii()
    assert json.dumps(json.loads(full), ensure_ascii=False).encode()
