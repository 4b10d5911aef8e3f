"""Who may do what: roles, and conditions on attributes of the row and of the caller."""

from __future__ import annotations

import enum

from archwright.model.base import Model, Place


class Role(Model, frozen=True, kw_only=True):
    """A kind of caller. `anyone` (no sign-in) and `authenticated` (any sign-in) need no declaration."""

    name: str
    source: str = ""
    """Where the role comes from: `oidc`, `service-account`, a local table."""
    claim: str = ""
    """The token claim and value that give the role: `groups/staff`; empty: the role claim holds the role's name."""
    entity: str | None = None
    """The entity whose row stands for the caller (the customer behind a shopper), if there is one."""
    entity_field: str = ""
    """The field of `entity` that holds the caller's name as the token gives it; empty: its key."""
    subject: str = "sub"
    """The token claim that names the caller and is compared with `entity_field`."""
    place: Place | None = None


class Ownership(Model, frozen=True, kw_only=True):
    """The caller owns the row: the field path leads from the row to the entity that stands for the caller."""

    path: str
    """`customer`, `order.customer`; the key field (`id`) where the row itself stands for the caller."""


class AttributeCondition(Model, frozen=True, kw_only=True):
    """A condition on the row that must hold for the caller: `status = open`, `clinic = caller.clinic`."""

    field: str
    """A path from the row, through its references: `status`, `room.clinic`."""
    operator: str
    """One of =, !=, <, <=, >, >=."""
    value: str | int | float | bool = ""
    caller: str = ""
    """A path from the caller's own row (`Role.entity`) to the value compared with; then `value` says nothing."""


class Policy(Model, frozen=True, kw_only=True):
    """One role's permission for an operation. An operation allows a caller who satisfies any of its policies."""

    role: str
    owns: Ownership | None = None
    conditions: tuple[AttributeCondition, ...] = ()


ANYONE = "anyone"
"""The role of a caller without sign-in."""
AUTHENTICATED = "authenticated"
"""The role of any caller with a sign-in."""


class Around(enum.StrEnum):
    """What stands around a handler does with callers."""

    LETS_IN = "lets in"
    """As far as the code shows, everyone."""
    ASKS = "asks"
    """It may turn them away, by who they are or what they prove."""
    UNTOLD = "untold"
    """There is something whose code is not there."""


class Shows(enum.StrEnum):
    """What a handler shows to whoever calls."""

    OTHER = "other"
    """Anything."""
    SAME = "same"
    """A page, or another address, made from constants: the same to everybody, and it does nothing else."""
    ADDRESS = "address"
    """Another address alone, which code of the project makes from nothing but the request."""
