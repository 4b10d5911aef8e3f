"""The answer a design gives, in one line and a few more: what will run, what was decided, what is open."""

from __future__ import annotations

from archwright.model.base import Model
from archwright.model.blueprint import Blueprint
from archwright.model.decision import Decision, Flip

SHOWN = ("style", "index", "search", "window", "cache", "events", "contention", "availability")
"""The kinds of decision that the summary shows, in its order."""
_INDEXES = 2
_FLIPS = 3


GROUPS = (
    (
        "System",
        ("style", "store", "capacity", "pool", "cache", "http-cache", "events", "call", "availability", "durability"),
    ),
    (
        "Data",
        (
            "naming",
            "key",
            "type",
            "reference",
            "pairs",
            "unique",
            "check",
            "rule",
            "index",
            "search",
            "window",
            "storage",
        ),
    ),
    ("Writes", ("write", "transaction", "contention", "idempotency")),
    ("API", ("route", "page", "response", "problems", "identity", "access")),
)
"""The kinds of decision as a reader looks for them; a kind that stands nowhere comes last."""


class Line(Model, frozen=True, kw_only=True):
    """One line of the summary: a label, the choice, the reason."""

    label: str
    choice: str
    reason: str = ""


class Open(Model, frozen=True, kw_only=True):
    """What is not known or is in doubt, and the decisions that depend on it."""

    what: str
    decisions: tuple[str, ...]


def kind(decision: Decision) -> str:
    """The part of a decision's id before the first slash."""
    return decision.id.partition("/")[0]


def of_kind(blueprint: Blueprint, wanted: str) -> tuple[Decision, ...]:
    """The decisions of one kind, in order."""
    return tuple(decision for decision in blueprint.decisions if kind(decision) == wanted)


def grouped(blueprint: Blueprint) -> tuple[tuple[str, tuple[Decision, ...]], ...]:
    """The decisions under the headings of GROUPS, each in the order of its kinds."""
    found = [(title, tuple(d for wanted in kinds for d in of_kind(blueprint, wanted))) for title, kinds in GROUPS]
    listed = {decision.id for _, decisions in found for decision in decisions}
    found.append(("Other", tuple(d for d in blueprint.decisions if d.id not in listed)))
    return tuple((title, decisions) for title, decisions in found if decisions)


def answer(blueprint: Blueprint) -> str:
    """What will run, in one line: `one service, one PostgreSQL with a standby, no broker, no cache`."""
    processes = blueprint.physical.processes
    services = sum(process.kind == "service" for process in processes)
    stores = [process for process in processes if process.kind == "database"]
    workers = sum(process.kind == "worker" for process in processes)
    parts = [_counted(services, "service")]
    if stores:
        parts.append("one PostgreSQL" + (" with a standby" if len(stores) > 1 else ""))
    if workers:
        parts.append(_counted(workers, "worker"))
    broker = any("broker" in decision.choice for decision in of_kind(blueprint, "events"))
    parts.append("a broker" if broker else "no broker")
    cache = next((decision.choice for decision in of_kind(blueprint, "cache")), "none")
    parts.append("no cache" if cache == "none" else "a shared cache")
    return ", ".join(parts)


def summary(blueprint: Blueprint) -> tuple[Line, ...]:
    """The decisions a reader asks for first, then the flip points, then what is open."""
    lines: list[Line] = []
    for wanted in SHOWN:
        found = of_kind(blueprint, wanted)
        if wanted == "index":
            found = tuple(d for d in found if "read instead of" in d.because)[:_INDEXES]
        if wanted == "availability":
            found = tuple(d for d in found if "promise" in d.choice or "out of reach" in d.choice)
        lines += [Line(label=wanted, choice=decision.choice, reason=decision.because) for decision in found]
    flips = flip_points(blueprint)[:_FLIPS]
    if flips:
        lines.append(Line(label="flips", choice=" · ".join(flips)))
    unknown = opens(blueprint)
    if unknown:
        count = len(unknown[0].decisions)
        depend = f"{count} decision{'s' if count != 1 else ''} depend{'s' if count == 1 else ''} on it"
        more = f", and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        lines.append(Line(label="open", choice=unknown[0].what, reason=f"{depend}{more} (see DESIGN.md#open)"))
    return tuple(lines)


def flip_points(blueprint: Blueprint) -> tuple[str, ...]:
    """The flip points that are a factor of today's load, the nearest to today first."""
    found: list[tuple[float, str]] = []
    for decision in blueprint.decisions:
        for flip in decision.flips:
            factor = _factor(flip)
            if factor is not None:
                found.append((factor, f"{flip.to} at {factor:g}x {flip.input}"))
    return tuple(text for _, text in sorted(found, key=lambda item: item[0]))


def opens(blueprint: Blueprint) -> tuple[Open, ...]:
    """The questions of the decisions, then everything unknown: what most decisions depend on comes first."""
    waiting: dict[str, list[str]] = {path: [] for path in blueprint.system.unknown}
    asked: list[Open] = []
    for decision in blueprint.decisions:
        asked += [Open(what=question, decisions=(decision.id,)) for question in decision.questions]
        for path in decision.depends_on_unknown:
            waiting.setdefault(path, []).append(decision.id)
    ordered = sorted(waiting.items(), key=lambda item: -len(item[1]))
    return (*asked, *(Open(what=f"{what} is unknown", decisions=tuple(decisions)) for what, decisions in ordered))


def _factor(flip: Flip) -> float | None:
    number, _, rest = flip.at.partition(" times today's")
    try:
        return float(number.replace(",", "")) if rest == "" and number != flip.at else None
    except ValueError:
        return None


def _counted(number: int, noun: str) -> str:
    words = ("no", "one", "two", "three", "four", "five")
    return f"{words[number] if number < len(words) else number} {noun}{'s' if number != 1 else ''}"
