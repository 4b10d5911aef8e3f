"""The reviewers that are compared, how each is called, and how its JSON is read.

Not a script; `speed.py` imports it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from measured import CommandError


@dataclass
class Tool:
    """One column of the comparison."""

    name: str
    version: str
    command: list[str]
    rounds: int
    """Counted runs."""
    keeps_cache: bool = False
    """Whether the home of the run before is kept (a warm run)."""
    runs: list[dict[str, float]] = field(default_factory=list)
    peak_bytes: int = 0
    findings: int = 0
    unread: int = 0
    """Files that the tool says it could not read."""
    failure: str = ""


def version_of(program: str) -> str:
    """First line that the program prints for --version; SystemExit where it can't be run."""
    try:
        run = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=120, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise SystemExit(f"speed: {program} --version failed: {error}") from None
    return run.stdout.strip().splitlines()[0].split()[-1]


def make_tools(arguments: argparse.Namespace) -> list[Tool]:
    """The tools that were asked for, in the order of the table."""
    tools = []
    if arguments.archwright:
        version = version_of(arguments.archwright)
        command = [arguments.archwright, "review", "--format", "json", "."]
        tools.append(Tool("archwright, cold", version, command, arguments.runs))
        tools.append(Tool("archwright, warm", version, command, arguments.runs, keeps_cache=True))
    if arguments.bandit:
        command = [arguments.bandit, "-q", "-r", ".", "-f", "json"]
        tools.append(Tool("Bandit", version_of(arguments.bandit), command, arguments.runs))
    if arguments.semgrep:
        command = [
            arguments.semgrep, "scan", "--config", str(arguments.semgrep_rules.resolve()), "--metrics=off",
            "--disable-version-check", "--no-git-ignore", "-j", str(os.cpu_count() or 1), "--json", ".",
        ]  # fmt: skip
        tools.append(Tool("Semgrep", version_of(arguments.semgrep), command, arguments.semgrep_runs))
    return tools


def read_output(tool: Tool, output: Path) -> None:
    """Note the number of findings and of unread files from a tool's JSON; CommandError where it is none."""
    try:
        report = json.loads(output.read_bytes())
    except ValueError as error:
        raise CommandError(f"its output is not JSON: {error}") from None
    if "findings" in report:
        tool.findings = len(report["findings"])
        tool.unread = len({note["path"] for note in report["notes"] if "not read" in note["message"]})
    else:
        tool.findings = len(report["results"])
        tool.unread = len({error.get("filename") or error.get("path") for error in report["errors"]})


def as_data(tool: Tool) -> dict[str, Any]:
    """A tool's runs for the JSON file, without the paths of this machine."""
    command = [Path(part).name if part.startswith("/") else part for part in tool.command]
    return {**asdict(tool), "command": command}
