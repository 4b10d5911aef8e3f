"""Every example in a rule's documentation is a test: the bad one is found by that rule, the good one is silent."""

from pathlib import Path

import pytest

from archwright.review.project import review_project
from archwright.review.registry import all_rules
from archwright.review.rule import Example, Rule

RULES = all_rules()


def found(example: Example, directory: Path) -> list[str]:
    for path, text in example.files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    reviewed = review_project(["."], RULES, everything=True, root=directory, workers=1)
    assert not reviewed.faults
    return [finding.rule for finding in reviewed.document.findings]


def cases(kind: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.name}: {example.title}")
        for rule in RULES
        for example in getattr(rule, kind)
    ]


@pytest.mark.parametrize(("rule", "example"), cases("bad"))
def test_the_bad_example_is_found(rule: Rule, example: Example, tmp_path: Path) -> None:
    assert set(found(example, tmp_path)) == {rule.name}


@pytest.mark.parametrize(("rule", "example"), cases("good"))
def test_the_good_example_is_silent(rule: Rule, example: Example, tmp_path: Path) -> None:
    assert found(example, tmp_path) == []
