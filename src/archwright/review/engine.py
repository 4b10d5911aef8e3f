"""Runs rules on a program: one dispatch by kind of effect, one finding a cause, a stable order.

A finding's fingerprint has two halves: of the file's path, and of the rule, the function and the code's own text. So it
survives moved lines, and its second half a moved file. Equal code in one function is told apart by its order.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec

from archwright.model.base import Model, Place
from archwright.model.effect import Effect, Store
from archwright.model.finding import Confidence, Finding, Remedy, TraceStep
from archwright.model.which import Which
from archwright.report.lines import lines_of
from archwright.review.edits import edits_of
from archwright.review.endpoint import EffectsOf, Endpoint, Siblings
from archwright.review.excerpt import end_of, normalised
from archwright.review.needs import needs_of
from archwright.review.owned import given_up
from archwright.review.program import Program
from archwright.review.reaching import Reached
from archwright.review.rule import Reaching, Rule, Ungiven, Verdict
from archwright.review.stored import Stored

Left = Callable[[str, tuple[str, ...]], bool]
"""Whether one of these rules of ruff reports a file's code: then ruff tells of it, not we."""

Render = Callable[[Remedy], str | None]
"""A remedy in the words of the project's libraries; None where none of them knows it."""

PATH_DIGITS = 6
"""Of the 16 hexadecimal digits of a fingerprint, those that stand for the path."""

_ALSO = 12
"""Further places of one cause that a trace names."""


class Fault(Model, frozen=True, kw_only=True):
    """A rule that failed on an effect: a defect of the rule, not of the code under review."""

    rule: str
    place: Place
    error: str


class Review(Model, frozen=True, kw_only=True):
    """What the rules found, of every confidence, the gravest first."""

    findings: tuple[Finding, ...]
    faults: tuple[Fault, ...] = ()
    left: int = 0
    """Places that were left to ruff."""


def wanted(rules: Iterable[Rule]) -> frozenset[type[Effect]]:
    """The kinds of effect that the rules judge: what a program must be asked for."""
    return frozenset(only(rules))


def only(rules: Iterable[Rule]) -> dict[type[Effect], Which]:
    """Which effects of each kind the rules judge, or ask for of an endpoint."""
    asked: dict[type[Effect], Which] = {}
    for rule in rules:
        needs = needs_of(rule)
        for kind, which in (
            *((kind, rule.which) for kind in needs.kinds),
            *((kind, Which.SERVED) for kind in needs.reads),
            *(((Store, Which.SENT),) if "stored" in needs.facts else ()),
        ):
            asked[kind] = asked.get(kind, which) | which
    return asked


def review(
    program: Program,
    rules: Iterable[Rule],
    render: Render | None = None,
    *,
    left: Left | None = None,
    below: str = "",
    doubtful: bool = True,
) -> Review:
    """Judge every effect of the program by every rule that asks for its kind, and every endpoint by those that ask for endpoints.

    doubtful: findings of low confidence are wanted too; else they get no edits, for which their files would have to be parsed.
    left: which files' code is ruff's to judge by some rules. below: the directory that the program's paths start from, as seen from the top of the repository: fingerprints are of
    paths from there, the same from whatever directory a review is called.
    """
    dispatch: dict[type[Effect], list[tuple[Rule, tuple[str, ...]]]] = defaultdict(list)
    judging: list[tuple[Rule, tuple[str, ...]]] = []
    for rule in rules:
        needs = needs_of(rule)
        for kind in needs.kinds:
            dispatch[kind].append((rule, needs.facts))
        if needs.endpoints:
            judging.append((rule, needs.facts))
    reaching = Reached(program)
    facts: dict[str, Any] = {
        "program": program,
        "reaching": reaching,
        "ungiven": _ungiven(program),
        "stored": Stored(program, reaching),
    }
    if any("entities" in needs_of(rule).facts for rule in rules):
        facts["entities"] = program.entities
    if any("exemptions" in needs_of(rule).facts for rule in rules):
        facts["exemptions"] = program.exemptions
    if judging:
        facts |= {
            "siblings": Siblings(program.endpoints),
            "endpoints": program.endpoints,
            "effects": _effects_of(program),
        }
    causes: dict[tuple[str, str], list[_Judged]] = defaultdict(list)
    faults: list[Fault] = []
    elsewhere: set[tuple[str, Place]] = set()
    subjects: Iterator[tuple[Effect | Endpoint, Sequence[tuple[Rule, tuple[str, ...]]]]] = chain(
        ((effect, dispatch.get(type(effect), ())) for effect in program.effects),
        ((endpoint, judging) for endpoint in (program.endpoints if judging else ())),
    )
    for subject, chosen in subjects:
        for rule, asked in chosen:
            try:
                for verdict in rule.check(subject, **{name: facts[name] for name in asked}):
                    judged = _Judged(rule=rule, subject=subject, verdict=verdict)
                    if verdict.twins and left is not None and left(judged.place.path, verdict.twins):
                        elsewhere.add((rule.name, judged.place))
                        continue
                    causes[rule.name, verdict.cause or str(judged.place)].append(judged)
            except Exception as error:  # noqa: BLE001 - one broken rule must not hide what the others found
                message = f"{type(error).__name__}: {error}"
                faults.append(Fault(rule=rule.name, place=subject.place, error=message))
    found = [judged for group in causes.values() for judged in group]
    elsewhere_told = given_up(((judged.rule, judged.place, judged.verdict) for judged in found), program)
    groups = ([j for j in group if (j.rule.name, j.place) not in elsewhere_told] for group in causes.values())
    findings = [_finding(program, group, reaching, render, doubtful=doubtful) for group in groups if group]
    return Review(
        findings=_ordered(_fingerprinted(program, findings, below)), faults=tuple(faults), left=len(elsewhere)
    )


