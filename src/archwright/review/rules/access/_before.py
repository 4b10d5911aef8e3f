"""What stands before an endpoint and may look at the rows that it is about."""

from __future__ import annotations

import re

from archwright.review.endpoint import Does, Endpoint

_OBJECT_CHECKS = re.compile(
    r"perm|access|role|scope|owner|creator|author|member|polic|can_|has_|acl|allow", re.IGNORECASE
)
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
