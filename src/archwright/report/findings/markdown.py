"""Markdown, for a comment on a pull request or a job summary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.finding import Finding
from archwright.report.findings.document import Document, View, tally
from archwright.report.findings.text import aside, not_reviewed, reviewed
from archwright.report.lines import indent_of, lines_of
from archwright.report.terminal import visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&@!])")
"""What Markdown or the host would read: marks, HTML, mentions."""


def render(document: Document, view: View) -> str:
    """A heading with the tally, then a section a finding."""
    return "\n".join(_lines(document, view))


def _lines(document: Document, view: View) -> Iterator[str]:
    yield f"## archwright: {tally(document.findings)}"
    yield ""
    yield escaped(" · ".join([reviewed(document.figures, None), *aside(document.figures)]))
    for finding in document.findings:
        yield from _finding(finding, view)
    if not document.findings and not_reviewed(document.figures):
        yield ""
        yield "What was not reviewed may hold findings."


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", visible(text))


def code(text: str) -> str:
    """Text as inline code, whatever backticks it holds."""
    text = visible(text)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"


def _finding(finding: Finding, view: View) -> Iterator[str]:
    yield ""
    yield f"### {finding.impact.upper()} {code(finding.rule)} {code(f'{finding.path}:{finding.line}')}"
    yield ""
    if finding.operations:
        yield "Reached by " + ", ".join(code(operation) for operation in finding.operations) + "."
        yield ""
    if text := _excerpt(finding, view):
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
        yield f"{fence}python"
        yield text
        yield fence
        yield ""
    yield f"{escaped(finding.message)} {escaped(finding.why)}"
    yield ""
    yield f"**Fix:** {escaped(finding.fix)}"
    if len(finding.trace) > 1:
        yield ""
        yield "<details><summary>Trace</summary>"
        yield ""
        for number, step in enumerate(finding.trace, 1):
            yield f"{number}. {code(f'{step.path}:{step.line}')} {escaped(step.note)}"
        yield ""
        yield "</details>"


def _excerpt(finding: Finding, view: View) -> str:
    lines = lines_of(view.source(finding.path) or "")[finding.line - 1 : finding.end_line][:8]
    shown = [visible(line).expandtabs(4) for line in lines]
    indent = min((indent_of(line) for line in shown if line.strip()), default=0)
    return "\n".join(line[indent:] for line in shown)
