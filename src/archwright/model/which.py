"""Which effects of a kind somebody asks for. Most of what code does matters to no rule: what is not asked for is never made."""

from __future__ import annotations

import enum


class Which(enum.Flag):
    """Of the effects of a kind, those that matter."""

    LOOPED = enum.auto()
    """In a loop over rows."""
    SENT = enum.auto()
    """With data from outside in a slot."""
    GIVEN = enum.auto()
    """With an argument that the code itself put into a text in a way that is wrong whatever the argument is."""
    STORED = enum.auto()
    """With what a field of a stored row holds in a slot."""
    SECRET = enum.auto()
    """With a field of a row or an argument in a slot that bears the name of a secret."""
    INSIDE = enum.auto()
    """With something of the service's inside in a slot that is sent away: a traceback, a column that holds a secret."""
    SERVED = enum.auto()
    """Of a unit that a library calls, with what its calls do because of what it gives them."""
    ALL = enum.auto()
