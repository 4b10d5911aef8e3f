"""Expressions: precedence, forms, and the place of what is wrong."""

from __future__ import annotations

import pytest

from archwright.brief.expression import (
    Binary,
    Constant,
    ExpressionError,
    Function,
    Path,
    Unary,
    parse_expression,
    paths,
)


def shown(tree: object) -> str:
    if isinstance(tree, Binary):
        return f"({shown(tree.left)} {tree.operator} {shown(tree.right)})"
    if isinstance(tree, Unary):
        return f"({tree.operator} {shown(tree.operand)})"
    if isinstance(tree, Function):
        return f"{tree.name}({shown(tree.argument) if tree.argument is not None else ''})"
    if isinstance(tree, Constant):
        return "now" if tree.now else repr(tree.value)
    assert isinstance(tree, Path)
    return str(tree)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a + b * c - d", "((a + (b * c)) - d)"),
        ("a = 1 or b = 2 and not c = 3", "((a = 1) or ((b = 2) and (not (c = 3))))"),
        ("(a + 1) * -2", "((a + 1) * (- 2))"),
        ("Order.total = sum(Line.qty * Line.price)", "(Order.total = sum((Line.qty * Line.price)))"),
        ("count() > 0 and count(A.b) >= 1", "((count() > 0) and (count(A.b) >= 1))"),
        ("a is empty or b is not empty", "((is empty a) or (is not empty b))"),
        ("a != 'x y' and b = \"and\" and c = true", "(((a != 'x y') and (b = 'and')) and (c = True))"),
        ("starts <= now", "(starts <= now)"),
        ("length(name) < 5.5", "(length(name) < 5.5)"),
        ("sum > 1", "(sum > 1)"),
    ],
)
def test_trees(text: str, tree: str) -> None:
    assert shown(parse_expression(text)) == tree


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ("", "the expression ends where a field, a number or a text should stand", 0),
        ("a +", "the expression ends where a field", 3),
        ("a = )", '")" stands where a field', 4),
        ("(a = 1", "the expression ends where `)` should stand", 6),
        ("a = 1 b", '"b" stands where the end or an operator should', 6),
        ("a = 1x", "stands where", 4),
        ("a is here", '"here" stands where `empty` should', 5),
        ("a ? b", '"?" stands where', 2),
        ("sum()", '")" stands where a field', 4),
        ("(" * 100, "nested too deep", 20),
        ("not " * 100, "nested too deep", 164),
        ("- " * 100, "nested too deep", 82),
        ("a" * 600, "longer than 500 characters", 0),
    ],
    ids=lambda value: str(value)[:12],
)
def test_mistakes_have_a_place(text: str, message: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert message in caught.value.message
    assert caught.value.offset == pytest.approx(offset, abs=4)


def test_paths_are_found_in_order() -> None:
    tree = parse_expression("not a.b = 1 or sum(c) > -d and e is empty")
    assert [(str(path), path.offset) for path in paths(tree)] == [("a.b", 4), ("c", 19), ("d", 25), ("e", 31)]
