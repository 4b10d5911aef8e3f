import json
from typing import Any

from archwright.model.finding import Edit, TraceStep
from archwright.report.findings.document import Note
from archwright.report.findings.json import render

KEYS = [
    "rule", "path", "line", "column", "end_line", "function", "operations", "message", "why", "fix", "edits", "impact",
    "confidence", "trace", "cwe", "fingerprint",
]  # fmt: skip


def test_every_key_of_the_contract_is_always_present(document: Any, finding: Any, view: Any) -> None:
    data = json.loads(render(document(finding()), view()))
    assert list(data) == ["version", "findings", "notes", "stats"]
    assert list(data["findings"][0]) == KEYS
    assert data["findings"][0]["cwe"] is None
    assert data["findings"][0]["operations"] == []


def test_values(document: Any, finding: Any, view: Any) -> None:
    edit = Edit(path="a.py", line=1, column=2, end_line=1, end_column=4, text="x")
    found = finding(edits=(edit,), trace=(TraceStep(path="a.py", line=1, note="n"),), cwe="CWE-89")
    data = json.loads(render(document(found, notes=(Note(message="m", path="b.py", line=2),)), view()))
    (given,) = data["findings"]
    assert given["impact"] == "critical"
    assert given["confidence"] == "high"
    assert given["trace"] == [{"path": "a.py", "line": 1, "note": "n"}]
    assert given["edits"] == [{"path": "a.py", "line": 1, "column": 2, "end_line": 1, "end_column": 4, "text": "x"}]
    assert data["notes"] == [{"path": "b.py", "line": 2, "message": "m"}]
    assert data["stats"]["findings"] == {"critical": 1, "high": 0, "medium": 0, "low": 0}
    assert data["stats"]["not_reviewed"] == [{"what": "TypeScript", "files": 41}]


def test_no_clock_in_the_document(document: Any, finding: Any, view: Any) -> None:
    assert render(document(finding()), view(seconds=1.0)) == render(document(finding()), view(seconds=2.0))


def test_any_text_is_written(document: Any, finding: Any, view: Any) -> None:
    text = render(document(finding(path="\udcff\x00.py", message="\u202e")), view())
    assert text.isascii()
    assert json.loads(text)["findings"][0]["path"] == "\udcff\x00.py"
