"""Programs that archwright answers wrongly today, each with the reason; an answer that becomes right fails the test."""

from __future__ import annotations

from tests.matrix.parts import Program


def known(program: Program) -> str | None:
    """Why the answer is wrong; None: it is right."""
    variant = program.variant.name
    if program.expected is not None and variant == "prefix without a separator":
        return "a prefix without a separator is taken for a check"
    if program.sink.rule in program.source.clean and program.variant.dirty and variant != "prefix without a separator":
        return "Django keeps the last part of an uploaded file's name: not known"
    return None
