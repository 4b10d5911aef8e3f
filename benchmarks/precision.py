"""Precision of `archwright review` from judged sheets, as Markdown.

usage:
    python benchmarks/precision.py SHEET [SHEET ...] [--projects NAME.projects.jsonl] [--bare OUT.jsonl]

Each sheet is one reader's copy of what `sample_findings.py` wrote, with verdict, reason and reader filled in on every
row (see sheets.py). Where readers differ, the row of the reader named `settled` counts if there is one, else the row of
the sheet given first. Prints:

- per rule and per project: the number judged, the verdicts, strict precision (true of those decided) with its 95 %
  Wilson interval, and lenient precision (true or worth fixing);
- the same for the whole sample, and estimated for all findings by weighting each row with the size of its part
  (project and rule) over the number drawn from it; `cannot-tell` rows are left out of both;
- with --projects: estimated false findings per 10,000 lines of Python, per project and together;
- for every two readers with rows in common: share of equal verdicts and Cohen's kappa, over the four verdicts and over
  false against the rest, and each row on which they differ.

--bare writes the rows of all the sheets, in the order given, without the quoted source, for keeping: the code stands
under its projects' licences. Read alone, that one file prints the same numbers.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from estimates import agreement, kappa, wilson
from sheets import VERDICTS, Row, read_sheet, write_sheet

SETTLED = "settled"
HEADINGS = ("", "judged", *VERDICTS, "precision", "95 %", "with worth-fixing")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [headings, ["---", *["---:"] * (len(headings) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def percent(share: float) -> str:
    """0..1 as whole percent."""
    return f"{100 * share:.0f} %"


def verdict_line(name: str, rows: Sequence[Row]) -> list[str]:
    """One line of a precision table."""
    counts = [sum(row.verdict == verdict for row in rows) for verdict in VERDICTS]
    true, worth, false, _ = counts
    decided = true + worth + false
    if not decided:
        return [name, str(len(rows)), *map(str, counts), "-", "-", "-"]
    low, high = wilson(true, decided)
    interval = f"{100 * low:.0f}-{100 * high:.0f} %"
    shares = [percent(true / decided), interval, percent((true + worth) / decided)]
    return [name, str(len(rows)), *map(str, counts), *shares]


def weighted(rows: Iterable[Row], verdicts: Sequence[str]) -> float:
    """Estimated number of findings, of all and not only of those drawn, that have one of the verdicts."""
    return sum(row.stratum_size / row.stratum_drawn for row in rows if row.verdict in verdicts)


def choose(sheets: Sequence[Sequence[Row]]) -> list[Row]:
    """One row for each finding: the settled one, else the first reader's."""
    chosen: dict[tuple[str, str, str, int, str], Row] = {}
    for row in itertools.chain.from_iterable(sheets):
        if row.key not in chosen or row.reader == SETTLED:
            chosen[row.key] = row
    return [chosen[key] for key in sorted(chosen)]


def grouped(rows: Iterable[Row], by: Callable[[Row], str]) -> dict[str, list[Row]]:
    """Rows by name, in the order of the names."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[by(row)].append(row)
    return dict(sorted(groups.items()))


def precision_part(rows: Sequence[Row]) -> str:
    """The tables per rule and project and the estimate for all findings."""
    parts = []
    for heading, by in (("rule", lambda row: row.rule), ("project", lambda row: row.project)):
        lines = [verdict_line(name, group) for name, group in grouped(rows, by).items()]
        parts.append(table((heading, *HEADINGS[1:]), [*lines, verdict_line("all", rows)]))
    high = [row for row in rows if row.confidence == "high"]
    if high:
        parts.append(table(("confidence", *HEADINGS[1:]), [verdict_line("high", high)]))
    parts += [
        estimate(what, group) for what, group in (("all findings", rows), ("those of high confidence", high)) if group
    ]
    return "\n\n".join(parts)


def estimate(what: str, rows: Sequence[Row]) -> str:
    """The shares among all that was found, and not only what was drawn: the draw takes rare rules and small projects first."""
    decided = weighted(rows, ("true", "worth-fixing", "false"))
    if not decided:
        return f"Estimated for {what}: nothing was decided."
    strict = weighted(rows, ("true",)) / decided
    lenient = weighted(rows, ("true", "worth-fixing")) / decided
    return (
        f"Estimated for {what}, each part weighted by its size: {percent(strict)} precise, "
        f"{percent(lenient)} with those worth fixing."
    )


def false_alarm_part(rows: Sequence[Row], projects: Sequence[dict[str, Any]]) -> str:
    """Estimated false findings per 10,000 lines of Python."""
    lines = []
    total_false, total_lines = 0.0, 0
    for project in projects:
        own = [row for row in rows if row.project == project["project"]]
        false, size = weighted(own, ("false",)), int(project["python_lines"])
        total_false, total_lines = total_false + false, total_lines + size
        found = sum(project["findings"].values())
        lines.append([project["project"], f"{size:,}", str(found), f"{false:.1f}", f"{10_000 * false / size:.2f}"])
    all_found = sum(sum(project["findings"].values()) for project in projects)
    rate = 10_000 * total_false / total_lines
    lines.append(["all", f"{total_lines:,}", str(all_found), f"{total_false:.1f}", f"{rate:.2f}"])
    return table(("project", "lines of Python", "findings", "false (estimated)", "false per 10,000 lines"), lines)


def agreement_part(rows: Iterable[Row]) -> str:
    """Agreement of every two readers that judged findings in common."""
    by_reader: defaultdict[str, dict[tuple[str, str, str, int, str], Row]] = defaultdict(dict)
    for row in rows:
        by_reader[row.reader][row.key] = row
    parts = []
    for one, other in itertools.combinations(sorted(set(by_reader) - {SETTLED}), 2):
        common = sorted(by_reader[one].keys() & by_reader[other].keys())
        if not common:
            continue
        pairs = [(by_reader[one][key].verdict, by_reader[other][key].verdict) for key in common]
        two = [(str(a == "false"), str(b == "false")) for a, b in pairs]
        shown = ["-" if value is None else f"{value:.2f}" for value in (kappa(pairs), kappa(two))]
        parts.append(
            f"{one} and {other}, {len(common)} findings in common: equal verdicts {percent(agreement(pairs))}, kappa {shown[0]}; "
            f"false against the rest {percent(agreement(two))}, kappa {shown[1]}."
        )
        parts += [
            f"- {key[0]} {key[1]} {key[2]}:{key[3]}: {one} says {a}, {other} says {b}"
            for key, (a, b) in zip(common, pairs, strict=True)
            if a != b
        ]
    return "\n".join(parts) or "No two readers judged the same findings."


def main() -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheets", nargs="+", type=Path, metavar="SHEET")
    parser.add_argument("--projects", type=Path, help="the .projects.jsonl written beside the sheet")
    parser.add_argument("--bare", type=Path, help="write all rows to one file, without source code")
    arguments = parser.parse_args()
    sheets = [read_sheet(sheet, judged=True) for sheet in arguments.sheets]
    rows = choose(sheets)
    if not rows:
        raise SystemExit("precision: the sheets are empty")
    print(precision_part(rows))
    if arguments.projects is not None:
        lines = arguments.projects.read_text(encoding="utf-8").splitlines()
        print(f"\n{false_alarm_part(rows, [json.loads(line) for line in lines])}")
    print(f"\n{agreement_part(itertools.chain.from_iterable(sheets))}")
    if arguments.bare is not None:
        write_sheet(arguments.bare, itertools.chain.from_iterable(sheets), code=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
