from collections.abc import Callable
from typing import Any

import pytest

from archwright.model.finding import Confidence, Finding, Impact
from archwright.report.findings.document import Document, Figures, NotReviewed, RuleDoc, View


def _finding(**changes: Any) -> Finding:
    given: dict[str, Any] = {
        "rule": "injection/sql",
        "path": "shop/views.py",
        "line": 3,
        "column": 5,
        "end_line": 3,
        "message": "The query parameter 'q' becomes part of the SQL text.",
        "why": "Anyone can rewrite the statement.",
        "fix": "Pass the value beside the text.",
        "impact": Impact.CRITICAL,
        "confidence": Confidence.HIGH,
        "fingerprint": "0123456789abcdef",
    }
    return Finding(**{**given, **changes})


@pytest.fixture
def finding() -> Callable[..., Finding]:
    return _finding


@pytest.fixture
def document() -> Callable[..., Document]:
    rule = RuleDoc(
        name="injection/sql",
        impact=Impact.CRITICAL,
        summary="Data becomes SQL.",
        description="Data becomes SQL. It is followed.",
        help="**Why:** it hurts.",
        cwe="CWE-89",
        security=True,
    )
    figures = Figures(
        files=2,
        lines=1234,
        languages=("Python",),
        frameworks=("Django",),
        not_reviewed=(NotReviewed(what="TypeScript", files=41),),
        rules=3,
        low_confidence=2,
        suppressed=1,
    )

    def make(*findings: Finding, **changes: Any) -> Document:
        given: dict[str, Any] = {"version": "0.1.0", "findings": findings, "figures": figures, "rules": (rule,)}
        return Document(**{**given, **changes})

    return make


@pytest.fixture
def view() -> Callable[..., View]:
    def make(files: dict[str, str] | None = None, **changes: Any) -> View:
        return View(source=(files or {}).get, **changes)

    return make
