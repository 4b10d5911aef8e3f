"""What archwright says of the programs, all of them in one review."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.matrix.parts import Program

from archwright.model.finding import Confidence
from archwright.review.project import review_project
from archwright.review.registry import all_rules

FAMILIES = ("injection/", "files/", "request/")
"""The rules on data from outside, which are all judged: none but the expected one may speak."""


def write(programs: Iterable[Program], directory: Path) -> None:
    """Each program to a package of its own."""
    for program in programs:
        (directory / program.package).mkdir()
        for path, text in program.files.items():
            (directory / path).write_text(text, encoding="utf-8")


def answers(programs: Sequence[Program], directory: Path) -> dict[str, list[str]]:
    """The rules that report in each program by its package, with high or medium confidence."""
    write(programs, directory)
    rules = tuple(rule for rule in all_rules() if rule.name.startswith(FAMILIES))
    reviewed = review_project(["."], rules, root=directory, workers=1, everything=True)
    assert not reviewed.faults
    found: dict[str, list[str]] = defaultdict(list)
    for finding in reviewed.document.findings:
        if finding.confidence is not Confidence.LOW:
            found[finding.path.split("/")[0]].append(finding.rule)
    return found


def right(program: Program, found: Sequence[str]) -> bool:
    """True where the expected rule reports, once, and no other; or none where silence is right. A broken check may be told beside."""
    told = [rule for rule in found if rule != program.variant.beside]
    return told == ([program.expected] if program.expected else [])
