"""Entities: what the backend keeps, with the rules that hold of it."""

from __future__ import annotations

import enum

from archwright.model.base import Model, Place
from archwright.model.quantity import Count, Duration, Growth, Size


class Type(enum.StrEnum):
    """The logical type of a field. `sql/` and the code targets choose how each is stored."""

    TEXT = "text"
    EMAIL = "email"
    URL = "url"
    INT = "int"
    DECIMAL = "decimal"
    MONEY = "money"
    BOOL = "bool"
    DATE = "date"
    TIMESTAMP = "timestamp"
    UUID = "uuid"
    JSON = "json"
    BYTES = "bytes"
    FLOAT = "float"
    ENUM = "enum"
    REFERENCE = "reference"
    UNKNOWN = "unknown"


class OnDelete(enum.StrEnum):
    """What happens to a row when the row it refers to is deleted."""

    RESTRICT = "restrict"
    CASCADE = "cascade"
    SET_NULL = "set null"


class Relation(Model, frozen=True, kw_only=True):
    """A reference to another entity. `part_of` marks composition: the child lives and dies with its parent."""

    target: str
    part_of: bool = False
    many: bool = False
    """True for a many-to-many relation, held in a table of its own."""
    on_delete: OnDelete = OnDelete.RESTRICT
    reverse: str | None = None
    """The name under which the target reaches back; None: it does not."""


class Bound(Model, frozen=True, kw_only=True):
    """A comparison of a field with a constant, such as `>= 0`."""

    operator: str
    """One of >=, >, <=, <."""
    value: int | float


class Field(Model, frozen=True, kw_only=True):
    """One field of an entity."""

    name: str
    type: Type
    nullable: bool = False
    unique: bool = False
    pii: bool = False
    """Personal data: kept out of logs and caches, erasable."""
    secret: bool = False
    """Never in a response or a log: a password hash, a token."""
    search: bool = False
    """Matched by words or parts of words."""
    copied: bool = False
    """A deliberate copy of another fact at the time of writing (a price at sale): not a redundancy to remove."""
    copied_from: str | None = None
    """The path from this row to the fact that is copied, through its references: `product.price`."""
    default: str | int | float | bool | None = None
    """A constant of the field's type; for a timestamp or date also `now`: the time of the insert."""
    values: tuple[str, ...] = ()
    """The allowed values of an enum, in the order written."""
    bounds: tuple[Bound, ...] = ()
    max_length: int | None = None
    checked: bool = False
    """Its declaration says more of what it takes than a type and a length: a slug, a validator of the project's."""
    relation: Relation | None = None
    description: str = ""
    place: Place | None = None


class Unique(Model, frozen=True, kw_only=True):
    """A combination of fields that no two rows share; `where` limits it to some rows (a partial index)."""

    fields: tuple[str, ...]
    where: str | None = None


class FunctionalDependency(Model, frozen=True, kw_only=True):
    """Equal `determinant` fields imply equal `dependent` fields."""

    determinant: tuple[str, ...]
    dependent: tuple[str, ...]


class Check(Model, frozen=True, kw_only=True):
    """A condition that every row satisfies, as written and as parsed (`expression` in the brief's own terms)."""

    name: str
    expression: str


class Index(Model, frozen=True, kw_only=True):
    """An index as the model states it: columns in order, `-` before a descending one."""

    fields: tuple[str, ...]
    unique: bool = False
    where: str | None = None
    name: str | None = None
    method: str = "btree"


class Volume(Model, frozen=True, kw_only=True):
    """How many rows, how they grow, how long they stay, how skewed the access is."""

    count: Count | None = None
    growth: Growth | None = None
    keep: Duration | None = None
    row_size: Size | None = None
    zipf: float | None = None
    """Exponent of a Zipf distribution of accesses; None: unknown, which is not the same as uniform (0)."""


class Entity(Model, frozen=True, kw_only=True):
    """A thing the backend keeps rows of."""

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ("id",)
    uniques: tuple[Unique, ...] = ()
    indexes: tuple[Index, ...] = ()
    checks: tuple[Check, ...] = ()
    dependencies: tuple[FunctionalDependency, ...] = ()
    volume: Volume = Volume()
    table: str | None = None
    """The table's name where it is known (from code or SQL); None: chosen by the design."""
    bases: tuple[str, ...] = ()
    description: str = ""
    place: Place | None = None

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def parent(self) -> Field | None:
        """The field that refers to the entity this one is a part of, or None."""
        return next((f for f in self.fields if f.relation is not None and f.relation.part_of), None)
