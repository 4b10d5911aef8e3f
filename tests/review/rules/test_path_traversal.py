"""Names in archives: all of them pass a check before the first is used, or none does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.model.finding import Finding

Find = Callable[..., list[Finding]]
RULE = "files/path-traversal"
CODE = """
import os
import zipfile
from pathlib import Path

def validate(members, target):
    root = target.resolve()
    for member in members:
        CHECK

def extract(path, target: Path):
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        validate(members, target)
        for member in members:
            print((target / member).exists())
"""
RESOLVED = "at = (target / member).resolve()\n        if not at.is_relative_to(root):\n            raise ValueError"
HOLDS = {
    "resolved, and in the folder": RESOLVED,
    "resolved by os.path": "at = os.path.realpath(os.path.join(target, member))\n        if os.path.commonpath([root, at]) != root:\n"
    "            raise ValueError",
    "no parts that lead up": "at = Path(member)\n        if at.is_absolute() or '..' in at.parts:\n            raise ValueError",
    "of the text": "if '..' in member or member.startswith('/'):\n            raise ValueError",
}
BROKEN = {
    "nothing": "pass",
    "only told": RESOLVED.replace("raise ValueError", "print(at)"),
    "may be absolute": "at = Path(member)\n        if '..' in at.parts:\n            raise ValueError",
    "another path": RESOLVED.replace("target / member", "target / 'a'"),
    "some are left out": "if member.endswith('.txt'):\n            continue\n        " + RESOLVED,
    "bound anew": "member = os.path.basename(member)\n        print(member)",
}


@pytest.mark.parametrize("title", HOLDS)
def test_all_names_passed_a_check(title: str, findings: Find) -> None:
    assert findings(RULE, CODE.replace("CHECK", HOLDS[title])) == []


@pytest.mark.parametrize("title", BROKEN)
def test_a_check_that_keeps_nothing_inside(title: str, findings: Find) -> None:
    assert len(findings(RULE, CODE.replace("CHECK", BROKEN[title]))) == 1
