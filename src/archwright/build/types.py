"""Column types as types of Python: in replies, in input, in cursors and in tests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from archwright.build.error import BuildError
from archwright.build.python import string
from archwright.model.entity import Bound, Entity, Field, Type
from archwright.model.physical import Column, Table
from archwright.sql.identifier import quote_identifier

FIELDS = "web.fields"
"""The module of the project that holds the types of input."""


@dataclass(frozen=True)
class PythonType:
    """A type as it is written, and what must be imported for it: (module, name); `.` begins the project's own."""

    text: str
    imports: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Kind:
    """What a column type is in Python."""

    plain: PythonType
    """In rows and cursors."""
    reply: PythonType
    """In a reply's model."""
    input: PythonType
    """In a body or a parameter, without the column's own limits."""
    options: tuple[str, ...] = field(default=())
    """Arguments of pydantic's Field that the type itself asks for."""


_UUID = PythonType("UUID", (("uuid", "UUID"),))
_DECIMAL = PythonType("Decimal", (("decimal", "Decimal"),))
_DATE = PythonType("date", (("datetime", "date"),))
_DATETIME = PythonType("datetime", (("datetime", "datetime"),))
_ANY = PythonType("Any", (("typing", "Any"),))
_INT, _STR, _BOOL, _FLOAT = PythonType("int"), PythonType("str"), PythonType("bool"), PythonType("float")


def _own(name: str) -> PythonType:
    return PythonType(name, ((f".{FIELDS}", name),))


_KINDS: dict[str, Kind] = {
    "uuid": Kind(_UUID, _UUID, _UUID),
    "smallint": Kind(_INT, _INT, _own("SmallInteger")),
    "integer": Kind(_INT, _INT, _own("Integer")),
    "bigint": Kind(_INT, _INT, _own("BigInteger")),
    "text": Kind(_STR, _STR, _own("Text")),
    "citext": Kind(_STR, _STR, _own("Text")),
    "numeric": Kind(_DECIMAL, _DECIMAL, _own("Number")),
    "boolean": Kind(_BOOL, _BOOL, _own("Truth")),
    "date": Kind(_DATE, _DATE, _own("Day")),
    "timestamptz": Kind(_DATETIME, _DATETIME, _own("Instant")),
    "timestamp": Kind(_DATETIME, _DATETIME, _own("LocalTime")),
    "double precision": Kind(_FLOAT, _FLOAT, _own("Real")),
    "real": Kind(_FLOAT, _FLOAT, _own("Real")),
    "jsonb": Kind(_ANY, _ANY, _own("Json")),
    "json": Kind(_ANY, _ANY, _own("Json")),
    "bytea": Kind(PythonType("bytes"), _STR, _own("Base64")),
}
_SYNONYMS = {
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "decimal": "numeric",
    "bool": "boolean",
    "float8": "double precision",
    "float4": "real",
    "varchar": "text",
    "character varying": "text",
    "char": "text",
    "timestamp with time zone": "timestamptz",
    "timestamp without time zone": "timestamp",
}


def base_type(type_: str) -> tuple[str, tuple[int, ...]]:
    """A column type without its arguments, under one name, and the arguments: `numeric(19, 4)` is numeric, (19, 4)."""
    match = re.fullmatch(r"\s*([a-z][a-z0-9 ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*", type_.lower())
    if match is None:
        raise BuildError(f"column type {type_!r} is not one that build knows: {', '.join(sorted(_KINDS))}")
    name = _SYNONYMS.get(match[1], match[1])
    return name, tuple(int(part) for part in match.groups()[1:] if part)


def kind(column: Column) -> Kind:
    """What the column is in Python. Raises BuildError for a type that build does not know."""
    name, arguments = base_type(column.type)
    if name not in _KINDS:
        raise BuildError(f"column {column.name}: type {column.type!r} is not one that build knows: {sorted(_KINDS)}")
    found = _KINDS[name]
    options: tuple[str, ...] = ()
    if name == "numeric" and arguments:
        digits, places = arguments[0], arguments[1] if len(arguments) > 1 else 0
        options = (f"max_digits={digits}", f"decimal_places={places}")
    elif name == "text" and arguments:
        options = (f"max_length={arguments[0]}",)
    return Kind(found.plain, found.reply, found.input, options)


def entity_field(entity: Entity | None, column: Column) -> Field | None:
    """The field that the column stores."""
    return entity.field(column.field) if entity is not None and column.field else None


def reply_type(entity: Entity | None, column: Column) -> PythonType:
    """The column in a reply."""
    of_entity = entity_field(entity, column)
    if of_entity is not None and of_entity.type is Type.ENUM and of_entity.values:
        found = PythonType(_literal(of_entity.values), (("typing", "Literal"),))
    else:
        found = kind(column).reply
    return optional(found) if column.nullable else found


def input_type(table: Table, entity: Entity | None, column: Column) -> PythonType:
    """The column in a body or a parameter: as narrow as the column and its checks, without regard to NULL."""
    of_entity = entity_field(entity, column)
    if of_entity is not None and of_entity.type is Type.ENUM and of_entity.values:
        return PythonType(_literal(of_entity.values), (("typing", "Literal"),))
    if of_entity is not None and of_entity.relation is None and of_entity.type is Type.EMAIL:
        found, options = _own("Email"), list(kind(column).options)
    elif of_entity is not None and of_entity.relation is None and of_entity.type is Type.URL:
        found, options = _own("Url"), list(kind(column).options)
    else:
        found, options = kind(column).input, list(kind(column).options)
    length = _length(table, column)
    if length is not None:
        options = [option for option in options if not option.startswith("max_length")] + [f"max_length={length}"]
    if of_entity is not None and of_entity.relation is None and of_entity.type is not Type.ENUM:
        options += [_bound(bound) for bound in of_entity.bounds]
    return constrained(found, options)


def constrained(type_: PythonType, options: list[str]) -> PythonType:
    """The type with arguments of pydantic's Field."""
    if not options:
        return type_
    text = f"Annotated[{type_.text}, Field({', '.join(options)})]"
    return PythonType(text, (*type_.imports, ("typing", "Annotated"), ("pydantic", "Field")))


def optional(type_: PythonType) -> PythonType:
    """The type or None."""
    return PythonType(f"{type_.text} | None", type_.imports)


def _literal(values: tuple[str, ...]) -> str:
    return f"Literal[{', '.join(string(value) for value in values)}]"


def _bound(bound: Bound) -> str:
    name = {">=": "ge", ">": "gt", "<=": "le", "<": "lt"}[bound.operator]
    value = int(bound.value) if float(bound.value).is_integer() else bound.value
    return f"{name}={value}"


def _length(table: Table, column: Column) -> int | None:
    """The greatest length that a CHECK of the table gives the column."""
    quoted = re.escape(quote_identifier(column.name))
    for check in table.checks:
        match = re.fullmatch(rf"char_length\({quoted}\) <= (\d+)", check.expression)
        if match:
            return int(match[1])
    return None
