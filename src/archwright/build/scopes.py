"""Who may reach which rows: a route's grants, grouped by the rows they open, widest first."""

from __future__ import annotations

from dataclasses import dataclass

from archwright.build.callers import Caller, caller
from archwright.build.project_names import Names
from archwright.build.python import string
from archwright.model.physical import Route
from archwright.model.policy import ANYONE, AUTHENTICATED
from archwright.sql.statements import Scope

NOBODY = Caller()
"""A caller whose row no statement asks for."""


@dataclass(frozen=True)
class Reach:
    """Roles that reach the same rows."""

    roles: tuple[str, ...]
    scope: Scope
    caller: Caller = NOBODY
    """How the caller's own row is found."""

    @property
    def everyone(self) -> bool:
        """Whether each caller who got this far has it."""
        return ANYONE in self.roles or AUTHENTICATED in self.roles

    def condition(self) -> str:
        """The Python test of a caller."""
        return f"principal.has({', '.join(string(role) for role in self.roles)})"


def reaches(names: Names, route: Route) -> tuple[Reach, ...]:
    """The reaches of a route, the one that opens every row first. A caller gets the first that one of his roles has.

    A caller with two restricted roles gets the rows of the first alone: fewer than the union, never more.
    """
    grouped: dict[tuple[Scope, Caller], list[str]] = {}
    for grant in route.grants:
        scope = Scope(grant.owner, grant.conditions)
        who = caller(names, grant.role) if scope.asks_caller else NOBODY
        scope = Scope(grant.owner, grant.conditions, who.key) if scope.asks_caller else scope
        grouped.setdefault((scope, who), []).append(grant.role)
    found = [Reach(tuple(roles), scope, who) for (scope, who), roles in grouped.items()]
    return tuple(sorted(found, key=lambda reach: (reach.scope != Scope(), reach.everyone)))


def allowed_roles(route: Route) -> tuple[str, ...]:
    """The roles that may call, in order; empty: any signed-in caller (or anyone, or nobody: see the grants)."""
    roles = tuple(dict.fromkeys(grant.role for grant in route.grants))
    return () if ANYONE in roles or AUTHENTICATED in roles else roles
