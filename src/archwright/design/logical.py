"""Back from SQL types to the logical types that bodies and parameters speak of."""

from __future__ import annotations

from archwright.model.entity import Type

_LOGICAL = {
    "bigint": Type.INT,
    "integer": Type.INT,
    "smallint": Type.INT,
    "uuid": Type.UUID,
    "boolean": Type.BOOL,
    "date": Type.DATE,
    "timestamptz": Type.TIMESTAMP,
    "double precision": Type.FLOAT,
    "jsonb": Type.JSON,
    "bytea": Type.BYTES,
    "numeric(19,4)": Type.MONEY,
    "numeric(28,8)": Type.DECIMAL,
}


def logical_type(sql: str) -> str:
    """The logical type of a column without a field of its own, such as a reference's."""
    return _LOGICAL.get(sql, Type.TEXT).value
