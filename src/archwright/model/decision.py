"""Decisions: what was chosen, from which numbers, against what, and when the choice would flip."""

from __future__ import annotations

from archwright.model.base import Model


class Evidence(Model, frozen=True, kw_only=True):
    """A number a decision rests on."""

    name: str
    value: str
    source: str
    """`given` (with the place in the brief), `measured`, `derived` (with the formula) or `default`."""


class Alternative(Model, frozen=True, kw_only=True):
    """What was not chosen, and the inequality or constraint that ruled it out."""

    name: str
    because: str


class Flip(Model, frozen=True, kw_only=True):
    """The value of an input at which the choice changes."""

    input: str
    at: str
    to: str


class Decision(Model, frozen=True, kw_only=True):
    """One choice with its reasons."""

    id: str
    """Stable: `index/orders/customer_id-placed`; the part before the first slash is its kind."""
    title: str
    choice: str
    because: str
    """One sentence a reader could check."""
    formula: str = ""
    threshold: str = ""
    source: str = ""
    """Where the formula or the rule comes from."""
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    flips: tuple[Flip, ...] = ()
    depends_on_unknown: tuple[str, ...] = ()
    """Dotted paths of what was not given and had a default stand in (`Order.count`, `browse.rate`)."""
    questions: tuple[str, ...] = ()
    """What the author should be asked: contradictions in the model, and permissions that look too wide."""
    elements: tuple[str, ...] = ()
    """What it shaped: `table orders`, `index orders_customer_id_placed_id_idx`, `route GET /v1/orders`."""
