"""Runs `archwright review` on one tree and checks what must hold on any code.

Not a script; `sample_findings.py` imports it. The checks: exit code 0 or 1, no traceback, JSON and nothing else on
standard output, and every Python file of the tree either counted as reviewed or counted as left out for a stated reason.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTHON_SUFFIX = ".py"
COUNTED_REASONS = ("generated code", "vendored code")
"""Reasons in `stats.not_reviewed` whose `files` are Python files left out; its other entries are languages and links."""
IGNORED_REASON = "ignored by .gitignore"


class ReviewError(Exception):
    """The reviewer crashed or broke its contract; the text says how."""


@dataclass(frozen=True)
class Reviewed:
    """A review that kept its contract, with the facts that a reader of its numbers needs."""

    report: dict[str, Any]
    output: bytes
    python_files: int
    python_lines: int

    def findings_by_rule(self) -> dict[str, int]:
        """Number of findings of each rule, by name."""
        return dict(sorted(Counter(finding["rule"] for finding in self.report["findings"]).items()))


def python_files(tree: Path) -> list[str]:
    """Every Python file of the tree, relative to it; links are left out since their targets are listed."""
    found = []
    for directory, directories, names in os.walk(tree):
        directories[:] = sorted(d for d in directories if d != ".git")
        for name in sorted(names):
            path = Path(directory, name)
            if name.endswith(PYTHON_SUFFIX) and not path.is_symlink():
                found.append(path.relative_to(tree).as_posix())
    return found


def count_lines(tree: Path, files: Sequence[str]) -> int:
    """Physical lines of the files."""
    return sum((tree / file).read_bytes().count(b"\n") for file in files)


def isolated(home: Path) -> dict[str, str]:
    """The environment with the home and cache directories at `home`, so that a run finds no cache of another run."""
    return {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "NO_COLOR": "1"}


def review(command: Sequence[str], tree: Path, home: Path, timeout: float) -> Reviewed:
    """Review `tree` from inside it; raises ReviewError. `timeout` in seconds."""
    try:
        run = subprocess.run(
            [*command, "."], cwd=tree, env=isolated(home), capture_output=True, timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        raise ReviewError(f"no answer within {timeout:g} s") from None
    errors = run.stderr.decode(errors="replace")
    if run.returncode not in (0, 1):
        raise ReviewError(f"exit code {run.returncode}: {errors.strip()[-500:]}")
    if "Traceback (most recent call last)" in errors:
        raise ReviewError(f"a traceback on standard error: {errors.strip()[-500:]}")
    try:
        report = json.loads(run.stdout)
    except ValueError as error:
        raise ReviewError(f"standard output is not JSON: {error}") from None
    missing = [key for key in ("version", "findings", "notes", "stats") if key not in report]
    if missing:
        raise ReviewError(f"the report lacks {', '.join(missing)}")
    files = python_files(tree)
    check_accounted(report["stats"], files, ignored_files(tree))
    return Reviewed(report, run.stdout, len(files), count_lines(tree, files))


def ignored_files(tree: Path) -> set[str]:
    """The Python files that the tree's .gitignore files exclude, as Git itself sees it, relative to the tree."""
    with tempfile.TemporaryDirectory(prefix="archwright-ignored-") as scratch:
        git = ["git", f"--git-dir={scratch}", f"--work-tree={tree.resolve()}", "-c", f"core.excludesFile={os.devnull}"]
        subprocess.run([*git, "init", "--quiet"], check=True)
        listing = subprocess.run(
            [*git, "ls-files", "-z", "--others", "--ignored", "--exclude-standard"],
            cwd=tree, capture_output=True, check=True,
        ).stdout  # fmt: skip
    names = (name.decode(errors="surrogateescape") for name in listing.split(b"\0"))
    return {name for name in names if name.endswith(PYTHON_SUFFIX)}


def check_accounted(stats: dict[str, Any], files: Sequence[str], ignored: set[str]) -> None:
    """Raise ReviewError unless the Python files reviewed and those left out for a stated reason add up to all of them.

    What .gitignore excludes may be large and need not be counted by the reviewer, but it must be mentioned.
    """
    reasons = {part["what"]: int(part["files"]) for part in stats["not_reviewed"]}
    if any(file in ignored for file in files) and IGNORED_REASON not in reasons:
        raise ReviewError(f"{len(ignored)} Python files are excluded by .gitignore and the report does not say so")
    present = sum(file not in ignored for file in files)
    left_out = sum(reasons.get(reason, 0) for reason in COUNTED_REASONS)
    if stats["files"] + left_out != present:
        raise ReviewError(
            f"{present} Python files on disk that .gitignore leaves in, {stats['files']} reviewed and {left_out} left out "
            f"for a reason: {present - stats['files'] - left_out} not accounted for"
        )
