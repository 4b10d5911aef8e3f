"""The manual of the decisions is in step with their files."""

from __future__ import annotations

from pathlib import Path

from archwright.design.manual import manual

PAGE = Path(__file__).parents[2] / "docs" / "design.md"


def test_docs_are_in_step() -> None:
    assert PAGE.read_text(encoding="utf-8") == manual(), "refresh docs/design.md as its head says"


def test_every_kind_has_a_source() -> None:
    sections = manual().split("\n## ")[1:-1]
    assert len(sections) > 25
    for section in sections:
        assert "ource" in section, section.splitlines()[0]
