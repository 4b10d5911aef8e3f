"""Programs that archwright answers wrongly today, each with the reason; an answer that becomes right fails the test."""

from __future__ import annotations

from tests.matrix.parts import Program


def known(program: Program) -> str | None:
    """Why the answer is wrong; None: it is right."""
    return None
