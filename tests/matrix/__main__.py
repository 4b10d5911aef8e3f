"""Review every program of the matrix in every shape and print the share of right answers, as tables in Markdown.

usage: python -m tests.matrix [--wrong]

--wrong lists each wrong answer.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.matrix.answers import answers, right
from tests.matrix.parts import Program
from tests.matrix.shapes import programs


def main() -> None:
    """Run all, print the tables."""
    every = tuple(programs(every_shape=True))
    with tempfile.TemporaryDirectory() as directory:
        told = answers(every, Path(directory))
    good = {program.package: right(program, told.get(program.package, [])) for program in every}
    print(f"{len(every):,} programs, {sum(good.values()):,} right answers ({sum(good.values()) / len(every):.1%})")
    keys: dict[str, Callable[[Program], str]] = {
        "framework": lambda program: program.source.framework.name,
        "source": lambda program: program.source.kind,
        "sink": lambda program: f"{program.sink.name} ({program.sink.rule})",
        "shape": lambda program: program.shape,
    }
    for title, key in keys.items():
        print(f"\n| {title} | to be found | found | to be silent | silent |\n| --- | ---: | ---: | ---: | ---: |")
        for name in dict.fromkeys(key(program) for program in every):
            of = [program for program in every if key(program) == name]
            dirty = [good[program.package] for program in of if program.expected]
            clean = [good[program.package] for program in of if not program.expected]
            print(f"| {name} | {len(dirty)} | {_share(dirty)} | {len(clean)} | {_share(clean)} |")
    if "--wrong" in sys.argv:
        for program in every:
            if not good[program.package]:
                print(
                    f"{program.name}: expected {program.expected or 'silence'}, found {told.get(program.package, [])}"
                )


def _share(answered: list[bool]) -> str:
    return f"{sum(answered) / len(answered):.1%}" if answered else "-"


if __name__ == "__main__":
    main()
