"""Quadratic patterns: which data may be long enough to harm, and which was held to a length."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
RULE = "limits/redos"
HEAD = """
import re
from flask import Flask, abort, request

app = Flask(__name__)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
NEVER_RUN = re.compile(r"\\s+$")

@app.post("/texts")
def texts():
    text = request.form["text"]
    {}
    return "ok"
"""


@pytest.mark.parametrize(
    ("body", "confidence"),
    [
        ('COMMENT.sub("", text)', Confidence.MEDIUM),
        ('re.sub(r"\\s+$", "", text)', Confidence.MEDIUM),
        ('COMMENT.sub("", request.args["text"])', Confidence.LOW),
        ('COMMENT.sub("", text[:1000])', None),
        ("if len(text) < 1000: COMMENT.findall(text)", None),
        ("abort(400) if len(text) > 1000 else COMMENT.findall(text)", None),
        ('COMMENT.sub("", "a text of our own")', None),
        ('re.match(r"^\\w+ \\w+$", text)', None),
    ],
)
def test_a_quadratic_pattern(body: str, confidence: Confidence | None, findings: Find) -> None:
    found = findings(RULE, HEAD.replace("{}", body))
    assert [each.confidence for each in found] == ([confidence] if confidence is not None else [])


def test_the_message_shows_a_text_that_takes_long(findings: Find) -> None:
    (found,) = findings(RULE, HEAD.replace("{}", 're.sub(r"\\s+$", "", text)'))
    assert "' ' again and again, 'a'" in found.message


EXTENSION = """
import re
from markdown.preprocessors import Preprocessor

class Fences(Preprocessor):
    FENCE = re.compile(
        r'''
    (?P<fence>^~{3,})[ ]*  # opened
    (?P<name>\\w*)PAD\\n     # its name
    (?P<code>.*?)(?<=\\n)(?P=fence)$
        ''',
        re.MULTILINE | re.DOTALL | re.VERBOSE,
    )

    def run(self, lines):
        return [""] if self.FENCE.search("\\n".join(lines)) else lines
"""


@pytest.mark.parametrize(("pad", "count"), [("[ ]*", 1), ("", 0)])
def test_an_extension_of_markdown_is_given_what_people_wrote(pad: str, count: int, findings: Find) -> None:
    found = findings(RULE, EXTENSION.replace("PAD", pad))
    assert [each.confidence for each in found] == [Confidence.MEDIUM] * count
    assert all("\n" not in each.message for each in found)
