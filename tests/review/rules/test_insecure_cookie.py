"""Cookies whose flag a setting decides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Confidence, Finding

Find = Callable[..., list[Finding]]
APP = """
import config
from flask import Flask, make_response

app = Flask(__name__)

@app.post("/sign-in")
def sign_in():
    answer = make_response("in")
    answer.set_cookie(
        "session_token",
        "x",
        secure={},
    )
    return answer
"""


@pytest.mark.parametrize(
    ("flag", "confidence"), [("False", Confidence.HIGH), ("config.SESSION_COOKIE_SECURE", Confidence.LOW)]
)
def test_a_flag_that_a_setting_decides_is_for_the_operator(findings: Find, flag: str, confidence: Confidence) -> None:
    files = {"app.py": APP.format(flag), "config.py": "SESSION_COOKIE_SECURE = False\n"}
    (finding,) = [each for each in findings("secrets/insecure-cookie", files) if each.path == "app.py"]
    assert finding.confidence is confidence


@pytest.mark.parametrize("flag", ["", "        secure=False,\n"])
@pytest.mark.parametrize(("name", "told"), [("session_token", True), ("csrf_token", False)])
def test_the_token_of_forms_tells_nobody_who_calls(findings: Find, name: str, told: bool, flag: str) -> None:
    text = APP.replace("        secure={},\n", flag).replace("session_token", name)
    (finding,) = findings("secrets/insecure-cookie", text)
    assert (finding.confidence is not Confidence.LOW) is told
