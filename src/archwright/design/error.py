"""What makes a design impossible: contradictions of the model itself, all told at once."""

from __future__ import annotations

from archwright.model.base import Place


class DesignError(ValueError):
    """The model can't be designed for. `.problems` holds each reason with its place, if that is known."""

    def __init__(self, problems: tuple[tuple[Place | None, str], ...]) -> None:
        super().__init__("\n".join(f"{place}: {text}" if place else text for place, text in problems))
        self.problems = problems
