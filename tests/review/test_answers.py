"""What a view answers: a dictionary becomes JSON, whatever the other ways give."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from archwright.review.project import review_project
from archwright.review.rules.injection.html import HtmlInjection

APP = """
    from flask import Flask, has_app_context, jsonify

    app = Flask(__name__)

    def answered(payload):
        if has_app_context():
            return jsonify(payload)
        return payload

    @app.get("/orders/<name>")
    def order(name):
        return {answer}
"""


@pytest.mark.parametrize(("answer", "found"), [('answered({"message": f"no {name}"})', False), ('f"no {name}"', True)])
def test_what_a_view_answers(answer: str, found: bool, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(textwrap.dedent(APP).replace("{answer}", answer), encoding="utf-8")
    findings = review_project(["."], (HtmlInjection(),), root=tmp_path, workers=1).document.findings
    assert bool(findings) is found
