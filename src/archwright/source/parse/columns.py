"""Columns in characters: `ast` and tree-sitter count the bytes of UTF-8."""

from __future__ import annotations

import ast

from archwright.source import facts as f

_LAST = f.COLUMNS - 2
"""The greatest column (from 0) that a packed position can hold."""


def count_characters(tree: ast.AST, text: str) -> None:
    """Rewrite the start columns of a tree, in place, to count characters and to fit a packed position.

    Costs nothing for a file of short ASCII lines. Lines hold UTF-8 offsets; a node of an odd offset (hosts before 3.12
    misplace some expressions inside f-strings) is clamped to its line.
    """
    odd = _odd_lines(text)
    if not odd:
        return
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                todo.extend([v for v in value if isinstance(v, ast.AST)])
            elif isinstance(value, ast.AST):
                todo.append(value)
        line = getattr(node, "lineno", None)
        if line in odd:
            raw = odd[line]
            column: int = node.col_offset  # type: ignore[attr-defined]
            if raw is not None:
                column = len(raw[:column].decode("utf-8", "replace"))
            node.col_offset = min(column, _LAST)  # type: ignore[attr-defined]


def characters(line: str, offset: int) -> int:
    """The column in characters, from 0, of an offset into the UTF-8 of a line."""
    return offset if line.isascii() else len(line.encode("utf-8", "replace")[:offset].decode("utf-8", "replace"))


def _odd_lines(text: str) -> dict[int, bytes | None]:
    """Lines whose byte columns differ from character columns (as bytes), or overflow a position (None)."""
    if text.isascii() and len(max(text.split("\n"), key=len)) <= _LAST:
        return {}
    odd: dict[int, bytes | None] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.isascii():
            odd[number] = line.encode("utf-8", "replace")
        elif len(line) > _LAST:
            odd[number] = None
    return odd
