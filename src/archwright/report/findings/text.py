"""Text for people: what was read, each finding with its code, and where to go on."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.finding import Finding, TraceStep
from archwright.report.findings.document import Document, Figures, View, counted, tally
from archwright.report.findings.frame import frame
from archwright.report.terminal import Terminal, visible, wrap

_LABEL = 8
"""Columns of the labels `why`, `trace`, `fix`."""
_OPERATIONS = 3


def render(document: Document, view: View) -> str:
    """The whole report, without a final newline."""
    return "\n".join(_lines(document, view))


def reviewed(figures: Figures, seconds: float | None) -> str:
    """`Python, Django templates · Django · 212 files, 263,216 lines, 90 templates in 5.1 s · not reviewed: 41 TypeScript`."""
    parts = [", ".join(part) for part in (figures.languages, figures.frameworks) if part]
    size = f"{counted(figures.files, 'file')}, {counted(figures.lines, 'line')}"
    if figures.templates:
        size += f", {counted(figures.templates, 'template')}"
    parts.append(size + (f" in {seconds:.1f} s" if seconds is not None else ""))
    if left := not_reviewed(figures):
        parts.append(left)
    return " · ".join(parts)


def not_reviewed(figures: Figures) -> str:
    """`not reviewed: 41 TypeScript, 3 SQL`; empty if everything was."""
    parts = ", ".join(f"{part.files:,} {part.what}" for part in figures.not_reviewed if part.files)
    return f"not reviewed: {parts}" if parts else ""


def _lines(document: Document, view: View) -> Iterator[str]:
    figures, terminal = document.figures, view.terminal
    if not document.findings:
        yield _plain_signs(_nothing(figures, view.seconds), terminal)
        yield from _rest(figures, terminal)
        return
    yield _plain_signs(visible(reviewed(figures, view.seconds)), terminal)
    for finding in document.findings:
        yield ""
        yield from _finding(finding, view)
    yield ""
    yield _plain_signs(_summary(document), terminal)
    hint = f"archwright explain {document.findings[0].rule} · archwright review --format html -o review.html"
    yield terminal.paint(_plain_signs(hint, terminal), "dim")


def _finding(finding: Finding, view: View) -> Iterator[str]:
    terminal = view.terminal
    where = ", ".join(finding.operations[:_OPERATIONS])
    if len(finding.operations) > _OPERATIONS:
        where += f" and {len(finding.operations) - _OPERATIONS} more"
    severity = terminal.paint(finding.impact.upper(), str(finding.impact)) + " " * (9 - len(finding.impact))
    yield f"{severity} {terminal.paint(finding.rule, 'bold')}  {visible(where)}".rstrip()
    inside = f"  in {finding.function}" if finding.function else ""
    place = f"{visible(finding.path)}:{finding.line}:{finding.column}"
    yield f"  {terminal.paint(place, 'cyan')}{terminal.paint(visible(inside), 'dim')}"
    yield from frame(view.source(finding.path) or "", finding.line, finding.column, finding.end_line, terminal)
    yield from ("  " + line for line in wrap(visible(finding.message), terminal.width - 2))
    yield from _labelled("why", wrap(visible(finding.why), terminal.width - _LABEL - 2), terminal)
    if len(finding.trace) > 1:
        yield from _labelled("trace", _trace(finding.trace), terminal)
    yield from _labelled("fix", wrap(visible(finding.fix), terminal.width - _LABEL - 2), terminal)
    if finding.confidence != "high":
        yield from _labelled("note", [f"{finding.confidence} confidence"], terminal)


def _trace(trace: tuple[TraceStep, ...]) -> list[str]:
    places = [f"{visible(step.path)}:{step.line}" for step in trace]
    width = min(max(len(place) for place in places), 60)
    return [f"{place.ljust(width)}  {visible(step.note)}" for place, step in zip(places, trace, strict=True)]


def _labelled(label: str, lines: list[str], terminal: Terminal) -> Iterator[str]:
    for index, line in enumerate(lines):
        head = terminal.paint(label.ljust(_LABEL), "dim") if index == 0 else " " * _LABEL
        yield f"  {head}{line}"


def _nothing(figures: Figures, seconds: float | None) -> str:
    time = f", {seconds:.1f} s" if seconds is not None else ""
    read = counted(figures.lines, "line")
    if figures.templates:
        read += f" and {counted(figures.templates, 'template')}"
    line = f"No findings in {read} ({counted(figures.rules, 'rule')}{time})."
    left = not_reviewed(figures)
    return f"{line} {left[0].upper()}{left[1:]}." if left else line


def _rest(figures: Figures, terminal: Terminal) -> Iterator[str]:
    parts = aside(figures)
    if parts:
        yield _plain_signs(" · ".join(parts), terminal)


def _summary(document: Document) -> str:
    return " · ".join([tally(document.findings), *aside(document.figures)])


def aside(figures: Figures) -> list[str]:
    """What was found and is not shown, in a few words each."""
    parts = []
    if figures.low_confidence:
        parts.append(f"{figures.low_confidence:,} more that are less sure (--all)")
    if figures.suppressed:
        parts.append(f"{figures.suppressed:,} suppressed")
    if figures.left_to_ruff:
        parts.append(f"{figures.left_to_ruff:,} left to ruff")
    if figures.baseline:
        parts.append(f"{figures.baseline:,} in the baseline")
    if figures.older:
        change = figures.since if ".." in figures.since else f"since {figures.since}"
        parts.append(f"{figures.older:,} not of the change {visible(change)}")
    if figures.not_run:
        parts.append(f"not run: {', '.join(figures.not_run)}")
    return parts


def _plain_signs(text: str, terminal: Terminal) -> str:
    return text if terminal.unicode else text.replace("·", "-")
