"""The scripts of benchmarks/ as commands: checkout, sampling with a stand-in reviewer, and precision of judged sheets."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

# Finds every `return` in the tree (rule by parity of the line); counts files named bad.py as generated; drops silent.py.
REVIEWER = """
import json, pathlib, sys
findings, left_out, read = [], 0, 0
for file in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    if file.name == "silent.py":
        continue
    if file.name == "bad.py":
        left_out += 1
        continue
    read += 1
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if "return" in line:
            findings.append({"rule": f"demo/{'odd' if number % 2 else 'even'}", "path": file.as_posix(), "line": number,
                "column": 5, "end_line": number, "message": "a return", "impact": "low", "confidence": "high",
                "fingerprint": f"{file.as_posix()}{number}", "trace": [{"path": file.as_posix(), "line": 1, "note": "starts"}]})
print(json.dumps({"version": 1, "findings": findings, "notes": [],
    "stats": {"files": read, "not_reviewed": [{"what": "generated code", "files": left_out}]}}))
sys.exit(1)
"""


def run(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-B", BENCHMARKS / script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def git(where: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", "-C", where, *identity, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A folder with two cloned projects, a project list naming their commits, and a stand-in reviewer."""
    lines = ["# seed: 7", "# sample: 6"]
    for name, functions in (("one", 12), ("two", 2)):
        clone = tmp_path / "clones" / f"acme+{name}" / "repo"
        clone.mkdir(parents=True)
        git(clone, "init", "--quiet")
        body = "".join(f"def f{i}():\n    return {i}\n\n" for i in range(functions))
        (clone / "app").mkdir()
        (clone / "app" / "views.py").write_text(body)
        (clone / "app" / "bad.py").write_text("")
        (clone / "inside").symlink_to("app/views.py")
        (clone / "outside").symlink_to("../../secret")
        git(clone, "add", ".")
        git(clone, "commit", "--quiet", "-m", "x")
        lines.append(f"acme/{name}\t{git(clone, 'rev-parse', 'HEAD')}\tFlask\tmeasure")
    (tmp_path / "projects.tsv").write_text("\n".join(lines) + "\n")
    (tmp_path / "reviewer.py").write_text(REVIEWER)
    done = run(
        "checkout.py",
        "--projects",
        tmp_path / "projects.tsv",
        "--from",
        tmp_path / "clones",
        "--into",
        tmp_path / "trees",
    )
    assert done.returncode == 0, done.stderr
    assert "outside: link out of the tree" in done.stdout
    return tmp_path


def sample(study: Path, sheet: str, *more: str) -> subprocess.CompletedProcess[str]:
    command = f"{sys.executable} {study / 'reviewer.py'}"
    return run(
        "sample_findings.py", "--projects", study / "projects.tsv", "--trees", study / "trees",
        "--sheet", study / sheet, "--command", command, *more,
    )  # fmt: skip


def rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def judge(file: Path, reader: str, verdicts: list[str]) -> Path:
    judged = [
        {**row, "verdict": verdict, "reason": "read it", "reader": reader}
        for row, verdict in zip(rows(file), verdicts, strict=True)
    ]
    out = file.with_name(f"{reader}.jsonl")
    out.write_text("".join(json.dumps(row) + "\n" for row in judged))
    return out


def test_a_checked_out_tree_holds_the_commit_and_no_link_out_of_it(study: Path) -> None:
    tree = study / "trees" / "one"
    assert (tree / "app" / "views.py").read_text().startswith("def f0():\n")
    assert (tree / "inside").resolve() == tree / "app" / "views.py"
    assert not (tree / "outside").is_symlink()


def test_a_sample_is_stratified_reproducible_and_grows_by_addition(study: Path) -> None:
    assert sample(study, "a.jsonl").returncode == 0
    assert sample(study, "b.jsonl").returncode == 0
    assert (study / "a.jsonl").read_bytes() == (study / "b.jsonl").read_bytes()
    drawn = rows(study / "a.jsonl")
    strata = [(row["project"], row["rule"], row["stratum_size"], row["stratum_drawn"]) for row in drawn]
    assert len(drawn) == 6
    assert {("two", "demo/even", 1, 1), ("two", "demo/odd", 1, 1)} <= set(strata)  # a small project is not drowned
    assert {s[:3] for s in strata if s[0] == "one"} == {("one", "demo/even", 6), ("one", "demo/odd", 6)}
    assert drawn[0]["trace"][0]["code"] == "def f0():"
    assert any(line.startswith(">") and "return" in line for line in drawn[0]["context"])

    assert sample(study, "larger.jsonl", "--sample", "9").returncode == 0
    assert {r["fingerprint"] + r["project"] for r in drawn} <= {
        r["fingerprint"] + r["project"] for r in rows(study / "larger.jsonl")
    }


