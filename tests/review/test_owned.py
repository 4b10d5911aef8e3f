"""One cause, one owner: a rule gives way to one that tells the same with the way to the harm."""

import textwrap
from pathlib import Path

import pytest

from archwright.review.project import review_project
from archwright.review.registry import all_rules

CODE = """
import os
from flask import Flask, request

app = Flask(__name__)

def safe(name):
    return name.replace("../", "")

def other(name):
    return name.replace("../", "")

def start(name):
    target = os.path.realpath(os.path.join("/srv/files", name))
    if not target.startswith("/srv/files"):
        raise ValueError(name)
    return target

@app.get("/")
def read():
    name = request.args["name"]
    return {body}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "open('/srv/files/' + safe(name)).read()",
            ["files/broken-containment other", "files/broken-containment start", "files/path-traversal read"],
        ),
        ("open(start(name)).read()", [f"files/broken-containment {name}" for name in ("other", "safe", "start")]),
        ("name", [f"files/broken-containment {name}" for name in ("other", "safe", "start")]),
    ],
)
def test_a_broken_check_on_the_way_to_a_file_is_told_at_the_file(
    tmp_path: Path, body: str, expected: list[str]
) -> None:
    (tmp_path / "app.py").write_text(textwrap.dedent(CODE.format(body=body)))
    rules = tuple(rule for rule in all_rules() if rule.family == "files")
    found = review_project(["."], rules, root=tmp_path, workers=1).document.findings
    assert sorted(f"{finding.rule} {finding.function}" for finding in found) == expected
