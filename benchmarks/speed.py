"""Time `archwright review`, Bandit and Semgrep on the same files in the same run; Linux only.

usage:
    python benchmarks/speed.py TREE [TREE ...] --out OUT [--archwright PROGRAM] [--bandit PROGRAM]
        [--semgrep PROGRAM --semgrep-rules DIR] [--runs 5] [--semgrep-runs 1] [--exclude GLOB ...] [--all-files]

What is timed is the whole command, from its start until its process has ended, its JSON written to a file:

    archwright review --format json .                                          cold (empty cache) and then warm
    bandit -q -r . -f json
    semgrep scan --config DIR --metrics=off --disable-version-check --no-git-ignore -j CORES --json .

The Python files of each TREE (with --all-files: all files) are copied to a scratch directory that has an empty
.semgrepignore and no .gitignore, so that all tools have the same files before them; reading them for the copy also fills
the page cache. --exclude leaves out paths that match a glob (`tests/*`, `*/tests/*`). Each tool has an empty home and
cache directory of its own; every tool runs once without being counted; then the tools take turns, a run each, in an
order that rotates. Semgrep is slow and has a number of runs of its own. Peak memory comes from one further run of each
(see measured.py). Install each peer into an environment of its own, Bandit under the newest Python, because it skips
files with newer syntax; the number of files that a tool says it could not read is part of the table.

Writes OUT.md (a table for each tree: medians, lines per second, spread) and OUT.json (every run). Lines are the physical
lines of the Python files. The machine's load is recorded before each run: numbers of a loaded machine are not comparable.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from measured import CommandError, run_measured
from reviewing import PYTHON_SUFFIX, count_lines, isolated, python_files
from tools import Tool, as_data, make_tools, read_output


def copy_tree(tree: Path, into: Path, exclude: Sequence[str], *, all_files: bool) -> None:
    """Copy the files to measure; links are left out."""
    for directory, directories, names in os.walk(tree):
        directories[:] = sorted(d for d in directories if d != ".git")
        for name in sorted(names):
            source = Path(directory, name)
            path = source.relative_to(tree).as_posix()
            wanted = (all_files and name not in (".gitignore", ".semgrepignore")) or name.endswith(PYTHON_SUFFIX)
            if source.is_symlink() or not wanted or any(fnmatch.fnmatch(path, glob) for glob in exclude):
                continue
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    (into / ".semgrepignore").touch()


def run_once(tool: Tool, tree: Path, homes: Path, timeout: float, *, memory: bool = False) -> dict[str, float]:
    """One run of a tool; raises CommandError."""
    home = homes / tool.command[0].replace("/", "_")
    if not tool.keeps_cache:
        shutil.rmtree(home, ignore_errors=True)
    home.mkdir(exist_ok=True)
    environment = isolated(home)
    environment["PATH"] = (
        f"{Path(tool.command[0]).parent}{os.pathsep}{environment['PATH']}"  # Semgrep calls its helpers
    )
    output = homes / "output.json"
    load = os.getloadavg()[0]
    run = run_measured(tool.command, cwd=tree, environment=environment, output=output, timeout=timeout, memory=memory)
    if run.exit_code not in (0, 1):
        raise CommandError(f"exit code {run.exit_code}")
    read_output(tool, output)
    tool.peak_bytes = max(tool.peak_bytes, run.peak_bytes or 0)
    return {"seconds": round(run.seconds, 3), "cpu_seconds": round(run.cpu_seconds, 3), "load_before": round(load, 2)}


def measure(tools: Sequence[Tool], tree: Path, homes: Path, timeout: float) -> None:
    """All runs on one tree: one uncounted, the counted ones in turns, one for memory."""
    for tool in tools:
        try:
            run_once(tool, tree, homes, timeout)
        except CommandError as failure:
            tool.failure = str(failure)
    groups = [[tool for tool in tools if tool.command == command] for command in unique(t.command for t in tools)]
    for turn in range(max(tool.rounds for tool in tools)):
        shift = turn % len(groups)
        for group in groups[shift:] + groups[:shift]:  # cold and warm of one program stay together, in this order
            for tool in group:
                if turn < tool.rounds and not tool.failure:
                    attempt(tool, tree, homes, timeout, memory=False)
    for tool in tools:
        if not tool.failure:
            attempt(tool, tree, homes, timeout, memory=True)


def unique(commands: Iterable[list[str]]) -> list[list[str]]:
    """The commands without repetitions, in order."""
    found: list[list[str]] = []
    for command in commands:
        if command not in found:
            found.append(command)
    return found


def attempt(tool: Tool, tree: Path, homes: Path, timeout: float, *, memory: bool) -> None:
    """One run that counts, for time or for memory; a failure is kept and ends the runs of this tool."""
    try:
        run = run_once(tool, tree, homes, timeout, memory=memory)
    except CommandError as failure:
        tool.failure = str(failure)
        return
    if not memory:
        tool.runs.append(run)
    print(f"  {tool.name}{' (memory)' if memory else ''}: {run['seconds']} s", file=sys.stderr, flush=True)


def table(tools: Sequence[Tool], lines: int) -> str:
    """The comparison as a Markdown table."""
    out = [
        "| tool | version | runs | median | fastest to slowest | CPU | lines/s | lines/CPU-s | peak memory | findings | unread files |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for tool in tools:
        if tool.failure or not tool.runs:
            out.append(
                f"| {tool.name} | {tool.version} | {len(tool.runs)} | {tool.failure or 'not timed'} |" + " |" * 7
            )
            continue
        seconds = [run["seconds"] for run in tool.runs]
        median = statistics.median(seconds)
        cpu = statistics.median(run["cpu_seconds"] for run in tool.runs)
        cells = [
            tool.name, tool.version, str(len(seconds)), f"{median:.2f} s", f"{min(seconds):.2f}-{max(seconds):.2f} s",
            f"{cpu:.2f} s", f"{lines / median:,.0f}", f"{lines / cpu:,.0f}", f"{tool.peak_bytes / 2**20:.0f} MiB",
            str(tool.findings), str(tool.unread),
        ]  # fmt: skip
        out.append(f"| {' | '.join(cells)} |")
    return "\n".join(out)


def machine() -> dict[str, Any]:
    """What the numbers depend on."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {"processor": model, "cores": os.cpu_count(), "system": f"{platform.system()} {platform.release()}"}


