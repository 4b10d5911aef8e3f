"""Score `archwright review`, and result files of other tools, on the OWASP Benchmark for Python, as OWASP does.

usage:
    python benchmarks/owasp.py CHECKOUT [--command 'archwright review --format sarif'] [--sarif FILE ...] [--no-review]
                               [--keep FILE] [--cases FILE] [--json FILE]

CHECKOUT is a folder of the benchmark (github.com/OWASP-Benchmark/BenchmarkPython). Only its *.py files are copied to a
temporary folder and reviewed there: the answers (expectedresults-*.csv, and an *.xml beside each case) are read by this
script alone. --sarif adds a result file that another tool wrote for the same cases. --keep writes the SARIF of the
review, --cases a CSV with one line a case (case, category, vulnerable, then one column a tool), --json all numbers.

The score is that of OWASP's BenchmarkUtils (BenchmarkScore.java and the readers, commit e090ef04): a case counts as
reported where a result in its file has the case's CWE, after the reader's fixed translation, and of a rule's tags only
the first CWE is read; lines are not looked at. Per category: true and false positive rate, score = TPR - FPR; the whole
is the unweighted mean over the categories. ruff's SARIF tells no CWE: its S rules get those of the Bandit rules they
are made after.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

SEMGREP = {23: 22, 35: 22, 80: 79, 326: 327, 329: 327, 696: 327, 338: 330}
TRANSLATIONS: dict[str, dict[int, int]] = {
    "semgrep": SEMGREP,
    "opengrep": SEMGREP,
    "codeql": {94: 78, 335: 330, 327: 328},
    "bearer": {326: 327, 327: 328},
}
"""How OWASP's readers translate the CWE of a tool, by the start of its name in lower case."""
RUFF: dict[str, int] = {
    **dict.fromkeys(("S102", "S307", "S602", "S603", "S604", "S605", "S606", "S607", "S609"), 78),
    **dict.fromkeys(("S608", "S610", "S611"), 89), **dict.fromkeys(("S702", "S704"), 79),
    **dict.fromkeys(("S303", "S324"), 327), **dict.fromkeys(("S301", "S302"), 502),
    **dict.fromkeys(("S506", "S313", "S314", "S315", "S316", "S317", "S318", "S319"), 20),
    "S311": 330, "S501": 295, "S701": 94,
}  # fmt: skip
_CWE = re.compile(r"cwe\D{0,3}(\d+)", re.IGNORECASE)


class Case(NamedTuple):
    """What is known of one case."""

    category: str
    vulnerable: bool
    cwe: int


class Line(NamedTuple):
    """The counts of one category."""

    tp: int
    fn: int
    fp: int
    tn: int

    @property
    def tpr(self) -> float:
        """Share of the vulnerable cases that are reported."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    @property
    def fpr(self) -> float:
        """Share of the safe cases that are reported."""
        return self.fp / (self.fp + self.tn) if self.fp + self.tn else 0.0


def read_cases(checkout: Path) -> dict[str, Case]:
    """The answers by the name of the case; SystemExit where the folder has none."""
    files = sorted(checkout.glob("expectedresults-*.csv"))
    if not files:
        raise SystemExit(f"owasp: no expectedresults-*.csv in {checkout}")
    with files[-1].open(encoding="utf-8", newline="") as file:
        rows = [[field.strip() for field in row] for row in csv.reader(file) if row and not row[0].startswith("#")]
    return {row[0]: Case(row[1], row[2] == "true", int(row[3])) for row in rows}


def review(checkout: Path, command: Sequence[str]) -> bytes:
    """The SARIF of a review of the checkout's Python files, alone in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="archwright-owasp-") as folder:
        for file in sorted(checkout.rglob("*.py")):
            copied = Path(folder, file.relative_to(checkout))
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copied)
        run = subprocess.run([*command, "."], cwd=folder, capture_output=True, check=False)
    if run.returncode not in (0, 1):
        raise SystemExit(f"owasp: the review failed: {run.stderr.decode(errors='replace').strip()[-500:]}")
    return run.stdout


