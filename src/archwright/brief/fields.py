"""One field of an entity: its words, its short form and what they add up to."""

from __future__ import annotations

import re
from dataclasses import dataclass

from archwright.brief.kinds import Choice, Definitions, Either, Flag, Kind, Listed, Name, Schema, Scope, Short, Text
from archwright.brief.lexicon import (
    ENTITY,
    ENTITY_NAME,
    FIELD_NAME,
    FIELD_PATH,
    NUMBER,
    PATH,
    QUOTED,
    Literal,
    Number,
    scalar,
)
from archwright.brief.nearest import suggest
from archwright.brief.nodes import Node, Scalar, quote
from archwright.brief.table import Built, Entry, Table, Values
from archwright.brief.words import Stream, Word
from archwright.model.entity import OnDelete, Type

TYPES = tuple(type_.value for type_ in Type if type_ not in {Type.ENUM, Type.REFERENCE, Type.UNKNOWN})
TYPE = Choice("type", "type", TYPES)
ENUM = r"[A-Za-z_][A-Za-z0-9_-]{0,47}"
ENUM_VALUE = Name("enum_value", ENUM, "a word such as open or in-transit")
MARKS = {">=": "min", "<=": "max", ">": "above", "<": "below"}


@dataclass(frozen=True, slots=True)
class Copy:
    """`copied`, with the path to what is copied where it is told."""

    source: Word | None = None


class Copied(Kind[Copy]):
    """`true`, or the path to the fact that is copied."""

    expected = "true, or a path such as product.price"

    def read(self, node: Node, scope: Scope) -> Copy | None:
        if isinstance(node, Scalar) and node.text in {"true", "false"}:
            return Copy() if node.text == "true" else None
        path = FIELD_PATH.read(node, scope)
        return None if path is None else Copy(path)

    def schema(self, definitions: Definitions, /) -> Schema:
        return {"anyOf": [{"type": "boolean"}, definitions.refer(FIELD_PATH)]}


FLAG = Flag()
FIELD_TABLE = Table(
    "field_long",
    "A field, in full",
    (
        Entry("type", TYPE, "What the field holds.", "money"),
        Entry("to", ENTITY_NAME, "The entity it refers to, in place of a type; short: `-> Customer`.", "Customer"),
        Entry("many", FLAG, "It refers to any number of rows (many to many); short: `-> many Tag`.", "true"),
        Entry(
            "values", Listed(ENUM_VALUE), "The allowed words, in place of a type; short: `open|paid`.", "[open, paid]"
        ),
        Entry("optional", FLAG, "It may be empty.", "true", "every row has a value"),
        Entry("unique", FLAG, "No two rows have the same value.", "true"),
        Entry("pii", FLAG, "Personal data: kept out of logs and caches, erasable.", "true"),
        Entry("secret", FLAG, "Never in an answer or a log: a token, a password hash.", "true"),
        Entry("search", FLAG, "Matched by words or parts of words.", "true"),
        Entry(
            "copied",
            Copied(),
            "A deliberate copy of another fact at the time of writing; with `from` (long form: the path itself) the "
            "path to it, which is then filled by the service and never by the caller.",
            "product.price",
        ),
        Entry("default", Literal(), "The value of a new row that gives none; `now` for a time or date.", "open"),
        Entry("min", Number(), "The least value; short: `>=0`.", "0"),
        Entry("max", Number(), "The greatest value (short: `<=100`); for a text, its longest length.", "100"),
        Entry("above", Number(), "Every value is greater than this; short: `>0`.", "0"),
        Entry("below", Number(), "Every value is less than this; short: `<100`.", "100"),
        Entry(
            "on_delete",
            Choice("on_delete", "on_delete", ("restrict", "cascade", "clear")),
            "What happens to this row when the row it refers to is deleted: the deletion is refused, this row goes "
            "too, or the reference is emptied.",
            "cascade",
            "restrict",
        ),
        Entry("reverse", FIELD_NAME, "The name under which the other side reaches back.", "orders"),
        Entry("about", Text(), "A sentence for the documentation.", "What the customer pays in the end."),
    ),
)
ON_DELETE = {"restrict": OnDelete.RESTRICT, "cascade": OnDelete.CASCADE, "clear": OnDelete.SET_NULL}
LONG_ONLY = {"type", "to", "many", "values", "about"}
"""Words that the short form writes in another way, or not at all."""
SHORT_WORDS = tuple(name for name in FIELD_TABLE.words if name not in LONG_ONLY)
_ENTRIES = {entry.name: entry for entry in FIELD_TABLE.entries if entry.name in SHORT_WORDS}


