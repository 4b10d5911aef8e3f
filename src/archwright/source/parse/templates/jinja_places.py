"""Columns for Jinja2's trees, which know lines only: where on its line the name of a node stands."""

from __future__ import annotations

import re

from jinja2 import nodes

from archwright.source.parse.templates.django_tokens import position_at


class Places:
    """Positions of nodes. Asked in the order of the text: of several equal names on a line, the next one is taken."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._line = 0
        self._column = 0
        self.last = 1
        """The last line that was asked for."""

    def of(self, node: nodes.Node) -> int:
        """The packed position of a node: of the name it starts with, else of the tag on its line."""
        line = min(max(node.lineno or 1, 1), len(self._lines))
        self.last = max(self.last, line)
        first = node
        while isinstance(first, (nodes.Getattr, nodes.Getitem, nodes.Call, nodes.Filter, nodes.Test)):
            below = first.node
            if below is None or below.lineno != node.lineno:
                break
            first = below
        text = self._lines[line - 1]
        start = self._column if line == self._line else 0
        if isinstance(first, nodes.Name):
            found = self._find(text, first.name, start)
        elif isinstance(first, nodes.Expr):
            return position_at(line, start + 1)
        else:
            at = text.find("{%", start)
            found = at if at >= 0 else max(text.find("{%"), 0)
        self._line, self._column = line, found
        return position_at(line, found + 1)

    @staticmethod
    def _find(text: str, name: str, start: int) -> int:
        pattern = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
        match = pattern.search(text, start) or pattern.search(text)
        return match.start() if match is not None else min(start, len(text))
