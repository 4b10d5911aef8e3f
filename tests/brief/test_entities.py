"""Entities and fields: both forms, every word, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from archwright.brief import Problem
from archwright.model.entity import Bound, Check, Field, FunctionalDependency, Index, OnDelete, Relation, Unique
from archwright.model.quantity import Count, Growth, Size
from archwright.model.system import System

Read = Callable[[str], System]
Wrong = Callable[[str], tuple[Problem, ...]]
HEAD = "system: a\nentities:\n"


def field(read: Read, text: str) -> Field:
    system = read(
        f"{HEAD}  Tag: {{label: text}}\n  Note: {{price: money, tag: -> Tag}}\n  A: {{note: -> Note, f: {text}}}\n"
    )
    found = system.entities[2].field("f")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("text", "{type: text}"),
        ("money >=0 <=9.5", "{type: money, min: 0, max: 9.5}"),
        ("int >0 <10 default 3", "{type: int, above: 0, below: 10, default: 3}"),
        ("text max 20 unique pii secret search optional", "{type: text, max: 20, unique: true, pii: true, secret: true, search: true, optional: true}"),
        ("-> Tag optional on_delete clear reverse owners", "{to: Tag, optional: true, on_delete: clear, reverse: owners}"),
        ("-> many Tag", "{to: Tag, many: true}"),
        ("open|in-transit default open", "{values: [open, in-transit], default: open}"),
        ("money copied from note.price", "{type: money, copied: note.price}"),
        ("money copied", "{type: money, copied: true}"),
        ("text default 'two words'", '{type: text, default: "two words"}'),
    ],
)  # fmt: skip
def test_short_and_long_form_mean_the_same(read: Read, short: str, long: str) -> None:
    one, other = field(read, short), field(read, long)
    assert one == other
    assert field(read, '"' + short + '"') == one


def test_field_facts(read: Read) -> None:
    assert field(read, "int >0 <10 default 3").bounds == (Bound(operator=">", value=0), Bound(operator="<", value=10))
    assert field(read, "int default 3").default == 3
    assert field(read, "bool default false").default is False
    assert field(read, "timestamp default now").default == "now"
    assert field(read, "date default 2030-01-31").default == "2030-01-31"
    assert field(read, "text max 20").max_length == 20
    tags = field(read, "-> many Tag").relation
    assert tags == Relation(target="Tag", many=True)
    cleared = field(read, "-> Tag optional on_delete clear").relation
    assert cleared is not None
    assert cleared.on_delete is OnDelete.SET_NULL
    assert field(read, "{type: text, about: What it says.}").description == "What it says."
    assert field(read, "no|on|yes").values == ("no", "on", "yes"), "YAML 1.2"


def test_entity_facts(read: Read) -> None:
    system = read(
        HEAD
        + """
  Clinic: {name: text, count: 3k, growth: 2x/year, row_size: 2kB, hot: even}
  Room:
    about: Where people wait.
    part_of: Clinic as place
    key: place + label
    label: text
    floor: int
    closed: bool
    zip: text
    city: text
    unique: [place + floor + label, zip + city where closed = false]
    index: [floor + -label, {fields: [-floor], where: closed = true}]
    check: [floor < 10, label != zip]
    depends: [zip -> city, {fields: [zip, floor], give: city}]
    fields: {count: int, key: text}