def _short(stream: Stream, scope: Scope) -> Values | None:
    values = Values(stream.start)
    _take_type(stream, values, scope)
    while (word := stream.take()) is not None:
        _take_setting(word, stream, values, scope)
    return values


def _take_type(stream: Stream, values: Values, scope: Scope) -> None:
    first = stream.take()
    assert first is not None
    if first.text == "->" and first.mark:
        if stream.accept("many"):
            _set(values, "many", first, True)
        target = stream.take_name()
        if target is None:
            scope.note(stream.end, f"{scope.path} refers to nothing", "write -> and the name of an entity")
            return
        _set(values, "to", first, ENTITY_NAME.read(scalar(target), scope))
        return
    following = stream.peek()
    if following is not None and following.text == "|" and following.mark:
        options: list[Word | None] = [ENUM_VALUE.read(scalar(first), scope)]
        while bar := stream.accept("|"):
            option = stream.take_name()
            if option is None:
                scope.note(bar, f"a word is missing after | in {scope.path}", "write values as open|paid|shipped")
                return
            options.append(ENUM_VALUE.read(scalar(option), scope))
        _set(values, "values", first, tuple(option for option in options if option is not None))
        return
    if first.text in SHORT_WORDS or first.mark:
        scope.note(first, f"{scope.path} has no type before {quote(first.text)}", f"types: {', '.join(TYPES)}")
        if first.mark:
            stream.drop()
        else:
            _take_setting(first, stream, values, scope)
        return
    _set(values, "type", first, TYPE.read(scalar(first), scope))


def _take_setting(word: Word, stream: Stream, values: Values, scope: Scope) -> None:
    name = MARKS.get(word.text, "") if word.mark else word.text
    entry = None if word.quoted else _ENTRIES.get(name)
    if entry is None:
        hint = suggest(word.text, SHORT_WORDS, "words")
        scope.note(word, f"unknown word {quote(word.text)} for {scope.path}", hint)
    elif values.has(name):
        scope.note(word, f"{name} stands twice for {scope.path}")
    elif isinstance(entry.kind, Flag):
        _set(values, name, word, True)
    elif name == "copied" and not stream.accept("from"):
        _set(values, name, word, Copy())
    else:
        value = stream.take_name()
        if value is None:
            scope.note(word, f"{scope.path}: nothing stands after {word.text}", f"write {word.text} {entry.example}")
        else:
            _set(values, name, word, entry.kind.read(scalar(value), scope))


def _set(values: Values, name: str, word: Word, value: object) -> None:
    values.keys[name] = word
    if value is not None:
        values.read[name] = value


def looks_like_field(text: str) -> bool:
    """Whether the text can only be a field: a type or a reference, and its words."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return (first in TYPES or first.startswith("->")) and re.fullmatch(_PATTERN, text) is not None


def _pattern() -> str:
    flags = [name for name, entry in _ENTRIES.items() if isinstance(entry.kind, Flag)]
    valued = [name for name, entry in _ENTRIES.items() if not isinstance(entry.kind, Flag) and name != "copied"]
    kind = rf"({'|'.join(TYPES)}|->\s*(many\s+)?{ENTITY}|{ENUM}(\s*\|\s*{ENUM})+)"
    setting = (
        rf"({'|'.join(flags)}|copied(\s+from\s+{PATH})?|({'|'.join(valued)})\s+({QUOTED}|[^\s<>=|!\"']+)"
        rf"|(>=|<=|>|<)\s*{NUMBER})"
    )
    return rf"\s*{kind}(\s+{setting})*\s*"


_PATTERN = _pattern()


def _long(values: Values, scope: Scope) -> Values:
    if not any(values.has(word) for word in ("type", "to", "values")):
        scope.note(values.place, f"{scope.path} has no type", "add type:, to: or values:")
    return values


FIELD = Either(
    "field",
    Short(
        _short, _PATTERN, "a type such as text, -> Customer or open|paid, then its words", also={"enum": list(TYPES)}
    ),
    Built(FIELD_TABLE, _long),
)
