"""The conditions of a brief (`Product.stock >= 0 always`, `Order.total = sum(OrderLine.qty * OrderLine.unit_price)`).

    condition  := comparison (("and" | "or") comparison)*
    comparison := sum (("=" | "!=" | "<>" | ">=" | "<=" | ">" | "<") sum)?
    sum        := product (("+" | "-") product)*
    product    := atom (("*" | "/") atom)*
    atom       := number | 'text' | true | false | name | Entity.name | aggregate "(" sum ")" | "(" condition ")"

The word `always` at the end means nothing more than itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from archwright.design.draft import Draft
from archwright.model.entity import Entity
from archwright.sql.identifier import quote_identifier
from archwright.sql.literal import quote_literal

AGGREGATES = ("sum", "count", "min", "max", "avg")
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|'((?:[^']|'')*)'|([A-Za-z_][A-Za-z0-9_]*)|(>=|<=|!=|<>|[-+*/()=<>.,]))")
_COMPARISONS = ("=", "!=", "<>", ">=", "<=", ">", "<")
_DEEPEST = 50


class ExpressionError(ValueError):
    """The text is no condition of this language, or names what its entity has not."""


@dataclass(frozen=True)
class Constant:
    """A number or a text."""

    value: str | float | bool


@dataclass(frozen=True)
class Name:
    """A field, with its entity where the text says it."""

    entity: str | None
    field: str


@dataclass(frozen=True)
class Aggregate:
    """An aggregate over the rows of another entity."""

    function: str
    argument: Expression


@dataclass(frozen=True)
class Binary:
    """Two expressions and what stands between them."""

    operator: str
    left: Expression
    right: Expression


Expression = Constant | Name | Aggregate | Binary


def parse(text: str) -> Expression:
    """Read a condition. Raises ExpressionError with what was not understood."""
    reader = _Reader(_tokens(re.sub(r"\s+always\s*$", "", text.strip())))
    expression = reader.condition()
    if reader.position < len(reader.tokens):
        raise ExpressionError(f'"{reader.tokens[reader.position][1]}" was not expected in "{text}"')
    return expression


def names(expression: Expression) -> tuple[Name, ...]:
    """Every field the expression names, in order."""
    if isinstance(expression, Name):
        return (expression,)
    if isinstance(expression, Aggregate):
        return names(expression.argument)
    if isinstance(expression, Binary):
        return names(expression.left) + names(expression.right)
    return ()


def aggregated(expression: Expression) -> bool:
    """Whether an aggregate stands anywhere in it."""
    if isinstance(expression, Binary):
        return aggregated(expression.left) or aggregated(expression.right)
    return isinstance(expression, Aggregate)


def is_condition(expression: Expression) -> bool:
    """Whether the expression is true or false, and not a number or a text."""
    if not isinstance(expression, Binary):
        return False
    if expression.operator in {"and", "or"}:
        return is_condition(expression.left) and is_condition(expression.right)
    return expression.operator in _COMPARISONS


def render(expression: Expression, draft: Draft, entity: Entity, qualified: bool = False) -> str:
    """The expression as SQL over the columns of the entity's own table.

    Raises ExpressionError for an aggregate, for another entity's field, and for a field that is not one column.
    """
    if isinstance(expression, Constant):
        return quote_literal(expression.value)
    if isinstance(expression, Aggregate):
        raise ExpressionError("an aggregate looks at other rows")
    if isinstance(expression, Binary):
        left, right = (render(side, draft, entity, qualified) for side in (expression.left, expression.right))
        operator = {"!=": "<>", "and": "AND", "or": "OR"}.get(expression.operator, expression.operator)
        if isinstance(expression.left, Binary):
            left = f"({left})"
        if isinstance(expression.right, Binary):
            right = f"({right})"
        return f"{left} {operator} {right}"
    if expression.entity not in {None, entity.name}:
        raise ExpressionError(f"{expression.entity} is another entity")
    columns = draft.columns_of(entity.name, expression.field)
    if len(columns) != 1:
        raise ExpressionError(f"{entity.name} has no single column for {expression.field}")
    column = quote_identifier(columns[0])
    return f"{quote_identifier(draft.table_names[entity.name])}.{column}" if qualified else column


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f'"{text[at:].strip()[:20]}" is not understood')
        at = match.end()
        number, string, word, symbol = match.groups()
        if number is not None:
            tokens.append(("number", number))
        elif string is not None:
            tokens.append(("string", string.replace("''", "'")))
        elif word is not None:
            tokens.append(("word", word))
        else:
            tokens.append(("symbol", symbol))
    return tokens


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0

    def condition(self) -> Expression:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError("the condition is nested too deeply")
        left = self.comparison()
        while self._peek() in {("word", "and"), ("word", "or")}:
            operator = self._take()[1]
            left = Binary(operator, left, self.comparison())
        self.depth -= 1
        return left

    def comparison(self) -> Expression:
        left = self.sum()
        kind, text = self._peek()
        if kind == "symbol" and text in _COMPARISONS:
            self._take()
            return Binary(text, left, self.sum())
        return left

    def sum(self) -> Expression:
        left = self.product()
        while self._peek() in {("symbol", "+"), ("symbol", "-")}:
            operator = self._take()[1]
            left = Binary(operator, left, self.product())
        return left

    def product(self) -> Expression:
        left = self.atom()
        while self._peek() in {("symbol", "*"), ("symbol", "/")}:
            operator = self._take()[1]
            left = Binary(operator, left, self.atom())
        return left

    def atom(self) -> Expression:
        kind, text = self._take()
        if kind == "number":
            return Constant(float(text) if "." in text else int(text))
        if kind == "string":
            return Constant(text)
        if (kind, text) == ("symbol", "-") and self._peek()[0] == "number":
            number = self._take()[1]
            return Constant(-float(number) if "." in number else -int(number))
        if (kind, text) == ("symbol", "("):
            inner = self.condition()
            self._expect(")")
            return inner
        if kind != "word":
            raise ExpressionError(f'"{text}" was not expected' if text else "the condition ends too early")
        if text in {"true", "false"}:
            return Constant(text == "true")
        if self._peek() == ("symbol", "("):
            if text not in AGGREGATES:
                raise ExpressionError(f'"{text}" is no function here; write one of {", ".join(AGGREGATES)}')
            self._take()
            argument = self.condition()
            self._expect(")")
            return Aggregate(text, argument)
        if self._peek() == ("symbol", "."):
            self._take()
            kind, field = self._take()
            if kind != "word":
                raise ExpressionError(f'a field name was expected after "{text}."')
            return Name(text, field)
        return Name(None, text)

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def _take(self) -> tuple[str, str]:
        token = self._peek()
        self.position += 1
        return token

    def _expect(self, symbol: str) -> None:
        if self._take() != ("symbol", symbol):
            raise ExpressionError(f'"{symbol}" is missing')
