"""Small programs written to disk and reviewed by every rule."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from archwright.model.finding import Finding
from archwright.review.project import review_project
from archwright.review.registry import all_rules


@pytest.fixture
def findings(tmp_path: Path) -> Callable[..., list[Finding]]:
    """What one rule finds in some files (one text: app.py), at every confidence."""

    def found(rule: str, files: str | dict[str, str]) -> list[Finding]:
        for path, text in (files if isinstance(files, dict) else {"app.py": files}).items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(textwrap.dedent(text), encoding="utf-8")
        rules = tuple(each for each in all_rules() if each.name == rule)
        reviewed = review_project(["."], rules, everything=True, root=tmp_path, workers=1)
        assert not reviewed.faults
        return list(reviewed.document.findings)

    return found
