"""The manual of all kinds of decision, made from the documentation in their files; `docs/design.md` is its text."""

from __future__ import annotations

from archwright.design.assumption import Assumption
from archwright.design.pipeline import catalogue

_HEAD = """\
# Design: the decisions and their reasons

This page is made from the files in `src/archwright/design/`; a test keeps it in step. To refresh it:

    python -c "from archwright.design.manual import manual; print(manual(), end='')" > docs/design.md

`archwright design BRIEF -o DIR` turns a brief into a blueprint: tables, indexes, routes, processes, and for each choice a
decision with its inputs, formula, threshold, source, alternatives and flip points. A number is *given* (with its place in the
brief), *derived* (with its formula) or a *default* (listed at the end). The same brief gives the same bytes. What was not given
and matters is listed under "Open" in DESIGN.md, with the decisions that depend on it. "Rules" with numbers are those of the
design method this follows; their sources are named beside them.
"""


def manual() -> str:
    """The whole page, with a final newline."""
    parts = [_HEAD]
    for kind, title, documentation in catalogue():
        parts.append(f"## `{kind}`: {title}\n\n{documentation.strip()}\n")
    parts.append("## Defaults\n\nWhat stands in for numbers that nobody gave or measured.\n")
    rows = [f"| {name} | {value.shown} | {value.because} |" for name, value in _assumptions()]
    parts.append("\n".join(("| name | default | because |", "| --- | --- | --- |", *rows)) + "\n")
    return "\n".join(parts)


def _assumptions() -> list[tuple[str, Assumption]]:
    from archwright.design import assumption

    found = [(name, value) for name, value in vars(assumption).items() if isinstance(value, Assumption)]
    return [(name.lower().replace("_", " "), value) for name, value in found]
