"""What a rule is: a class with a name, a documentation, examples that are its tests, and one method that judges.

A rule knows nothing of files, configuration or output. It says what it needs by the parameters of `check`:

    def check(self, effect: Read | Load, reaching: Reaching) -> Iterator[Verdict]:

The annotation of the first parameter chooses the kinds of effect it is asked about; the names of the others choose
what it is told beside (see `needs.FACTS`). A rule that can't know is silent.

RuleError (ValueError)
└── raised when a rule is declared wrongly, at registration, never while it runs       .rule
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Protocol

import msgspec

from archwright.model.base import Model, Place
from archwright.model.effect import Effect
from archwright.model.finding import Confidence, Impact, Remedy, TraceStep
from archwright.model.value import Trust
from archwright.model.which import Which


class Reaching(Protocol):
    """What reaches a place of the program."""

    def __call__(self, place: Place, /) -> tuple[str, ...]:
        """The operations that reach the place, as people name them."""

    def trust(self, place: Place, /) -> Trust | None:
        """The least that a caller must be who reaches the place; UNKNOWN of code that many share, None where no operation does."""

    def unserved(self, effect: Effect, /) -> bool:
        """True for what commands and migrations alone do."""


Ungiven = Callable[[Effect], str | None]
"""The dotted name of the unit under which an effect was found, where nothing in the program gives its arguments: any caller may. Else None."""

SECTIONS = ("Why", "Instead", "Fine when", "Fix safety")
"""The labels that a rule's docstring has, each at the start of a paragraph, after the text that says what it finds."""


class RuleError(ValueError):
    """A rule is declared wrongly. The message says what was given and what would be right."""

    def __init__(self, rule: str, message: str) -> None:
        self.rule = rule
        super().__init__(f"rule {rule}: {message}")


class Example(Model, frozen=True):
    """A small program. `files` maps relative paths to their text; `framework` names the library it is about."""

    title: str
    framework: str
    files: dict[str, str]


def example(title: str, *, framework: str, code: str = "", files: Mapping[str, str] | None = None) -> Example:
    """An example of one file (`code`, which becomes app.py) or of several (`files`). Common indentation is removed."""
    given = {"app.py": code} if files is None else files
    return Example(title, framework, {path: textwrap.dedent(text).strip("\n") + "\n" for path, text in given.items()})


class Verdict(Model, frozen=True, kw_only=True):
    """What a rule says of one effect. The engine makes a finding of it: fingerprint, function, operations."""

    message: str
    why: str
    fix: str
    """The remedy in words; replaced where the framework's file renders `remedy` in its own idiom."""
    impact: Impact
    confidence: Confidence
    trace: tuple[TraceStep, ...] = ()
    place: Place | None = None
    """Where the harm happens; None: at the effect."""
    unit: str = ""
    """The function around `place`; empty: that of what is judged."""
    start: Place | None = None
    """Where the story begins (the source of a value, the loop): the operations that reach it are the finding's. None: at
    `place`."""
    cause: str = ""
    """Verdicts of a rule with the same cause are one finding; empty: the place is the cause."""
    remedy: Remedy | None = None
    twins: tuple[str, ...] = ()
    """Of the rule's `twins`, those that report this place too."""


class Rule:
    """The base of every rule. Subclasses write their documentation in their docstring (see `SECTIONS`)."""

    name: ClassVar[str]
    """`family/name`, a stable id for ever."""
    impact: ClassVar[Impact]
    """The gravest impact a finding of this rule can have; a verdict may say less."""
    cwe: ClassVar[str | None] = None
    """`CWE-89`; None where the catalogue has no entry for the defect."""
    security: ClassVar[bool] = False
    """True where an attacker gains by it: code hosts then list it as a security alert."""
    which: ClassVar[Which] = Which.ALL
    """Which effects of its kinds it can say something of: the fewer, the less has to be made of the code."""
    twins: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Rules of ruff that report some of the same places, by code, each with the places it means. What a project's ruff reports
    is left to ruff."""
    doubted: ClassVar[bool] = False
    """True where too little of what it told with high confidence on public projects was right (docs/BENCHMARKS.md): it is not in the default set."""
    gives_way_to: ClassVar[str] = ""
    """The rule that owns the cause where it tells it too, with the way to the harm (see `owned`); empty: none does."""
    bad: ClassVar[tuple[Example, ...]]
    """Programs in which the rule must find something."""
    good: ClassVar[tuple[Example, ...]]
    """Programs in which it must stay silent."""

    check: Callable[..., Iterator[Verdict]]
    """The judgement; each rule declares its own parameters."""

    def joined(self, verdicts: Sequence[Verdict]) -> Verdict:
        """One verdict for all of a cause, the gravest first. The engine adds the places of the others to its trace."""
        return verdicts[0]

    @property
    def family(self) -> str:
        """The part of the name before the slash."""
        return self.name.partition("/")[0]


def replaced(verdict: Verdict, **changes: Any) -> Verdict:
    """The verdict with some fields changed."""
    return msgspec.structs.replace(verdict, **changes)


def steps(*places: tuple[Place, str]) -> tuple[TraceStep, ...]:
    """Places with what happens there as a trace, in the order of execution. What happens on one line is one step."""
    trace: list[TraceStep] = []
    for place, note in places:
        line = max(place.line, 1)
        if trace and (trace[-1].path, trace[-1].line) == (place.path, line):
            last = trace.pop().note
            note = last if note in last.split("; ") else f"{last}; {note}"  # noqa: PLW2901 - the joined note is the step's
        trace.append(TraceStep(path=place.path, line=line, note=note))
    return tuple(trace)


class Documentation(Model, frozen=True, kw_only=True):
    """A rule's docstring, taken apart. Paragraphs are separated by an empty line; lines are joined."""

    summary: str
    what: str
    why: str
    instead: str
    fine_when: str
    fix_safety: str


def documentation(rule: type[Rule] | Rule) -> Documentation:
    """The docstring of a rule by section. Raises RuleError where a section is missing."""
    cls: type[Any] = rule if isinstance(rule, type) else type(rule)
    name = getattr(cls, "name", cls.__qualname__)
    paragraphs = [" ".join(part.split()) for part in textwrap.dedent(_docstring(cls)).strip().split("\n\n")]
    found: dict[str, list[str]] = {"": []}
    section = ""
    for paragraph in paragraphs:
        label, colon, rest = paragraph.partition(": ")
        if colon and label in SECTIONS:
            section, paragraph = label, rest  # noqa: PLW2901 - the label is not part of the text
        found.setdefault(section, []).append(paragraph)
    if missing := [label for label in SECTIONS if label not in found]:
        labels = ", ".join(f'"{label}:"' for label in missing)
        raise RuleError(name, f"its docstring has no paragraph that starts with {labels}")
    text = {label: "\n\n".join(parts) for label, parts in found.items()}
    return Documentation(
        summary=found[""][0],
        what="\n\n".join(found[""][1:]),
        why=text["Why"],
        instead=text["Instead"],
        fine_when=text["Fine when"],
        fix_safety=text["Fix safety"],
    )


def _docstring(cls: type[Any]) -> str:
    """The class's own docstring, its first line indented as the others so that `dedent` can work."""
    first, newline, rest = (cls.__dict__.get("__doc__") or "").partition("\n")
    if not first.strip():
        raise RuleError(getattr(cls, "name", cls.__qualname__), "has no docstring; it must say what it finds and why")
    return first.strip() + newline + textwrap.dedent(rest)
