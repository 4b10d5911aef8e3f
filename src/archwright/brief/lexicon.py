"""How names are written, and the few values that several tables share."""

from __future__ import annotations

import re

from archwright.brief.kinds import Definitions, Kind, Name, Schema, Scope
from archwright.brief.nodes import Node, Scalar, quote
from archwright.brief.words import Word, whole

ENTITY = r"[A-Z][A-Za-z0-9]{0,47}"
FIELD = r"[a-z][a-z0-9_]{0,47}"
PATH = rf"{FIELD}(\.{FIELD}){{0,5}}"
LABEL = r"[a-z][a-z0-9_-]{0,47}"
"""Roles, peers and channels."""
NUMBER = r"-?\d{1,15}(\.\d{1,9})?"
QUOTED = r"""("[^"]*"|'[^']*')"""

ENTITY_NAME = Name(
    "entity_name", ENTITY, "a name such as Customer or OrderLine: a capital first, then letters and digits"
)
FIELD_NAME = Name("field_name", FIELD, "a name such as email or unit_price: small letters, digits and _")
FIELD_PATH = Name("field_path", PATH, "a field such as customer, or a path such as order.customer")
LABEL_NAME = Name("label", LABEL, "a name such as shopper or payment-provider: small letters, digits, - and _")
OPERATION_NAME = Name("operation_name", FIELD, "a name such as my_orders: small letters, digits and _")
SYSTEM_NAME = Name("system_name", LABEL, "a name such as shop or clinic-booking: small letters, digits, - and _")


class Number(Kind[int | float]):
    """A plain number."""

    name = "number"
    expected = "a number"

    def read(self, node: Node, scope: Scope) -> int | float | None:
        text = self.text(node, scope)
        if text is None:
            return None
        value = number(text)
        if value is None:
            scope.note(node, f"{scope.path}: {quote(text)} is not a number", "write digits, such as 5 or 0.5")
        return value

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^{NUMBER}$"}]}


class Literal(Kind[Word]):
    """A constant, read when the type it must fit is known."""

    name = "literal"
    expected = "a constant"

    def read(self, node: Node, scope: Scope) -> Word | None:
        if isinstance(node, Scalar) and not node.plain:
            return Word(node.text, node.place, quoted=True)
        return whole(node) if self.text(node, scope) is not None and isinstance(node, Scalar) else None

    def schema(self, _definitions: Definitions, /) -> Schema:
        return {"type": ["string", "number", "boolean"]}


def number(text: str) -> int | float | None:
    """The number the text writes, or None."""
    if not re.fullmatch(NUMBER, text, re.ASCII):
        return None
    return float(text) if "." in text else int(text)


def scalar(word: Word) -> Scalar:
    """The word as a node, for a kind to read."""
    return Scalar(word.text, word.place, plain=not word.quoted, exact=0)
