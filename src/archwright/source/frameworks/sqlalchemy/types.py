"""Types of columns, as SQLAlchemy and annotations name them, in the model's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from archwright.model.entity import Type
from archwright.source import facts as f
from archwright.source.frameworks.shared.declared import aliased, constant, enum_values, last_name, texts
from archwright.source.link.module import Module

if TYPE_CHECKING:
    from archwright.source.flow.engine import Engine

_COLUMN_TYPES: Final = {
    **dict.fromkeys(("Integer", "INTEGER", "BigInteger", "BIGINT", "SmallInteger", "SMALLINT", "INT"), Type.INT),
    **dict.fromkeys(
        ("String", "Unicode", "Text", "UnicodeText", "VARCHAR", "TEXT", "CHAR", "CITEXT", "AutoString", "INET", "CIDR"),
        Type.TEXT,
    ),
    **dict.fromkeys(("Boolean", "BOOLEAN"), Type.BOOL),
    **dict.fromkeys(("Date", "DATE"), Type.DATE),
    **dict.fromkeys(("DateTime", "DATETIME", "TIMESTAMP", "ArrowType", "TZDateTime"), Type.TIMESTAMP),
    **dict.fromkeys(("Numeric", "NUMERIC", "DECIMAL"), Type.DECIMAL),
    **dict.fromkeys(("Float", "FLOAT", "Double", "DOUBLE", "DOUBLE_PRECISION", "REAL"), Type.FLOAT),
    **dict.fromkeys(("UUID", "Uuid", "GUID", "UUIDType", "PGUUID"), Type.UUID),
    **dict.fromkeys(("JSON", "JSONB", "JSONType", "HSTORE"), Type.JSON),
    **dict.fromkeys(("LargeBinary", "BLOB", "BYTEA", "BINARY", "VARBINARY"), Type.BYTES),
    **dict.fromkeys(("EncryptedType", "PasswordType"), Type.BYTES),
    **dict.fromkeys(("StringEncryptedType", "IPAddressType", "PhoneNumberType", "TimezoneType"), Type.TEXT),
    **dict.fromkeys(("CountryType", "CurrencyType", "LocaleType", "ColorType", "ScalarListType"), Type.TEXT),
    "EmailType": Type.EMAIL,
    "URLType": Type.URL,
}
_ANNOTATED: Final = {
    "int": Type.INT,
    "str": Type.TEXT,
    "bool": Type.BOOL,
    "float": Type.FLOAT,
    "bytes": Type.BYTES,
    "Decimal": Type.DECIMAL,
    "date": Type.DATE,
    "datetime": Type.TIMESTAMP,
    "AwareDatetime": Type.TIMESTAMP,
    "UUID": Type.UUID,
    "UUID4": Type.UUID,
    "UUID7": Type.UUID,
    "dict": Type.JSON,
    "Dict": Type.JSON,
    "EmailStr": Type.EMAIL,
    "HttpUrl": Type.URL,
    "AnyHttpUrl": Type.URL,
    "AnyUrl": Type.URL,
}
_ENUMS: Final = frozenset({"Enum", "ENUM", "SQLEnum", "PgEnum", "ChoiceType"})
_MAX_DEPTH = 6


class ColumnType(NamedTuple):
    """What a type says of a column. `nullable` is None where the type says nothing of it."""

    type: Type = Type.UNKNOWN
    max_length: int | None = None
    values: tuple[str, ...] = ()
    nullable: bool | None = None


def column_type(engine: Engine, module: Module, node: Any, depth: int = 0) -> ColumnType | None:
    """The type that a column's argument names: `String(50)`, `Integer`, `Enum(Status)`; None for what is no type."""
    if node is None or depth > _MAX_DEPTH:
        return None
    call = node[0] == f.CALL
    target = node[2] if call else node
    if call and last_name(target) in ("as_mutable", "with_variant", "copy"):
        inner = node[3][0] if last_name(target) == "as_mutable" and node[3] else target[2]
        return column_type(engine, module, inner, depth + 1)
    if target[0] not in (f.NAME, f.ATTR):
        return None
    found = engine.project.resolve_expression(module, target)
    name = last_name(target)
    if found is not None and found.kind == "external":
        name = found.value.rpartition(".")[2]
    if name in _ENUMS:
        return ColumnType(Type.ENUM, values=_values(engine, module, node) if call else ())
    known = _COLUMN_TYPES.get(name)
    if known is not None:
        length = None
        if call and known is Type.TEXT:
            given = node[3][0] if node[3] else dict(node[4]).get("length")
            value = constant(engine, module, given)
            length = value if isinstance(value, int) and not isinstance(value, bool) else None
        return ColumnType(known, length)
    if found is not None and found.kind == "class":  # a TypeDecorator says what it stores
        impl = found.value.lookup("impl")
        if impl is not None and impl[1].kind == "expression":
            return column_type(engine, impl[0].module, impl[1].value, depth + 1) or ColumnType()
        return next(
            (
                ColumnType(_COLUMN_TYPES[base.rpartition(".")[2]])
                for base in found.value.external_bases()
                if base.rpartition(".")[2] in _COLUMN_TYPES
            ),
            ColumnType() if any("sqlalchemy" in base for base in found.value.external_bases()) else None,
        )
    if found is not None and found.kind == "expression" and found.value[2] is not node:
        return column_type(engine, found.value[0], found.value[2], depth + 1)
    outside = found is not None and found.kind == "external" and "sqlalchemy" in found.value
    return (
        ColumnType()
        if outside and name[:1].isupper() and name not in ("ForeignKey", "Sequence", "Identity", "Computed")
        else None
    )


