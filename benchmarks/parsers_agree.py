"""Compares the two front ends on real files: the same facts, positions included; and reads syntax newer than the host's.

python benchmarks/parsers_agree.py FOLDER... [--processes 2]

Every Python file below the folders is read by the host's parser and by the second front end, each file's content once. Where the
host accepts the text, the facts of both must be equal. Where it refuses, the second front end may know why: newer syntax (the
version it needs is told) or no Python at all. Lines a CPU second are those of the second front end with all that follows it:
decoding, conversion, lowering. Each file that differs is named on the error stream. Exit code 1 if one does.
"""

from __future__ import annotations

import argparse
import hashlib
import marshal
import sys
import time
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

from archwright.source.parse import facts_of_text, host, tree
from archwright.source.parse.columns import count_characters
from archwright.source.parse.lower import lower_module
from archwright.source.parse.text import count_lines, decode

BIGGEST = 1_000_000
"""Characters up to which the second front end is asked."""

Outcome = tuple[str, int, float, str]
"""What became of a file, its lines, CPU seconds of the second front end, its path."""


def unique(folders: list[str]) -> list[Path]:
    """The files below the folders, each content once, in a fixed order."""
    found: dict[bytes, Path] = {}
    for folder in folders:
        for path in sorted(Path(folder).rglob("*.py")):
            if path.is_file() and not path.is_symlink():
                found.setdefault(hashlib.blake2b(path.read_bytes(), digest_size=16).digest(), path)
    return sorted(found.values())


def compiles(text: str) -> bool:
    """Whether the host's compiler takes what its parser takes: `from __future__ import *` it does not."""
    try:
        compile(text, "a file", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError):
        return False
    return True


def compare(path: Path) -> Outcome:
    """Read one file by both."""
    text, _ = decode(path.read_bytes())
    lines = count_lines(text)
    if len(text) > BIGGEST:
        return "too big", lines, 0.0, str(path)
    start = time.process_time()
    read = tree.parse(text)
    second = None
    if read is not None:
        count_characters(read.module, text)
        second = marshal.dumps(lower_module(read.module, lines, read.errors))
    took = time.process_time() - start
    try:
        module = host.parse(text)
    except host.Refused as refused:
        if read is None:
            errors = facts_of_text(text)[3]
            return ("refused by both, read in part" if errors else "REFUSED WITHOUT A NOTE"), lines, took, str(path)
        if read.errors:
            return "Python 2", lines, took, str(path)
        if read.needs > sys.version_info.minor:
            return f"needs Python 3.{read.needs}, read", lines, took, str(path)
        return (
            ("too deep for the host, read" if refused.depth else "an error the second overlooks"),
            lines,
            took,
            str(path),
        )
    count_characters(module, text)
    first = marshal.dumps(lower_module(module, lines))
    if second is None:
        return (
            ("REFUSED BY THE SECOND" if compiles(text) else "refused by the second and the compiler"),
            lines,
            took,
            str(path),
        )
    same = marshal.loads(first) == marshal.loads(second)  # noqa: S302 - made above; equal bytes are not what counts
    return ("the same facts" if same else "DIFFERENT"), lines, took, str(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    files = unique(arguments.folders)
    counts: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    seconds, read = 0.0, 0
    with Pool(arguments.processes) as pool:
        for outcome, count, took, path in pool.imap(compare, files, chunksize=16):
            counts[outcome] += 1
            lines[outcome] += count
            if took:
                seconds += took
                read += count
            if outcome.isupper() or "overlooks" in outcome:
                print(f"{outcome}: {path}", file=sys.stderr)
    print(
        f"Python {sys.version.split()[0]}, {len(files):,} different files\n\n| outcome | files | lines |\n| --- | ---: | ---: |"
    )
    for outcome, count in sorted(counts.items()):
        print(f"| {outcome} | {count:,} | {lines[outcome]:,} |")
    print(f"\nsecond front end: {read / max(seconds, 1e-9):,.0f} lines a CPU second")
    return int(any(outcome.isupper() for outcome in counts))


if __name__ == "__main__":
    sys.exit(main())
