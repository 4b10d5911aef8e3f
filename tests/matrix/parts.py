"""What a program of the matrix is made of, and the program itself."""

from __future__ import annotations

from typing import NamedTuple

BODY = "BODY"
"""The line of a view where what is done with `value` is put."""


class Framework(NamedTuple):
    """A web framework: what its modules import, and how its views answer."""

    name: str
    imports: str
    respond: str = 'return "ok"'
    """The last line of a view whose sink is no answer."""
    page: str = ""
    """Expression that answers with the HTML text `{}`; empty: answers are made elsewhere."""
    redirect: str = ""
    """Expression that sends the client to the address `{}`."""
    file: str = ""
    """Expression that answers with the file at the path `{}`."""
    answers: str = ""
    """What the three expressions need imported."""
    context: str = ""
    """What views call `self` and the expressions call `handler`, where answers are written to an object."""


class Source(NamedTuple):
    """How data from outside comes to `value`, within a view."""

    framework: Framework
    kind: str
    view: str
    """The module from its first definition on, with a line `BODY`."""
    type: str = "text"
    """What the framework makes of the data: `text`, `any` (whatever JSON holds) or `number`."""
    clean: frozenset[str] = frozenset()
    """Rules whose attack the framework takes out of the data, with nothing done in the code."""

    @property
    def name(self) -> str:
        return f"{self.framework.name} {self.kind}"


class Variant(NamedTuple):
    """One way to write a sink: as it is attacked, with a right sanitizer, or with a wrong one."""

    name: str
    dirty: bool
    use: str = ""
    """The sink's expression over `value`; empty: that of the sink."""
    before: str = ""
    """Lines that clean or check `value`, or seem to."""
    imports: str = ""
    only: frozenset[str] = frozenset()
    """The frameworks whose projects have what it needs; empty: all."""
    rule: str = ""
    """The rule that must report in the place of the sink's; empty: that of the sink."""
    beside: str = ""
    """A rule that may report the check itself, too."""


class Sink(NamedTuple):
    """What must not be given data from outside as it came."""

    name: str
    rule: str
    use: str
    """An expression over `value`; `PAGE(...)`, `REDIRECT(...)` and `FILE(...)` stand for those of the framework."""
    variants: tuple[Variant, ...]
    imports: str = ""
    setup: str = ""
    structured: bool = False
    """True: a text can do no harm, only a structure (a dictionary where a text is meant)."""
    answers: bool = False
    """True: the expression's value is the view's answer."""


class Program(NamedTuple):
    """A small project: one view, one way of the data, one sink."""

    source: Source
    sink: Sink
    variant: Variant
    shape: str
    package: str
    files: dict[str, str]

    @property
    def name(self) -> str:
        return f"{self.source.name} - {self.sink.name} - {self.variant.name} - {self.shape}"

    @property
    def expected(self) -> str | None:
        """The one rule that must report; None: silence. It follows from the tables alone."""
        harmless = (
            not self.variant.dirty
            or self.source.type == "number"
            or (self.sink.structured and self.source.type != "any")
            or self.sink.rule in self.source.clean
        )
        return None if harmless else self.variant.rule or self.sink.rule