def function_of(unit: str, path: str) -> str:
    """The name of a unit inside its file, `Class.method`; empty for the module's own body. A template's module is its path."""
    if unit == path or unit.startswith(f"{path}."):
        return unit[len(path) + 1 :]
    module = path.removesuffix(".py").removesuffix("/__init__").split("/")
    parts = unit.split(".")
    for start in range(len(module)):
        tail = module[start:]
        if parts[: len(tail)] == tail:
            return ".".join(parts[len(tail) :])
    return unit


def _ungiven(program: Program) -> Ungiven:
    """The unit under which an effect was found, where nothing in the program gives its arguments."""

    def ungiven(effect: Effect) -> str | None:
        unit = program.unit_at(effect.context.calls[0] if effect.context.calls else effect.place)
        return unit if unit is not None and program.uncalled(unit) else None

    return ungiven


def _effects_of(program: Program) -> EffectsOf:
    """The effects of each unit, with those that its calls have because of what it gives them."""
    by_unit: dict[str, list[Effect]] = {}

    def effects(endpoint: Endpoint) -> Sequence[Effect]:
        if not by_unit:
            for effect in program.effects:
                unit = program.unit_at(effect.context.calls[0] if effect.context.calls else effect.place)
                by_unit.setdefault(unit or "", []).append(effect)
        return by_unit.get(endpoint.unit, ())

    return effects


class _Judged(Model, frozen=True, kw_only=True):
    """A verdict with what it was passed on."""

    rule: Rule
    subject: Effect | Endpoint
    verdict: Verdict

    @property
    def place(self) -> Place:
        return self.verdict.place or self.subject.place

    @property
    def order(self) -> tuple[bool, int, int, Place, int, str]:
        """The one that speaks for its cause comes first: no doubtful one, grave, sure, early in the code, with a short trace."""
        verdict = self.verdict
        doubtful = verdict.confidence is Confidence.LOW
        return (doubtful, verdict.impact.rank, verdict.confidence.rank, self.place, len(verdict.trace), verdict.message)


def _finding(
    program: Program, group: list[_Judged], reaching: Reaching, render: Render | None, *, doubtful: bool
) -> Finding:
    """One finding for all verdicts of a cause."""
    group = sorted(group, key=lambda judged: judged.order)
    first = group[0]
    verdict, place = first.rule.joined([judged.verdict for judged in group]), first.place
    holder = first.subject.unit if verdict.place is None else program.unit_at(place) or first.subject.unit
    rendered = render(verdict.remedy) if render is not None and verdict.remedy is not None else None
    line = max(place.line, 1)
    lines = lines_of(program.source(place.path) or "")
    starts = {judged.verdict.start or judged.place for judged in group}
    mended = verdict.remedy if doubtful or verdict.confidence is not Confidence.LOW else None
    return Finding(
        rule=first.rule.name,
        path=place.path,
        line=line,
        column=max(place.column, 1),
        end_line=end_of(lines, line, place.column),
        function=function_of(verdict.unit or holder, place.path),
        operations=tuple(sorted({name for start in starts for name in reaching(start)})),
        message=verdict.message,
        why=verdict.why,
        fix=f"{verdict.fix.removesuffix('.')}: {rendered}" if rendered else verdict.fix,
        impact=verdict.impact,
        confidence=verdict.confidence,
        edits=edits_of(mended, place, "\n".join([*lines, ""])) if mended is not None else (),
        trace=verdict.trace + _also(verdict.trace, place, group[1:]),
        cwe=first.rule.cwe,
        fingerprint="",
    )


def _also(trace: Sequence[TraceStep], place: Place, others: Sequence[_Judged]) -> tuple[TraceStep, ...]:
    """The further places of the same cause, each line once, with what happens there if it is something else."""
    told = {(step.path, step.line) for step in trace} | {(place.path, place.line)}
    known = {step.note for step in trace}
    notes: dict[tuple[str, int], str] = {}
    for judged in others:
        last = judged.verdict.trace[-1:]
        where = (judged.place.path, max(judged.place.line, 1))
        if where not in told and where not in notes:
            new = last and (last[0].path, last[0].line) == where and last[0].note not in known
            notes[where] = last[0].note if new else "here too"
            known.add(notes[where])
    return tuple(TraceStep(path=path, line=line, note=notes[path, line]) for path, line in sorted(notes)[:_ALSO])


def _fingerprinted(program: Program, findings: list[Finding], below: str) -> list[Finding]:
    ordinals: dict[tuple[str, ...], int] = defaultdict(int)
    result = []
    for finding in sorted(findings, key=lambda f: (f.path, f.line, f.column, f.rule, f.message)):
        lines = lines_of(program.source(finding.path) or "")
        text = normalised(lines, finding.line, finding.end_line) or finding.message
        key = (finding.rule, finding.path, finding.function, text)
        ordinals[key] += 1
        where = _digest(posixpath.normpath(posixpath.join(below, finding.path)))[:PATH_DIGITS]
        what = _digest(finding.rule, finding.function, text, str(ordinals[key]))[: 16 - PATH_DIGITS]
        result.append(msgspec.structs.replace(finding, fingerprint=where + what))
    return result


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()


def _ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda f: (f.impact.rank, f.path, f.line, f.column, f.rule, f.fingerprint)))
