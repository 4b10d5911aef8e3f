"""Score reviewers on before/after pairs of real fix commits, the code reviewed within the whole project.

usage:
    python benchmarks/fix_pairs.py CASES.jsonl --clones DIR [--tool 'archwright=archwright review --format json']
        [--peer 'bandit=bandit -q -f json'] [--peer 'semgrep=semgrep scan --config RULES --metrics=off --json']
        [--kinds KIND ...] [--repo OWNER/NAME] [--limit N --seed S] [--out ROWS.jsonl]

CASES.jsonl is described in fix_cases.py. DIR holds clones, bare or not, as OWNER+NAME/repo or as checkout.py finds them.
A case is a hit where, before the fix, a finding of its kind has its place or a place of its trace in the function that
holds the defect (in the class for a defect outside its methods, within 12 lines for one outside any). It is clean where
no finding of its kind stands in the same-named function after the fix. It counts as a pair where it is both. Which
rules, CWEs and tests are of a kind is in fix_findings.py.

Each --tool NAME=COMMAND writes archwright's JSON and is run, with `.` added, in the trees of both commits: of their
files those that a review may read (source, templates, SQL, configuration), without links. Cases of the same commits
share one review. Each --peer NAME=COMMAND writes the JSON of Bandit or of Semgrep and is run once, with the one file of
each case added, before and after: whole trees would take Semgrep hours. So peers see no other file, which for their
rules changes little. Without --tool and --peer, archwright is run.

--out appends a row a case as soon as it is judged; what it holds already is not run again, but for failures, so an
interrupted run is continued, and a tool added, by repeating the call. Prints the number of cases, hits and pairs by
kind, and how many cases are absent (no clone, or none of that commit, on this machine; not counted) or failed
(a tool that crashed, or gave no answer in time: counted as missed).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from checkout import export, find_clone
from fix_cases import Case, draw, read_cases, spans_after, spans_before
from fix_findings import Finding, first_match, read_findings
from reviewing import isolated

DEFAULT = "archwright=archwright review --format json"
SUFFIXES = (
    ".py", ".pyi", ".html", ".jinja", ".jinja2", ".j2", ".txt", ".sql", ".toml", ".cfg", ".ini", ".yaml", ".yml",
    ".graphql", ".xml",
)  # fmt: skip
MISSING_FILES = 5
"""More files than this that the clone lacks make a tree one that can't be judged."""


class ToolError(Exception):
    """A tool gave no report; the text says why."""


@dataclass
class Outcome:
    """What one tool said of one case: the findings that matched before and after the fix, each as `RULE PATH:LINE`."""

    before: str | None = None
    after: str | None = None
    seconds: float = 0
    """Time of both runs, which several cases may share."""
    failed: str = ""

    @property
    def pair(self) -> bool:
        """Whether the defect is found and its fix is seen."""
        return self.before is not None and self.after is None


@dataclass(frozen=True)
class Placed:
    """A case whose clone is there, with the texts of its file."""

    case: Case
    clone: Path
    before: str
    after: str | None

    def judge(self, before: Iterable[Finding], after: Iterable[Finding]) -> Outcome:
        """What a tool's findings before and after the fix say of the case."""
        hit = first_match(self.case, before, spans_before(self.case, self.before))
        still = first_match(self.case, after, spans_after(self.case, self.before, self.after))
        return Outcome(hit, None if self.case.residual else still)


