"""The words of an entity, read into drafts; `compose` checks them against each other and makes the model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from archwright.brief.expression import Expression, ExpressionError, parse_expression
from archwright.brief.fields import FIELD, looks_like_field
from archwright.brief.kinds import UNKNOWN, Definitions, Either, Kind, Listed, Named, Schema, Scope, Short, Text
from archwright.brief.lexicon import ENTITY, ENTITY_NAME, FIELD_NAME, number, scalar
from archwright.brief.lexicon import FIELD as FIELD_PATTERN
from archwright.brief.nodes import Node, Scalar, quote
from archwright.brief.numbers import COUNT, DURATION, GROWTH, SIZE
from archwright.brief.table import Built, Entry, Table, Values
from archwright.brief.words import Stream, Word, moved
from archwright.model.base import Place


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression with its place; `at` gives the place of a character of it."""

    text: str
    tree: Expression
    node: Scalar
    shift: int = 0

    def at(self, offset: int) -> Place:
        """The place of the character at `offset` of the expression."""
        return self.node.at(self.shift + offset)


@dataclass(frozen=True, slots=True)
class PartOf:
    """The entity this one is a part of, and the name of the reference to it."""

    entity: Word
    name: Word | None = None


@dataclass(frozen=True, slots=True)
class Combination:
    """Fields that belong together, `-` before a descending one, with a condition if only some rows count."""

    fields: tuple[Word, ...]
    descending: tuple[bool, ...]
    where: Formula | None = None


@dataclass(frozen=True, slots=True)
class Depends:
    """A functional dependency."""

    determinant: tuple[Word, ...]
    dependent: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class EntityDraft:
    """An entity as written."""

    name: Word
    values: Values
    place: Place


CONDITION_HINT = "write a condition such as starts < ends"


def formula(node: Scalar, text: str, shift: int, scope: Scope, hint: str = CONDITION_HINT) -> Formula | None:
    """Parse `text`, which stands at `shift` of the scalar's text; None after a note, which ends in `hint`."""
    try:
        return Formula(text, parse_expression(text), node, shift)
    except ExpressionError as error:
        place = node.at(shift + error.offset)
        scope.note(place, f"{scope.path}: {error.message}", hint)
        return None


class Condition(Kind[Formula]):
    """An expression."""

    name = "expression"
    expected = "a condition such as starts < ends"

    def read(self, node: Node, scope: Scope) -> Formula | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        return formula(node, node.text.rstrip(), 0, scope)

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "minLength": 1, "description": self.expected}


CONDITION = Condition()


class Combined(Kind[Combination]):
    """The short form of a combination: `clinic + number where status = open`."""

    def __init__(self, *, signed: bool) -> None:
        self.signed = signed
        self.expected = "fields such as status + -placed" if signed else "fields such as clinic + number"

    def read(self, node: Node, scope: Scope) -> Combination | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        listed, _, condition = node.text.partition(" where ")
        where = None
        if condition:
            where = formula(node, condition, len(listed) + len(" where "), scope)
        names, offset = [], 0
        for part in listed.split("+"):
            name = part.strip()
            names.append(Word(name, node.at(offset + len(part) - len(part.lstrip()))))
            offset += len(part) + 1
        return combination(names, where, scope, signed=self.signed)

    def schema(self, _definitions: Definitions, /) -> Schema:
        field = f"-?{FIELD_PATTERN}" if self.signed else FIELD_PATTERN
        return {"type": "string", "pattern": rf"^\s*{field}(\s*\+\s*{field})*(\s+where\s.+)?\s*$"}


def combination(names: list[Word], where: Formula | None, scope: Scope, *, signed: bool) -> Combination | None:
    """The fields of a combination; None after a note."""
    fields, descending = [], []
    for word in names:
        down = signed and word.text.startswith("-")
        name = word.text[1:] if down else word.text
        if not re.fullmatch(FIELD_PATTERN, name):
            scope.note(word, f"{scope.path} names {quote(word.text)}", "write field names joined by +")
            return None
        fields.append(Word(name, moved(word, int(down))))
        descending.append(down)
    return Combination(tuple(fields), tuple(descending), where)