"""
    )
    clinic, room = system.entities
    assert [f.name for f in clinic.fields] == ["id", "name"]
    assert clinic.volume.count == Count(3000)
    assert (clinic.volume.growth, clinic.volume.row_size, clinic.volume.zipf) == (Growth(2), Size(2000), 0.0)
    assert (room.key, room.description) == (("place", "label"), "Where people wait.")
    assert [f.name for f in room.fields] == ["place", "label", "floor", "closed", "zip", "city", "count", "key"]
    assert room.uniques == (
        Unique(fields=("place", "floor", "label")),
        Unique(fields=("zip", "city"), where="closed = false"),
    )
    assert room.indexes == (Index(fields=("floor", "-label")), Index(fields=("-floor",), where="closed = true"))
    assert room.checks == (
        Check(name="floor", expression="floor < 10"),
        Check(name="label_zip", expression="label != zip"),
    )
    assert room.dependencies == (
        FunctionalDependency(determinant=("zip",), dependent=("city",)),
        FunctionalDependency(determinant=("zip", "floor"), dependent=("city",)),
    )


def test_numbers_may_be_unknown(read: Read) -> None:
    system = read(
        "system: a\ngoals: {rpo: unknown, team: unknown, horizon: unknown}\nentities: {A: {b: text, count: unknown, hot: unknown}}\n"
        "operations: {x: {read: A, page: unknown, rate: unknown peak 3/s, p95: unknown, who: anyone}}"
    )
    assert system.unknown == (
        "goals.rpo",
        "goals.team",
        "goals.horizon",
        "A.count",
        "A.hot",
        "x.page",
        "x.rate",
        "x.p95",
    )
    assert system.operations[0].load.rate is None
    assert system.operations[0].access.page == 50


@pytest.mark.parametrize(
    ("entities", "message", "hint"),
    [
        ("A: {f: varchar}", 'unknown type "varchar" for A.f', "did you mean text?"),
        ("A: {f: text nullable}", 'unknown word "nullable" for A.f', "did you mean optional?"),
        ("A: {f: text text}", 'unknown word "text" for A.f', ""),
        ("A: {f: unique}", 'A.f has no type before "unique"', "types: text"),
        ("A: {f: text unique unique}", "unique stands twice for A.f", ""),
        ("A: {f: text >=0}", "A.f is text and can't have min", "max, its longest length"),
        ("A: {f: uuid max 5}", "A.f is uuid and can't have max", "only numbers"),
        ("A: {f: text max 0}", "A.f: max 0 is no length", "write 1 to"),
        ("A: {f: int >=5 <=4}", "A.f: no number is >= 5 and <= 4", ""),
        ("A: {f: int search}", "A.f is int and can't be search", "only a text"),
        ("A: {f: json unique}", "A.f is json and can't be unique", ""),
        ("A: {f: int default x}", 'A.f: "x" does not fit f (int)', "whole number"),
        ("A: {f: bool default yes}", 'A.f: "yes" does not fit f (bool)', "true or false"),
        ("A: {f: date default tomorrow}", 'A.f: "tomorrow" does not fit f (date)', "write now"),
        ("A: {f: a|a}", 'A.f: "a" stands twice', ""),
        ("A: {f: a|}", "a word is missing after | in A.f", "open|paid"),
        ("A: {f: ->}", "A.f refers to nothing", "name of an entity"),
        ("A: {f: -> a}", "A.f can't be \"a\"", "write A"),
        ("A: {f: -> B}", 'unknown entity "B" for A.f', "entities: A"),
        ("A: {f: -> A on_delete clear}", "A.f is cleared on delete, but must have a value", "add optional"),
        ("A: {f: -> many A unique}", "A.f is many references and can't be unique", ""),
        ("A: {f: text on_delete cascade}", "A.f is text and can't be on_delete", "only a single reference"),
        ("A: {f: text on_delete}", "A.f: nothing stands after on_delete", "write on_delete cascade"),
        ("A: {f: {type: text, values: [a]}}", "A.f says both type and values", ""),
        ("A: {f: {unique: true}}", "A.f has no type", "add type:"),
        ("A: {f: {type: text, uniqe: true}}", 'unknown word "uniqe" in A.f', "did you mean unique?"),
        ("A: {f: }", "A.f is nothing", "write a type"),
        ("A: {F: text}", 'A can\'t have a field "F"', "write f"),
        ("A: {f: text, _f: text}", 'A can\'t have a field "_f"', "write f"),
        ("A: {unit_price: int, unitprice: int}", 'field "unitprice" of A stands twice', "line 3"),
        ("A: {f: text, f: int}", '"f" stands here a second time', "line 3"),
        ("A: {index: int}", "index in A is a word of the brief, not a field", "write fields: {index: int}"),
        ("A: {f: text copied from g}", 'A.f copies "g", A has no such field', "fields: id, f"),
        ("A: {f: text copied from id.x}", 'A.f copies "id.x", but A.id refers to no entity', ""),
        ("A: {f: text copied from g, g: int}", "A.f is text, but copies A.g", "that is int"),
        ("A: {f: text copied from f}", "A.f copies itself", ""),
        ("A: {part_of: B, f: int}", 'unknown entity "B" in A.part_of', "entities: A"),
        ("A: {part_of: A}", "A is part of A: a circle", "parent: -> A optional"),
        ("A: {part_of: B as x, x: int}\n  B: {f: int}", "A.x is made by part_of already", "leave the field out"),
        ("A: {key: x, f: int}", 'the key of A names "x", A has no such field', "fields: f"),
        ("A: {key: f, f: int optional}", 'the key of A names "f", which is optional', ""),
        ("A: {key: f, f: json}", 'the key of A names "f", which is json', ""),
        ("A: {key: f + f, f: int}", 'A.key names "f" twice', ""),
        ("A: {key: a + f, a: -> A, f: int}", "the key of A holds the key of A: a circle", "leave one of the keys out"),
        ("A: {unique: [f], f: int, g: int}", "A.unique names one field alone", "f: ... unique"),
        ("A: {unique: f g, f: int}", 'A.unique names "f g"', "joined by +"),
        ("A: {unique: f + x, f: int}", 'A.unique names "x", A has no such field', "fields"),
        ("A: {unique: f where g = 1, f: int}", 'A.unique names "g", A has no such field', "fields"),
        ("A: {index: f where f >, f: int}", "A.index: the expression ends where", ""),
        ("A: {check: f > B.g, f: int}", 'A.check names "B.g", but sees only the fields of its own row', "write one of"),
        ("A: {check: f =, f: int}", "A.check: the expression ends where a field", ""),
        ("A: {check: f = shut, f: open|closed}", 'A.check names "shut", A has no such field', ""),
        ("A: {depends: f, f: int}", "A.depends is no dependency", "write zip -> city"),
        ("A: {count: 300.5x, f: int}", 'A.count: "300.5x" is not a count', "such as 300"),
        ("A: {count: 99999999999999999, f: int}", 'A.count: "99999999999999999" is not a count', "too large"),
        ("A: {keep: 10, f: int}", 'A.keep: "10" has no unit', "write 10ms, 10s or 10h"),
        ("A: {hot: 9, f: int}", "A.hot is not right", "zipf 0.9"),
        ("order_line: {f: int}", '"order_line" can\'t name an entity', "write OrderLine"),
        ("Order: {f: int}\n  ORDER: {f: int}", 'entity "ORDER" differs from "Order" only in case', "line 3"),
        ("A: []", "A is a list", "write a mapping"),
        ("A: {key: [], f: int}", "A.key is a list", "write fields such as"),
    ],
)  # fmt: skip
def test_mistakes(wrong: Wrong, entities: str, message: str, hint: str) -> None:
    problems = wrong(f"{HEAD}  {entities}\n")
    assert len(problems) == 1, problems
    assert problems[0].message.startswith(message)
    assert hint in problems[0].hint


def test_two_wholes_in_a_circle_are_told_once(wrong: Wrong) -> None:
    problems = wrong(f"{HEAD}  A: {{part_of: B}}\n  B: {{part_of: C}}\n  C: {{part_of: A}}\n")
    assert [problem.message for problem in problems] == ["A is part of B is part of C is part of A: a circle"]


def test_keys_in_a_circle_are_told_once(wrong: Wrong) -> None:
    problems = wrong(f"{HEAD}  A: {{key: b, b: -> B}}\n  B: {{key: c, c: -> C}}\n  C: {{key: a, a: -> A}}\n")
    message = "the key of A holds the key of B holds the key of C holds the key of A: a circle"
    assert [problem.message for problem in problems] == [message]


def test_a_key_may_hold_a_key_that_holds_another(read: Read) -> None:
    system = read(f"{HEAD}  A: {{key: b + n, b: -> B, n: int, a: -> A optional}}\n  B: {{key: n, n: int}}\n")
    assert system.entities[0].key == ("b", "n")
