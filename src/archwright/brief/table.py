"""Tables of words: what may stand in a mapping, declared once for the reader, the JSON Schema and the manual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from archwright.brief.core import example
from archwright.brief.kinds import Definitions, Kind, Name, Schema, Scope
from archwright.brief.nearest import suggest
from archwright.brief.nodes import Node, Pairs, describe, quote
from archwright.brief.words import Word, whole
from archwright.model.base import Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of the vocabulary."""

    name: str
    kind: Kind[Any]
    about: str
    """What it means, in one or two sentences: shown by editors and in the manual."""
    example: str = ""
    """A value as it would stand in a brief."""
    default: str = ""
    """What holds where it is left out, in words."""
    required: bool = False


class Values:
    """What a mapping held: the values read, and where each word stood."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.read: dict[str, Any] = {}
        self.keys: dict[str, Word] = {}
        self.nodes: dict[str, Node] = {}

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a word; `default` where it is absent, wrong or `unknown`."""
        return self.read.get(name, default)

    def has(self, name: str) -> bool:
        """Whether the word stood there at all, right or wrong."""
        return name in self.keys

    def at(self, name: str) -> Place:
        """The place of the word, or of the whole mapping where it is absent."""
        return self.keys[name].place if name in self.keys else self.place


class Table(Kind[Values]):
    """A mapping whose keys are words of the vocabulary.

    `rest`, if there is one, reads any other key that fits `rest_key` (the fields of an entity).
    """

    def __init__(
        self,
        name: str,
        title: str,
        entries: tuple[Entry, ...],
        *,
        rest: Kind[Any] | None = None,
        rest_key: Name | None = None,
    ) -> None:
        self.name = name
        self.title = title
        self.entries = entries
        self.rest = rest
        self.rest_key = rest_key
        self.expected = "a mapping of " + ", ".join(entry.name for entry in entries[:6])
        self._by_name = {entry.name: entry for entry in entries}

    @property
    def words(self) -> tuple[str, ...]:
        """The words in the order of their declaration."""
        return tuple(self._by_name)

    def read(self, node: Node, scope: Scope) -> Values | None:
        if not isinstance(node, Pairs):
            scope.note(node, f"{scope.path or 'the brief'} is {describe(node)}", f"write {self.expected}")
            return None
        values = Values(node.place)
        for key, value in node.pairs:
            word = whole(key)
            entry = self._by_name.get(word.text)
            if entry is not None:
                self.take(values, word, value, entry.kind, scope)
            elif self.rest is None:
                where = f" in {scope.path}" if scope.path else ""
                scope.note(word, f"unknown word {quote(word.text)}{where}", suggest(word.text, self.words, "words"))
            else:
                self.take(values, word, value, self.rest, scope)
        for entry in self.entries:
            if entry.required and not values.has(entry.name):
                hint = f"add {entry.name}: {entry.example}" if entry.example else f"add {entry.name}"
                scope.note(values.place, f"{scope.path or 'the brief'} lacks {entry.name}", hint)
        return values

    def take(self, values: Values, word: Word, node: Node, kind: Kind[Any], scope: Scope) -> None:
        """Read the value of one key into `values`."""
        values.keys[word.text] = word
        values.nodes[word.text] = node
        read = kind.read(node, scope.inner(word.text))
        if read is not None:
            values.read[word.text] = read

    def schema(self, definitions: Definitions, /) -> Schema:
        properties = {}
        for entry in self.entries:
            about = entry.about + (f" Left out: {entry.default}." if entry.default else "")
            reference = definitions.refer(entry.kind)
            properties[entry.name] = {**reference, "description": about}
            if entry.example:
                properties[entry.name]["examples"] = [example(entry.example)]
        schema: Schema = {"type": "object", "title": self.title, "properties": properties}
        required = [entry.name for entry in self.entries if entry.required]
        if required:
            schema["required"] = required
        if self.rest is None:
            schema["additionalProperties"] = False
        else:
            assert self.rest_key is not None
            schema["propertyNames"] = {"pattern": f"^{self.rest_key.pattern}$"}
            schema["additionalProperties"] = definitions.refer(self.rest)
        return schema


class Built(Kind[T]):
    """The long form: a table whose values are made into something."""

    def __init__(self, table: Table, make: Callable[[Values, Scope], T | None]) -> None:
        self.table = table
        self.make = make
        self.name = table.name
        self.expected = table.expected

    def read(self, node: Node, scope: Scope) -> T | None:
        values = self.table.read(node, scope)
        return None if values is None else self.make(values, scope)

    def schema(self, definitions: Definitions, /) -> Schema:
        return self.table.schema(definitions)
