"""Tables in Markdown, whose cells can hold any text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archwright.report.findings.markdown import code, escaped


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table. Cells are Markdown already; see `text` and `literal`."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return lines


def text(value: str) -> str:
    """A text as a cell or a paragraph shows it, on one line."""
    return escaped(" ".join(value.split()))


def literal(value: str) -> str:
    """A text as inline code in a cell; a bar, which would end the cell even there, is escaped."""
    return code(" ".join(value.split())).replace("|", "\\|") if value.strip() else ""
