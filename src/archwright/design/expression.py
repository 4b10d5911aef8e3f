"""Conditions in the brief's own terms as SQL over the columns of one table."""

from __future__ import annotations

from archwright.brief.expression import (
    COMPARISONS,
    Binary,
    Constant,
    Expression,
    ExpressionError,
    Function,
    Path,
    Unary,
    parse_expression,
    paths,
)
from archwright.design.draft import Draft
from archwright.model.entity import Entity, Field
from archwright.sql.identifier import quote_identifier
from archwright.sql.literal import quote_literal

AGGREGATES = frozenset({"sum", "count", "avg", "min", "max"})
_CALLS = {"length": "char_length", "lower": "lower"}


class NoCheckError(ValueError):
    """The condition can't be held by a check of one row; the message says why."""


def parse(text: str) -> Expression:
    """Read a condition; a final `always` says nothing more. Raises NoCheckError for what is no expression."""
    try:
        return parse_expression(text.strip().removesuffix(" always"))
    except ExpressionError as error:
        raise NoCheckError(error.message) from error


def owners(expression: Expression, draft: Draft) -> frozenset[str]:
    """The entities that the expression names by `Entity.field`."""
    found = {path.parts[0] for path in paths(expression) if len(path.parts) == 2}
    return frozenset(name for name in found if draft.system.entity(name) is not None)


def aggregated(expression: Expression) -> bool:
    """Whether an aggregate stands anywhere in it."""
    if isinstance(expression, Binary):
        return aggregated(expression.left) or aggregated(expression.right)
    if isinstance(expression, Unary):
        return aggregated(expression.operand)
    return isinstance(expression, Function) and expression.name in AGGREGATES


def is_condition(expression: Expression) -> bool:
    """Whether the expression is true or false, and not a number or a text."""
    if isinstance(expression, Binary):
        if expression.operator in {"and", "or"}:
            return is_condition(expression.left) and is_condition(expression.right)
        return expression.operator in COMPARISONS
    if isinstance(expression, Unary):
        return expression.operator.startswith("is ") or (
            expression.operator == "not" and is_condition(expression.operand)
        )
    return False


def render(expression: Expression, draft: Draft, entity: Entity, *, qualified: bool = False) -> str:
    """The expression as SQL over the columns of the entity's own table.

    Raises NoCheckError for an aggregate, for another entity's field, and for a field that is not one column.
    """
    if isinstance(expression, Constant):
        return "now()" if expression.now else quote_literal(expression.value)
    if isinstance(expression, Unary):
        return _unary(expression, draft, entity, qualified)
    if isinstance(expression, Function):
        if expression.argument is None or expression.name not in _CALLS:
            raise NoCheckError(f"{expression.name} looks at other rows")
        return f"{_CALLS[expression.name]}({render(expression.argument, draft, entity, qualified=qualified)})"
    if isinstance(expression, Binary):
        return _binary(expression, draft, entity, qualified)
    column = _column(expression, draft, entity)
    return f"{quote_identifier(draft.table_names[entity.name])}.{column}" if qualified else column


def _unary(expression: Unary, draft: Draft, entity: Entity, qualified: bool) -> str:
    inner = render(expression.operand, draft, entity, qualified=qualified)
    inner = f"({inner})" if isinstance(expression.operand, Binary) else inner
    if expression.operator == "is empty":
        return f"{inner} IS NULL"
    if expression.operator == "is not empty":
        return f"{inner} IS NOT NULL"
    return f"NOT {inner}" if expression.operator == "not" else f"-{inner}"


def _binary(expression: Binary, draft: Draft, entity: Entity, qualified: bool) -> str:
    sides = []
    for side, other in ((expression.left, expression.right), (expression.right, expression.left)):
        word = _enum_word(side, other, entity)
        text = quote_literal(word) if word is not None else render(side, draft, entity, qualified=qualified)
        sides.append(f"({text})" if isinstance(side, Binary) else text)
    operator = {"!=": "<>", "and": "AND", "or": "OR"}.get(expression.operator, expression.operator)
    return f"{sides[0]} {operator} {sides[1]}"


def _enum_word(side: Expression, other: Expression, entity: Entity) -> str | None:
    """The word, where one side is a word of the enum on the other."""
    if not isinstance(side, Path) or not isinstance(other, Path) or len(side.parts) != 1:
        return None
    field = _field(other, entity)
    return side.parts[0] if field is not None and side.parts[0] in field.values else None


def _field(path: Path, entity: Entity) -> Field | None:
    if len(path.parts) == 2 and path.parts[0] == entity.name:
        return entity.field(path.parts[1])
    return entity.field(path.parts[0]) if len(path.parts) == 1 else None


def _column(path: Path, draft: Draft, entity: Entity) -> str:
    field = _field(path, entity)
    if field is None:
        raise NoCheckError(f"{path} is no field of {entity.name}")
    columns = draft.columns_of(entity.name, field.name)
    if len(columns) != 1:
        raise NoCheckError(f"{entity.name}.{field.name} is not one column")
    return quote_identifier(columns[0])
