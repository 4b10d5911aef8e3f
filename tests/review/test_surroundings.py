import pytest

from archwright.report.lines import lines_of
from archwright.review.surroundings import around, leaves, protected

CODE = lines_of("""\
class C:
    def f(self):
        while True:
            try:
                first()

                # why
                second()
            except ValueError:
                pass
            except Exception:
                pass
            finally:
                try:
                    close()
                except Exception:
                    pass
""")


def test_the_body_of_the_try() -> None:
    assert protected(CODE, 9) == ["first()", "second()"]
    assert protected(CODE, 11) == ["first()", "second()"]
    assert protected(CODE, 16) == ["close()"]


def test_the_blocks_around() -> None:
    assert around(CODE, 11) == ("while", "def")
    assert around(CODE, 16) == ("finally", "while", "def")


def test_a_with_is_its_own_opening() -> None:
    lines = ["def f():", "    if a:", "        async with suppress(Exception):", "            g()", "", "    h()"]
    assert protected(lines, 3) == ["g()"]
    assert around(lines, 3) == ("if", "def")


def test_what_is_no_handler_has_no_surroundings() -> None:
    assert protected(CODE, 5) == []
    assert protected([], 3) == []
    assert around([], 3) == ()


LOOP = lines_of("""\
def find(rows):
    for row in rows:
        if row.key == wanted:
            return JsonResponse(
                show(row),
            )
        if row.last:
            use(row)
            break
        if row.odd:
            log(row)
        for child in row.children:
            if child.bad:
                raise ValueError(child)
            use(child)
        use(row)
    return None
""")


@pytest.mark.parametrize(
    ("line", "once"),
    [(4, True), (5, True), (8, True), (9, True), (11, False), (12, False), (14, True), (15, False), (16, False)],
)
def test_what_ends_the_loop_runs_once(line: int, once: bool) -> None:
    assert leaves(LOOP, 2, line) is once


def test_outside_of_the_loop_nothing_is_known() -> None:
    assert not leaves(LOOP, 2, 2)
    assert not leaves(LOOP, 2, 17)
    assert not leaves([], 1, 2)
