"""What an object keeps once it was fetched: the relations of a row, the rows of a query set.

Kept with the names that hold the object, so that it is known on every way behind the place, and only there, until the
name is bound again.
"""

from __future__ import annotations

from archwright.source.flow.frame import Frame
from archwright.source.flow.values import NUMBER, Val


def names_of(frame: Frame, value: Val) -> list[str]:
    """The names that hold this very object."""
    return [name for name, held in frame.env.items() if held is value and not name.endswith("#")]


def keep_relation(frame: Frame, value: Val, name: str, found: Val) -> None:
    """A row holds what its relation `name` gave: touched again, it gives the same."""
    holders = names_of(frame, value)
    for holder in holders:
        frame.keep(f"{holder}.{name}", found)
        frame.narrowed = frame.narrowed or "." in holder
    frame.fetched = None if holders else found


def forget_relations(frame: Frame, value: Val, name: str | None = None) -> None:
    """Relation `name` of a row, or all of them, must be fetched again."""
    for holder in names_of(frame, value):
        place = holder if name is None else f"{holder}.{name}"
        for key in [key for key in frame.env if key.startswith(f"{place}.") or (key == place and name is not None)]:
            del frame.env[key]


def forget_all_relations(frame: Frame) -> None:
    """Every row must fetch its relations again."""
    for key in [key for key, value in frame.env.items() if "." in key and _is_fetched(value)]:
        for below in [below for below in frame.env if below == key or below.startswith(f"{key}.")]:
            del frame.env[below]


def _is_fetched(value: Val) -> bool:
    """True for what a relation of a row gave: another row, or several."""
    held = value.items.get("*") if value.items is not None else value
    type_ = held.type if held is not None else None
    return type_ is not None and type_[0] == "row" and type_[1].path not in ("", "new")


def mark(frame: Frame, value: Val, what: str) -> None:
    """Something is known of the object from here on."""
    for holder in names_of(frame, value):
        frame.keep(f"{holder}.{what}#", NUMBER)


def marked(frame: Frame, value: Val, what: str) -> bool:
    """Whether `mark` was called on every way to here."""
    return any(f"{holder}.{what}#" in frame.env for holder in names_of(frame, value))


def unmark(frame: Frame, value: Val, what: str) -> None:
    """Something is no longer known of the object."""
    for holder in names_of(frame, value):
        frame.env.pop(f"{holder}.{what}#", None)
