import pytest

from archwright.review.excerpt import end_of, normalised


@pytest.mark.parametrize(
    ("text", "column", "end"),
    [
        ("f(x)\ng(y)\n", 1, 1),
        ("f(\n  x,\n)\ng()\n", 1, 3),
        ("f(\n  ')',\n)\n", 1, 3),
        ("f(  # (\n  x)\n", 1, 2),
        ('f("""\n(((\n""")\n', 1, 3),
        ("f(r'\\'')\ng()\n", 1, 1),
        ("try:\n    pass\nexcept Exception:\n    pass\n", 1, 1),
        ("x = [f(\n 1)]\n", 6, 2),
        ("f(\n" + "x,\n" * 200 + ")\n", 1, 1),
        ("f(\n", 1, 1),
        ("f('\nx)\n", 1, 2),
    ],
)
def test_the_end_of_an_expression(text: str, column: int, end: int) -> None:
    assert end_of(text.splitlines(), 1, column) == end


def test_a_line_that_is_not_there_is_its_own_end() -> None:
    assert end_of([], 7, 1) == 7


def test_normalised_code_has_single_blanks() -> None:
    assert normalised(["  f(", "\tx )", "g()"], 1, 2) == "f( x )"
