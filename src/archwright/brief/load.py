"""Bytes to a tree of nodes: strict YAML.

The YAML 1.2 core schema is kept by never resolving at all: `no`, `on` and `24` stay text, and each place of the
grammar says what it reads. Duplicate keys, tags, several documents, aliases that grow without bound, deep nesting
and control characters are refused with their places. PyYAML scans and parses; composing is done here.
"""

from __future__ import annotations

import re
from typing import NoReturn, Protocol

import yaml

from archwright.brief.nodes import Items, Node, Pairs, Scalar, quote
from archwright.model.base import Place
from archwright.model.problems import Notes

MAX_BYTES = 1_000_000
"""A brief for 500 entities is a tenth of this; a larger file is something else."""
MAX_DEPTH = 24
MAX_NODES = 200_000
"""Nodes after aliases are written out, so that a small file can't become a large tree."""

_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HINTS = (
    ("'\\t' that cannot start any token", "indent with spaces, not tabs"),
    ("cannot start any token", "put the text in quotes"),
    ("mapping values are not allowed here", "a text with `: ` in it needs quotes; check the indentation"),
    ("expected ',' or '}'", "a comma or } is missing; texts with { } [ ] , or ? inside braces need quotes"),
    ("expected ',' or ']'", "a comma or ] is missing; texts with { } [ ] , or ? inside brackets need quotes"),
    ("expected <block end>", "check the indentation of this line against the lines above"),
    ("could not find expected ':'", "a key needs `: ` and a value"),
    ("found unexpected end of stream", "a quote or bracket is not closed"),
    ("while scanning an alias", "a text that begins with * needs quotes"),
    ("while scanning an anchor", "a text that begins with & needs quotes"),
    ("escape", "in double quotes a backslash must be doubled; single quotes keep it as it is"),
)


class _Mark(Protocol):
    """A position as PyYAML gives it: from 0."""

    line: int
    column: int
    index: int


class _Stop(Exception):
    """Reading can't go on."""


def load(data: bytes | str, name: str, notes: Notes) -> Node | None:
    """The tree of one YAML document, or None where a note says why there is none.

    `name` is the path that places carry. Any bytes are accepted; nothing but notes comes out of bad ones.
    """
    text = _decode(data, name, notes)
    if text is None:
        return None
    composer = _Composer(text, name, notes)
    try:
        return composer.document()
    except _Stop:
        return None
    except yaml.MarkedYAMLError as error:
        notes.add(composer.mark(error.problem_mark or error.context_mark), f"not YAML: {_told(error)}", _hint(error))
    except (yaml.YAMLError, ValueError, OverflowError):
        # chr() and int() inside the scanner refuse the numbers of some escapes and directives.
        notes.add(composer.here(), "not YAML: a number in an escape or directive is too large", "write it as text")
    return None


def _decode(data: bytes | str, name: str, notes: Notes) -> str | None:
    if len(data) > MAX_BYTES:
        notes.add(None, f"the file is larger than {MAX_BYTES // 1000} kB", "a brief is a page or a few; is this one?")
        return None
    if isinstance(data, str):
        text = data
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            before = data[: error.start].decode("utf-8", "replace")
            line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
            message = f"byte 0x{data[error.start]:02x} is not UTF-8 text"
            notes.add(Place(name, line, column), message, "save the file as UTF-8")
            return None
    text = text.removeprefix("\ufeff")
    bad = _CONTROL.search(text)
    if bad:
        line = text.count("\n", 0, bad.start()) + 1
        column = bad.start() - (text.rfind("\n", 0, bad.start()) + 1) + 1
        notes.add(Place(name, line, column), f"character U+{ord(bad[0]):04X} can't stand in a brief", "remove it")
        return None
    return text


def _told(error: yaml.MarkedYAMLError) -> str:
    parts = [part for part in (error.problem, error.context) if part]
    return ", ".join(parts).replace("%r", "") or "unreadable"


def _hint(error: yaml.MarkedYAMLError) -> str:
    told = f"{error.context or ''} {error.problem or ''}"
    return next((hint for sign, hint in _HINTS if sign in told), "")


