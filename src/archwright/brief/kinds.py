"""Kinds of values: how each is read, and how the JSON Schema describes it. The two stand side by side on purpose.

A kind reads one node. It returns None after it has noted a mistake, so that reading goes on and every mistake is
told in one run.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from archwright.brief.nearest import suggest
from archwright.brief.nodes import Items, Node, Pairs, Scalar, describe, quote
from archwright.brief.words import Stream, Word, whole
from archwright.model.base import Place
from archwright.model.problems import Notes

T = TypeVar("T")
S = TypeVar("S")
Schema = dict[str, Any]
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Scope:
    """Where reading stands: the dotted path for messages, the notes, and the numbers that are `unknown`."""

    path: str
    notes: Notes
    unknown: list[str]

    def inner(self, name: str) -> Scope:
        """The scope of a part."""
        return Scope(f"{self.path}.{name}" if self.path else name, self.notes, self.unknown)

    def note(self, at: Node | Word | Place | None, message: str, hint: str = "") -> None:
        """Note a mistake at a node, a word or a place."""
        self.notes.add(at if isinstance(at, Place) or at is None else at.place, message, hint)


class Definitions:
    """The `$defs` of a schema under construction: each named kind is written once."""

    def __init__(self) -> None:
        self.found: dict[str, Schema] = {}

    def refer(self, kind: Kind[Any]) -> Schema:
        """A reference to the kind's definition, or its schema in place where it has no name."""
        if not kind.name:
            return kind.schema(self)
        if kind.name not in self.found:
            self.found[kind.name] = {}
            self.found[kind.name] = kind.schema(self)
        return {"$ref": f"#/$defs/{kind.name}"}


class Kind(ABC, Generic[T]):
    """A kind of value."""

    name: str = ""
    """The name of its definition in the schema; empty: written in place."""
    expected: str = "a value"

    @abstractmethod
    def read(self, node: Node, scope: Scope) -> T | None:
        """The value; None after a note."""

    @abstractmethod
    def schema(self, definitions: Definitions, /) -> Schema:
        """The JSON Schema of what `read` accepts."""

    def text(self, node: Node, scope: Scope) -> str | None:
        """The node as text; None after a note where it is a list, a mapping or nothing."""
        if isinstance(node, Scalar) and node.text.strip():
            return node.text.strip()
        scope.note(node, f"{scope.path} is {describe(node)}", f"write {self.expected}")
        return None


class Text(Kind[str]):
    """Free text."""

    expected = "a text"

    def read(self, node: Node, scope: Scope) -> str | None:
        return self.text(node, scope)

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "minLength": 1}


class Flag(Kind[bool]):
    """`true` or `false`, as YAML 1.2 writes them."""

    expected = "true or false"

    def read(self, node: Node, scope: Scope) -> bool | None:
        text = self.text(node, scope)
        if text is None:
            return None
        if text not in {"true", "True", "TRUE", "false", "False", "FALSE"}:
            meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower(), text.lower())
            hint = f"write {meant}" if meant in {"true", "false"} else "write true or false"
            scope.note(node, f"{scope.path} is {quote(text)}", hint)
            return None
        return text.lower() == "true"

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "boolean"}


class Choice(Kind[str]):
    """One of some words."""

    def __init__(self, name: str, label: str, options: Iterable[str]) -> None:
        self.name = name
        self.label = label
        self.options = tuple(options)
        self.expected = "one of " + ", ".join(self.options)

    def read(self, node: Node, scope: Scope) -> str | None:
        text = self.text(node, scope)
        if text is None:
            return None
        if text not in self.options:
            scope.note(
                node, f"unknown {self.label} {quote(text)} for {scope.path}", suggest(text, self.options, "known")
            )
            return None
        return text

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"enum": list(self.options)}


class Name(Kind[Word]):
    """A name or a dotted path; what it names is checked when everything is read."""

    def __init__(self, name: str, pattern: str, expected: str) -> None:
        self.name = name
        self.pattern = pattern
        self.expected = expected

    def read(self, node: Node, scope: Scope) -> Word | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        word = whole(node)
        if not re.fullmatch(self.pattern, word.text):
            scope.note(word, f"{scope.path} can't be {quote(word.text)}", f"write {self.mended(word.text)}")
            return None
        return word

    def mended(self, text: str) -> str:
        """What to write in place of a text that does not fit: the same in the right letters, if that is enough."""
        parts = re.findall(r"[A-Za-z][a-z0-9]*|[0-9]+", text)
        candidates = (text.lower(), "_".join(parts).lower(), "".join(part.capitalize() for part in parts))
        plain = text.isascii() and len(text) < 80
        fitting = [candidate for candidate in candidates if plain and re.fullmatch(self.pattern, candidate)]
        return fitting[0] if fitting else self.expected

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "pattern": f"^{self.pattern}$"}


