"""A survey, and the drift from a blueprint, as a few lines for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archwright.model.blueprint import Blueprint
from archwright.model.compare import Drift, DriftKind
from archwright.report.survey.figures import counted, figures, said_of_busiest
from archwright.report.terminal import Terminal, visible

_STYLES = {DriftKind.MISSING: "red", DriftKind.EXTRA: "yellow", DriftKind.DIFFERENT: "cyan"}


def render_survey(blueprint: Blueprint, terminal: Terminal, next_steps: Sequence[str] = ()) -> str:
    """The answer in one line, the busiest entity, and where to go on."""
    dot = terminal.sign(" · ", ", ")
    lines = [dot.join(_answer(blueprint))]
    found = figures(blueprint)
    if found.busiest:
        label = terminal.paint("busiest entity", "dim")
        lines.append(f"{label}  {visible(found.busiest)}: {said_of_busiest(found)}")
    if found.apart:
        label = terminal.paint("not together  ", "dim")
        lines.append(f"{label}  {counted(found.apart, 'operation')} with several writes outside of one transaction")
    if found.open_endpoints:
        label = terminal.paint("open endpoints", "dim")
        lines.append(f"{label}  nothing was found that asks who calls; the code behind them may still do so")
    if next_steps:
        arrow = terminal.sign("→", "->")
        lines.append(f"{arrow} {dot.join(visible(step) for step in next_steps)}")
    return "\n".join(lines) + "\n"


def _answer(blueprint: Blueprint) -> list[str]:
    found = figures(blueprint)
    known = list(blueprint.system.facts.frameworks)
    known += [
        process.technology for process in blueprint.physical.processes if process.kind not in ("service", "command")
    ]
    unguarded = f" ({found.open_endpoints} without authentication)" if found.open_endpoints else ""
    parts = [
        ", ".join(dict.fromkeys(known)) or "Python",
        counted(found.entities, "entity", "entities"),
        counted(found.endpoints, "endpoint") + unguarded,
    ]
    for number, word in (
        (found.graphql, "GraphQL field"),
        (found.tasks, "task"),
        (found.commands, "command"),
        (found.peers, "external service"),
    ):
        if number:
            parts.append(counted(number, word))
    return [visible(part) for part in parts]


def render_drift(drift: Iterable[Drift], terminal: Terminal, word: str = "blueprint") -> str:
    """One line a departure, the kinds counted first; word: what the code was compared with."""
    listed = list(drift)
    if not listed:
        return f"no drift: the code is as the {word} says\n"
    counts = [f"{sum(each.kind is kind for each in listed)} {kind}" for kind in DriftKind]
    lines = [f"{counted(len(listed), 'departure')} from the {word}: {', '.join(counts)}"]
    for each in listed:
        detail = f"  {each.detail}" if each.detail else ""
        place = f"  {each.place}" if each.place is not None else ""
        kind = terminal.paint(f"{each.kind:<9}", _STYLES[each.kind])
        lines.append(f"  {kind} {each.subject:<9} {visible(each.name + detail)}{terminal.paint(visible(place), 'dim')}")
    return "\n".join(lines) + "\n"
