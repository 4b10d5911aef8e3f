"""The physical part of a blueprint: tables, indexes, routes and processes."""

from __future__ import annotations

import enum

from archwright.model.base import Model
from archwright.model.entity import OnDelete
from archwright.model.operation import Sort


class Column(Model, frozen=True, kw_only=True):
    """One column, with its SQL type as PostgreSQL names it."""

    name: str
    type: str
    nullable: bool = False
    default: str | None = None
    """An SQL expression, such as `now()`; None: no default."""
    field: str | None = None
    """The entity's field it stores, where it stores one."""
    pii: bool = False
    secret: bool = False


class ForeignKey(Model, frozen=True, kw_only=True):
    """Columns that refer to another table's key."""

    name: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: OnDelete = OnDelete.RESTRICT


class UniqueConstraint(Model, frozen=True, kw_only=True):
    """A uniqueness the database holds."""

    name: str
    columns: tuple[str, ...]


class CheckConstraint(Model, frozen=True, kw_only=True):
    """A condition the database holds, as an SQL expression."""

    name: str
    expression: str


class IndexKey(Model, frozen=True, kw_only=True):
    """One key of an index: a column or an expression."""

    expression: str
    descending: bool = False


class TableIndex(Model, frozen=True, kw_only=True):
    """An index, and the operations whose access paths ask for it."""

    name: str
    keys: tuple[IndexKey, ...]
    unique: bool = False
    include: tuple[str, ...] = ()
    where: str | None = None
    method: str = "btree"
    serves: tuple[str, ...] = ()


class Table(Model, frozen=True, kw_only=True):
    """One table."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[UniqueConstraint, ...] = ()
    checks: tuple[CheckConstraint, ...] = ()
    indexes: tuple[TableIndex, ...] = ()
    entity: str | None = None
    """The entity whose rows it keeps; None for a table of the machinery (idempotency keys, outbox)."""

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)


class ParameterIn(enum.StrEnum):
    """Where a route's parameter stands."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"


class RouteParameter(Model, frozen=True, kw_only=True):
    """One parameter of a route, bound to a column or a fixed meaning (`cursor`, `limit`)."""

    name: str
    located: ParameterIn
    type: str
    required: bool = True
    column: str | None = None
    operator: str = "="


class BodyField(Model, frozen=True, kw_only=True):
    """One field of a request or response body; `item` for a list of records."""

    name: str
    type: str
    """A logical type (`model.entity.Type`), or `list` with `items`."""
    required: bool = True
    entity: str | None = None
    field: str | None = None
    items: tuple[BodyField, ...] = ()


class Pagination(Model, frozen=True, kw_only=True):
    """Keyset pagination: the order ends in a unique key, the cursor holds the last row's keys."""

    order: tuple[Sort, ...]
    """Columns, the last of which makes the order total."""
    size: int
    maximum: int


class Route(Model, frozen=True, kw_only=True):
    """An operation as HTTP serves it."""

    operation: str
    method: str
    path: str
    parameters: tuple[RouteParameter, ...] = ()
    body: tuple[BodyField, ...] = ()
    response: tuple[BodyField, ...] = ()
    status: int = 200
    pagination: Pagination | None = None
    idempotency_key: bool = False
    errors: tuple[int, ...] = ()
    """The status codes of its documented problems."""


class Process(Model, frozen=True, kw_only=True):
    """Something that runs: a service, a worker, a database."""

    name: str
    kind: str
    technology: str
    serves: tuple[str, ...] = ()
    instances: int = 1


class Physical(Model, frozen=True, kw_only=True):
    """Everything that is chosen on top of the logical model."""

    tables: tuple[Table, ...] = ()
    routes: tuple[Route, ...] = ()
    processes: tuple[Process, ...] = ()

    def table_of(self, entity: str) -> Table | None:
        """The table that keeps an entity's rows, or None."""
        return next((table for table in self.tables if table.entity == entity), None)
