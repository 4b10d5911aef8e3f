"""What stands before an endpoint and may look at the rows that it is about."""

from __future__ import annotations

import re

from archwright.review.endpoint import Does, Endpoint
from archwright.review.rules.access._scope import Access

_OBJECT_CHECKS = re.compile(
    r"perm|access|role|scope|owner|creator|author|member|polic|can_|has_|acl|allow", re.IGNORECASE
)
_STRICT = re.compile(
    r" [!=]= |perm|access|owner|member|tenant|team|allowed|authori[sz]|forbidden|403|can_|belongs", re.IGNORECASE
)
_LOOKED_UP = "path parameter"
"""How a library's own look-up by the path is told, which the code gives no name."""
_PLAIN = re.compile(r"^(?:IsAuthenticated\w*|.*login_?required.*|.*Login\w*Mixin|AccessMixin)$", re.IGNORECASE)


def names_check(name: str) -> bool:
    """True for the name of a check that may be one of whose the data is."""
    return _OBJECT_CHECKS.search(name) is not None


def checked_before(endpoint: Endpoint) -> bool:
    """True where something more than a demand to be signed in stands before it: it may look at the rows that the path names."""
    names = [
        guard.name for guard in endpoint.guards if not guard.blind and (guard.allows or not _PLAIN.search(guard.name))
    ]
    names += [each.name for each in endpoint.decorators if each.does is Does.OTHER]
    return any(names_check(name) for name in names)


def looked_at_before(access: Access) -> bool:
    """True where what stands before the handler may look at the row, or is asked by the library once it has looked the row up."""
    endpoint = access.endpoint
    if checked_before(endpoint):
        return True
    if access.key == _LOOKED_UP and any(guard.of_row for guard in endpoint.guards):
        return True
    return access.key.startswith("path") and bool(endpoint.filtered)


def checks_strictly(endpoint: Endpoint) -> bool:
    """True where its own code checks beyond doubt whose a row is."""
    return _STRICT.search(endpoint.checks) is not None
