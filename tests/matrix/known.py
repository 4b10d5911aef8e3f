"""Programs that archwright answers wrongly today, each with the reason; an answer that becomes right fails the test."""

from __future__ import annotations

from tests.matrix.parts import Program

_LATER = ("two files", "through a class")


def known(program: Program) -> str | None:
    """Why the answer is wrong; None: it is right."""
    framework, variant, sink = program.source.framework.name, program.variant.name, program.sink.name
    found = program.expected is not None
    if found and variant == "prefix without a separator":
        return "a prefix without a separator is taken for a check"
    if found and variant == "prefix of a path that is not resolved" and program.shape in _LATER:
        return "a prefix that is compared where the path is an argument is taken for a check"
    if found and sink == "file answer" and framework == "pyramid":
        return "FileResponse of pyramid is not known"
    if sink == "nosql value" and variant == "isinstance" and program.source.type == "any":
        return "isinstance(value, str) that raises is not seen to leave only texts"
    if (
        sink == "nosql value"
        and program.source.name == "fastapi json body"
        and program.shape != "one function"
        and variant not in ("str", "$eq")
    ):
        return "the type of a field is lost in a call"
    if program.sink.rule in program.source.clean and program.variant.dirty and not variant.startswith("prefix"):
        return "Django keeps the last part of an uploaded file's name: not known"
    if program.sink.rule in program.source.clean and variant.startswith("prefix of") and program.shape not in _LATER:
        return "Django keeps the last part of an uploaded file's name: not known"
    return None
