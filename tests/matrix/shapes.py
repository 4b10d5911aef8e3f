"""The table of shapes: the ways of the data from a view to the sink. A program is assembled here."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.matrix.parts import BODY, Program, Sink, Source, Variant
from tests.matrix.sinks import sinks
from tests.matrix.sources import SOURCES

_HANDLER = re.compile(r"\bhandler\b")


class _Parts(NamedTuple):
    """A sink in one variant, written for one framework."""

    before: str
    use: str
    head: str
    """Imports, then what the module sets up."""
    last: str
    """How a view ends that hands `value` to a call `{}`."""
    given: str
    """What is handed on: `value`, and the object that answers are written to."""
    taken: str


def one_function(source: Source, parts: _Parts) -> dict[str, str]:
    """All within the view."""
    body = f"{parts.before}\n{parts.last.format(_HANDLER.sub('self', parts.use))}"
    return {"app": _module(source, parts.head, body)}


def two_functions(source: Source, parts: _Parts) -> dict[str, str]:
    """The view cleans, a function of the same module uses."""
    function = f"def carry_out({parts.taken}):\n    return {parts.use}"
    body = f"{parts.before}\n{parts.last.format(f'carry_out({parts.given})')}"
    return {"app": _module(source, f"{parts.head}\n\n{function}", body)}


def two_files(source: Source, parts: _Parts) -> dict[str, str]:
    """A function of another file cleans and uses."""
    inner = textwrap.indent(f"{parts.before}\nreturn {parts.use}", "    ")
    body = parts.last.format(f"carry_out({parts.given})")
    return {
        "app": _module(source, "from PACKAGE.helpers import carry_out", body),
        "helpers": f"{parts.head}\n\ndef carry_out({parts.taken}):\n{inner}\n",
    }


def through_a_class(source: Source, parts: _Parts) -> dict[str, str]:
    """The value lies in an attribute; a constructor cleans, a method uses."""
    names = parts.taken.split(", ")
    kept = "\n".join(f"self.{name} = {name}" for name in names)
    init = textwrap.indent(f"{parts.before}\n{kept}", "        ")
    use = re.sub(rf"(?<!\w\.)\b({'|'.join(names)})\b(?!=)", r"self.\1", parts.use)
    job = (
        f"class Job:\n    def __init__(self, {parts.taken}):\n{init}\n\n    def carry_out(self):\n        return {use}"
    )
    return {"app": _module(source, f"{parts.head}\n\n{job}", parts.last.format(f"Job({parts.given}).carry_out()"))}


SHAPES: dict[str, Callable[[Source, _Parts], dict[str, str]]] = {
    "one function": one_function,
    "two functions": two_functions,
    "two files": two_files,
    "through a class": through_a_class,
}


def programs(*, every_shape: bool = False) -> Iterator[Program]:
    """Every source with every sink its framework has, in every variant.

    Each in one of the shapes, so that the variants of a source and a sink together have all four; or in every shape.
    """
    for i, source in enumerate(SOURCES):
        for j, sink in enumerate(sinks()):
            for k, variant in enumerate(sink.variants):
                if variant.only and source.framework.name not in variant.only:
                    continue
                if source.type == "number" and (variant.before or variant.use):
                    continue  # a number needs no sanitizer, and has no methods of a text
                parts = _written(source, sink, variant)
                if parts is None:
                    continue  # the framework has no such answer
                turn = list(SHAPES)[(i + j + k) % len(SHAPES)]
                for shape in SHAPES if every_shape else (turn,):
                    yield _program(source, sink, variant, shape, parts)


def _written(source: Source, sink: Sink, variant: Variant) -> _Parts | None:
    """None where the framework has no such answer."""
    framework = source.framework
    use = variant.use or sink.use
    for mark, expression in (("PAGE", framework.page), ("REDIRECT", framework.redirect), ("FILE", framework.file)):
        if use.startswith(f"{mark}("):
            if not expression:
                return None
            use = expression.replace("{}", use.removeprefix(f"{mark}(").removesuffix(")"))
    if source.type == "number":
        use = re.sub(r"(?<=\+ )value\b", "str(value)", use)
    answers = sink.answers and not framework.context
    imports = [sink.imports, variant.imports, framework.answers if sink.answers else ""]
    handler = ", handler" if _HANDLER.search(use) else ""
    return _Parts(
        before=variant.before,
        use=use,
        head="\n".join(part for part in (*imports, sink.setup) if part),
        last="return {}"
        if answers
        else "{}"
        if sink.answers
        else f"{{}}\n{framework.respond.replace('{', '{{').replace('}', '}}')}",
        given=f"value{handler and ', self'}",
        taken=f"value{handler}",
    )


def _module(source: Source, head: str, body: str) -> str:
    indent = re.search(rf"^( *){BODY}$", source.view, re.MULTILINE)
    assert indent is not None
    placed = textwrap.indent(body.strip("\n"), indent[1])
    return f"{source.framework.imports}\n{head}\n{source.view.replace(indent[0], placed)}"


def _program(source: Source, sink: Sink, variant: Variant, shape: str, parts: _Parts) -> Program:
    package = re.sub(r"\W+", "_", f"{source.name} {sink.name} {variant.name} {shape}").lower()
    modules = SHAPES[shape](source, parts)
    files = {f"{package}/{name}.py": text.replace("PACKAGE", package) for name, text in modules.items()}
    return Program(source, sink, variant, shape, package, {f"{package}/__init__.py": "", **files})
