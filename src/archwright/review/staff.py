"""Endpoints for people and machines that run the service, by their names and by what stands before them."""

from __future__ import annotations

import re

from archwright.review.endpoint import Does, Endpoint

_STAFF = re.compile(r"admin|staff|superuser|super_user|root|operator|internal|moderator|manager", re.IGNORECASE)


_ASKS_STAFF = re.compile(
    r"(?:^|[._/-])(?:is)?(?:super_?)?(?:admin|staff|superuser)|(?:Admin|Staff|Superuser|ADMIN|STAFF)"
    r"|Django(?:Model|Object)Permissions",
    re.ASCII,
)
_GRANTED = re.compile(r"permission_required\(|PermissionRequiredMixin\b", re.ASCII)
_PERMISSION = re.compile(r"\w+\.\w+", re.ASCII)
"""How Django names a permission: `app.codename`."""


def asks_staff(endpoint: Endpoint) -> bool:
    """True where something before the endpoint lets staff alone through, or its address lies below the pages of staff.

    Django's permissions on models and actions count: nobody has one whom staff did not give it.
    """
    names = [guard.name for guard in endpoint.guards] + [role for guard in endpoint.guards for role in guard.allows]
    names += [each.name for each in endpoint.decorators if each.does is not Does.ROUTE]
    below = any(part in ("admin", "staff") for path in endpoint.paths for part in path.split("/"))
    granted = any(
        _GRANTED.match(guard.name) and any(map(_PERMISSION.fullmatch, guard.allows)) for guard in endpoint.guards
    )
    return endpoint.admin or below or granted or any(_ASKS_STAFF.search(name) for name in names)


def for_staff(endpoint: Endpoint) -> bool:
    """True where staff alone is meant to call, or another service by a secret that both hold: neither owns the rows."""
    if any(each.for_services for each in endpoint.decorators):
        return True
    names = [guard.name for guard in endpoint.guards] + [role for guard in endpoint.guards for role in guard.allows]
    names += [each.name for each in endpoint.decorators if each.does is not Does.ROUTE]
    return any(_STAFF.search(name) for name in (*names, *endpoint.paths, endpoint.place.path))
