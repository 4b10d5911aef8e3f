"""Column types, nullability and defaults.

| field | column | why |
| --- | --- | --- |
| money | `numeric(19,4)` | exact; four places hold every currency's minor unit (ISO 4217 has at most 4) and unit prices below a cent |
| decimal | `numeric(28,8)` | exact, and bounded: a bare `numeric` takes 131,072 digits from anyone |
| int | `bigint`, or `integer` where the declared bounds fit | an overflow is an outage, 4 bytes a row are not |
| timestamp | `timestamptz` | an instant; `timestamp` means another one in every time zone |
| text, email, url | `text` with a length check | same storage as `varchar(n)`, and the limit changes without a rewrite |
| enum | `text` with a check | a value of a PostgreSQL enum type can't be removed, nor reordered |
| json | `jsonb` with a size check | validated, indexable |
| bytes | `bytea` with a size check | small ones; large ones belong in object storage |

A field is NOT NULL unless it is declared nullable. A default is only what the brief declares.
Source: PostgreSQL documentation, chapter 8; wiki.postgresql.org/wiki/Don't_Do_This; ISO 4217.
"""

from __future__ import annotations

import msgspec

from archwright.design.draft import Draft, Stage
from archwright.design.naming import key_fields
from archwright.model.decision import Alternative, Decision, Evidence
from archwright.model.entity import Entity, Field, Type
from archwright.model.physical import Column
from archwright.sql.literal import quote_literal

MONEY = "numeric(19,4)"
NOW = "now"
"""The default of a date or timestamp field that means the time of writing."""

_PLAIN = {
    Type.TEXT: "text",
    Type.EMAIL: "text",
    Type.URL: "text",
    Type.DECIMAL: "numeric(28,8)",
    Type.MONEY: MONEY,
    Type.BOOL: "boolean",
    Type.DATE: "date",
    Type.TIMESTAMP: "timestamptz",
    Type.UUID: "uuid",
    Type.JSON: "jsonb",
    Type.BYTES: "bytea",
    Type.FLOAT: "double precision",
    Type.ENUM: "text",
    Type.UNKNOWN: "text",
}
_ADVICE: tuple[tuple[Type, str, str, tuple[Alternative, ...]], ...] = (
    (
        Type.MONEY,
        f"{MONEY}; a decimal text in JSON",
        "Sums and products of amounts are exact, and no currency needs more than four places.",
        (
            Alternative(
                name="bigint of minor units", because="faster sums, but 1 JPY, 1 EUR and 1 KWD scale by 1, 100 and 1000"
            ),
            Alternative(name="double precision", because="0.1 + 0.2 is not 0.3"),
            Alternative(
                name="money", because="its places and its text depend on a setting of the server (lc_monetary)"
            ),
        ),
    ),
    (
        Type.TIMESTAMP,
        "timestamptz; RFC 3339 with an offset in JSON",
        "It is an instant, whatever time zone server and session are in.",
        (Alternative(name="timestamp", because="without a zone it is an instant only together with a convention"),),
    ),
    (
        Type.ENUM,
        "text with a CHECK",
        "The list of values can be replaced without rewriting the table (NOT VALID, then VALIDATE).",
        (
            Alternative(name="enum type", because="values can't be removed or reordered"),
            Alternative(
                name="table of values", because="a join or a lookup for a list that changes with the code anyway"
            ),
        ),
    ),
    (
        Type.DECIMAL,
        "numeric(28,8); a decimal text in JSON",
        "It is exact and bounded.",
        (
            Alternative(name="numeric", because="without limits a caller may send 131,072 digits"),
            Alternative(name="double precision", because="it rounds"),
        ),
    ),
    (
        Type.INT,
        "bigint, integer where the declared bounds fit",
        "No count overflows; the price is 4 bytes a row.",
        (Alternative(name="integer everywhere", because="it ends at 2,147,483,647, and widening rewrites the table"),),
    ),
    (
        Type.TEXT,
        "text with a length check",
        "Every input has a bound, and the bound changes without a rewrite.",
        (
            Alternative(
                name="varchar(n)", because="the same storage; a smaller n needs a scan under an exclusive lock"
            ),
            Alternative(name="text alone", because="one request could store a gigabyte"),
        ),
    ),
)


def decide(draft: Draft) -> None:
    """Give every table the columns of its fields, and record a decision for each type that had a choice."""
    for entity in draft.system.entities:
        table = draft.table_of(entity.name)
        columns: list[Column] = []
        for field in entity.fields:
            columns += field_columns(draft, entity, field)
        added = [column for column in table.columns if column.name not in {c.name for c in columns}]
        ordered = [c for c in (*added, *columns) if c.name in table.key] + [
            c for c in (*added, *columns) if c.name not in table.key
        ]
        draft.put_table(msgspec.structs.replace(table, columns=tuple(ordered)))
    for type_, choice, because, alternatives in _ADVICE:
        names = [
            f"{e.name}.{f.name}"
            for e in draft.system.entities
            for f in e.fields
            if f.type is type_ and f.relation is None
        ]
        if names:
            shown = ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
            draft.decide(
                Decision(
                    id=f"type/{type_.value}",
                    title=f"Type of {type_.value} fields",
                    choice=choice,
                    because=because,
                    source="PostgreSQL documentation, chapter 8",
                    evidence=(Evidence(name="fields", value=shown, source="given"),),
                    alternatives=alternatives,
                )
            )


def field_columns(draft: Draft, entity: Entity, field: Field) -> tuple[Column, ...]:
    """The columns that store a field: none for a many-to-many relation, several for a reference to a wide key."""
    names = draft.columns_of(entity.name, field.name)
    types = column_types(draft, field) if names else ()
    part_of = field.relation is not None and field.relation.part_of
    return tuple(
        Column(
            name=name,
            type=type_,
            nullable=field.nullable and not part_of and name not in draft.keys[entity.name],
            default=default_expression(field),
            identity=field.type is Type.INT and (name,) == draft.keys[entity.name],
            field=field.name,
            pii=field.pii,
            secret=field.secret,
        )
        for name, type_ in zip(names, types, strict=True)
    )


def column_types(draft: Draft, field: Field, depth: int = 0) -> tuple[str, ...]:
    """The SQL types of a field's columns; a reference has those of the key it holds."""
    if field.relation is not None:
        target = draft.entity(field.relation.target)
        fields = key_fields(target)
        if fields and depth < 8:
            return tuple(type_ for part in fields for type_ in column_types(draft, part, depth + 1))
        table = draft.table_of(target.name)
        types = {column.name: column.type for column in table.columns}
        return tuple(types[name] for name in table.key if name in types) or ("uuid",)
    if field.type is Type.INT:
        return (_integer_type(field),)
    return (_PLAIN[field.type],)


def _integer_type(field: Field) -> str:
    upper = [bound.value for bound in field.bounds if bound.operator in {"<=", "<"}]
    lower = [bound.value for bound in field.bounds if bound.operator in {">=", ">"}]
    fits = bool(upper) and bool(lower) and min(upper) <= 2**31 - 1 and max(lower) >= -(2**31)
    return "integer" if fits else "bigint"


def default_expression(field: Field) -> str | None:
    """The SQL text of a declared default; None without one."""
    if field.default is None:
        return None
    if field.default == NOW and field.type is Type.TIMESTAMP:
        return "now()"
    if field.default == NOW and field.type is Type.DATE:
        return "CURRENT_DATE"
    return quote_literal(field.default)


STAGE = Stage("type", "Column types", __doc__, decide)