class Short(Kind[T]):
    """A short form: one line of words with a grammar of its own.

    `parse` gets the words and returns None after a note; words it leaves over are a mistake.
    """

    def __init__(
        self, parse: Callable[[Stream, Scope], T | None], pattern: str, expected: str, *, also: Schema | None = None
    ) -> None:
        self.parse = parse
        self.pattern = pattern
        self.expected = expected
        self.also = also

    def read(self, node: Node, scope: Scope) -> T | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        stream = Stream(node)
        value = self.parse(stream, scope)
        left = stream.peek()
        if value is not None and left is not None:
            scope.note(left, f"{quote(left.text)} is not understood in {scope.path}", f"write {self.expected}")
            return None
        return value

    def schema(self, _definitions: Definitions, /) -> Schema:
        short: Schema = {"type": "string", "pattern": f"^{self.pattern}$"}
        return {"anyOf": [self.also, short]} if self.also else short


class Listed(Kind[tuple[T, ...]]):
    """One value, or a list of them."""

    def __init__(self, kind: Kind[T], *, name: str = "") -> None:
        self.kind = kind
        self.name = name
        self.expected = f"{kind.expected}, or a list of such"

    def read(self, node: Node, scope: Scope) -> tuple[T, ...] | None:
        if not isinstance(node, Items):
            value = self.kind.read(node, scope)
            return None if value is None else (value,)
        if not node.items:
            scope.note(node, f"{scope.path} is an empty list", f"write {self.kind.expected}")
            return None
        values = [self.kind.read(item, scope) for item in node.items]
        return None if any(value is None for value in values) else tuple(v for v in values if v is not None)

    def schema(self, definitions: Definitions, /) -> Schema:
        inner = definitions.refer(self.kind)
        return {"anyOf": [inner, {"type": "array", "items": inner, "minItems": 1}]}


class Either(Kind[T]):
    """A short form, or the long form with the same meaning. A mapping is the long form."""

    def __init__(self, name: str, short: Kind[T], long: Kind[T]) -> None:
        self.name = name
        self.short = short
        self.long = long
        self.expected = short.expected

    def read(self, node: Node, scope: Scope) -> T | None:
        return self.long.read(node, scope) if isinstance(node, Pairs) else self.short.read(node, scope)

    def schema(self, definitions: Definitions, /) -> Schema:
        return {"anyOf": [definitions.refer(self.short), definitions.refer(self.long)]}


class Named(Kind[tuple[T, ...]]):
    """A mapping of names to values; `of` gets the name too. Names that differ only in case or `_` clash."""

    def __init__(self, what: str, key: Name, kind: Kind[S], of: Callable[[Word, S, Place], T]) -> None:
        self.what = what
        self.key = key
        self.kind: Kind[Any] = kind
        self.of: Callable[[Word, Any, Place], T] = of
        self.expected = f"a mapping of {what} names"

    def read(self, node: Node, scope: Scope) -> tuple[T, ...] | None:
        if not isinstance(node, Pairs):
            scope.note(node, f"{scope.path} is {describe(node)}", f"write {self.expected}, each with what it is")
            return None
        found: list[T] = []
        seen: dict[str, Word] = {}
        for key, value in node.pairs:
            word = whole(key)
            if not re.fullmatch(self.key.pattern, word.text):
                scope.note(word, f"{quote(word.text)} can't name {a(self.what)}", f"write {self.key.mended(word.text)}")
            first = seen.setdefault(fold(word.text), word)
            if first is not word:
                message = f"{self.what} {quote(word.text)} differs from {quote(first.text)} only in case or `_`"
                scope.note(word, message, f"the first is in line {first.place.line}; choose another name")
            read = self.kind.read(value, Scope(word.text, scope.notes, scope.unknown))
            if read is not None:
                found.append(self.of(word, read, key.place))
        return tuple(found)

    def schema(self, definitions: Definitions, /) -> Schema:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{self.key.pattern}$"},
            "additionalProperties": definitions.refer(self.kind),
        }


def fold(name: str) -> str:
    """The name as clashes are judged by: without case, `_` and `-`."""
    return name.casefold().replace("_", "").replace("-", "")


def a(noun: str) -> str:
    """The noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
