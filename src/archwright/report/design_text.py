"""A design on the terminal: the answer first, then what decided it, what would change it, and the next step."""

from __future__ import annotations

from collections.abc import Iterator

from archwright.model.blueprint import Blueprint
from archwright.model.decision import Decision
from archwright.report.design_answer import Line, answer, summary
from archwright.report.terminal import Terminal, visible, width_of, wrap

_WIDEST_LABEL = 13
_SHORT = 20
"""Columns of a choice that has its reason beside it."""


def render_summary(
    blueprint: Blueprint, terminal: Terminal, written: str = "", next_steps: tuple[str, ...] = ()
) -> str:
    """The summary of a design; `written` is the file that holds the whole, `next_steps` are commands to show."""
    return "\n".join(_lines(blueprint, terminal, written, next_steps)) + "\n"


def _lines(blueprint: Blueprint, terminal: Terminal, written: str, next_steps: tuple[str, ...]) -> Iterator[str]:
    head = f"{visible(blueprint.system.name)}: {answer(blueprint)}"
    count = f"{len(blueprint.decisions)} decisions" + (
        f" {terminal.sign('→', '->')} {visible(written)}" if written else ""
    )
    gap = terminal.width - width_of(head) - width_of(count)
    yield terminal.paint(head, "bold") + (" " * gap + count if gap >= 2 else "")
    if gap < 2:
        yield f"  {count}"
    yield ""
    for line in summary(blueprint):
        yield from _entry(line, terminal)
    if next_steps:
        yield ""
        yield "  " + f" {terminal.sign('·', '|')} ".join(next_steps)


def _entry(line: Line, terminal: Terminal) -> Iterator[str]:
    """The label, then choice and reason side by side where the choice is short, else one under the other."""
    label = f"  {line.label:<{_WIDEST_LABEL}} "
    indent = " " * len(label)
    room = terminal.width - len(label)
    choice, reason = visible(line.choice), visible(line.reason)
    if reason and width_of(choice) <= _SHORT:
        beside = wrap(reason, room - _SHORT - 2)
        yield terminal.paint(label, "cyan") + choice + " " * (_SHORT + 2 - width_of(choice)) + beside[0]
        yield from (indent + " " * (_SHORT + 2) + text for text in beside[1:])
        return
    for number, text in enumerate(wrap(choice, room)):
        yield (terminal.paint(label, "cyan") if number == 0 else indent) + text
    if reason:
        yield from (indent + terminal.paint(text, "dim") for text in wrap(reason, room))


def render_difference(changes: tuple[tuple[Decision | None, Decision | None], ...], terminal: Terminal) -> str:
    """Decisions that changed, as pairs of before and after; None where one was not made."""
    if not changes:
        return "No decision changes.\n"
    arrow = terminal.sign("→", "->")
    lines = [f"{len(changes)} decision{'s change' if len(changes) != 1 else ' changes'}", ""]
    for before, after in changes:
        shown = after or before
        assert shown is not None
        old = visible(before.choice) if before is not None else "(not made)"
        new = visible(after.choice) if after is not None else "(not needed)"
        lines.append("  " + terminal.paint(visible(shown.id), "cyan"))
        lines += [f"    {text}" for text in wrap(f"{old} {arrow} {new}" if old != new else new, terminal.width - 4)]
        if after is not None:
            lines += [f"    {terminal.paint(text, 'dim')}" for text in wrap(visible(after.because), terminal.width - 4)]
    return "\n".join(lines) + "\n"
