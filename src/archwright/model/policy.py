"""Who may do what: roles, and conditions on attributes of the row and of the caller."""

from __future__ import annotations

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
    place: Place | None = None


class Ownership(Model, frozen=True, kw_only=True):
    """The caller owns the row: the field path leads from the row to the entity that stands for the caller."""

    path: str


class AttributeCondition(Model, frozen=True, kw_only=True):
    """A condition on the row that must hold for the caller: `status = open`."""

    field: str
    operator: str
    value: str | int | float | bool


class Policy(Model, frozen=True, kw_only=True):
    """One role's permission for an operation. An operation allows a caller who satisfies any of its policies."""

    role: str
    owns: Ownership | None = None
    conditions: tuple[AttributeCondition, ...] = ()


ANYONE = "anyone"
"""The role of a caller without sign-in."""
AUTHENTICATED = "authenticated"
"""The role of any caller with a sign-in."""
