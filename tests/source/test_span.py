from __future__ import annotations

import pytest

from archwright.source import facts as f
from archwright.source.parse import facts_of_text
from archwright.source.parse.span import Kind, Size, span_end

TEXT = "value = shop.orders(key='é', more=[1,\n    2])[0]  # why\nfor x in y:\n    go(x)\n"


def at(line: int, column: int) -> int:
    return line * f.COLUMNS + column


@pytest.mark.parametrize(
    ("position", "size", "kind", "end"),
    [
        (at(1, 1), "largest", "any", (2, 11)),
        (at(1, 1), "smallest", "any", (1, 6)),
        (at(1, 1), "largest", "expression", (1, 6)),
        (at(1, 9), "smallest", "expression", (1, 13)),
        (at(1, 9), "largest", "expression", (2, 11)),
        (at(1, 9), "largest", "statement", None),
        (at(1, 25), "largest", "any", (1, 28)),
        (at(1, 35), "largest", "any", (2, 7)),
        (at(3, 1), "largest", "statement", (4, 10)),
        (at(1, 2), "largest", "any", None),
        (at(9, 1), "largest", "any", None),
    ],
)
def test_ends(position: int, size: Size, kind: Kind, end: tuple[int, int] | None) -> None:
    assert span_end(TEXT, position, size, kind) == end


def test_ends_where_only_the_second_front_end_reads() -> None:
    text = "def f[T](x):\n    return g(x)\n    # done\n"
    assert span_end(text, at(1, 1)) == (2, 16)
    assert span_end(text, at(2, 12), "largest", "expression") == (2, 16)


def test_every_position_of_the_facts_has_an_end() -> None:
    units, _, _, _ = facts_of_text(TEXT)
    for statement in units[0][7]:
        assert span_end(TEXT, statement[1], "largest", "statement") is not None
