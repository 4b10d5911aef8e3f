"""Operations: what callers ask of the backend. An operation is a trigger, a principal, guards and an entry unit."""

from __future__ import annotations

import enum

from archwright.model.base import Model, Place
from archwright.model.effect import WriteKind
from archwright.model.policy import AttributeCondition, Policy
from archwright.model.quantity import Duration
from archwright.model.workload import Load


class Http(Model, tag="http", tag_field="trigger", frozen=True, kw_only=True):
    """An HTTP request. `path` uses `{name}` for parameters."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class GraphqlField(Model, tag="graphql", tag_field="trigger", frozen=True, kw_only=True):
    """A field of a GraphQL root type."""

    type: str
    """Query, Mutation or Subscription."""
    field: str

    def __str__(self) -> str:
        return f"{self.type}.{self.field}"


class Message(Model, tag="message", tag_field="trigger", frozen=True, kw_only=True):
    """A message on a channel, or a queued task."""

    channel: str

    def __str__(self) -> str:
        return f"message {self.channel}"


class Schedule(Model, tag="schedule", tag_field="trigger", frozen=True, kw_only=True):
    """A point in time that returns."""

    every: str

    def __str__(self) -> str:
        return f"every {self.every}"


class Command(Model, tag="command", tag_field="trigger", frozen=True, kw_only=True):
    """A command that a person runs."""

    name: str

    def __str__(self) -> str:
        return f"command {self.name}"


Trigger = Http | GraphqlField | Message | Schedule | Command


class Action(enum.StrEnum):
    """What an operation does with its entities."""

    READ_ONE = "read one"
    READ_MANY = "read many"
    AGGREGATE = "aggregate"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    CUSTOM = "custom"
    """Its effects are code; the model knows what is touched, not how."""


class Assignment(Model, frozen=True, kw_only=True):
    """How a write changes one field, where the caller does not give its value: `stock -= OrderLine.qty`."""

    field: str
    operator: str = "="
    """One of =, +=, -=."""
    value: str
    """An expression in the brief's own terms: a constant, `now`, or a path such as `OrderLine.qty`."""


class Touch(Model, frozen=True, kw_only=True):
    """An entity that an operation reads or writes; `fields` empty: the row as a whole."""

    entity: str
    fields: tuple[str, ...] = ()
    kind: WriteKind | None = None
    """What a write does to the row; None: a read, or a write of unknown kind."""
    sets: tuple[Assignment, ...] = ()
    """The fields of `fields` whose new values do not come from the caller."""
    through: str = ""
    """The reference that joins this row with another of the operation: `OrderLine.product`; empty: filters choose it."""
    outside: bool = False
    """True for a write that is known to happen outside of any transaction."""


class Sort(Model, frozen=True, kw_only=True):
    """One key of an order."""

    field: str
    descending: bool = False


class Filter(Model, frozen=True, kw_only=True):
    """A condition that the caller's input fills: equality, a match of words, or a range."""

    field: str
    operator: str = "="
    """=, in, >=, <=, match, within (a window up to now of length `window`)."""
    optional: bool = False
    window: Duration | None = None


class Measure(Model, frozen=True, kw_only=True):
    """One figure that an aggregate gives: `count`, or `sum`, `avg`, `min`, `max` of a field."""

    function: str
    field: str = ""
    """`Entity.field`; empty for `count`."""


class PeerCall(Model, frozen=True, kw_only=True):
    """A call to an external peer with the longest time it may take."""

    peer: str
    timeout: Duration | None = None


class Reach(Model, frozen=True, kw_only=True):
    """The rows of an entity that callers get at through an operation, as its code tells. Without any condition: every row."""

    entity: str
    roles: tuple[str, ...] = ()
    """The roles it holds for; empty: whoever may call."""
    owners: tuple[str, ...] = ()
    """The fields that are compared with who calls; `table.field` for one of a row that this one leads to."""
    conditions: tuple[AttributeCondition, ...] = ()
    """Further conditions. `caller` is `table.field`: a field of the row that stands for the caller."""


class CacheUse(Model, frozen=True, kw_only=True):
    """A cache that an operation asks or fills, by the shape of its keys: `{}` for each part that is not constant."""

    key: str
    filled: bool = False
    """True where it writes the cache, too."""
    ttl: Duration | None = None
    """How long what it writes is kept; None: for ever, or not told by the code."""


class Access(Model, frozen=True, kw_only=True):
    """How an operation reaches rows: which entities, by which filters, in which order, how many at once."""

    reads: tuple[Touch, ...] = ()
    writes: tuple[Touch, ...] = ()
    filters: tuple[Filter, ...] = ()
    sort: tuple[Sort, ...] = ()
    page: int | None = None
    """Rows a page; None: one row, or a bounded aggregate."""
    measures: tuple[Measure, ...] = ()
    group: tuple[str, ...] = ()
    """The fields an aggregate is grouped by, as paths from the first entity."""
    together: bool = False
    """All writes commit or none does."""
    idempotent: bool = False
    """The caller may repeat the request and the effect happens once."""
    calls: tuple[PeerCall, ...] = ()
    publishes: tuple[str, ...] = ()
    reach: tuple[Reach, ...] = ()
    """Found in code alone: a design says the same by policies. An entity that is not listed is one of which nothing is known."""
    caches: tuple[CacheUse, ...] = ()


class Operation(Model, frozen=True, kw_only=True):
    """One thing that callers can ask for."""

    name: str
    trigger: Trigger | None = None
    """None: the design chooses one."""
    action: Action = Action.CUSTOM
    access: Access = Access()
    policies: tuple[Policy, ...] = ()
    """Empty: nothing is known of who may call; `anyone` is a policy of its own."""
    load: Load = Load()
    entry: str | None = None
    """Dotted name of the unit that serves it, where code exists."""
    guards: tuple[str, ...] = ()
    """Guards found around the entry, as their code names them."""
    description: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        return str(self.trigger) if self.trigger is not None else self.name
