"""Endpoints for people who run the service, by their names and by what stands before them."""

from __future__ import annotations

import re

from archwright.review.endpoint import Does, Endpoint

_STAFF = re.compile(r"admin|staff|superuser|super_user|root|operator|internal|moderator|manager", re.IGNORECASE)


_ASKS_STAFF = re.compile(
    r"(?:^|[._/-])(?:is)?(?:super_?)?(?:admin|staff|superuser)|(?:Admin|Staff|Superuser|ADMIN|STAFF)"
    r"|Django(?:Model|Object)Permissions",  # nobody has a permission on a model whom staff did not give it
    re.ASCII,
)


def asks_staff(endpoint: Endpoint) -> bool:
    """True where something before the endpoint lets staff alone through, or its address lies below the pages of staff."""
    names = [guard.name for guard in endpoint.guards] + [role for guard in endpoint.guards for role in guard.allows]
    names += [each.name for each in endpoint.decorators if each.does is not Does.ROUTE]
    below = any(part in ("admin", "staff") for path in endpoint.paths for part in path.split("/"))
    return endpoint.admin or below or any(_ASKS_STAFF.search(name) for name in names)


def for_staff(endpoint: Endpoint) -> bool:
    """True where staff alone is meant to call."""
    names = [guard.name for guard in endpoint.guards] + [role for guard in endpoint.guards for role in guard.allows]
    names += [each.name for each in endpoint.decorators if each.does is not Does.ROUTE]
    return any(_STAFF.search(name) for name in (*names, *endpoint.paths, endpoint.place.path))
