"""`source.stack`: a function above a large chunk of frames is the same function."""

import sys

import pytest

from archwright.source.stack import roomy


@roomy
def _depth(levels: int, *, step: int = 1) -> int:
    def below(left: int) -> int:
        return step + below(left - 1) if left else 0

    return below(levels)


def test_arguments_and_result_are_those_of_the_function() -> None:
    assert _depth(5) == 5
    assert _depth(5, step=2) == 10
    assert _depth.__name__ == "_depth"


def test_errors_pass_through() -> None:
    @roomy
    def fails() -> None:
        raise ValueError("told")

    with pytest.raises(ValueError, match="told"):
        fails()


def test_calls_go_deeper_than_the_room() -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(50_000)
    try:
        assert _depth(40_000) == 40_000
    finally:
        sys.setrecursionlimit(limit)
