"""Every program of the matrix gets the answer that its tables say: the one rule, or silence.

Here each source x sink x variant runs in one shape; `python -m tests.matrix` runs all in every shape.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from tests.matrix.answers import answers, right
from tests.matrix.known import known
from tests.matrix.parts import Program
from tests.matrix.shapes import programs

PROGRAMS = tuple(programs())


def cases() -> list[object]:
    return [
        pytest.param(
            program, id=program.name, marks=pytest.mark.xfail(reason=reason) if (reason := known(program)) else ()
        )
        for program in PROGRAMS
    ]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    return answers(PROGRAMS, tmp_path_factory.mktemp("matrix"))


@pytest.mark.parametrize("program", cases())
def test_the_answer_is_right(program: Program, told: Mapping[str, list[str]]) -> None:
    found = told.get(program.package, [])
    assert right(program, found), f"expected {program.expected or 'silence'}, found {found}: {program.files}"


def test_the_packages_have_names_of_their_own() -> None:
    every = tuple(programs(every_shape=True))
    assert len({program.package for program in every}) == len(every) == 4 * len(PROGRAMS)
