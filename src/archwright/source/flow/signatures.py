"""Data whose signature was checked: only who knows the key can have written it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from archwright.model.value import Use
from archwright.source.flow.checks import mark
from archwright.source.flow.compared import SIGNATURE
from archwright.source.flow.values import BIT, Val, clean, deep_origins, whole_argument

if TYPE_CHECKING:
    from archwright.source.flow.frame import Frame

COMPARES: Final = "compare_digest"
"""`hmac.compare_digest(given, computed)`, also as `secrets.compare_digest`: who compares so compares signatures."""
_OPEN: Final = frozenset({"source", "parameter", "field"})
_MADE_HERE: Final = BIT[Use.DESERIALISE]
"""What the check vouches for: nobody else built the objects. What is in them may still be somebody else's text."""
_CHOSEN_HERE: Final = BIT[Use.HOST]
"""What an HMAC vouches for, too: an address that is signed whole was chosen by who has the key. Without a key, anybody makes the hash."""


def signed(frame: Frame, arguments: tuple[tuple[Any, ...], ...]) -> None:
    """A comparison of signatures held: what the two were made of was written by who knows the key."""
    from archwright.source.flow.expressions import evaluate

    found = {key for node in arguments for key, _, _ in deep_origins(evaluate(frame, node))}
    vouched = {key for key in found if key[0] in _OPEN}
    if not vouched:
        return
    uses = _MADE_HERE | (_CHOSEN_HERE if SIGNATURE[0] in found else 0)
    for name, value in list(frame.env.items()):
        keys = [key for key, _, _ in value.origins if key[0] in _OPEN]
        if keys and vouched.issuperset(keys):
            cleaned = clean(value.origins, uses)
            frame.env[name] = Val(value.type, cleaned, value.const, value.items, value.text, value.asked)
            if any(whole_argument(key) for key in keys):
                mark(frame, name, uses)