def main() -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path, metavar="TREE")
    parser.add_argument("--out", type=Path, required=True, help="where to write OUT.md and OUT.json")
    parser.add_argument("--archwright", help="program to time")
    parser.add_argument("--bandit", help="program to time")
    parser.add_argument("--semgrep", help="program to time")
    parser.add_argument("--semgrep-rules", type=Path, help="directory of local rules")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--semgrep-runs", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run")
    parser.add_argument("--exclude", nargs="+", default=[], metavar="GLOB")
    parser.add_argument("--all-files", action="store_true", help="not only the Python files")
    arguments = parser.parse_args()
    if bool(arguments.semgrep) != bool(arguments.semgrep_rules):
        parser.error("--semgrep and --semgrep-rules belong together")
    for name in ("archwright", "bandit", "semgrep"):
        program = getattr(arguments, name)
        if program:
            setattr(arguments, name, shutil.which(program) or parser.error(f"--{name}: no program {program}"))
    if not (arguments.archwright or arguments.bandit or arguments.semgrep):
        parser.error("nothing to time; give --archwright, --bandit or --semgrep")

    facts = machine()
    text: list[str] = []
    trees: list[dict[str, Any]] = []
    for tree in arguments.trees:
        tools = make_tools(arguments)
        with tempfile.TemporaryDirectory(prefix="archwright-speed-") as scratch:
            copy, homes = Path(scratch, "tree"), Path(scratch, "homes")
            copy.mkdir()
            homes.mkdir()
            copy_tree(tree, copy, arguments.exclude, all_files=arguments.all_files)
            files = python_files(copy)
            lines = count_lines(copy, files)
            name = tree.resolve().name
            print(f"{name}: {len(files)} Python files, {lines} lines", file=sys.stderr, flush=True)
            measure(tools, copy, homes, arguments.timeout)
        text.append(f"### {name}: {len(files):,} Python files, {lines:,} lines\n\n{table(tools, lines)}\n")
        trees.append({"tree": name, "files": len(files), "lines": lines, "tools": [as_data(t) for t in tools]})
    text.append(f"{facts['processor']}, {facts['cores']} cores, {facts['system']}.\n")
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.with_suffix(".md").write_text("\n".join(text), encoding="utf-8")
    arguments.out.with_suffix(".json").write_text(
        json.dumps({"machine": facts, "trees": trees}, indent=1) + "\n", encoding="utf-8"
    )
    print("\n".join(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
