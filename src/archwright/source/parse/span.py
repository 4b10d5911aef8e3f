"""Where something ends that starts at a position of the facts: for code frames, SARIF regions and edits.

Facts hold starts only, which keeps them small; ends are looked up in the text when a report needs one.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import Literal

from archwright.source import facts as f
from archwright.source.parse import tree_of
from archwright.source.parse.columns import characters

Size = Literal["smallest", "largest"]
Kind = Literal["expression", "statement", "any"]
_PLACED = (ast.expr, ast.stmt, ast.excepthandler, ast.pattern)


def span_end(text: str, position: int, size: Size = "largest", kind: Kind = "any") -> tuple[int, int] | None:
    """The end `(line, column)` of what starts at a packed position; the column is that after its last character.

    Several things may start there: in `a.b(c)` the name, the attribute, the call and the statement do. `kind` restricts
    to expressions or statements, `size` picks the smallest or the largest of what is left. Lines and columns count
    characters from 1. None if nothing starts there.
    """
    ends = [
        end
        for is_statement, end in _index(text).get(position, ())
        if kind == "any" or is_statement == (kind == "statement")
    ]
    if not ends:
        return None
    return max(ends) if size == "largest" else min(ends)


@lru_cache(maxsize=4)
def _index(text: str) -> dict[int, list[tuple[bool, tuple[int, int]]]]:
    """What starts at each position of a text: whether it is a statement, and its end. The last few texts are kept."""
    lines = text.split("\n")
    found: dict[int, list[tuple[bool, tuple[int, int]]]] = {}
    for node in ast.walk(tree_of(text, [])):
        if isinstance(node, _PLACED) and node.end_lineno is not None and node.end_col_offset is not None:
            start = _packed(lines, node.lineno, node.col_offset)
            end = (node.end_lineno, _column(lines, node.end_lineno, node.end_col_offset))
            found.setdefault(start, []).append((isinstance(node, ast.stmt), end))
    return found


def _column(lines: list[str], line: int, offset: int) -> int:
    return characters(lines[line - 1], offset) + 1 if 0 < line <= len(lines) else offset + 1


def _packed(lines: list[str], line: int, offset: int) -> int:
    return line * f.COLUMNS + min(_column(lines, line, offset), f.COLUMNS - 1)