class Rows:
    """The outcomes by case and tool, kept in a file where one is given."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.known: dict[str, dict[str, Outcome]] = {}
        if file is not None and file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                results = {tool: Outcome(**outcome) for tool, outcome in row["results"].items()}
                self.known.setdefault(row["id"], {}).update(results)

    def lacks(self, case: Case, tool: str) -> bool:
        """Whether the tool is still to be run on the case; so it is after a failure."""
        outcome = self.known.get(case.id, {}).get(tool)
        return outcome is None or bool(outcome.failed)

    def add(self, case: Case, results: Mapping[str, Outcome]) -> None:
        """Take up what tools said of a case."""
        self.known.setdefault(case.id, {}).update(results)
        if self.file is not None and results:
            told = {tool: asdict(outcome) for tool, outcome in results.items()}
            row = {"id": case.id, "repo": case.repository, "kind": case.kind, "results": told}
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")


def place(case: Case, clones: Path) -> Placed | None:
    """The case with its clone; None where the clone or one of the commits is not there."""
    clone = find_clone(clones, case.repository)
    if clone is None or _git(clone, "cat-file", "-e", f"{case.after}^{{commit}}") is None:
        return None
    before = _git(clone, "show", f"{case.before}:{case.path}")
    return (
        None if before is None else Placed(case, clone, before, _git(clone, "show", f"{case.after}:{case.path_after}"))
    )


def _git(clone: Path, *arguments: str) -> str | None:
    """The output of a git command; None where it fails."""
    environment = {**os.environ, "GIT_NO_LAZY_FETCH": "1"}
    done = subprocess.run(["git", "-C", str(clone), *arguments], capture_output=True, env=environment, check=False)
    return None if done.returncode else done.stdout.decode(errors="replace")


def is_reviewed(path: str) -> bool:
    """Whether a review may read the file."""
    return path.endswith(SUFFIXES) and "node_modules" not in PurePosixPath(path).parts


def run_tool(command: Sequence[str], where: Path, home: Path, timeout: float) -> list[Finding]:
    """The findings of a command run in the directory `where`; raises ToolError. `timeout` in seconds."""
    home.mkdir(parents=True, exist_ok=True)
    environment = isolated(home)
    program = shutil.which(command[0]) or command[0]
    environment["PATH"] = f"{Path(program).parent}{os.pathsep}{environment['PATH']}"  # Semgrep calls its helpers
    try:
        run = subprocess.run(command, cwd=where, env=environment, capture_output=True, timeout=timeout, check=False)
        if run.returncode not in (0, 1):
            raise ToolError(f"exit code {run.returncode}: {run.stderr.decode(errors='replace').strip()[-300:]}")
        return read_findings(json.loads(run.stdout))
    except subprocess.TimeoutExpired:
        raise ToolError(f"no answer within {timeout:g} s") from None
    except (OSError, KeyError, ValueError) as error:
        raise ToolError(f"no report: {type(error).__name__} {error}") from None


def review_tree(clone: Path, commit: str, command: Sequence[str], home: Path, timeout: float) -> list[Finding]:
    """The findings of a command run in the tree of a commit; raises ToolError, too where the clone lacks its files."""
    with tempfile.TemporaryDirectory(prefix="fix-pairs-") as tree:
        result = export(clone, commit, Path(tree), is_reviewed)
        missing = sum(reason == "not in the clone" for _, reason in result.left_out)
        if missing > MISSING_FILES:
            raise ToolError(f"{missing} files of {commit} are not in the clone")
        return run_tool([*command, "."], Path(tree), home, timeout)


def review_trees(group: Sequence[Placed], command: Sequence[str], home: Path, timeout: float) -> dict[str, Outcome]:
    """What a tool says of cases of the same two commits, by case, from a review of each whole tree."""
    one = group[0]
    started = time.monotonic()
    try:
        commits = (one.case.before, one.case.after)
        reports = [review_tree(one.clone, commit, command, home, timeout) for commit in commits]
    except ToolError as error:
        return {placed.case.id: Outcome(failed=str(error)) for placed in group}
    outcomes = {placed.case.id: placed.judge(*reports) for placed in group}
    for outcome in outcomes.values():
        outcome.seconds = round(time.monotonic() - started, 1)
    return outcomes


def review_files(cases: Sequence[Placed], command: Sequence[str], timeout: float) -> dict[str, Outcome]:
    """What a peer says of the cases, from one run over the one file of each, before and after."""
    with tempfile.TemporaryDirectory(prefix="fix-pairs-") as scratch:
        where = Path(scratch, "files")
        files = []
        for number, placed in enumerate(cases):
            for side, path, text in (
                ("before", placed.case.path, placed.before),
                ("after", placed.case.path_after, placed.after),
            ):
                if text is not None:
                    files.append(f"{number}/{side}/{path}")
                    file = where / files[-1]
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_text(text, encoding="utf-8")
        try:
            findings = run_tool([*command, *files], where, Path(scratch, "home"), timeout)
        except ToolError as error:
            return {placed.case.id: Outcome(failed=str(error)) for placed in cases}
    return {
        placed.case.id: placed.judge(_under(f"{number}/before/", findings), _under(f"{number}/after/", findings))
        for number, placed in enumerate(cases)
    }


def _under(folder: str, findings: Iterable[Finding]) -> list[Finding]:
    """The findings in files of the folder, their paths told from it."""
    return [
        finding._replace(places=tuple(p._replace(path=p.path.removeprefix(folder)) for p in finding.places))
        for finding in findings
        if finding.places[0].path.startswith(folder)
    ]


def run_reviewers(cases: Sequence[Placed], tools: Mapping[str, Sequence[str]], rows: Rows, timeout: float) -> None:
    """Run every tool on the trees of the cases that lack its outcome, repository by repository."""
    by_repository = sorted(cases, key=lambda placed: (placed.case.repository, placed.case.before, placed.case.after))
    for _, same in itertools.groupby(by_repository, key=lambda placed: placed.case.repository):
        with tempfile.TemporaryDirectory(prefix="fix-pairs-") as homes:  # commits of a repository share most files
            for _, same_commits in itertools.groupby(same, key=lambda placed: (placed.case.before, placed.case.after)):
                group = list(same_commits)
                for name, command in tools.items():
                    lacking = [placed for placed in group if rows.lacks(placed.case, name)]
                    outcomes = review_trees(lacking, command, Path(homes, name), timeout) if lacking else {}
                    for placed in lacking:
                        rows.add(placed.case, {name: outcomes[placed.case.id]})


def run_peers(cases: Sequence[Placed], peers: Mapping[str, Sequence[str]], rows: Rows, timeout: float) -> None:
    """Run every peer on the files of the cases that lack its outcome."""
    for name, command in peers.items():
        lacking = [placed for placed in cases if rows.lacks(placed.case, name)]
        outcomes = review_files(lacking, command, timeout) if lacking else {}
        for placed in lacking:
            rows.add(placed.case, {name: outcomes[placed.case.id]})


def table(cases: Sequence[Case], tools: Sequence[str], rows: Rows) -> str:
    """Number of cases, hits and pairs by kind as Markdown, the kinds with most cases first."""
    kinds = sorted({case.kind for case in cases}, key=lambda kind: (-sum(c.kind == kind for c in cases), kind))
    lines = [["kind", "n", *(f"{tool} {what}" for tool in tools for what in ("hit", "pair"))]]
    lines.append(["---", *["---:"] * (len(lines[0]) - 1)])
    for title, chosen in [*((k, [c for c in cases if c.kind == k]) for k in kinds), ("all", cases)]:
        cells = [title, str(len(chosen))]
        for tool in tools:
            outcomes = [rows.known[case.id][tool] for case in chosen]
            counts = (sum(o.before is not None for o in outcomes), sum(o.pair for o in outcomes))
            cells += [f"{count} ({count / max(len(chosen), 1):.0%})" for count in counts]
        lines.append(cells)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def named(commands: Sequence[str]) -> dict[str, list[str]]:
    """The commands by name, of NAME=COMMAND each; SystemExit where one is malformed."""
    found = {}
    for text in commands:
        name, equals, command = text.partition("=")
        if not name or not equals or not command.strip():
            raise SystemExit(f"fix_pairs: {text!r}: expected NAME=COMMAND")
        found[name] = shlex.split(command)
    return found


def main() -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, metavar="CASES.jsonl")
    parser.add_argument("--clones", type=Path, required=True, help="directory of clones, bare or not")
    parser.add_argument("--tool", action="append", default=[], metavar="NAME=COMMAND", help="reviews whole trees")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=COMMAND", help="reviews the one file")
    parser.add_argument("--kinds", nargs="+", default=[], metavar="KIND", help="only cases of these kinds")
    parser.add_argument("--repo", metavar="OWNER/NAME", help="only cases of this repository")
    parser.add_argument("--limit", type=int, default=0, help="draw this many cases by chance")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--out", type=Path, metavar="ROWS.jsonl", help="keep a row a case, and continue from it")
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run")
    arguments = parser.parse_args()
    tools, peers = named(arguments.tool), named(arguments.peer)
    if not tools and not peers:
        tools = named([DEFAULT])
    chosen = draw(read_cases(arguments.cases, arguments.kinds, arguments.repo), arguments.limit, arguments.seed)
    found = {case.id: placed for case in chosen if (placed := place(case, arguments.clones)) is not None}
    present, rows, names = list(found.values()), Rows(arguments.out), [*tools, *peers]
    run_peers(present, peers, rows, arguments.timeout)
    run_reviewers(present, tools, rows, arguments.timeout)
    print(table([placed.case for placed in present], names, rows))
    print("\nabsent:", ", ".join(case.id for case in chosen if case.id not in found) or "none")
    failures = [(n, p.case.id, rows.known[p.case.id][n].failed) for n in names for p in present]
    failures = [failure for failure in failures if failure[2]]
    print(f"failed: {len(failures) or 'none'}")
    for failure in failures:
        print(": ".join(failure), file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