def reported(sarif: Mapping[str, Any], cases: Mapping[str, Case]) -> tuple[str, set[str]]:
    """The tool's name with its version, and the cases it reports."""
    title, found = "", set()
    for run in sarif["runs"]:
        driver = run["tool"]["driver"]
        name, version = driver["name"], driver.get("semanticVersion") or driver.get("version", "")
        title = f"{name} {version}".strip()
        rules = {
            rule["id"]: first_cwe(rule)
            for part in (driver, *run["tool"].get("extensions", ()))
            for rule in part.get("rules", ())
        }
        known = next((t for start, t in TRANSLATIONS.items() if name.lower().startswith(start)), {})
        for result in run.get("results", ()):
            rule = str(result.get("ruleId", ""))
            cwe = RUFF.get(rule) if name.lower().startswith("ruff") else rules.get(rule)
            for location in result.get("locations", ())[:1]:
                case = PurePosixPath(location["physicalLocation"]["artifactLocation"]["uri"]).stem
                if case in cases and cwe is not None and known.get(cwe, cwe) == cases[case].cwe:
                    found.add(case)
    return title, found


def first_cwe(rule: Mapping[str, Any]) -> int | None:
    """The first CWE among a rule's tags; None where there is none."""
    properties = rule.get("properties", {})
    for tag in [*properties.get("tags", ()), *([c] if isinstance(c := properties.get("cwe", ()), str) else c)]:
        if told := _CWE.search(str(tag)):
            return int(told[1])
    return None


def counted(cases: Iterable[tuple[str, Case]], found: set[str]) -> Line:
    """The counts over some cases."""
    ways = [(case.vulnerable, name in found) for name, case in cases]
    return Line(*(ways.count(way) for way in ((True, True), (True, False), (False, True), (False, False))))


def scored(cases: Mapping[str, Case], found: set[str]) -> dict[str, Line]:
    """The counts of each category."""
    categories = sorted({case.category for case in cases.values()})
    return {each: counted([(n, c) for n, c in cases.items() if c.category == each], found) for each in categories}


def means(lines: Mapping[str, Line]) -> tuple[float, float]:
    """True and false positive rate, the mean over the categories."""
    count = len(lines) or 1
    return sum(line.tpr for line in lines.values()) / count, sum(line.fpr for line in lines.values()) / count


def table(tools: Mapping[str, Mapping[str, Line]]) -> str:
    """The scores of all tools as Markdown, one row a category."""
    rows = [["category", "cases", *tools], ["---", *["---:"] * (len(tools) + 1)]]
    for category, one in next(iter(tools.values())).items():
        each = [lines[category] for lines in tools.values()]
        rows.append([category, f"{one.tp + one.fn} + {one.fp + one.tn}", *(cell(line.tpr, line.fpr) for line in each)])
    rows.append(["mean", "", *(cell(*means(lines)) for lines in tools.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cell(tpr: float, fpr: float) -> str:
    """A score with what it is made of."""
    return f"{tpr - fpr:.3f} ({tpr:.2f} / {fpr:.2f})"


def main() -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, metavar="CHECKOUT")
    parser.add_argument("--command", default="archwright review --format sarif")
    parser.add_argument("--no-review", action="store_true", help="score only the files given with --sarif")
    parser.add_argument("--sarif", type=Path, action="append", default=[], metavar="FILE")
    parser.add_argument("--keep", type=Path, metavar="FILE")
    parser.add_argument("--cases", type=Path, metavar="FILE")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    cases = read_cases(arguments.checkout)
    reports = [] if arguments.no_review else [review(arguments.checkout, shlex.split(arguments.command))]
    if arguments.keep is not None and reports:
        arguments.keep.write_bytes(reports[0])
    reports += [file.read_bytes() for file in arguments.sarif]
    if not reports:
        raise SystemExit("owasp: --no-review without --sarif leaves nothing to score")
    found = dict(reported(json.loads(report), cases) for report in reports)
    tools = {title: scored(cases, names) for title, names in found.items()}
    print("score (true positive rate / false positive rate); cases: vulnerable + safe\n")
    print(table(tools))
    if arguments.cases is not None:
        with arguments.cases.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["case", "category", "vulnerable", *found])
            for name, case in sorted(cases.items()):
                writer.writerow([name, case.category, case.vulnerable, *(name in names for names in found.values())])
    if arguments.json is not None:
        numbers = {title: {each: line._asdict() for each, line in lines.items()} for title, lines in tools.items()}
        arguments.json.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
