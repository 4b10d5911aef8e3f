from typing import Any

from archwright.model.finding import Confidence, Impact, TraceStep
from archwright.report.findings.text import render
from archwright.report.terminal import Terminal

CODE = "import db\n\nrun(q)\n"


def test_the_whole_report(document: Any, finding: Any, view: Any) -> None:
    trace = (
        TraceStep(path="shop/urls.py", line=9, note="query parameter 'q'"),
        TraceStep(path="shop/views.py", line=3, note="runs"),
    )
    found = finding(column=1, function="search", operations=("GET /a", "GET /b", "GET /c", "GET /d"), trace=trace)
    assert render(document(found), view({"shop/views.py": CODE}, seconds=5.13)).split("\n") == [
        "Python · Django · 2 files, 1,234 lines in 5.1 s · not reviewed: 41 TypeScript",
        "",
        "CRITICAL  injection/sql  GET /a, GET /b, GET /c and 1 more",
        "  shop/views.py:3:1  in search",
        "      1 │ import db",
        "      2 │",
        "    ▸ 3 │ run(q)",
        "  The query parameter 'q' becomes part of the SQL text.",
        "  why     Anyone can rewrite the statement.",
        "  trace   shop/urls.py:9   query parameter 'q'",
        "          shop/views.py:3  runs",
        "  fix     Pass the value beside the text.",
        "",
        "1 finding: 1 critical · 2 more that are less sure (--all) · 1 suppressed",
        "archwright explain injection/sql · archwright review --format html -o review.html",
    ]


def test_no_finding_is_one_line_that_says_what_was_not_reviewed(document: Any, view: Any) -> None:
    from archwright.report.findings.document import Figures

    clean = document(figures=Figures(files=9, lines=263216, languages=("Python",), rules=71))
    assert render(clean, view(seconds=5.1)) == "No findings in 263,216 lines (71 rules, 5.1 s)."
    assert render(document(), view()).split("\n") == [
        "No findings in 1,234 lines (3 rules). Not reviewed: 41 TypeScript.",
        "2 more that are less sure (--all) · 1 suppressed",
    ]


def test_confidence_below_high_is_said(document: Any, finding: Any, view: Any) -> None:
    assert "medium confidence" in render(document(finding(confidence=Confidence.MEDIUM)), view())
    assert "confidence" not in render(document(finding(), figures=document().figures), view()).replace(
        "(--all)", ""
    ).replace("of low confidence", "")


def test_long_texts_are_wrapped_to_the_terminal(document: Any, finding: Any, view: Any) -> None:
    text = render(document(finding(why="word " * 80)), view(terminal=Terminal(width=60)))
    body = text.split("\n\n")[1]
    assert all(len(line) <= 60 for line in body.split("\n"))


def test_colours_only_on_request(document: Any, finding: Any, view: Any) -> None:
    given = document(finding())
    assert "\x1b" not in render(given, view({"shop/views.py": CODE}))
    coloured = render(given, view({"shop/views.py": CODE}, terminal=Terminal(colour=True)))
    assert "\x1b[1;97;41mCRITICAL\x1b[0m" in coloured


def test_hostile_text_does_not_reach_the_terminal(document: Any, finding: Any, view: Any) -> None:
    bad = "\x1b]0;owned\x07\nrm \u202e\udcff"
    found = finding(path=bad, message=bad, why=bad, fix=bad, function=bad, operations=(bad,), impact=Impact.LOW)
    text = render(document(found), view({bad: bad * 3}))
    assert not set(text) & {"\x1b", "\x07", "\u202e", "\udcff"}


def test_ascii_terminals_get_ascii(document: Any, finding: Any, view: Any) -> None:
    text = render(document(finding()), view({"shop/views.py": CODE}, terminal=Terminal(unicode=False)))
    assert text.isascii()
