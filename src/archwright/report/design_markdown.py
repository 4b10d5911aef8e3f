"""DESIGN.md: a blueprint for people. The first line answers; every claim below can be followed to its numbers and sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archwright.model.blueprint import Blueprint
from archwright.model.decision import Decision
from archwright.report.design_answer import answer, grouped, opens, summary
from archwright.report.design_tables import api, data, load, sizes
from archwright.report.markdown_table import literal, table, text
from archwright.report.mermaid import entity_diagram, process_diagram


def render_design(blueprint: Blueprint) -> str:
    """The whole document, with a final newline. Equal blueprints give equal bytes."""
    return "\n".join(_lines(blueprint)).rstrip("\n") + "\n"


def _lines(blueprint: Blueprint) -> Iterator[str]:
    system = blueprint.system
    yield f"# {text(system.name)}: {text(answer(blueprint))}"
    yield ""
    if system.description:
        yield text(system.description)
        yield ""
    yield from table(
        ("", "choice", "why"),
        ((f"**{line.label}**", text(line.choice), text(line.reason)) for line in summary(blueprint)),
    )
    yield ""
    yield "```mermaid"
    yield process_diagram(system, blueprint.physical)
    yield "```"
    yield from _open(blueprint)
    yield from _section("Decisions", _index(blueprint))
    yield from _section("Data", data(blueprint), "```mermaid", entity_diagram(blueprint.physical), "```", "")
    yield from _section("API", api(blueprint))
    yield from _section("Load", load(blueprint))
    yield from _section("Capacity", sizes(blueprint))
    yield ""
    yield "## Reasons"
    for title, decisions in grouped(blueprint):
        yield ""
        yield f"### {title}"
        for decision in decisions:
            yield from _decision(decision)


def _section(title: str, lines: Iterator[str], *before: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from before
    yield from lines


def _open(blueprint: Blueprint) -> Iterator[str]:
    yield ""
    yield "## Open"
    yield ""
    found = opens(blueprint)
    if not found:
        yield "Nothing: every number that a decision rests on was given."
        return
    yield "What is in doubt or not said. A default stands in for what is unknown, and these decisions may change:"
    yield ""
    yield from table(
        ("open", "decisions that depend on it"),
        ((text(item.what), ", ".join(_link(name) for name in item.decisions) or "none yet") for item in found),
    )


def _index(blueprint: Blueprint) -> Iterator[str]:
    for number, (title, decisions) in enumerate(grouped(blueprint)):
        yield from ([""] if number else [])
        yield f"### {title}"
        yield ""
        yield from table(
            ("decision", "choice", "because"), ((_link(d.id), text(d.choice), text(d.because)) for d in decisions)
        )


def _decision(decision: Decision) -> Iterator[str]:
    yield ""
    yield f'<a id="{_anchor(decision.id)}"></a>'
    yield ""
    yield f"#### {text(decision.title)}"
    yield ""
    yield f"**{text(decision.choice)}** ({literal(decision.id)})"
    yield ""
    yield text(decision.because)
    facts = (("Formula", decision.formula), ("Threshold", decision.threshold), ("Source", decision.source))
    if any(value for _, value in facts):
        yield ""
        yield from (f"- {name}: {text(value)}" for name, value in facts if value)
    if decision.evidence:
        yield ""
        yield from table(
            ("number", "value", "where from"),
            ((text(e.name), text(e.value), text(e.source)) for e in decision.evidence),
        )
    if decision.alternatives:
        yield ""
        yield "Not chosen:"
        yield ""
        yield from (f"- {text(other.name)}: {text(other.because)}" for other in decision.alternatives)
    if decision.flips:
        yield ""
        yield "Would change:"
        yield ""
        yield from (f"- {text(flip.input)} {text(flip.at)}: {text(flip.to)}" for flip in decision.flips)
    if decision.questions:
        yield ""
        yield from (f"- Asked: {text(question)}" for question in decision.questions)
    if decision.depends_on_unknown:
        yield ""
        yield f"Depends on what is [open](#open): {'; '.join(text(path) for path in decision.depends_on_unknown)}"


def _link(name: str) -> str:
    return f"[{text(name)}](#{_anchor(name)})"


def _anchor(name: str) -> str:
    return "decision-" + re.sub(r"[^A-Za-z0-9_-]+", "-", name)
