"""Where the result of a call goes inside its unit: the names, keys, parameters and calls that it reaches.

What a random number or a hash is for is not said by the call that makes it but by what becomes of it: a cache key, a
token, a colour, a branch. The way is followed through names, containers, texts and calls of the unit; where the unit
returns it, the unit's own name speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from archwright.source import facts as f
from archwright.source.flow.named_parts import NamedParts, dotted, makes
from archwright.source.packed import body_of

Node = tuple[Any, ...]

_PASSES: Final = 4
"""Walks of a body; each follows the value over one more name that is bound before what binds it stands."""
_FILLS: Final = frozenset({"append", "add", "extend", "insert", "appendleft", "update", "setdefault", "push", "write"})
"""Methods that put an argument into their receiver."""
_SEEKS: Final = frozenset({"in", "not in"})
_PARAMETER: Final = re.compile(r"[?&]([\w.-]+)=$")
_READS: Final = frozenset({"get", "pop"})
_LABELS: Final = re.compile(r"^set_\w*cookie$")
"""What is given the name of the thing first, which may be known."""


class Destination(NamedTuple):
    """One thing that a value becomes, or goes to."""

    how: str
    """`name` (a variable or attribute), `fill` (a container or stream that it is put into), `key` (of a dictionary or item),
    `argument` (a parameter's name), `call` (a dotted callable that is given it), `return` (the unit that returns it),
    `condition` (it decides a branch), `index` (what it picks an element of, or is sought in), `held` (an attribute or a container whose item it is made: it outlives the name),
    `holder` (a word of the others that only stands for what has it as a named part: `session` of `session = Session(hour=...)`)."""
    word: str


class Destinations(NamedTuple):
    """Where a value goes, and which words what it is made of has, both in the order of the code."""

    becomes: tuple[Destination, ...]
    made_of: tuple[str, ...]
    """Names and constant keys in the arguments of the call, and of later calls of the object that it gave."""
    taken: tuple[tuple[str, tuple[Destination, ...]], ...] = ()
    """What is read of it by a key, and where that goes; `?`: the key is no constant."""


NOWHERE: Final = Destinations((), ())


def destinations(unit: Node, position: int) -> Destinations:
    """Where the call at a position of a unit (its facts) sends its result. Nowhere, if the unit has no such call."""
    body = body_of(unit)
    walk = _walked(unit, body, lambda node: node[0] == f.CALL and node[1] == position)
    taken = [(key, _walked(unit, body, partial(_among, places)).becomes) for key, places in walk.taken.items()]
    return Destinations(
        (*walk.becomes, *walk.holders), tuple(walk.made_of), tuple((key, tuple(becomes)) for key, becomes in taken)
    )


def _walked(unit: Node, body: Any, starts: Callable[[Node], bool]) -> _Walk:
    walk = _Walk(unit, starts)
    for _ in range(_PASSES):
        known = len(walk.names)
        walk.block(body)
        if len(walk.names) == known:
            break
    return walk


def _among(places: list[Node], node: Node) -> bool:
    return any(node is each for each in places)


def words_of(node: Any, found: dict[str, None]) -> None:
    """Every name, attribute and constant key in an expression."""
    if not isinstance(node, tuple) or not node:
        return
    kind = node[0]
    if kind == f.NAME:
        found[node[2]] = None
    elif kind == f.ATTR:
        words_of(node[2], found)
        found[node[3]] = None
    elif kind == f.SUBSCRIPT and node[3][0] == f.CONST:
        words_of(node[2], found)
        found[str(node[3][2])] = None
    elif kind == f.CALL:
        words_of(node[2], found)
        for argument in node[3]:
            if argument[0] == f.CONST and isinstance(argument[2], str) and node[2][-1] in ("get", "pop", "getlist"):
                found[argument[2]] = None
            words_of(argument, found)
        for _, argument in node[4]:
            words_of(argument, found)
    elif kind not in (f.CONST, f.LAMBDA_EXPR):
        for part in node[2:]:
            if isinstance(part, tuple):
                for each in part if part and isinstance(part[0], tuple) else (part,):
                    words_of(each, found)


def _puts_away(function: Node) -> bool:
    """True for `set` of an object, which gives how to undo it or that it worked, and `len`: nothing of the argument is in it."""
    return bool((function[0] == f.ATTR and function[3] == "set") or (function[0] == f.NAME and function[2] == "len"))


class _Walk:
    def __init__(self, unit: Node, starts: Callable[[Node], bool]) -> None:
        self._starts = starts
        self._unit = unit
        self.names: set[str] = set()
        self.wholes: set[str] = set()
        """The names of the followed value itself, not of what is made of it."""
        self.taken: dict[str, list[Node]] = {}
        self.becomes: dict[Destination, None] = {}
        self._holds: dict[str, bool] = {}
        """The words of `becomes`: whether each stands only for what has the followed value as a part."""
        self._named = NamedParts(starts)
        self.made_of: dict[str, None] = {}

    @property
    def holders(self) -> tuple[Destination, ...]:
        """The words that stand only for what has the followed value as a named part."""
        return tuple(Destination("holder", word) for word, part in self._holds.items() if part)

    def block(self, body: Any) -> None:
        for node in body:
            self._statement(node)

    def _statement(self, node: Node) -> None:
        kind = node[0]
        if kind == f.ASSIGN:
            carried = self._carries(node[3])
            for target in node[2]:
                if carried:
                    self._bind(target, self._whole(node[3]), self._named.part(node[3]))
                if target[0] == f.SUBSCRIPT and self._carries(target[3]):
                    self._goes("index", dotted(target[2]))
        elif kind in (f.AUGASSIGN, f.ANNASSIGN):
            value = node[4]
            if value is not None and self._carries(value):
                self._bind(node[2], kind == f.ANNASSIGN and self._whole(value), self._named.part(value))
        elif kind == f.RETURN:
            if node[2] is not None and self._carries(node[2]):
                self._goes("return", self._unit[0], self._named.part(node[2]))
        elif kind in (f.IF, f.WHILE):
            if self._carries(node[2]):
                self._goes("condition", "")
            self.block(node[3])
            self.block(node[4])
        elif kind == f.FOR:
            if self._carries(node[3]):
                self._bind(node[2], part=self._named.part(node[3]))
            self.block(node[4])
            self.block(node[5])
        elif kind == f.WITH:
            for expression, target in node[2]:
                if self._carries(expression) and target is not None:
                    self._bind(target)
            self.block(node[3])
        elif kind == f.TRY:
            self.block(node[2])
            for handler in node[3]:
                self.block(handler[3])
            self.block(node[4])
            self.block(node[5])
        elif kind == f.MATCH:
            if self._carries(node[2]):
                self._goes("condition", "")
            for _, _, body in node[3]:
                self.block(body)
        elif kind in (f.EXPR, f.RAISE, f.ASSERT):
            for part in node[2:]:
                if part is not None:
                    self._carries(part)

    def _goes(self, how: str, word: str, part: bool = False) -> None:
        self.becomes[Destination(how, word)] = None
        self._holds[word] = part and self._holds.get(word, True)

    def _bind(self, target: Node, whole: bool = False, part: bool = False) -> None:
        kind = target[0]
        if kind == f.NAME:
            self._adds(target[2], part)
            if whole:
                self.wholes.add(target[2])
            self._goes("name", target[2], part)
        elif kind in (f.TUPLE, f.LIST):
            for each in target[2]:
                self._bind(each, part=part)
        elif kind == f.STARRED:
            self._bind(target[2], part=part)
        elif kind == f.ATTR:
            self._goes("name", target[3], part)
            self._goes("held", target[3], part)
            self._adds(dotted(target), part)
        elif kind == f.SUBSCRIPT:
            key = target[3]
            if key[0] == f.CONST:
                self._goes("key", str(key[2]), part)
            elif key[0] in (f.NAME, f.ATTR):
                self._goes("key", dotted(key).rpartition(".")[2], part)
            part = part or (key[0] == f.CONST and isinstance(key[2], str))
            self._goes("name", dotted(target[2]).rpartition(".")[2], part)
            self._goes("held", dotted(target[2]), part)
            self._adds(dotted(target[2]), part)

    def _adds(self, name: str, part: bool) -> None:
        self.names.add(name)
        self._named.add(name, part)

    def _carries(self, node: Node) -> bool:
        """Whether the value of an expression is made of the followed one; what it goes to on the way is noted."""
        carries = self._follow(node)
        if carries:
            self._named.carrying.add(id(node))
        return carries

    def _follow(self, node: Node) -> bool:
        kind = node[0]
        if kind != f.CALL and self._starts(node):
            return True
        if kind == f.NAME:
            return node[2] in self.names
        if kind in (f.CONST, f.LAMBDA_EXPR):
            return False
        if kind == f.ATTR:
            return self._carries(node[2]) or (bool(self.names) and dotted(node) in self.names)
        if kind == f.CALL:
            return self._call(node)
        if kind == f.COMPARE:
            sought, others = self._carries(node[2]), [self._carries(part) for _, part in node[3]]
            if sought and all(word in _SEEKS for word, _ in node[3]):
                self._goes("index", dotted(node[3][0][1]))
            elif sought or any(others):
                self._goes("condition", "")
            return False
        if kind == f.UNARY:
            return self._carries(node[3])
        if kind == f.BINOP:
            return any([self._carries(node[3]), self._carries(node[4])])
        if kind == f.IFEXP:
            if self._carries(node[2]):
                self._goes("condition", "")
            return any([self._carries(node[3]), self._carries(node[4])])
        if kind == f.SUBSCRIPT:
            base = self._carries(node[2])
            if self._carries(node[3]):
                self._goes("index", dotted(node[2]))
                return True
            if base and self._whole(node[2]):
                self._takes(node[3], node)
            return base
        if kind == f.DICT:
            held = [self._pair(*pair) for pair in node[2]]
            return True in held
        if kind == f.COMPREHENSION:
            for target, iterable, conditions, _ in node[5]:
                if self._carries(iterable):
                    self._bind(target)
                for condition in conditions:
                    self._carries(condition)
            held = [self._carries(part) for part in (node[3], node[4]) if part is not None]
            return True in held
        if kind == f.WALRUS:
            carried = self._carries(node[3])
            if carried:
                self._bind(node[2], self._whole(node[3]), self._named.part(node[3]))
            return carried
        if kind in (f.YIELD, f.YIELD_FROM):
            if node[2] is not None and self._carries(node[2]):
                self._goes("return", self._unit[0], self._named.part(node[2]))
            return False
        if kind == f.FSTRING:
            return self._text(node)
        return self._parts(node)

    def _text(self, node: Node) -> bool:
        """A text with holes: in the query of an address, what stands before a hole names it."""
        held, before = False, ""
        for part in node[2]:
            if self._carries(part):
                held = True
                if (named := _PARAMETER.search(before)) is not None:
                    self._goes("key", named[1])
            before = str(part[2]) if part[0] == f.CONST else ""
        return held

    def _takes(self, key: Node, node: Node) -> None:
        places = self.taken.setdefault(str(key[2]) if key[0] == f.CONST else "?", [])
        if not _among(places, node):
            places.append(node)

    def _whole(self, node: Node) -> bool:
        """True for the followed value itself, for what is read of it, and for what one call makes of it alone (`dict(claims)`)."""
        kind = node[0]
        if kind == f.NAME:
            return node[2] in self.wholes
        if kind == f.CALL:
            function, given = node[2], node[3]
            if self._starts(node):
                return True
            if function[0] == f.ATTR and function[3] in (*_READS, "copy") and self._whole(function[2]):
                return True
            return len(given) == 1 and not node[4] and self._whole(given[0])
        if kind in (f.SUBSCRIPT, f.AWAIT, f.STARRED):
            return self._whole(node[2])
        if kind == f.BOOL:
            return any(map(self._whole, node[3]))
        return kind == f.IFEXP and (self._whole(node[3]) or self._whole(node[4]))

    def _parts(self, node: Node) -> bool:
        """Any part of an expression that only holds others together."""
        held = False
        for part in node[2:]:
            if isinstance(part, tuple) and part:
                for each in part if isinstance(part[0], tuple) else (part,):
                    held = self._carries(each) or held
        return held

    def _pair(self, key: Node | None, value: Node) -> bool:
        held = self._carries(value)
        if held and key is not None and key[0] == f.CONST:
            self._goes("key", str(key[2]), self._named.part(value))
        return held or (key is not None and self._carries(key))

    def _call(self, node: Node) -> bool:
        function = node[2]
        own = self._starts(node)
        given = [(None, argument) for argument in node[3]] + list(node[4])
        base = function[0] == f.ATTR and self._carries(function[2])
        name = dotted(function)
        labelled = node[3][0] if len(node[3]) > 1 and _LABELS.match(name.rpartition(".")[2]) else None
        taken = False
        for keyword, argument in given:
            if self._carries(argument):
                taken = True
                part = self._named.part(argument)
                if argument is not labelled:
                    self._goes("call", name, part or (bool(keyword) and makes(name)))
                if keyword:
                    self._goes("argument", keyword, part)
        parts = self._named.parts(each for _, each in given)
        if taken and name:
            self._named_beside(node, parts)
        if own or (base and function[0] == f.ATTR and function[3] == "update"):
            for _, argument in given:
                words_of(argument, self.made_of)
        if base and function[3] in _READS and node[3] and self._whole(function[2]):
            self._takes(node[3][0], node)
        if taken and function[0] == f.ATTR and function[3] in _FILLS:
            held = dotted(function[2])
            if held:
                self._adds(held, parts)
                self._goes("fill", held.rpartition(".")[2], parts)
        return own or base or (taken and not _puts_away(function))

    def _named_beside(self, node: Node, part: bool) -> None:
        """`set("token", value)`: a constant text before the value names it."""
        first = node[3][0] if node[3] else None
        if first is not None and len(node[3]) > 1 and first[0] == f.CONST and isinstance(first[2], str):
            self._goes("key", first[2], part)
