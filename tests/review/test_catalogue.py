from pathlib import Path

import pytest

from archwright.review.catalogue import main, page, pages, rule_docs
from archwright.review.registry import all_rules

DOCS = Path(__file__).parents[2] / "docs" / "rules"


def test_the_pages_in_docs_are_fresh() -> None:
    fresh = pages(all_rules())
    there = {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md")}
    assert there == fresh, "run: python -m archwright.review.catalogue docs/rules"


def test_the_pages_can_be_written(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 0
    assert (tmp_path / "query" / "n-plus-one.md").read_text(encoding="utf-8").startswith("<!-- Generated")
    assert main([]) == 2


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_a_page_says_everything(rule: object) -> None:
    text = page(rule)  # type: ignore[arg-type]
    for heading in ("## Why", "## Instead", "## Fine when", "## Fix safety", "## Found", "## Not found"):
        assert heading in text
    assert "\n\n\n" not in text


def test_formats_get_the_documentation() -> None:
    docs = {doc.name: doc for doc in rule_docs(all_rules())}
    assert docs["injection/sql"].security
    assert docs["injection/sql"].cwe == "CWE-89"
    assert not docs["query/n-plus-one"].security
