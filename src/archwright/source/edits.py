"""What an edit of one file changes of its facts: which functions are as they were, and where everything stands now.

An edit inside functions, of imports and of top-level functions can be told apart; one of classes or of what a module does
at its top level can reach anything (models, routes, settings), so nothing is said of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from archwright.source import facts as f
from archwright.source.packed import body_of

_SCOPES = frozenset({f.DEF, f.LAMBDA_EXPR, f.CLASS})
_SOFT = frozenset({f.IMPORT, f.FROM, f.DEF})
"""Statements that only bind names: who looks those up is all that they reach."""
_NAME, _QUALNAME, _POSITION, _PARAMS, _DECORATORS, _RETURNS, _BODY, _FLAGS, _CLASS = 0, 1, 2, 4, 5, 6, 7, 8, 9


@dataclass
class Edit:
    """The difference between two versions of a file."""

    units: dict[int, int] = field(default_factory=dict)
    """Functions that are as they were, but for their place: old index -> new index."""
    positions: dict[int, int] = field(default_factory=dict)
    """Packed positions of what is as it was: old -> new."""
    names: set[str] = field(default_factory=set)
    """What the top level binds to something else than before, or no longer, or newly."""

    def moved(self, position: int) -> int:
        """Where a packed position of the old version is now."""
        known = self.positions.get(position)
        if known is None:
            line, column = divmod(position, f.COLUMNS)
            return self.line(line) * f.COLUMNS + column
        return known

    def line(self, line: int) -> int:
        """Where a line of the old version is now."""
        if not self._lines:
            self._lines.update((old // f.COLUMNS, new // f.COLUMNS) for old, new in self.positions.items())
        return self._lines.get(line, line)

    _lines: dict[int, int] = field(default_factory=dict)


def compare(old: tuple[Any, ...], new: tuple[Any, ...]) -> Edit | None:
    """The edit between two versions of a file's facts; None where it may change anything."""
    return _Comparison(old, new).edit()


class _Comparison:
    def __init__(self, old: tuple[Any, ...], new: tuple[Any, ...]) -> None:
        self._old, self._new = old, new
        names = {key: index for index, key in enumerate(_keys(new[0]))}
        self._pairs = {index: names[key] for index, key in enumerate(_keys(old[0])) if key in names}
        self._moved: list[tuple[int, int]] = []

    def edit(self) -> Edit | None:
        edit = Edit()
        if not self._same_classes() or self._top_level(edit) is None:
            return None
        edit.positions.update(self._moved)
        for old, new in self._pairs.items():
            if old == 0:
                continue
            before, after = self._old[0][old], self._new[0][new]
            self._moved = [(before[_POSITION], after[_POSITION])]
            if not self._same_head(before, after):
                if before[_CLASS] >= 0:
                    return None  # decorators and parameters of methods are read by libraries
            elif self._same(body_of(before), body_of(after)):
                edit.units[old] = new
                edit.positions.update(self._moved)
        if not edit.names:
            edit.units[0] = 0
        return edit

    def _same_head(self, before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
        parts = (_NAME, _QUALNAME, _FLAGS, _CLASS)
        return all(before[part] == after[part] for part in parts) and all(
            self._same(before[part], after[part]) for part in (_PARAMS, _DECORATORS, _RETURNS)
        )

    def _same_classes(self) -> bool:
        before, after = self._old[1], self._new[1]
        for one, other in zip(before, after, strict=False):
            self._moved.append((one[_POSITION], other[_POSITION]))
            if one[:2] != other[:2] or one[9] != other[9] or not self._same(one[4:8], other[4:8]):
                return False
        return len(before) == len(after)

    def _top_level(self, edit: Edit) -> bool | None:
        """Compare the statements of the module; None where they differ in more than the names they bind."""
        before, after = self._old[0][0][_BODY], self._new[0][0][_BODY]
        if not self._same(_hard(before), _hard(after)):
            return None
        left = {self._binds(self._new, node): node for node in after if node[0] in _SOFT}
        for node in before:
            if node[0] in _SOFT:
                other = left.pop(self._binds(self._old, node), None)
                if other is None:
                    edit.names |= self._names(self._old, node)
                else:
                    self._moved.append((node[1], other[1]))
        for node in left.values():
            edit.names |= self._names(self._new, node)
        return None if "*" in edit.names else True

    def _names(self, facts: tuple[Any, ...], node: tuple[Any, ...]) -> set[str]:
        """The names that an import or a function binds; `*` for those of a star."""
        if node[0] == f.DEF:
            return {facts[0][node[2]][_NAME]}
        listed = node[2] if node[0] == f.IMPORT else node[3]
        return {alias or (name.partition(".")[0] if node[0] == f.IMPORT else name) for name, alias in listed}

    def _binds(self, facts: tuple[Any, ...], node: tuple[Any, ...]) -> tuple[Any, ...]:
        return (f.DEF, facts[0][node[2]][_QUALNAME]) if node[0] == f.DEF else (node[0], *node[2:])

    def _same(self, one: Any, other: Any) -> bool:
        """True for facts that are equal but for their positions, which are noted."""
        todo = [(one, other)]
        while todo:
            left, right = todo.pop()
            if type(left) is not type(right):
                return False
            if type(left) is not tuple:
                if left != right:
                    return False
                continue
            if len(left) != len(right):
                return False
            at = _position_at(left)
            if at is None:
                todo.extend(zip(left, right, strict=True))
                continue
            if at != _position_at(right) or left[:at] != right[:at]:
                return False
            self._moved.append((left[at], right[at]))
            if at and left[0] in _SCOPES:
                if left[0] != f.CLASS and self._pairs.get(left[2]) != right[2]:
                    return False
            else:
                todo.extend(zip(left[at + 1 :], right[at + 1 :], strict=True))
        return True


def _position_at(node: tuple[Any, ...]) -> int | None:
    """The index of the position in a node (1) or in a handler of exceptions (0); None for a plain sequence."""
    if len(node) > 1 and type(node[0]) is int and type(node[1]) is int and node[0] < 256 and node[1] > f.COLUMNS:
        return 1
    return 0 if len(node) == 4 and type(node[0]) is int and node[0] > f.COLUMNS else None


def _hard(body: Iterable[tuple[Any, ...]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(node for node in body if node[0] not in _SOFT)


def _keys(units: tuple[Any, ...]) -> list[tuple[str, int]]:
    """What units are known by: their qualified names, counted where one occurs again."""
    seen: Counter[str] = Counter()
    found = []
    for unit in units:
        found.append((unit[_QUALNAME], seen[unit[_QUALNAME]]))
        seen[unit[_QUALNAME]] += 1
    return found
