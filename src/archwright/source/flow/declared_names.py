"""Keys of a dictionary that a class declares: `model.model_dump()` has the names of its fields, whoever sends the values."""

from __future__ import annotations

from typing import Final

from archwright.model.value import Use
from archwright.source.flow.values import ALL_USES, BIT, Origin, Val

DECLARED: Final = BIT[Use.KEYS]


def keys_of(mapping: Val) -> tuple[Origin, ...]:
    """The origins of the keys of a mapping; those that a class declares are fixed."""
    if mapping.type != ("dict",):
        return mapping.origins
    return tuple(
        (key, cleaned | ALL_USES if cleaned & DECLARED else cleaned, steps) for key, cleaned, steps in mapping.origins
    )