def test_a_file_that_is_neither_reviewed_nor_counted_stops_the_sampling(study: Path) -> None:
    (study / "trees" / "two" / "silent.py").write_text("x = 1\n")
    done = sample(study, "a.jsonl")
    assert done.returncode == 1
    assert "two: 3 Python files on disk that .gitignore leaves in, 1 reviewed and 1 left out" in done.stderr
    assert "1 not accounted for" in done.stderr
    assert not (study / "a.jsonl").exists()


def test_what_gitignore_excludes_must_be_mentioned(study: Path) -> None:
    (study / "trees" / "two" / ".gitignore").write_text("silent.py\n")
    (study / "trees" / "two" / "silent.py").write_text("x = 1\n")
    assert "excluded by .gitignore and the report does not say so" in sample(study, "a.jsonl").stderr


def test_a_sheet_is_never_written_over(study: Path) -> None:
    assert sample(study, "a.jsonl").returncode == 0
    done = sample(study, "a.jsonl")
    assert done.returncode == 2
    assert "never written over" in done.stderr


def test_precision_weights_parts_by_size_and_compares_readers(study: Path) -> None:
    assert sample(study, "a.jsonl").returncode == 0
    # 2 x one/even (of 6), 2 x one/odd (of 6), two/even, two/odd
    first = judge(study / "a.jsonl", "ann", ["true", "false", "true", "worth-fixing", "true", "cannot-tell"])
    second = judge(study / "a.jsonl", "bob", ["true", "false", "true", "true", "true", "cannot-tell"])
    done = run("precision.py", first, second, "--projects", study / "a.projects.jsonl", "--bare", study / "kept.jsonl")
    assert done.returncode == 0, done.stderr
    assert "| all | 6 | 3 | 1 | 1 | 1 | 60 % | 23-88 % | 80 % |" in done.stdout
    # weights: true 3 + 3 + 1 of 13 decided; with worth-fixing 10 of 13
    assert "54 % precise, 77 % with those worth fixing" in done.stdout
    assert "| one | 36 | 12 | 3.0 | 833.33 |" in done.stdout
    # agreement 5/6; by chance (3*4 + 1*0 + 1*1 + 1*1) / 36; kappa = (30 - 14) / (36 - 14)
    assert (
        "ann and bob, 6 findings in common: equal verdicts 83 %, kappa 0.73; false against the rest 100 %, kappa 1.00"
        in done.stdout
    )
    assert "ann says worth-fixing, bob says true" in done.stdout

    kept = run("precision.py", study / "kept.jsonl", "--projects", study / "a.projects.jsonl")
    assert kept.stdout == done.stdout
    assert "return" not in "".join(json.dumps(row.get("context", "")) for row in rows(study / "kept.jsonl"))


def test_a_settled_verdict_counts_before_the_readers(study: Path) -> None:
    assert sample(study, "a.jsonl").returncode == 0
    first = judge(study / "a.jsonl", "ann", ["true"] * 6)
    settled = judge(study / "a.jsonl", "settled", ["false"] * 6)
    assert "| all | 6 | 0 | 0 | 6 | 0 | 0 % |" in run("precision.py", first, settled).stdout


def test_an_unfinished_sheet_is_refused_with_its_line(study: Path) -> None:
    assert sample(study, "a.jsonl").returncode == 0
    done = run("precision.py", study / "a.jsonl")
    assert done.returncode == 1
    assert "a.jsonl:1: verdict ''; expected one of true, worth-fixing, false, cannot-tell" in done.stderr


def test_what_is_still_told_of_findings_that_were_judged(tmp_path: Path) -> None:
    (tmp_path / "trees" / "shop").mkdir(parents=True)
    (tmp_path / "trees" / "shop" / "a.py").write_text("def a():\n    return 1\n\n\ndef b():\n    pass\n")
    reviewer = tmp_path / "reviewer.py"
    reviewer.write_text(REVIEWER)
    row = {
        "project": "shop",
        "commit": "0" * 40,
        "path": "a.py",
        "function": "a",
        "impact": "low",
        "confidence": "high",
        "stratum_size": 1,
        "stratum_drawn": 1,
        "reason": "read",
        "reader": "one",
    }
    judged = [("demo/even", 2, "true"), ("demo/even", 2, "false"), ("demo/even", 6, "false"), ("demo/odd", 1, "true")]
    rows = [
        {**row, "rule": rule, "line": line, "verdict": verdict, "message": verdict, "fingerprint": str(number)}
        for number, (rule, line, verdict) in enumerate(judged)
    ]
    sheet = tmp_path / "sheet.jsonl"
    sheet.write_text("".join(json.dumps(each) + "\n" for each in rows))
    command = f"{sys.executable} {reviewer}"
    found = run("still_told.py", sheet, "--trees", tmp_path / "trees", "--command", command)
    assert found.returncode == 0, found.stderr
    assert "| demo/even | 1 of 3 | 1 of 1 |" in found.stdout
    assert "| demo/odd | 1 of 1 | 0 of 0 |" in found.stdout
