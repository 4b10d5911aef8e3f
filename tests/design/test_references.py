"""References to keys of several columns, and the routes that name the caller's own row."""

from __future__ import annotations

import msgspec

from archwright.brief import parse_brief
from archwright.design import design
from archwright.model.blueprint import Blueprint
from archwright.model.physical import Route, Table

PARTS = """
system: parts
entities:
  Maker: {key: code, code: text max 8, count: 100}
  Part: {key: maker + number, maker: -> Maker, number: text max 30, replaces: -> Part optional, count: 1k}
operations:
  part: {read: Part, by: [maker, number], rate: 1/s, who: anyone}
"""
MEMBERS = """
system: library
roles: {member: {from: oidc, entity: Member by card from card_no}, staff: oidc}
entities:
  Member: {id: int, card: text unique max 20, name: text pii max 80, count: 1k}
operations:
  me: {read: Member, rate: 1/s, who: member owns id}
  members: {read: Member, sort: card, rate: 1/s, who: staff}
  member: {read: Member, by: id, rate: 1/s, who: [member owns id, staff]}
"""


def table(blueprint: Blueprint, name: str) -> Table:
    return next(table for table in blueprint.physical.tables if table.name == name)


def route(blueprint: Blueprint, operation: str) -> Route:
    return next(route for route in blueprint.physical.routes if route.operation == operation)


def test_a_row_refers_to_one_of_its_own_kind_by_all_columns_of_its_key() -> None:
    parts = table(design(parse_brief(PARTS)), "parts")
    assert parts.key == ("maker_code", "number")
    own = next(key for key in parts.foreign_keys if key.target == "parts")
    assert own.columns == ("replaces_maker_code", "replaces_number")
    assert own.target_columns == parts.key
    assert all(parts.column(name).nullable for name in own.columns)  # type: ignore[union-attr]


def test_the_callers_own_row_is_one_row_and_named_by_the_token() -> None:
    blueprint = design(parse_brief(MEMBERS))
    me = route(blueprint, "me")
    assert (me.method, me.path) == ("GET", "/v1/me")
    assert me.pagination is None
    assert me.parameters == ()
    assert route(blueprint, "members").path == "/v1/members"
    assert route(blueprint, "member").path == "/v1/members/{id}"


TAGGED = """
system: lines
entities:
  Tag: {key: code, code: text max 8, count: 100}
  Order: {id: uuid, total: money, count: 1k}
  Line: {part_of: Order, tags: -> many Tag, count: 5k}
operations:
  orders: {read: Order, sort: id, rate: 1/s, who: anyone}
"""


def test_pairs_of_a_part_have_the_types_of_its_key_in_the_order_of_the_key() -> None:
    system = parse_brief(TAGGED)
    line = next(entity for entity in system.entities if entity.name == "Line")
    numbered = msgspec.structs.replace(line, fields=tuple(field for field in line.fields if field.name != "id"))
    others = tuple(entity for entity in system.entities if entity.name != "Line")
    blueprint = design(msgspec.structs.replace(system, entities=(*others, numbered)))
    pairs = table(blueprint, "lines_tags")
    assert table(blueprint, "lines").key == ("order_id", "position")
    assert [(column.name, column.type) for column in pairs.columns] == [
        ("line_order_id", "uuid"),
        ("line_position", "integer"),
        ("tag_code", "text"),
    ]
