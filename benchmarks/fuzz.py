"""Breaks real files and makes up odd ones, and reviews each: no crash, no file that takes longer than the limit.

python benchmarks/fuzz.py FOLDER... --out RESULTS.jsonl [--mutated 20000] [--generated 2000] [--processes 1]

Every case goes through the whole of a review: parse, link, flow, rules. A case fails if anything raises, if a note says that
a function was not followed or that reading ended the process, or if it takes more than the limit of CPU time. Case number N is
the same for the same folders and seed. RESULTS holds a line a case; what is there already is not run again.
`--case N` writes that case to standard output, to be looked at.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from types import FrameType

from fuzz_generated import GENERATORS
from fuzz_mutations import KINDS, mutated

from archwright.review.choice import choose
from archwright.review.project import review_project
from archwright.review.rule import Rule

LIMIT = 5.0
"""Seconds of CPU time for one file."""
BIGGEST = 120_000
"""Bytes of a file that is mutated."""
_CHUNK = 50


class TooLong(BaseException):
    """The limit is over; no handler of `Exception` stops it."""


def files_below(folders: list[str]) -> list[Path]:
    """The Python files that are mutated, in a fixed order."""
    found = {
        path for folder in folders for path in Path(folder).rglob("*.py") if path.is_file() and not path.is_symlink()
    }
    return sorted(path for path in found if 0 < path.stat().st_size <= BIGGEST)


def case(number: int, generated: int, files: list[Path], seed: int) -> tuple[str, bytes]:
    """The kind and the bytes of a case: first the generated ones, then the mutated ones."""
    random = Random(f"{seed}:{number}")  # noqa: S311 - reproducible on purpose
    if number < generated:
        kind = sorted(GENERATORS)[number % len(GENERATORS)] if number % 3 else "random programs"
        return kind, GENERATORS[kind](random).encode("utf-8", "surrogatepass")
    kind = sorted(KINDS)[number % len(KINDS)]
    one, other = random.choice(files), random.choice(files)
    return kind, mutated(one.read_bytes(), other.read_bytes(), kind, random)


def run(data: bytes, rules: tuple[Rule, ...], folder: Path) -> tuple[float, str]:
    """CPU seconds, and what went wrong ("": nothing)."""
    file = folder / "case.py"
    file.write_bytes(data)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        reviewed = review_project([str(file)], rules, everything=True, root=folder, workers=1)
    except TooLong:
        return time.process_time() - start, "over the limit"
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what we look for
        return time.process_time() - start, f"{type(error).__name__}: {error}"[:300]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    took = time.process_time() - start
    bad = [
        note.message
        for note in reviewed.document.notes
        if "was not followed" in note.message or "ended the process" in note.message
    ]
    bad += [f"rule {fault.rule}: {fault.error}" for fault in reviewed.faults]
    return took, "; ".join(bad)[:300] or ("over the limit" if took > LIMIT else "")


def stop(_number: int, _frame: FrameType | None) -> None:
    raise TooLong


def work(numbers: list[int], arguments: argparse.Namespace, files: list[Path]) -> None:
    """Run some cases in a process of their own, so that one that ends it is found."""
    signal.signal(signal.SIGPROF, stop)
    rules = choose()
    with tempfile.TemporaryDirectory() as folder, Path(arguments.out).open("a", encoding="utf-8") as out:
        for number in numbers:
            kind, data = case(number, arguments.generated, files, arguments.seed)
            took, wrong = run(data, rules, Path(folder))
            print(
                json.dumps(
                    {"case": number, "kind": kind, "bytes": len(data), "seconds": round(took, 3), "wrong": wrong}
                ),
                file=out,
                flush=True,
            )


def results(path: str) -> dict[int, dict[str, object]]:
    """What was run already, by case."""
    if not Path(path).exists():
        return {}
    return {line["case"]: line for line in map(json.loads, Path(path).read_text(encoding="utf-8").splitlines())}


def chunks(numbers: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(numbers), _CHUNK):
        yield numbers[start : start + _CHUNK]


def run_all(arguments: argparse.Namespace, files: list[Path]) -> None:
    """Fork a worker a chunk; a case at which a worker ends is a result too."""
    done = results(arguments.out)
    waiting = [
        list(part) for part in chunks([n for n in range(arguments.generated + arguments.mutated) if n not in done])
    ]
    running: dict[int, list[int]] = {}
    while waiting or running:
        while waiting and len(running) < arguments.processes:
            part = waiting.pop(0)
            child = os.fork()
            if child == 0:
                work(part, arguments, files)
                os._exit(0)
            running[child] = part
        child, status = os.wait()
        part = running.pop(child)
        if status:
            done = results(arguments.out)
            left = [number for number in part if number not in done]
            if left:
                kind = case(left[0], arguments.generated, files, arguments.seed)[0]
                line = {
                    "case": left[0],
                    "kind": kind,
                    "bytes": 0,
                    "seconds": 0.0,
                    "wrong": f"the process ended with {status}",
                }
                with Path(arguments.out).open("a", encoding="utf-8") as out:
                    print(json.dumps(line), file=out)
                if left[1:]:
                    waiting.append(left[1:])


def table(found: dict[int, dict[str, object]]) -> None:
    """The figures by kind, then each failure."""
    print("| kind | files | median ms | slowest s | failures |\n| --- | ---: | ---: | ---: | ---: |")
    kinds = sorted({str(line["kind"]) for line in found.values()})
    for kind in [*kinds, "all"]:
        lines = [line for line in found.values() if kind in (line["kind"], "all")]
        seconds = sorted(float(str(line["seconds"])) for line in lines)
        failures = sum(bool(line["wrong"]) for line in lines)
        print(f"| {kind} | {len(lines):,} | {seconds[len(seconds) // 2] * 1000:.0f} | {seconds[-1]:.2f} | {failures} |")
    for number, line in sorted(found.items()):
        if line["wrong"]:
            print(f"case {number} ({line['kind']}, {line['bytes']} bytes, {line['seconds']} s): {line['wrong']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--mutated", type=int, default=20_000)
    parser.add_argument("--generated", type=int, default=2_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, metavar="N")
    arguments = parser.parse_args()
    files = files_below(arguments.folders)
    if arguments.case is not None:
        sys.stdout.buffer.write(case(arguments.case, arguments.generated, files, arguments.seed)[1])
        return
    print(f"{len(files):,} files to mutate", file=sys.stderr)
    run_all(arguments, files)
    table(results(arguments.out))


if __name__ == "__main__":
    main()
