import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from typing import Any

import pytest

from archwright.model.finding import Impact, TraceStep
from archwright.report.findings import github, html, junit, markdown
from archwright.report.findings.document import Note
from archwright.report.findings.formats import FORMATS

BAD = "</pre><script>alert(1)</script>\n::error::x `code` @user #1 \x00\x1b\udcff]]>&amp;,:%"


@pytest.fixture
def hostile(finding: Any) -> Any:
    trace = (TraceStep(path=BAD, line=1, note=BAD), TraceStep(path=BAD, line=2, note=BAD))
    return finding(path=BAD, message=BAD, why=BAD, fix=BAD, function=BAD, operations=(BAD,), trace=trace)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_writes_anything(name: str, document: Any, hostile: Any, view: Any) -> None:
    notes = (Note(message=BAD, path=BAD, line=3),)
    given = document(hostile, notes=notes)
    text = FORMATS[name].render(given, view({BAD: BAD}))
    assert text.encode()  # no lone surrogate
    assert not set(text) & {"\x00", "\x1b"}
    assert text == FORMATS[name].render(given, view({BAD: BAD}))
    assert isinstance(FORMATS[name].render(document(), view()), str)


def test_github_is_one_command_a_finding(document: Any, finding: Any, hostile: Any, view: Any) -> None:
    text = github.render(document(finding(), finding(impact=Impact.MEDIUM, end_line=5), hostile), view())
    first, second, third = text.split("\n")
    assert first.startswith(
        "::error file=shop/views.py,line=3,endLine=3,title=injection/sql (critical),col=5::The query"
    )
    assert second.startswith("::warning file=shop/views.py,line=3,endLine=5,title=injection/sql (medium)::")
    assert third.startswith("::error file=</pre><script>alert(1)</script>%0A%3A%3Aerror%3A%3Ax ")
    assert "%0A" in third
    assert "%2C%3A%25,line=3" in third
    assert github.render(document(), view()) == ""


def test_junit_is_well_formed(document: Any, finding: Any, hostile: Any, view: Any) -> None:
    suite = ET.fromstring(junit.render(document(finding(), hostile), view()))
    assert (suite.tag, suite.get("tests"), suite.get("failures")) == ("testsuite", "2", "2")
    assert suite[0].get("name") == "shop/views.py:3:5"
    failure = suite[0].find("failure")
    assert failure is not None
    assert "Pass the value beside the text." in (failure.text or "")
    empty = ET.fromstring(junit.render(document(), view()))
    assert (empty.get("tests"), empty.get("failures"), len(empty)) == ("1", "0", 1)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_escaped_balanced_and_self_contained(document: Any, hostile: Any, view: Any) -> None:
    text = html.render(document(hostile, notes=(Note(message=BAD, path=BAD),)), view({BAD: BAD}))
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert "script" not in tags.seen
    assert not re.search(r"(?:src|href)=", text)


def test_markdown_shows_text_as_it_is(document: Any, finding: Any, hostile: Any, view: Any) -> None:
    text = markdown.render(document(hostile), view({BAD: "\n\n" + BAD}))
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", text, flags=re.DOTALL)
    assert "<script>" not in outside.replace("\\<", "")
    assert "\\@user" in text
    plain = markdown.render(document(finding()), view({"shop/views.py": "a\n\n    run(q)\n"}))
    assert "```python\nrun(q)\n```" in plain
    assert plain.startswith("## archwright: 1 finding: 1 critical")
    assert "not reviewed: 41 TypeScript" in plain