def _combined_long(name: str, *, signed: bool) -> Built[Combination]:
    table = Table(
        f"{name}_long",
        f"The long form of {name}",
        (
            Entry("fields", Listed(_SIGNED if signed else FIELD_NAME), "The fields, in order.", "[clinic, number]"),
            Entry("where", CONDITION, "Only rows for which this holds count.", "status = open"),
        ),
    )

    def make(values: Values, scope: Scope) -> Combination | None:
        if not values.has("fields"):
            scope.note(values.place, f"{scope.path} lacks fields", "add fields: [clinic, number]")
        names = values.get("fields")
        return None if names is None else combination(list(names), values.get("where"), scope, signed=signed)

    return Built(table, make)


class _Signed(Kind[Word]):
    """A field name, `-` before a descending one."""

    expected = "a field such as placed, or -placed to begin with the latest"

    def read(self, node: Node, scope: Scope) -> Word | None:
        if self.text(node, scope) is None or not isinstance(node, Scalar):
            return None
        return Word(node.text.strip(), node.at(0))

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": "string", "pattern": f"^-?{FIELD_PATTERN}$"}


_SIGNED = _Signed()


def _part_of(stream: Stream, scope: Scope) -> PartOf | None:
    first = stream.take()
    assert first is not None
    entity = ENTITY_NAME.read(scalar(first), scope)
    if not stream.accept("as"):
        return None if entity is None else PartOf(entity)
    given = stream.take_name()
    if given is None:
        scope.note(stream.end, f"{scope.path}: nothing stands after as", "write part_of: Order as purchase")
        return None
    name = FIELD_NAME.read(scalar(given), scope)
    return None if entity is None or name is None else PartOf(entity, name)


def _part_of_long(values: Values, _scope: Scope) -> PartOf | None:
    entity = values.get("entity")
    return None if entity is None else PartOf(entity, values.get("as"))


def _names(stream: Stream, scope: Scope) -> tuple[Word, ...] | None:
    """Field names joined by `+`."""
    found = []
    while (word := stream.peek()) is not None and not word.mark:
        stream.take()
        if word.text != "+":
            name = FIELD_NAME.read(scalar(word), scope)
            if name is None:
                return None
            found.append(name)
    return tuple(found)


def _depends(stream: Stream, scope: Scope) -> Depends | None:
    left = _names(stream, scope)
    arrow = stream.accept("->") if left is not None else None
    right = _names(stream, scope) if arrow else None
    if left is None or (arrow and right is None):
        return None
    if not left or not right:
        scope.note(stream.start, f"{scope.path} is no dependency", "write zip -> city, or zip + country -> city")
        return None
    return Depends(left, right)


def _depends_long(values: Values, _scope: Scope) -> Depends | None:
    left, right = values.get("fields"), values.get("give")
    return Depends(left, right) if left and right else None


def _hot(stream: Stream, scope: Scope) -> float | None:
    word = stream.take()
    assert word is not None
    if word.text == UNKNOWN:
        scope.unknown.append(scope.path)
        return None
    if word.text == "even":
        return 0.0
    value = stream.take() if word.text == "zipf" else word
    exponent = number(value.text) if value is not None else None
    if exponent is None or not 0 <= exponent <= 5:
        at = value.place if value is not None else stream.end
        scope.note(at, f"{scope.path} is not right", "write zipf 0.9 (a number from 0 to 5), even or unknown")
        return None
    return float(exponent)


