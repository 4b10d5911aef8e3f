from archwright.report.findings.frame import frame
from archwright.report.terminal import Terminal

PLAIN = Terminal(width=80)


def test_two_lines_before_a_marker_and_a_caret() -> None:
    text = "import db\n\ndef f(q):\n    # why\n    return db.execute(q)\n"
    assert frame(text, 5, 12, 5, PLAIN) == [
        "      3 │ def f(q):",
        "      4 │     # why",
        "    ▸ 5 │     return db.execute(q)",
        "        │            ^",
    ]


def test_empty_lines_before_are_left_out() -> None:
    assert frame("a\n\n\nb\n", 4, 1, 4, PLAIN) == ["    ▸ 4 │ b"]


def test_a_place_of_several_lines_is_marked_whole() -> None:
    assert frame("run(\n  x,\n)\n", 1, 1, 3, PLAIN) == ["    ▸ 1 │ run(", "    ▸ 2 │   x,", "    ▸ 3 │ )"]


def test_a_very_long_place_shows_its_first_lines() -> None:
    assert len(frame("x\n" * 50, 1, 1, 50, PLAIN)) == 8


def test_the_gutter_is_as_wide_as_the_last_number() -> None:
    assert frame("x\n" * 10, 10, 1, 10, PLAIN)[0] == "       8 │ x"


def test_tabs_and_wide_characters_keep_the_caret_in_place() -> None:
    assert frame("\tx = '日本'; run(x)\n", 1, 12, 1, PLAIN) == [
        "    ▸ 1 │     x = '日本'; run(x)",
        "        │                 ^",  # the two wide characters take four columns
    ]


def test_control_characters_are_harmless() -> None:
    shown = frame("x = '\x1b[2J\u202e'\n", 1, 1, 1, PLAIN)
    assert shown == ["    ▸ 1 │ x = '\\x1b[2J\\u202e'"]


def test_a_form_feed_ends_no_line() -> None:
    assert frame("a\x0c\nb\n", 2, 1, 2, PLAIN)[-1] == "    ▸ 2 │ b"


def test_a_long_line_is_cut_around_the_column() -> None:
    text = "x" * 300 + "HERE" + "y" * 300 + "\n"
    line, caret = frame(text, 1, 301, 1, PLAIN)
    assert len(line) <= 80
    assert line[caret.index("^")] == "H"
    assert line.count("…") == 2


def test_without_unicode_the_signs_are_ascii() -> None:
    shown = frame("a = run(" + "x" * 200 + ")\n", 1, 5, 1, Terminal(width=60, unicode=False))
    assert all(line.isascii() for line in shown)


def test_a_line_that_is_not_there_has_no_frame() -> None:
    assert frame("", 1, 1, 1, PLAIN) == []
    assert frame("x\n", 2, 1, 2, PLAIN) == []