class _Composer:
    """Turns the parser's events into nodes, with limits."""

    def __init__(self, text: str, name: str, notes: Notes) -> None:
        self._text = text
        self._name = name
        self._notes = notes
        self._parser = yaml.SafeLoader(text)
        self._anchors: dict[str, tuple[Node, int] | None] = {}
        self._count = 0

    def mark(self, mark: _Mark | None) -> Place:
        """The place of a mark of the parser."""
        return Place(self._name, mark.line + 1, mark.column + 1) if mark is not None else Place(self._name)

    def place(self, event: yaml.Event) -> Place:
        """The place where an event begins."""
        return self.mark(event.start_mark)

    def here(self) -> Place:
        """How far the scanner has come."""
        return self.mark(self._parser.get_mark())

    def document(self) -> Node | None:
        """The only document of the stream."""
        while True:
            event = self._next()
            if isinstance(event, yaml.StreamEndEvent):
                self._notes.add(None, "the file is empty", "`archwright init` writes a brief to start from")
                return None
            if isinstance(event, yaml.DocumentStartEvent):
                break
        node = self._node(self._next(), 1)
        self._next()
        event = self._next()
        if isinstance(event, yaml.DocumentStartEvent):
            self._stop(event, "a second document begins here", "one file holds one brief; remove the `---`")
        return node

    def _next(self) -> yaml.Event:
        event = self._parser.get_event()  # type: ignore[no-untyped-call]
        assert isinstance(event, yaml.Event)
        return event

    def _stop(self, event: yaml.Event, message: str, hint: str = "") -> NoReturn:
        self._notes.add(self.place(event), message, hint)
        raise _Stop

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        assert isinstance(event, yaml.NodeEvent)
        if depth > MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH} levels")
        self._grow(event, 1)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            self._notes.add(self.place(event), f"tag {quote(event.tag)} is not read here", "leave it out")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        before = self._count
        node = self._content(event, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = (node, self._count - before + 1)
        return node

    def _content(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(inner := self._next(), yaml.SequenceEndEvent):
                items.append(self._node(inner, depth + 1))
            return Items(tuple(items), self.place(event))
        return self._mapping(event, depth)

    def _mapping(self, event: yaml.Event, depth: int) -> Pairs:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(inner := self._next(), yaml.MappingEndEvent):
            key = self._node(inner, depth + 1)
            value = self._node(self._next(), depth + 1)
            if not isinstance(key, Scalar):
                self._notes.add(key.place, "a key must be a word")
            elif key.text in pairs:
                first = pairs[key.text][0].place
                message = f"{quote(key.text)} stands here a second time"
                self._notes.add(key.place, message, f"the first is in line {first.line}")
            else:
                pairs[key.text] = (key, value)
        return Pairs(tuple(pairs.values()), self.place(event))

    def _alias(self, event: yaml.AliasEvent) -> Node:
        name = event.anchor or ""
        if name not in self._anchors:
            self._stop(event, f"alias *{name} has no anchor &{name} before it")
        anchored = self._anchors[name]
        if anchored is None:
            self._stop(event, f"alias *{name} stands inside its own anchor")
        self._grow(event, anchored[1])
        return anchored[0]

    def _grow(self, event: yaml.Event, nodes: int) -> None:
        self._count += nodes
        if self._count > MAX_NODES:
            self._stop(event, f"more than {MAX_NODES:,} values once aliases are written out")

    def _scalar(self, event: yaml.ScalarEvent) -> Scalar:
        place = self.place(event)
        bad = _CONTROL.search(event.value)
        if bad:
            self._notes.add(place, f"character U+{ord(bad[0]):04X} can't stand in a brief", "remove the escape")
        assert event.start_mark is not None
        assert event.end_mark is not None
        source = self._text[event.start_mark.index : event.end_mark.index]
        exact = None
        if source == event.value:
            exact = 0
        elif event.style in {"'", '"'} and source[1:-1] == event.value:
            exact = 1
        return Scalar(event.value, place, plain=event.style is None, exact=exact)
