"""Expressions in the brief's own terms: checks, rules, partial conditions and the values of writes.

    expression = either { "or" either }          either = term { "and" term }
    term       = "not" term | sum [ ("=" | "!=" | "<" | "<=" | ">" | ">=") sum | "is" ["not"] "empty" ]
    sum        = product { ("+" | "-") product } product = factor { ("*" | "/") factor }
    factor     = number | text | "true" | "false" | "now" | path | function "(" [ expression ] ")" | "(" expression ")" | "-" factor

A path is a field (`status`), a field of a named entity (`Order.total`), or a word of an enum. Functions: sum, count,
avg, min, max, length, lower.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

FUNCTIONS = ("sum", "count", "avg", "min", "max", "length", "lower")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
MAX_DEPTH = 40
MAX_LENGTH = 500

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>\d{1,15}(?:\.\d{1,9})?)(?![A-Za-z0-9_.])
      | (?P<path>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
      | (?P<mark><=|>=|!=|[-+*/=<>()])
      | (?P<other>\S)
    )""",
    re.VERBOSE | re.ASCII,
)


class ExpressionError(ValueError):
    """The text is no expression. `offset` counts characters from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, true, false, or None for `now` (see `now`)."""

    value: str | int | float | bool
    now: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted name."""

    parts: tuple[str, ...]
    offset: int

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of FUNCTIONS; `count` may stand without an argument."""

    name: str
    argument: Expression | None


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides and an operator: `and`, `or`, a comparison, or + - * /."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Unary:
    """`not`, `-`, `is empty` or `is not empty` of one operand."""

    operator: str
    operand: Expression


Expression = Constant | Path | Function | Binary | Unary


def parse_expression(text: str) -> Expression:
    """The tree of the text. Raises ExpressionError with the offset of the first wrong word."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"the expression is longer than {MAX_LENGTH} characters", 0)
    parser = _Parser(text)
    expression = parser.disjunction(0)
    parser.finish()
    return expression


def paths(expression: Expression | None) -> list[Path]:
    """All paths in the order they are written."""
    if isinstance(expression, Path):
        return [expression]
    if isinstance(expression, Binary):
        return paths(expression.left) + paths(expression.right)
    if isinstance(expression, Unary):
        return paths(expression.operand)
    return paths(expression.argument) if isinstance(expression, Function) else []


def enum_constants(expression: Expression) -> list[tuple[Path, Path]]:
    """Pairs of paths that are compared with each other: one of them may be a word of the other's enum."""
    if isinstance(expression, Binary):
        if expression.operator in COMPARISONS and isinstance(expression.left, Path):
            return [(expression.left, expression.right)] if isinstance(expression.right, Path) else []
        return enum_constants(expression.left) + enum_constants(expression.right)
    return enum_constants(expression.operand) if isinstance(expression, Unary) else []


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [
            (match.lastgroup or "other", match[match.lastgroup or "other"], match.start(match.lastgroup or "other"))
            for match in _TOKEN.finditer(text)
        ]
        self._next = 0

    def _peek(self) -> tuple[str, str, int]:
        return self._tokens[self._next] if self._next < len(self._tokens) else ("end", "", len(self._text.rstrip()))

    def _accept(self, kind: str, *texts: str) -> str | None:
        found, text, _ = self._peek()
        if found != kind or text not in texts:
            return None
        self._next += 1
        return text

    def _fail(self, wanted: str) -> ExpressionError:
        kind, text, offset = self._peek()
        if kind == "end":
            return ExpressionError(f"the expression ends where {wanted} should stand", offset)
        return ExpressionError(f'"{text[:40]}" stands where {wanted} should', offset)

    def finish(self) -> None:
        if self._peek()[0] != "end":
            raise self._fail("the end or an operator")

    def disjunction(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deep", self._peek()[2])
        left = self._conjunction(depth + 1)
        while self._accept("path", "or"):
            left = Binary("or", left, self._conjunction(depth + 1))
        return left

    def _conjunction(self, depth: int) -> Expression:
        left = self._term(depth)
        while self._accept("path", "and"):
            left = Binary("and", left, self._term(depth))
        return left

    def _term(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deep", self._peek()[2])
        if self._accept("path", "not"):
            return Unary("not", self._term(depth + 1))
        left = self._sum(depth)
        operator = self._accept("mark", *COMPARISONS)
        if operator:
            return Binary(operator, left, self._sum(depth))
        if self._accept("path", "is"):
            negated = self._accept("path", "not")
            if not self._accept("path", "empty"):
                raise self._fail("`empty`")
            return Unary("is not empty" if negated else "is empty", left)
        return left

    def _sum(self, depth: int) -> Expression:
        left = self._product(depth)
        while operator := self._accept("mark", "+", "-"):
            left = Binary(operator, left, self._product(depth))
        return left

    def _product(self, depth: int) -> Expression:
        left = self._factor(depth)
        while operator := self._accept("mark", "*", "/"):
            left = Binary(operator, left, self._factor(depth))
        return left

    def _factor(self, depth: int) -> Expression:
        if depth > MAX_DEPTH:
            raise ExpressionError("the expression is nested too deep", self._peek()[2])
        if self._accept("mark", "-"):
            return Unary("-", self._factor(depth + 1))
        if self._accept("mark", "("):
            inner = self.disjunction(depth + 1)
            if not self._accept("mark", ")"):
                raise self._fail("`)`")
            return inner
        kind, text, offset = self._peek()
        if kind not in {"number", "double", "single", "path"} or (
            kind == "path" and text in {"and", "or", "is", "not"}
        ):
            raise self._fail("a field, a number or a text")
        self._next += 1
        if kind == "number":
            return Constant(float(text) if "." in text else int(text))
        if kind in {"double", "single"}:
            return Constant(text)
        return self._named(text, offset, depth)

    def _named(self, text: str, offset: int, depth: int) -> Expression:
        if text in FUNCTIONS and self._accept("mark", "("):
            if text == "count" and self._accept("mark", ")"):
                return Function(text, None)
            argument = self.disjunction(depth + 1)
            if not self._accept("mark", ")"):
                raise self._fail("`)`")
            return Function(text, argument)
        if text in {"true", "false"}:
            return Constant(text == "true")
        return Constant("now", now=True) if text == "now" else Path(tuple(text.split(".")), offset)
