"""Review the measurement projects and draw a random sample of findings for people to judge.

usage:
    python benchmarks/checkout.py --from CLONES --into TREES --role measure
    python benchmarks/sample_findings.py --trees TREES --sheet benchmarks/data/NAME.jsonl \\
        [--command 'archwright review --format json'] [--role measure|reserve] [--sample N] [--seed N] [--projects FILE]

Runs the command on each project of projects.tsv, from inside its tree, with an empty cache and then again with the
cache of the first run. Stops with an error where a run crashes, breaks the JSON contract, leaves a Python file neither
reviewed nor counted as left out, or where the two runs differ in a byte.

Then draws the sample: the findings are parted by project and rule; each part gives one finding a turn, in an order
shuffled by the seed anew for every turn, until the sample is full or the parts are empty. So rare rules and small
projects are not drowned; a larger sample holds every smaller one; and each row keeps the size of its part, from which
`precision.py` computes the estimate for all findings. Seed and size come from projects.tsv unless given.

Writes the sheet (one finding a line; see sheets.py for the verdicts to fill in) and, beside it, NAME.projects.jsonl:
per project its commit, Python files and lines, the number of notes, findings by rule, the review's own figures. Prints one line per project and part.
"""

from __future__ import annotations

import argparse
import json
import random
import shlex
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from projects import PROJECTS_FILE, ROLES, Project, read_projects, read_setting
from reviewing import Reviewed, ReviewError, review
from sheets import Row, write_sheet

CONTEXT_LINES = 12
"""Source lines shown before and after a finding."""

Stratum = tuple[str, str]
"""Project and rule."""


def draw(sizes: Mapping[Stratum, int], total: int, seed: int) -> dict[Stratum, list[int]]:
    """Positions drawn from each stratum, in order: one a turn, the turns' order and the picks fixed by the seed."""
    picks = {}
    for (project, rule), size in sizes.items():
        order = list(range(size))
        random.Random(f"{seed}:{project}:{rule}").shuffle(order)  # noqa: S311 - a reproducible draw is wanted
        picks[project, rule] = order
    taken = dict.fromkeys(sizes, 0)
    left = min(total, sum(sizes.values()))
    turns = random.Random(seed)  # noqa: S311
    while left:
        for stratum in turns.sample(sorted(sizes), len(sizes)):
            if left and taken[stratum] < sizes[stratum]:
                taken[stratum] += 1
                left -= 1
    return {stratum: sorted(picks[stratum][: taken[stratum]]) for stratum in sorted(sizes)}


def source_lines(tree: Path, path: str) -> list[str]:
    """The lines of a file of the project; empty where the finding names a file that is not there."""
    file = tree / path
    return file.read_text(encoding="utf-8", errors="replace").split("\n") if file.is_file() else []


def quote(tree: Path, path: str, line: int, around: int) -> list[str]:
    """Numbered lines around a 1-based line; `>` marks the line itself."""
    lines = source_lines(tree, path)
    numbers = range(max(1, line - around), min(len(lines), line + around) + 1)
    return [f"{'>' if number == line else ' '}{number:6} {lines[number - 1]}" for number in numbers]


def line_of(tree: Path, path: str, line: int) -> str:
    """One line of a file, stripped; empty where there is none."""
    lines = source_lines(tree, path)
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""


def to_row(project: Project, tree: Path, finding: dict[str, Any], size: int, drawn: int) -> Row:
    """The sheet's row for one finding."""
    return Row(
        project=project.name,
        commit=project.commit,
        rule=finding["rule"],
        path=finding["path"],
        line=finding["line"],
        function=finding.get("function", ""),
        message=finding["message"],
        impact=finding["impact"],
        confidence=finding["confidence"],
        fingerprint=finding["fingerprint"],
        stratum_size=size,
        stratum_drawn=drawn,
        operations=list(finding.get("operations", [])),
        trace=[{**step, "code": line_of(tree, step["path"], step["line"])} for step in finding.get("trace", [])],
        context=quote(tree, finding["path"], finding["line"], CONTEXT_LINES),
    )


