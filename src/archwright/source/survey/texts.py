"""SQL text that units hold or name: what a project without an ORM says of its tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archwright.source import facts as f
from archwright.source.frameworks.databases.dbapi import SQL_START
from archwright.source.link.project import Project
from archwright.source.packed import body_of


class SqlTexts:
    """Statements by unit: literals in its body, and constants of modules that it names."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._constants: dict[tuple[int, str], str] = {}
        self._of: dict[int, list[str]] = {}

    def of(self, unit: int) -> list[str]:
        """The SQL statements that a unit holds or names, in the order of its body."""
        known = self._of.get(unit)
        if known is None:
            known = self._of[unit] = self._read(unit)
        return known

    def _read(self, unit: int) -> list[str]:
        module, facts = self._project.unit(unit)
        found: dict[str, None] = {}
        for node in _leaves(body_of(facts)):
            if node[0] == f.CONST:
                text = node[2]
            else:
                key = (module.index, node[2])
                if key not in self._constants:
                    self._constants[key] = self._constant(*key)
                text = self._constants[key]
            if isinstance(text, str) and text and SQL_START.match(text):
                found[text] = None
        return list(found)

    def _constant(self, index: int, name: str) -> str:
        found = self._project.resolve_name(self._project.modules[index], name)
        if found is None:
            return ""
        node = found.value[2] if found.kind == "expression" else found.value[3] if found.kind == "annotation" else None
        while node is not None and node[0] == f.CALL and len(node[3]) == 1:  # text("SELECT ...")
            node = node[3][0]
        return node[2] if node is not None and node[0] == f.CONST and isinstance(node[2], str) else ""


def _leaves(body: Any) -> Iterator[tuple[Any, ...]]:
    """Names and constants in statements, in their order; bodies of inner functions are units of their own.

    Without recursion: a sum of thousands of texts is nested as deep.
    """
    todo: list[Any] = [body]
    while todo:
        node = todo.pop()
        if len(node) == 3 and node[0] == f.CONST:
            if isinstance(node[2], str) and len(node[2]) > 10:
                yield node
        elif len(node) == 3 and node[0] == f.NAME and isinstance(node[2], str):
            if node[2].isupper():
                yield node
        else:
            todo.extend(part for part in reversed(node) if isinstance(part, tuple))
