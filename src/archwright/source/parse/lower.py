"""From a module's `ast` to file facts, in one pass."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from archwright.source import facts as f
from archwright.source.parse.expressions import EXPRESSIONS
from archwright.source.parse.scopes import SCOPE_EXPRESSIONS, SCOPE_STATEMENTS
from archwright.source.parse.state import Fact, State
from archwright.source.parse.statements import STATEMENTS, block

EXPRESSIONS.update(SCOPE_EXPRESSIONS)
STATEMENTS.update(SCOPE_STATEMENTS)


def lower_module(tree: ast.Module, line_count: int, errors: Iterable[tuple[int, str]] = ()) -> Fact:
    """File facts `(units, classes, line_count, errors)` of a parsed module.

    Columns of the tree count characters from 0 (see `columns`). `errors` are those found before: they are merged with
    the ones found here, in the order of lines.
    """
    s = State()
    s.units.append(())
    body = block(tree.body, s, 0)
    s.units[0] = ("<module>", "<module>", f.COLUMNS + 1, line_count, (), (), None, body, s.flags & ~f.GENERATOR, -1, -1)
    merged = tuple(sorted({*errors, *s.errors}))
    return (tuple(s.units), tuple(s.classes), line_count, merged)
