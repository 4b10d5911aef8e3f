from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archwright.build.diff3 import has_conflict, merge

BASE = "one\ntwo\nthree\nfour\nfive\n"


def test_changes_in_different_places_are_both_kept() -> None:
    merged = merge(BASE, BASE.replace("one", "ONE"), BASE.replace("five", "FIVE\nsix"))
    assert merged.text == "ONE\ntwo\nthree\nfour\nFIVE\nsix\n"
    assert merged.conflicts == ()


def test_the_same_change_on_both_sides_is_made_once() -> None:
    changed = BASE.replace("three", "3")
    assert merge(BASE, changed, changed).text == changed


def test_different_changes_of_one_line_are_a_conflict_with_both_versions() -> None:
    merged = merge(BASE, BASE.replace("three", "mine"), BASE.replace("three", "theirs"))
    assert merged.text == ("one\ntwo\n<<<<<<< yours\nmine\n=======\ntheirs\n>>>>>>> archwright\nfour\nfive\n")
    assert merged.conflicts == (3,)
    assert has_conflict(merged.text)


def test_deleting_what_the_other_side_changed_is_a_conflict() -> None:
    merged = merge(BASE, BASE.replace("three\n", ""), BASE.replace("three", "3"))
    assert merged.conflicts == (3,)
    assert "3\n" in merged.text


def test_a_missing_last_line_end_survives() -> None:
    assert merge("a\nb", "a\nb", "x\nb").text == "x\nb"
    assert merge("a\nb", "A\nb", "a\nb").text == "A\nb"


def test_an_edit_of_the_user_inside_a_function_survives_a_new_function_after_it() -> None:
    base = "def f():\n    return 1\n\n\ndef g():\n    return 2\n"
    yours = base.replace("    return 1", "    log()\n    return 1")
    theirs = base + "\n\ndef h():\n    return 3\n"
    assert merge(base, yours, theirs).text == yours + "\n\ndef h():\n    return 3\n"


LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n", "\x0c\n"]), max_size=12).map("".join)


@given(LINES, LINES)
def test_one_side_unchanged_gives_the_other(base: str, changed: str) -> None:
    assert merge(base, base, changed).text == changed
    assert merge(base, changed, base).text == changed


@given(LINES, LINES, LINES)
def test_every_line_that_a_side_added_stands_in_the_merge(base: str, yours: str, theirs: str) -> None:
    merged = merge(base, yours, theirs)
    for line in "abcd":
        for side in (yours, theirs):
            if line in side and line not in base:
                assert line in merged.text
    assert has_conflict(merged.text) == bool(merged.conflicts)