def annotated_type(engine: Engine, module: Module, node: Any, depth: int = 0) -> ColumnType:
    """The type that an annotation gives: `Mapped[str | None]`, `Optional[int]`, `Annotated[str, ...]`, an enumeration."""
    if node is None or depth > _MAX_DEPTH:
        return ColumnType()
    if node[0] == f.CONST and node[2] is None:
        return ColumnType(nullable=True)
    if node[0] == f.SUBSCRIPT:
        head = last_name(node[2])
        inner = node[3]
        parts = inner[2] if inner[0] == f.TUPLE else (inner,)
        if head in ("Mapped", "Annotated", "WriteOnlyMapped", "Required"):
            return annotated_type(engine, module, parts[0], depth + 1)
        if head in ("Optional", "Union"):
            return _either(engine, module, parts, depth, optional=head == "Optional")
        if head == "Literal":
            return ColumnType(Type.ENUM, values=texts(engine, module, inner), nullable=False)
        return ColumnType(Type.JSON if head in ("dict", "Dict") else Type.UNKNOWN, nullable=False)
    if node[0] == f.BINOP and node[2] == "|":
        return _either(engine, module, (node[3], node[4]), depth, optional=False)
    if node[0] == f.CONST and isinstance(node[2], str):
        return _quoted(engine, module, node[2])
    return _named(engine, module, node, depth)


def _named(engine: Engine, module: Module, node: Any, depth: int) -> ColumnType:
    where, meant = aliased(engine, module, node)
    if meant is not node and meant[0] not in (f.NAME, f.ATTR):
        return annotated_type(engine, where, meant, depth + 1)
    found = engine.project.resolve_expression(module, node)
    if found is not None and found.kind == "class":
        if found.value.is_enum:
            return ColumnType(Type.ENUM, values=enum_values(found.value), nullable=False)
        return ColumnType(nullable=False)
    return ColumnType(_ANNOTATED.get(last_name(node), Type.UNKNOWN), nullable=False)


def _either(engine: Engine, module: Module, parts: Any, depth: int, *, optional: bool) -> ColumnType:
    read = [annotated_type(engine, module, part, depth + 1) for part in parts]
    nullable = optional or any(each.nullable for each in read)
    told = next((each for each in read if each.type is not Type.UNKNOWN), ColumnType())
    return told._replace(nullable=nullable)


def _quoted(engine: Engine, module: Module, text: str) -> ColumnType:
    """`Mapped["str | None"]`: names and `None` alone are read."""
    words = [word.strip() for word in text.replace("Optional[", "None|").replace("]", "").split("|")]
    nullable = "None" in words
    for word in words:
        found = engine.project.resolve_text(module, word)
        if found is not None and found.kind == "class" and found.value.is_enum:
            return ColumnType(Type.ENUM, values=enum_values(found.value), nullable=nullable)
        if word.rpartition(".")[2] in _ANNOTATED:
            return ColumnType(_ANNOTATED[word.rpartition(".")[2]], nullable=nullable)
    return ColumnType(nullable=nullable)


def _values(engine: Engine, module: Module, node: Any) -> tuple[str, ...]:
    """The values of `Enum("a", "b")`; of `Enum(Status)` its names, which SQLAlchemy stores, unless `values_callable` is given."""
    if not node[3]:
        return ()
    found = engine.project.resolve_expression(module, node[3][0])
    if found is not None and found.kind == "class":
        if "values_callable" in dict(node[4]):
            return enum_values(found.value)
        return tuple(
            name
            for name, binding in found.value.scope().items()
            if not name.startswith("_") and binding.kind == "expression"
        )
    given = [constant(engine, module, part) for part in node[3]]
    return tuple(each for each in given if isinstance(each, str))
