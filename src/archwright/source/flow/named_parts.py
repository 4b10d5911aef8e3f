"""What has a followed value only as a named part: an object made with it by keyword, a mapping that holds it under a constant key.

A number that becomes the hour of a row, or one entry of a mapping, says nothing of what the row or the mapping is called: there the
keyword or the key names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from archwright.source import facts as f

Node = tuple[Any, ...]

_MAKES: Final = re.compile(r"^[A-Z]\w*[a-z]|^a?(?:get_or_|update_or_|bulk_)?create$|^dict$")


def makes(name: str) -> bool:
    """True for classes, and methods that make a row: what they are given by keyword is a field of it."""
    return _MAKES.search(name.rpartition(".")[2]) is not None


def dotted(node: Node) -> str:
    """`a.b.c` of a chain of attributes, calls and items left out."""
    words: list[str] = []
    while True:
        if node[0] == f.ATTR:
            words.append(node[3])
            node = node[2]
        elif node[0] in (f.CALL, f.SUBSCRIPT, f.AWAIT):
            node = node[2]
        elif node[0] == f.NAME:
            words.append(node[2])
            break
        else:
            break
    return ".".join(reversed(words))


class NamedParts:
    """Which names and expressions of a unit have the followed value only as a named part."""

    def __init__(self, starts: Callable[[Node], bool]) -> None:
        self._starts = starts
        self._names: dict[str, bool] = {}
        self.carrying: set[int] = set()
        """The identities of the nodes that carry the value; the others are not asked for their parts."""

    def add(self, name: str, part: bool) -> None:
        """A name is bound to what carries the value: once as itself is enough."""
        self._names[name] = part and self._names.get(name, True)

    def parts(self, given: Iterable[Node]) -> bool:
        """True where all of some expressions that carry the value have it as a part."""
        return all(self.part(each) for each in given if id(each) in self.carrying)

    def part(self, node: Node) -> bool:
        """True for an expression, of those that carry the value, which has it as a part."""
        kind = node[0]
        if id(node) not in self.carrying:
            return False
        if kind == f.NAME:
            return self._names.get(node[2], False)
        if kind == f.ATTR and (known := self._names.get(dotted(node))) is not None:
            return known
        if kind in (f.SUBSCRIPT, f.AWAIT, f.STARRED, f.ATTR):
            return self.part(node[2])
        if kind == f.DICT:
            return all(self._keyed(*pair) for pair in node[2])
        if kind == f.CALL:
            return not self._starts(node) and self._made_with(node)
        if kind in (f.LIST, f.TUPLE, f.SET):
            return self.parts(node[2])
        if kind in (f.BOOL, f.IFEXP):
            return self.parts(node[3] if kind == f.BOOL else node[3:5])
        return bool(kind == f.COMPREHENSION and node[4] is None and self.part(node[3]))

    def _keyed(self, key: Node | None, value: Node) -> bool:
        if key is not None and id(key) in self.carrying:
            return False
        return (key is not None and key[0] == f.CONST) or self.parts((value,))

    def _made_with(self, call: Node) -> bool:
        """A call that is given the value by keyword alone and makes an object of it, or is given nothing but what has it as a part."""
        function = call[2]
        base = (function[2],) if function[0] == f.ATTR else ()
        keywords = call[4]
        if makes(dotted(function)):
            keywords = [(key, value) for key, value in keywords if not key]
        return self.parts((*base, *call[3], *(value for _, value in keywords)))
