"""HTML: one file without scripts and without anything from elsewhere, to be read by a person."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from archwright.model.finding import Finding
from archwright.report.findings.document import Document, View, tally
from archwright.report.findings.text import aside, reviewed
from archwright.report.lines import lines_of
from archwright.report.terminal import visible

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: 0 0 .3rem; }
section { border-top: 1px solid var(--line); padding: 1.2rem 0; }
pre { background: var(--soft); padding: .6rem .8rem; overflow-x: auto; border-radius: 4px; }
code, pre { font: 13px/1.45 ui-monospace, monospace; } mark { background: #f552; color: inherit; }
.impact { font-weight: 700; text-transform: uppercase; font-size: .8rem; padding: .1rem .4rem; border-radius: 3px; }
.critical { background: #b00020; color: #fff; } .high { background: #c75000; color: #fff; }
.medium { background: #b58900; color: #fff; } .low { background: #5a7a8c; color: #fff; }
.soft { opacity: .75; } dt { font-weight: 600; float: left; width: 4rem; } dd { margin: 0 0 .3rem 4.5rem; }
""".strip()
_CONTEXT = 3


def render(document: Document, view: View) -> str:
    """The review as a page."""
    return "\n".join(_lines(document, view))


def _lines(document: Document, view: View) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8"><title>archwright review</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<style>{_STYLE}</style></head><body>"
    yield f"<h1>{_text(tally(document.findings))}</h1>"
    yield f'<p class="soft">{_text(" · ".join([reviewed(document.figures, None), *aside(document.figures)]))}</p>'
    for finding in document.findings:
        yield from _finding(finding, view)
    if document.notes:
        yield "<section><h2>Notes</h2><ul>"
        for note in document.notes:
            place = f"<code>{_text(note.path)}{f':{note.line}' if note.line else ''}</code> " if note.path else ""
            yield f"<li>{place}{_text(note.message)}</li>"
        yield "</ul></section>"
    yield "</body></html>"


def _finding(finding: Finding, view: View) -> Iterator[str]:
    yield f'<section id="{_text(finding.fingerprint)}">'
    yield f'<h2><span class="impact {finding.impact}">{finding.impact}</span> {_text(finding.rule)}</h2>'
    inside = f" in {_text(finding.function)}" if finding.function else ""
    yield f"<p><code>{_text(finding.path)}:{finding.line}:{finding.column}</code>{inside}"
    if finding.operations:
        yield f'<br><span class="soft">reached by {_text(", ".join(finding.operations))}</span>'
    yield "</p>"
    if shown := _code(view.source(finding.path) or "", finding.line, finding.end_line):
        yield f"<pre>{shown}</pre>"
    yield f"<p>{_text(finding.message)}</p><dl>"
    yield f"<dt>why</dt><dd>{_text(finding.why)}</dd>"
    if len(finding.trace) > 1:
        steps = "".join(
            f"<li><code>{_text(step.path)}:{step.line}</code> {_text(step.note)}</li>" for step in finding.trace
        )
        yield f"<dt>trace</dt><dd><ol>{steps}</ol></dd>"
    yield f"<dt>fix</dt><dd>{_text(finding.fix)}</dd></dl>"
    yield "</section>"


def _code(text: str, line: int, end_line: int) -> str:
    lines = lines_of(text)
    if not 1 <= line <= len(lines):
        return ""
    shown = []
    for number in range(max(line - _CONTEXT, 1), min(end_line + _CONTEXT, len(lines)) + 1):
        row = f"{number:>5}  {_text(visible(lines[number - 1]).expandtabs(4))}"
        shown.append(f"<mark>{row}</mark>" if line <= number <= end_line else row)
    return "\n".join(shown)


def _text(text: str) -> str:
    return escape(visible(text))
