"""JUnit XML: one test suite, a test case a finding, so that any CI server shows them.

Without findings it holds one case that passed, because servers take an empty suite for a broken run.
"""

from __future__ import annotations

import re

from archwright.model.finding import Finding
from archwright.report.findings.document import Document, View

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has no way to write."""


def render(document: Document, view: View) -> str:  # noqa: ARG001 - every format is called alike
    """The review as JUnit XML."""
    failures = len(document.findings)
    cases = [_case(finding) for finding in document.findings] or ['  <testcase classname="archwright" name="review"/>']
    head = f'<testsuite name="archwright" tests="{max(failures, 1)}" failures="{failures}" errors="0" skipped="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>"])


def _case(finding: Finding) -> str:
    from xml.sax.saxutils import (
        escape,  # brings the standard library's clients of HTTP and mail, which cost more than the rest
    )

    place = f"{finding.path}:{finding.line}:{finding.column}"
    trace = "".join(f"\n{step.path}:{step.line}: {step.note}" for step in finding.trace)
    body = f"{place}\n{finding.message}\n{finding.why}\nFix: {finding.fix}{trace}"
    return (
        f"  <testcase classname={_attribute(finding.rule)} name={_attribute(place)} file={_attribute(finding.path)}>\n"
        f"    <failure type={_attribute(str(finding.impact))} message={_attribute(finding.message)}>"
        f"{escape(_allowed(body))}</failure>\n"
        "  </testcase>"
    )


def _attribute(text: str) -> str:
    from xml.sax.saxutils import quoteattr

    return quoteattr(_allowed(text))


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
