"""The units of one template while they are made: which names each binds, and which it takes from the context."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from archwright.source import facts as f
from archwright.source.parse.state import MAX_DEPTH, Fact

OPERATIONS = ("include", "block", "filter", "test", "tag", "raw", "regroup", "import")
"""What templates do and Python does not; the framework file of the language answers each as `%language.operation`."""

START = f.COLUMNS + 1


class TooNested(Exception):
    """A template nests deeper than MAX_DEPTH."""


class _Unit:
    """One unit: its free names in the order they are met, and the names bound around the current place."""

    __slots__ = ("free", "index", "macro", "scopes", "super")

    def __init__(self, index: int, macro: bool, bound: Iterable[str]) -> None:
        self.index = index
        self.macro = macro
        self.free: dict[str, None] = {}
        self.scopes: list[set[str]] = [set(bound)]
        self.super = False


class Builder:
    """Makes the units of a template. `language` names the operations: `%language.include`."""

    def __init__(self, language: str, end_line: int) -> None:
        self._language = language
        self._end_line = end_line
        self._units: list[Fact] = [()]
        self._stack = [_Unit(0, macro=False, bound=())]
        self._blocks: list[tuple[str, int, int, bool, bool]] = []
        self._uses: list[tuple[int, str]] = []
        self._depth = 0
        self.extends: str | None = None

    # --- names -----------------------------------------------------------------------------------------
    def name(self, name: str, position: int) -> Fact:
        """A name that is read: bound here, or of the context."""
        self._read(self._stack[-1], name)
        return (f.NAME, position, name)

    def _read(self, unit: _Unit, name: str) -> None:
        if not any(name in scope for scope in unit.scopes):
            unit.free[name] = None

    def bind(self, name: str, position: int) -> Fact:
        """A name that is set here."""
        self._stack[-1].scopes[-1].add(name)
        return (f.NAME, position, name)

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Names bound inside are gone after it. Raises TooNested."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooNested
        self._stack[-1].scopes.append(set())
        try:
            yield
        finally:
            self._stack[-1].scopes.pop()
            self._depth -= 1

    # --- what only templates do --------------------------------------------------------------------------
    @staticmethod
    def operation(
        name: str, position: int, args: Iterable[Fact], keywords: Iterable[tuple[str | None, Fact]] = ()
    ) -> Fact:
        """A call of one of `OPERATIONS`."""
        return (f.CALL, position, (f.NAME, position, f"%{name}"), tuple(args), tuple(keywords))

    def output(self, value: Fact, *, escaped: bool, runs: bool = False) -> Fact:
        """The statement that writes a value into the document. runs: what is written there is code."""
        position = value[1]
        if not escaped:
            return (f.EXPR, position, self.operation("raw", position, (value,)))
        written: Fact = (f.FORMATTED, position, value, "", None)
        if runs:
            written = self.operation("raw", position, (written, (f.CONST, position, "script")))
        return (f.EXPR, position, written)

    def include(self, name: Fact, position: int, given: Iterable[tuple[str, Fact]], *, only: bool) -> Fact:
        """The statement that renders another template here."""
        texts = [part[2] for part in (name[2] if name[0] in (f.LIST, f.TUPLE) else (name,)) if part[0] == f.CONST]
        self._uses.extend((self._stack[-1].index, text) for text in texts if isinstance(text, str))
        return (f.EXPR, position, self.operation("include", position, (name, (f.CONST, position, only)), given))

    def super(self) -> None:
        """The block being read renders what it stands in the place of."""
        self._stack[-1].super = True

    # --- units -------------------------------------------------------------------------------------------
    @contextmanager
    def block(self, name: str, position: int, end: list[int]) -> Iterator[list[Fact]]:
        """A block: yields the list that takes its statements. `end[0]` is its last line, set before the block is left."""
        around = self._stack[-1]
        inner = len(around.scopes) > 1
        statements: list[Fact] = []
        unit = _Unit(len(self._units), macro=False, bound=())
        self._units.append(())
        self._stack.append(unit)
        try:
            yield statements
        finally:
            self._stack.pop()
            self._blocks.append((name, unit.index, around.index, inner, unit.super))
            self._close(unit, f"block {name}", position, end[0], statements, around.index, ())

    def block_call(self, position: int) -> Fact | None:
        """The statement in the place of the block just read: None where it is rendered apart, with the same context."""
        name, index, _, inner, _ = self._blocks[-1]
        if not inner:
            return None
        args = ((f.CONST, position, name), (f.CONST, position, index))
        return (f.EXPR, position, self.operation("block", position, args))

    @contextmanager
    def macro(
        self, name: str, position: int, end: list[int], params: tuple[Fact, ...], local: Iterable[str]
    ) -> Iterator[list[Fact]]:
        """A macro: a function that sees the names around it."""
        around = self._stack[-1]
        around.scopes[-1].add(name)
        statements: list[Fact] = []
        unit = _Unit(len(self._units), macro=True, bound=(*(param[0] for param in params), *local))
        self._units.append(())
        self._stack.append(unit)
        try:
            yield statements
        finally:
            self._stack.pop()
            for free in unit.free:
                self._read(around, free)
            self._close(unit, name, position, end[0], statements, around.index, params)

    def last_unit(self) -> int:
        """The index of the unit opened last."""
        return len(self._units) - 1

    def _close(
        self,
        unit: _Unit,
        name: str,
        position: int,
        end_line: int,
        statements: list[Fact],
        around: int,
        params: tuple[Fact, ...],
    ) -> None:
        given = params if unit.macro else _parameters(unit.free)
        self._units[unit.index] = (
            name, name, position, max(end_line, f.line_of(position)), given, (), None, tuple(statements), 0, -1, around
        )  # fmt: skip

    def finished(self, statements: list[Fact]) -> tuple[tuple[Fact, ...], Fact]:
        """Units and links, once the body is read."""
        body = self._stack[0]
        operations = tuple((name, f"%{name}") for name in OPERATIONS)
        known = (f.FROM, START, f"%{self._language}", operations, 0)
        self._units[0] = (
            "<template>", "<template>", START, self._end_line, _parameters(body.free), (), None,
            (known, *statements), 0, -1, -1,
        )  # fmt: skip
        top = body.scopes[0]  # what the body sets and defines, its blocks see too: by the scope of the file
        if top:
            for _, index, _, _, _ in self._blocks:
                unit = self._units[index]
                kept = tuple(param for param in unit[4] if param[0] not in top)
                self._units[index] = (*unit[:4], kept, *unit[5:])
        return tuple(self._units), (self.extends, tuple(self._blocks), tuple(dict.fromkeys(self._uses)))


def _parameters(names: Iterable[str]) -> tuple[Fact, ...]:
    return tuple((name, f.PARAM_KEYWORD_ONLY, None, None) for name in names)
