"""benchmarks/fix_pairs.py on a repository made for it, with a stand-in reviewer and a stand-in peer."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "fix_pairs.py"

# Finds every line with DEFECT; where helper.py exists, the finding stands there and the line is in its trace.
REVIEWER = """
import json, pathlib, sys
findings = []
for file in sorted(pathlib.Path(sys.argv[-1]).rglob("*.py")):
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if "DEFECT" in line:
            findings.append({"rule": "files/path-traversal", "path": "helper.py", "line": 1,
                "trace": [{"path": file.as_posix(), "line": number}]})
        if "CRASH" in line:
            sys.exit(3)
print(json.dumps({"findings": findings}))
sys.exit(1)
"""
# Reports every `open(` in the files it is given, in the form of Bandit.
PEER = """
import json, sys
results = [{"test_id": "B202", "filename": name, "line_number": number, "issue_cwe": {"id": 22}}
    for name in sys.argv[1:] for number, line in enumerate(open(name).read().splitlines(), 1) if "open(" in line]
print(json.dumps({"results": results}))
"""
BEFORE = """class Files:
    def read(self, name):
        return open(name)  # DEFECT

    def write(self, name):
        return open(name)  # DEFECT


def other(name):
    return name  # DEFECT
"""
AFTER = """import pathlib


class Files:
    def read(self, name):
        return open(safe(name))

    def write(self, name):
        return open(safe(name))  # DEFECT


def other(name):
    return name  # DEFECT
"""


def git(where: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", where, *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def study(tmp_path: Path) -> dict[str, Any]:
    """A clone with a commit before and one after a fix, and what every case of it holds."""
    clone = tmp_path / "clones" / "acme+shop" / "repo"
    clone.mkdir(parents=True)
    git(clone, "init", "--quiet")
    commits = []
    for text in (BEFORE, AFTER):
        (clone / "shop").mkdir(exist_ok=True)
        (clone / "shop" / "files.py").write_text(text)
        git(clone, "add", ".")
        git(clone, "commit", "--quiet", "-m", "step")
        commits.append(git(clone, "rev-parse", "HEAD"))
    (tmp_path / "reviewer.py").write_text(REVIEWER)
    (tmp_path / "peer.py").write_text(PEER)
    case = {"repo": "acme/shop", "parent": commits[0], "fix_commit": commits[1], "path": "shop/files.py"}
    return {**case, "kind": "path_traversal", "cwe": "CWE-22"}


def run(folder: Path, cases: list[dict[str, Any]], *options: str | Path) -> subprocess.CompletedProcess[str]:
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    command: list[str | Path] = [sys.executable, "-B", SCRIPT, folder / "cases.jsonl", "--clones", folder / "clones"]
    command += ["--tool", f"own={sys.executable} {folder / 'reviewer.py'}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def rows(printed: str) -> list[list[str]]:
    return [row.strip("| ").split(" | ") for row in printed.splitlines() if row.startswith("|")]


def test_a_pair_is_a_finding_in_the_function_before_and_none_after(tmp_path: Path, study: dict[str, Any]) -> None:
    cases = [
        {**study, "id": "fixed", "line_before": 3, "line_after": 6},
        {**study, "id": "still", "line_before": 6, "line_after": 9},
        {**study, "id": "residual", "line_before": 6, "line_after": 9, "residual_after": True},
        {**study, "id": "other kind", "line_before": 10, "line_after": 13, "kind": "timing", "cwe": "CWE-208"},
        {**study, "id": "elsewhere", "repo": "acme/gone", "line_before": 1, "line_after": 1},
    ]

    done = run(tmp_path, cases, "--peer", f"peer={sys.executable} {tmp_path / 'peer.py'}")

    assert rows(done.stdout) == [
        ["kind", "n", "own hit", "own pair", "peer hit", "peer pair"],
        ["---", "---:", "---:", "---:", "---:", "---:"],
        ["path_traversal", "3", "3 (100%)", "2 (67%)", "3 (100%)", "1 (33%)"],
        ["timing", "1", "0 (0%)", "0 (0%)", "0 (0%)", "0 (0%)"],
        ["all", "4", "3 (75%)", "2 (50%)", "3 (75%)", "1 (25%)"],
    ]
    assert "absent: elsewhere" in done.stdout
    assert "failed: none" in done.stdout


def test_kept_rows_are_not_run_again_but_failures_are(tmp_path: Path, study: dict[str, Any]) -> None:
    cases = [{**study, "id": "fixed", "line_before": 3, "line_after": 6}]
    kept = tmp_path / "rows.jsonl"
    (tmp_path / "reviewer.py").write_text("import sys\nsys.exit(3)\n")
    assert "failed: 1" in run(tmp_path, cases, "--out", kept).stdout
    (tmp_path / "reviewer.py").write_text(REVIEWER)
    again = run(tmp_path, cases, "--out", kept)
    (tmp_path / "reviewer.py").write_text("import sys\nsys.exit(3)\n")

    assert run(tmp_path, cases, "--out", kept).stdout == again.stdout

    assert [json.loads(line)["results"]["own"]["before"] for line in kept.read_text().splitlines()] == [
        None,
        "files/path-traversal helper.py:1",
    ]
    assert "failed: none" in again.stdout