_PART_OF = Table(
    "part_of_long",
    "What an entity is a part of, in full",
    (
        Entry("entity", ENTITY_NAME, "The whole that this is a part of.", "Order", required=True),
        Entry("as", FIELD_NAME, "The name of the reference to it.", "purchase", "the entity's name in small letters"),
    ),
)
_DEPENDS = Table(
    "depends_long",
    "A functional dependency, in full",
    (
        Entry("fields", Listed(FIELD_NAME), "Rows that agree in these fields ...", "[zip, country]", required=True),
        Entry("give", Listed(FIELD_NAME), "... agree in these too.", "city", required=True),
    ),
)
_NAMES = rf"{FIELD_PATTERN}(\s*\+\s*{FIELD_PATTERN})*"
FIELDS = Table("fields", "Fields by name", (), rest=FIELD, rest_key=FIELD_NAME)


class _EntityTable(Table):
    """The words of an entity, told apart from fields that happen to be called so."""

    def take(self, values: Values, word: Word, node: Node, kind: Kind[Any], scope: Scope) -> None:
        confused = word.text in self.words and word.text != "about"
        if confused and isinstance(node, Scalar) and looks_like_field(node.text):
            values.keys[word.text] = word
            hint = f"for a field of that name write fields: {{{word.text}: {node.text}}}"
            scope.note(word, f"{word.text} in {scope.path} is a word of the brief, not a field", hint)
            return
        super().take(values, word, node, kind, scope)


ENTITY_TABLE = _EntityTable(
    "entity",
    "An entity: its fields by name, and words about it as a whole",
    (
        Entry("about", Text(), "A sentence for the documentation.", "What a customer bought at once."),
        Entry(
            "part_of",
            Either(
                "part_of",
                Short(
                    _part_of,
                    rf"\s*{ENTITY}(\s+as\s+{FIELD_PATTERN})?\s*",
                    "an entity, such as Order or Order as purchase",
                ),
                Built(_PART_OF, _part_of_long),
            ),
            "The whole whose part this is: it gets a reference to it, and is deleted with it.",
            "Order",
        ),
        Entry(
            "key",
            Either("key", Combined(signed=False), _combined_long("key", signed=False)),
            "The fields that identify a row.",
            "order + product",
            "id, which is added as `id: uuid` where no field is called so",
        ),
        Entry(
            "unique",
            Listed(Either("unique", Combined(signed=False), _combined_long("unique", signed=False))),
            "Fields that no two rows share together; `where` limits it to some rows. One field alone is marked at the "
            "field.",
            "clinic + number",
        ),
        Entry(
            "index",
            Listed(Either("index", Combined(signed=True), _combined_long("index", signed=True))),
            "An index you want beside those that the operations ask for.",
            "status + -placed",
        ),
        Entry("check", Listed(CONDITION), "A condition that every row satisfies.", "starts < ends"),
        Entry(
            "depends",
            Listed(
                Either(
                    "depends",
                    Short(_depends, rf"\s*{_NAMES}\s*->\s*{_NAMES}\s*", "a dependency such as zip -> city"),
                    Built(_DEPENDS, _depends_long),
                )
            ),
            "A functional dependency beside the key: rows equal on the left are equal on the right.",
            "zip -> city",
        ),
        Entry("count", COUNT, "How many rows there are today.", "200k"),
        Entry("growth", GROWTH, "How the number of rows grows.", "2x/year", "the growth of the whole system"),
        Entry("keep", DURATION, "How long a row is kept.", "10y", "forever"),
        Entry("row_size", SIZE, "The size of a row, where it is not the sum of its fields.", "20kB"),
        Entry(
            "hot",
            Short(
                _hot,
                rf"\s*(zipf\s+)?\d(\.\d{{1,9}})?\s*|\s*(even|{UNKNOWN})\s*",
                "zipf 0.9, even or unknown",
                also={"type": "number", "minimum": 0, "maximum": 5},
            ),
            "How unevenly rows are read: the exponent of a Zipf distribution, or `even`.",
            "zipf 0.9",
            "unknown",
        ),
        Entry("fields", FIELDS, "The fields, where one of them is called as a word of this table.", "{count: int}"),
    ),
    rest=FIELD,
    rest_key=FIELD_NAME,
)
ENTITIES = Named("entity", ENTITY_NAME, ENTITY_TABLE, EntityDraft)
