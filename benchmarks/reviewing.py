"""Runs `archwright review` on one tree and checks what must hold on any code.

Not a script; `sample_findings.py` imports it. The checks: exit code 0 or 1, no traceback, JSON and nothing else on
standard output, and every Python file of the tree either counted as reviewed or covered by a note that says why not.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PYTHON_SUFFIXES = (".py", ".pyi")


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
            if name.endswith(PYTHON_SUFFIXES) and not path.is_symlink():
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
    check_accounted(report, files)
    return Reviewed(report, run.stdout, len(files), count_lines(tree, files))


def check_accounted(report: dict[str, Any], files: Sequence[str]) -> None:
    """Raise ReviewError unless the Python files reviewed and those under a skipping note add up to all of them."""
    reviewed = int(report["stats"]["files"])
    skipping = [str(note["path"]).rstrip("/") for note in report["notes"] if note["kind"] == "skipped"]
    exact = set(skipping)
    covered = sum(file in exact or any(file.startswith(f"{path}/") for path in skipping) for file in files)
    if reviewed + covered != len(files):
        raise ReviewError(
            f"{len(files)} Python files on disk, {reviewed} reviewed and {covered} noted as skipped: "
            f"{len(files) - reviewed - covered} not accounted for"
        )
