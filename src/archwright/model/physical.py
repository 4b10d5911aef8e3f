"""The physical part of a blueprint: tables, indexes, routes and processes."""

from __future__ import annotations

import enum

from archwright.model.base import Model
from archwright.model.entity import OnDelete
from archwright.model.operation import Sort
from archwright.model.quantity import Duration


class Column(Model, frozen=True, kw_only=True):
    """One column, with its SQL type as PostgreSQL names it."""

    name: str
    type: str
    nullable: bool = False
    default: str | None = None
    """An SQL expression, such as `now()`; None: no default."""
    identity: bool = False
    """True where the database numbers the rows itself (`generated always as identity`)."""
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


class JoinStep(Model, frozen=True, kw_only=True):
    """One step from a row to the row it refers to: `table.columns = target.target_columns`, pairwise."""

    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


class OwnerPath(Model, frozen=True, kw_only=True):
    """Who owns a row: follow the steps from the route's table, then compare `column` with the caller's id."""

    table: str
    """The table that holds `column`: the last step's target, or the route's own table if there is no step."""
    column: str
    steps: tuple[JoinStep, ...] = ()


class ColumnCondition(Model, frozen=True, kw_only=True):
    """A condition on a column of the route's table."""

    column: str
    operator: str
    value: str | int | float | bool
    steps: tuple[JoinStep, ...] = ()
    """Steps from the route's table to the table that holds `column`; empty: it is the route's own."""
    caller: OwnerPath | None = None
    """Where set, the other side of the comparison instead of `value`: a column reached from the caller's own row."""


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
    steps: tuple[JoinStep, ...] = ()
    """Steps from the route's table to the table that holds `column`; empty: it is the route's own."""


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
    """Columns, the last of which make the order total. Rows whose sort column is NULL come last."""
    size: int
    maximum: int


class Grant(Model, frozen=True, kw_only=True):
    """One role's permission to use a route: on every row, or on the rows the caller owns."""

    role: str
    owner: OwnerPath | None = None
    conditions: tuple[ColumnCondition, ...] = ()


class Window(Model, frozen=True, kw_only=True):
    """A fixed condition of a route: `column` lies within `length` up to now."""

    column: str
    length: Duration
    steps: tuple[JoinStep, ...] = ()
    """Steps from the route's table to the table that holds `column`; empty: it is the route's own."""


class FillBy(enum.StrEnum):
    """Who supplies the value of a column that a route writes."""

    BODY = "body"
    """The request body's field `name`."""
    PATH = "path"
    """The path parameter `name`."""
    PRINCIPAL = "principal"
    """The caller's own id, whatever the body says, for the roles in `roles`; other roles: the body's field `name`."""
    KEY = "key"
    """A fresh key: UUIDv7 for a uuid column, the database's identity for a bigint column."""
    PARENT = "parent"
    """The key of the row that the same request inserts in the table `source` names."""
    POSITION = "position"
    """1, 2, 3 ... in the order of the body's list."""
    NOW = "now"
    """The server's clock, the same instant for the whole request."""
    VALUE = "value"
    """The constant in `source`."""
    COPY = "copy"
    """`table.column` in `source`, read from the row that the column `through` refers to."""
    SUM = "sum"
    """The sum over the inserted child rows of the expression in `source` (`order_lines.qty * order_lines.unit_price`)."""
    DECREASE = "decrease"
    """The old value less the `table.column` or number in `source`, refused with 409 if a check of the table would break."""
    INCREASE = "increase"
    """The old value plus the `table.column` or number in `source`."""
    EXPRESSION = "expression"
    """The SQL expression in `source`, over the old row's columns."""


class ColumnFill(Model, frozen=True, kw_only=True):
    """One column that a route writes, and where its value comes from."""

    column: str
    by: FillBy
    name: str = ""
    source: str = ""
    through: str = ""
    roles: tuple[str, ...] = ()
    required: bool = True


class WriteKind(enum.StrEnum):
    """What happens to rows."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


class WriteStep(Model, frozen=True, kw_only=True):
    """One statement of a route, in the order they run: parents before children, referred-to rows first of all locked."""

    table: str
    kind: WriteKind
    fills: tuple[ColumnFill, ...] = ()
    many: bool = False
    """True where one row per item of the body's list `items` is written."""
    items: str = ""
    """The body field that holds the list, for `many`."""
    match: tuple[ColumnFill, ...] = ()
    """The columns that say which row an update or a delete concerns, and where their values come from."""


class PeerStep(Model, frozen=True, kw_only=True):
    """A call to an external peer, made outside of any transaction."""

    peer: str
    timeout: Duration
    when: str = "after commit"
    """`before` the transaction or `after commit`."""


class Embed(Model, frozen=True, kw_only=True):
    """Rows of another table that a response carries inside a record: its children, or (`many` false) a row it refers to."""

    name: str
    """The field of the response that holds the list."""
    table: str
    columns: tuple[str, ...]
    """The columns of `table` that refer to `parent_columns`, pairwise."""
    parent_columns: tuple[str, ...]
    order: tuple[Sort, ...]
    maximum: int
    """The most rows a record carries."""
    many: bool = True
    """False: one record, or null where the reference is empty."""


class Figure(Model, frozen=True, kw_only=True):
    """One figure of an aggregate, over the route's rows or over the rows of a table that refers to them."""

    name: str
    """Its name in the response."""
    function: str
    """count, sum, avg, min or max."""
    table: str
    column: str | None = None
    """None for `count`."""
    columns: tuple[str, ...] = ()
    """For another table than the route's: its columns that equal `parent_columns` of the route's table, pairwise."""
    parent_columns: tuple[str, ...] = ()


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
    table: str | None = None
    """The table the route is about; parameters' and windows' columns are its columns."""
    grants: tuple[Grant, ...] = ()
    """Who may call. Empty: nobody (403), until the brief says who."""
    windows: tuple[Window, ...] = ()
    figures: tuple[Figure, ...] = ()
    """What an aggregate gives; its response is then a list of groups, or one record where `group` is empty."""
    group: tuple[str, ...] = ()
    """The columns of the route's table by which the figures are grouped."""
    embeds: tuple[Embed, ...] = ()
    writes: tuple[WriteStep, ...] = ()
    """All in one transaction."""
    calls: tuple[PeerStep, ...] = ()
    publishes: tuple[str, ...] = ()
    """Channels that get a message by way of the outbox, in the transaction of the writes."""
    cache_control: str = ""
    """The Cache-Control header of a good answer; empty: `no-store`."""


class Process(Model, frozen=True, kw_only=True):
    """Something that runs: a service, a worker, a database."""

    name: str
    kind: str
    technology: str
    serves: tuple[str, ...] = ()
    instances: int = 1
    connections: int = 0
    """Database connections in the pool of each instance; 0: it holds none."""


class Physical(Model, frozen=True, kw_only=True):
    """Everything that is chosen on top of the logical model."""

    tables: tuple[Table, ...] = ()
    routes: tuple[Route, ...] = ()
    processes: tuple[Process, ...] = ()

    def table_of(self, entity: str) -> Table | None:
        """The table that keeps an entity's rows, or None."""
        return next((table for table in self.tables if table.entity == entity), None)
