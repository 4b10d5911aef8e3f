"""Review a project again after an edit: is the result that of a review without a cache, and how long does it take?

usage:
    python benchmarks/again.py TREE --archwright archwright [--edits 20] [--seed 1]

Works on a copy of TREE in a temporary directory. Reviews it once, then edits one file at a time (a statement in a function,
an import, a new function, a comment), reviews it again with the cache and once without, compares the findings byte by
byte, and takes the edit back. Prints a line an edit, the median and the slowest time, and how many results differed.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

Edit = Callable[[str, random.Random], str | None]


def in_a_function(text: str, chance: random.Random) -> str | None:
    """A statement at the start of some function."""
    try:
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    except SyntaxError:
        return None
    if not functions:
        return None
    first = chance.choice(functions).body[0]
    lines = text.split("\n")
    lines.insert((first.end_lineno or first.lineno) - 1, " " * first.col_offset + "edited = 1")
    edited = "\n".join(lines)
    try:
        ast.parse(edited)
    except SyntaxError:  # inside a statement of several lines
        return None
    return edited


def with_an_import(text: str, _: random.Random) -> str:
    """One more name at the top level."""
    return f"{text}\nimport os as edited_os\n"


def with_a_function(text: str, _: random.Random) -> str:
    """One more function."""
    return f"{text}\n\ndef edited_function(value):\n    return value\n"


def with_a_comment(text: str, _: random.Random) -> str:
    """Every line moves."""
    return f"# edited\n{text}"


EDITS: tuple[Edit, ...] = (in_a_function, in_a_function, in_a_function, with_an_import, with_a_function, with_a_comment)


def review(archwright: str, tree: Path, cache: Path, *extra: str) -> tuple[bytes, float]:
    started = time.perf_counter()
    command = [*archwright.split(), "review", "--all", "--format", "json", "--fail-on", "never", *extra, "."]
    environment = {**os.environ, "ARCHWRIGHT_CACHE_DIR": str(cache)}
    done = subprocess.run(command, cwd=tree, capture_output=True, env=environment, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode())
    return json.dumps(json.loads(done.stdout)["findings"]).encode(), time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--archwright", default="archwright")
    parser.add_argument("--edits", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - a draw, no secret
    with tempfile.TemporaryDirectory() as directory:
        tree, cache = Path(directory, "tree"), Path(directory, "cache")
        shutil.copytree(given.tree, tree, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        files = sorted(path for path in tree.rglob("*.py") if path.stat().st_size > 1500 and not path.is_symlink())
        _, cold = review(given.archwright, tree, cache)
        _, unchanged = review(given.archwright, tree, cache)
        print(f"empty cache {cold:.2f} s, unchanged {unchanged:.2f} s")
        times, differing = [], 0
        while len(times) < given.edits:
            path = chance.choice(files)
            edit, before = chance.choice(EDITS), path.read_bytes()
            try:
                edited = edit(before.decode(), chance)
            except UnicodeDecodeError:
                continue
            if edited is None:
                continue
            path.write_bytes(edited.encode())
            again, seconds = review(given.archwright, tree, cache)
            anew, _ = review(given.archwright, tree, cache, "--no-cache")
            path.write_bytes(before)
            times.append(seconds)
            differing += again != anew
            same = "same" if again == anew else "DIFFERENT"
            print(f"{seconds:6.2f} s  {same:9}  {edit.__name__:15}  {path.relative_to(tree).as_posix()}", flush=True)
        print(
            f"median {statistics.median(times):.2f} s, slowest {max(times):.2f} s, {differing} of {len(times)} differ"
        )


if __name__ == "__main__":
    main()