def review_twice(command: Sequence[str], project: Project, tree: Path, timeout: float) -> Reviewed:
    """The first of two equal reviews; SystemExit where one fails or they differ."""
    if not tree.is_dir():
        raise SystemExit(f"{project.name}: no tree at {tree.name}/; run benchmarks/checkout.py first")
    with tempfile.TemporaryDirectory(prefix="archwright-sample-") as home:
        try:
            first = review(command, tree, Path(home), timeout)
            second = review(command, tree, Path(home), timeout)
        except ReviewError as failure:
            raise SystemExit(f"{project.name}: {failure}") from None
    if first.output != second.output:
        raise SystemExit(f"{project.name}: the review with a cache differs from the one without")
    return first


def summary(project: Project, reviewed: Reviewed) -> dict[str, Any]:
    """What NAME.projects.jsonl keeps of one review."""
    return {
        "project": project.name,
        "repository": project.repository,
        "commit": project.commit,
        "framework": project.framework,
        "python_files": reviewed.python_files,
        "python_lines": reviewed.python_lines,
        "notes": len(reviewed.report["notes"]),
        "findings": reviewed.findings_by_rule(),
        "stats": reviewed.report["stats"],
    }


def main() -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trees", type=Path, required=True, help="directory that checkout.py filled")
    parser.add_argument("--sheet", type=Path, required=True, help="the sheet to write, ending in .jsonl")
    parser.add_argument("--command", default="archwright review --format json")
    parser.add_argument("--projects", type=Path, default=PROJECTS_FILE, help="default: projects.tsv beside this script")
    parser.add_argument("--role", choices=ROLES, default="measure")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these projects")
    parser.add_argument("--sample", type=int, help="number of findings to draw")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one review")
    arguments = parser.parse_args()
    if arguments.sheet.suffix != ".jsonl":
        parser.error("--sheet must end in .jsonl")
    if arguments.sheet.exists():
        parser.error(f"{arguments.sheet} is there already; a sheet may hold verdicts and is never written over")
    sample = read_setting("sample", arguments.projects) if arguments.sample is None else arguments.sample
    seed = read_setting("seed", arguments.projects) if arguments.seed is None else arguments.seed

    projects = {project.name: project for project in read_projects(arguments.projects, arguments.role, arguments.only)}
    summaries: list[dict[str, Any]] = []
    strata: defaultdict[Stratum, list[dict[str, Any]]] = defaultdict(list)
    for name, project in projects.items():
        reviewed = review_twice(shlex.split(arguments.command), project, arguments.trees / name, arguments.timeout)
        summaries.append(summary(project, reviewed))
        for finding in reviewed.report["findings"]:
            strata[name, finding["rule"]].append(finding)
        print(
            f"{name}: {reviewed.python_files} Python files, {reviewed.python_lines} lines, all accounted for; "
            f"{len(reviewed.report['findings'])} findings",
            flush=True,
        )
    for findings in strata.values():
        findings.sort(key=lambda f: (f["path"], f["line"], f["column"], f["fingerprint"]))

    rows = []
    drawn = draw({stratum: len(findings) for stratum, findings in strata.items()}, sample, seed)
    for (name, rule), positions in drawn.items():
        findings = strata[name, rule]
        print(f"  {name}\t{rule}\t{len(positions)} of {len(findings)}")
        for position in positions:
            tree = arguments.trees / name
            rows.append(to_row(projects[name], tree, findings[position], len(findings), len(positions)))
    write_sheet(arguments.sheet, rows)
    beside = arguments.sheet.with_suffix(".projects.jsonl")
    beside.write_text("".join(json.dumps(s, ensure_ascii=False) + "\n" for s in summaries), encoding="utf-8")
    print(f"{len(rows)} findings to judge in {arguments.sheet}, drawn with seed {seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
