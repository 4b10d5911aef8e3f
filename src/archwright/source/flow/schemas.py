"""Data that was held against a JSON Schema written down in the code: what the schema says of each property holds once the call has returned.

That is `jsonschema.validate(data, SCHEMA)`, or a function of the project's own that is handed both, asks a validator of the library and raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from archwright.model.value import Use
from archwright.source import facts as f
from archwright.source.flow.values import ALL_USES, AMOUNT, BIT, NO, Val
from archwright.source.nodes import nodes
from archwright.source.packed import body_of

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

Node = tuple[Any, ...]

_VALIDATES: Final = frozenset({"jsonschema.validate", "jsonschema.validators.validate"})
_ASKS: Final = re.compile(r"^(?:Draft\w+Validator|iter_errors|best_match)$")
"""What a function calls that asks a validator of the library."""
_NUMBERS: Final = frozenset({"integer", "number", "boolean", "null"})
_BOUNDS: Final = frozenset({"maximum", "exclusiveMaximum"})


def fulfilled(frame: Frame, function: Val, given: list[tuple[Val, Node]]) -> None:
    """A call has returned: where it held one argument against another that is a schema, the properties of the first are as that says.

    given: the arguments, with their expressions.
    """
    schemas = [value for value, _ in given if _properties(value)]
    if len(schemas) != 1 or not _holds_against(frame, function):
        return
    from archwright.source.flow.refine import passed

    for value, node in given:
        if value is schemas[0]:
            continue
        for name, uses in _told(schemas[0]):
            constant = (f.CONST, node[1], name)
            passed(frame, (f.SUBSCRIPT, node[1], node, constant), uses)
            passed(frame, (f.CALL, node[1], (f.ATTR, node[1], node, "get"), (constant,), ()), uses)


def _properties(schema: Val) -> dict[Any, Val]:
    """The properties of a schema; empty for what is none."""
    held = (schema.items or {}).get("properties")
    return (held.items or {}) if held is not None and held.type == ("dict",) and not held.origins else {}


def _told(schema: Val) -> Iterator[tuple[str, int]]:
    """The properties that can't hold any text, or any amount, with the uses for which they are clean."""
    for name, said in _properties(schema).items():
        rules = said.items or {}
        listed = "enum" in rules or "const" in rules
        uses = ALL_USES | AMOUNT if listed else ALL_USES if _numbers(rules.get("type")) else 0
        if not _BOUNDS.isdisjoint(rules):
            uses |= AMOUNT
        if "maxLength" in rules:
            uses |= BIT[Use.LENGTH]
        if uses and isinstance(name, str):
            yield name, uses


def _numbers(type_: Val | None) -> bool:
    """True for the types of numbers: one of them, or a list of them."""
    said = type_.const if type_ is not None else NO
    return said in _NUMBERS if isinstance(said, str) else isinstance(said, tuple) and _NUMBERS.issuperset(said)


def _holds_against(frame: Frame, function: Val) -> bool:
    """True for the library's own function, and for one of the project's that asks a validator and raises."""
    type_ = function.type
    if type_ is None or type_[0] not in ("external", "unit", "bound"):
        return False
    if type_[0] == "external":
        return type_[1] in _VALIDATES
    found = asks = False
    for node in nodes(body_of(frame.engine.project.unit(int(type_[1]))[1])):
        found = found or node[0] == f.RAISE
        asks = asks or (node[0] == f.CALL and node[2][0] in (f.NAME, f.ATTR) and _ASKS.match(node[2][-1]) is not None)
    return found and asks
