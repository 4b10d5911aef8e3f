import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from archwright.model.base import Place
from archwright.model.effect import Effect
from archwright.model.finding import Confidence, Impact
from archwright.review.endpoint import Endpoint
from archwright.review.project import review_project
from archwright.review.registry import all_rules
from archwright.review.rule import Verdict


class FakeProgram:
    """A program made by hand: its effects, its files, and who reaches what."""

    def __init__(
        self,
        effects: Sequence[Effect] = (),
        files: dict[str, str] | None = None,
        operations: dict[str, tuple[str, ...]] | None = None,
    ) -> None:
        """`operations` are those that reach `path:line`."""
        self.effects = effects
        self.files = files or {}
        self.operations = operations or {}
        self.endpoints: tuple[Endpoint, ...] = ()

    def unit_at(self, place: Place) -> str | None:
        return f"{place.path}:{place.line}"

    def operations_reaching(self, unit: str) -> tuple[str, ...]:
        return self.operations.get(unit, ())

    def source(self, path: str) -> str | None:
        return self.files.get(path)


@pytest.fixture
def program() -> type[FakeProgram]:
    return FakeProgram


@pytest.fixture
def verdict() -> Callable[..., Verdict]:
    def make(**changes: Any) -> Verdict:
        given = {"message": "m", "why": "w", "fix": "f", "impact": Impact.HIGH, "confidence": Confidence.HIGH}
        return Verdict(**{**given, **changes})

    return make


@pytest.fixture
def at() -> Callable[..., Place]:
    def place(line: int, path: str = "app.py", column: int = 5) -> Place:
        return Place(path, line, column)

    return place


@pytest.fixture
def told(tmp_path: Path) -> Callable[..., list[str]]:
    """What rules say of a small project: `rule line confidence` of each finding, of every confidence."""

    def found(files: dict[str, str], *names: str) -> list[str]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        rules = tuple(rule for rule in all_rules() if rule.name in names)
        assert len(rules) == len(names)
        reviewed = review_project(["."], rules, root=tmp_path, workers=1, everything=True)
        assert not reviewed.faults
        return [f"{each.rule} {each.line} {each.confidence.value}" for each in reviewed.document.findings]

    return found
