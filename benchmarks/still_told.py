"""Of findings that were judged once, which the reviewer still tells: right ones kept, false ones gone, per rule.

usage:
    python benchmarks/still_told.py SHEET [SHEET ...] --trees TREES [--command 'archwright review --format json']

SHEET is a judged sheet (see sheets.py), with the source quoted or without; where several readers judged a row, the settled
one counts, else the first. TREES holds the trees of its projects at the commits of the sheet, as checkout.py writes them.
Runs the command once in each, with an empty cache, and prints a Markdown table: per rule how many findings were judged
right (true or worth fixing) of those drawn, and of those that the command still tells. A finding counts as told where one
of the rule stands in the same line, of the same words if there is one; each that is told stands for one row.

What is told is the sample that mends were made on, so the second column says what a mend lost and won, and not how right
the rule is on code that nobody looked at: for that, a new sample is drawn.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from precision import choose, grouped, table
from reviewing import ReviewError, review
from sheets import Row, read_sheet

FALSE = "false"
UNDECIDED = "cannot-tell"


def still_told(rows: Iterable[Row], findings: Iterable[dict[str, Any]]) -> list[Row]:
    """The rows of a project of which a finding is left."""
    left: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for finding in findings:
        left[finding["rule"], finding["path"], finding["line"]].append(finding["message"])
    found, others = [], []
    for row in rows:
        messages = left[row.rule, row.path, row.line]
        if row.message in messages:
            messages.remove(row.message)
            found.append(row)
        else:
            others.append(row)
    for row in others:
        messages = left[row.rule, row.path, row.line]
        if messages:
            messages.pop()
            found.append(row)
    return found


def right(rows: Sequence[Row]) -> str:
    """`7 of 12`: true or worth fixing, of those decided."""
    verdicts = Counter(row.verdict for row in rows if row.verdict != UNDECIDED)
    return f"{verdicts.total() - verdicts[FALSE]} of {verdicts.total()}"


def main() -> int:
    """Judge the sheets again; the exit code is 1 where a review failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sheets", nargs="+", type=Path, metavar="SHEET")
    parser.add_argument("--trees", required=True, type=Path)
    parser.add_argument("--command", default="archwright review --format json", type=shlex.split)
    parser.add_argument("--timeout", default=600.0, type=float, help="seconds for one review")
    options = parser.parse_args()
    rows = [row for sheet in options.sheets for row in choose([read_sheet(sheet, judged=True)])]
    told: list[Row] = []
    failed = 0
    for project, judged in sorted(grouped(rows, lambda row: row.project).items()):
        with tempfile.TemporaryDirectory(prefix="archwright-home-") as home:
            try:
                reviewed = review(options.command, options.trees / project, Path(home), options.timeout)
            except (OSError, ReviewError) as error:
                print(f"{project}: {error}", file=sys.stderr)
                failed += 1
                continue
        told += still_told(judged, reviewed.report["findings"])
    by_rule = grouped(told, lambda row: row.rule)
    lines = [
        [rule, right(drawn), right(by_rule.get(rule, []))]
        for rule, drawn in sorted(grouped(rows, lambda row: row.rule).items())
    ]
    print(table(("rule", "right as drawn", "right of what is still told"), [*lines, ["all", right(rows), right(told)]]))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
